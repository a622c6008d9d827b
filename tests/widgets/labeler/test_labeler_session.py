"""The rules of the labeler, without a browser: what counts, what is refused, what a restart finds."""

from __future__ import annotations

import errno
import gc
import os
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from fastlearn.data.problems import DataError
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fastwidgets.journal import Journal, Overlay
from fastwidgets.labeler import Labels
from fastwidgets.labeler.classes import class_list
from fastwidgets.labeler.keeper import NotSaved
from fastwidgets.review import Review

BOX = {"label": "cat", "points": [[2, 3], [20, 25]]}


def labels(session):
    return {i: one.labels for i in range(len(session)) if (one := session.annotation(i)).labels is not None}


# One class a picture


def test_a_label_is_in_the_journal_when_the_call_returns(make, folder):
    session = make()
    assert session.label(3, "dog") == "dog."
    assert Journal(folder).latest()["a/06.png"]["label"] == "dog"
    assert session.label([0, 1], "cat") == "cat: 2 pictures."
    assert str(session.progress) == "3 of 12 labelled" and session.progress.classes["cat"] == 2
    assert session.grid.values("label", [0, 3, 4]) == ["cat", "dog", None]
    assert session.grid.values("state", [0, 4]) == ["labelled", "to do"]


def test_pictures_are_known_by_number_by_path_and_by_name(make, folder):
    session = make()
    session.label(folder / "a" / "00.png", "cat")
    session.label("a/02.png", "dog")
    assert labels(session) == {0: ("cat",), 1: ("dog",)}
    with pytest.raises(IndexError, match="0 to 11, but got 12"):
        session.label(12, "cat")
    with pytest.raises(ValueError, match="is none of the 12 items"):
        session.label("a/99.png", "cat")


def test_a_label_given_twice_is_one_decision(make, folder):
    session = make()
    session.label(0, "cat")
    session.label(0, "cat")
    assert len(Journal(folder).decisions()) == 1


def test_a_class_that_there_is_not_is_refused_with_those_that_there_are(make):
    with pytest.raises(ValueError, match=r"no class 'cow'; the classes are 'cat', 'dog', 'owl'. Add it first"):
        make().label(0, "cow")


def test_skip_unsure_note_and_clear(make):
    session = make()
    session.skip([0, 1])
    session.unsure(2)
    session.note(3, " look again ")
    assert session.grid.values("state", range(4)) == ["skipped", "skipped", "unsure", "to do"]
    assert session.annotation(3).note == "look again"
    assert str(session.progress) == "0 of 12 labelled, 2 skipped, 1 unsure" and session.progress.to_do == 10
    session.label([0, 2], "cat")  # a label takes the skip away, and leaves the doubt
    assert session.grid.values("state", range(3)) == ["labelled", "skipped", "unsure"]
    session.unsure(2)
    session.clear([0, 1, 2])
    assert session.progress.to_do == 12 and session.grid.values("label", [0]) == [None]


def test_undo_and_redo_take_whole_acts_also_after_a_restart(make):
    session = make()
    session.label(range(5), "cat")
    session.label(0, "dog")
    session.skip(7)
    session.close()
    session = make()
    assert session.undo() == [7] and session.undo() == [0] and labels(session)[0] == ("cat",)
    assert session.undo() == [0, 1, 2, 3, 4] and labels(session) == {} and session.undo() == []
    session.close()
    session = make()
    assert session.redo() == [0, 1, 2, 3, 4] and session.redo() == [0]
    assert labels(session) == {0: ("dog",), **dict.fromkeys(range(1, 5), ("cat",))}
    assert session.redo() == [7] and session.redo() == [] and session.progress.skipped == 1


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("label"), st.integers(0, 3), st.sampled_from(["cat", "dog"])),
        st.tuples(st.just("skip"), st.integers(0, 3)),
        st.tuples(st.just("clear"), st.integers(0, 3)),
        st.tuples(st.sampled_from(["undo", "redo"])),
    ),
    max_size=15,
)


@settings(max_examples=50)
@given(moves=MOVES)
def test_a_restart_finds_exactly_what_was_there(tmp_path_factory, moves):
    from fastwidgets.labeler.session import LabelerSession

    folder = tmp_path_factory.mktemp("set")
    for i in range(4):
        (folder / f"{i}.png").write_bytes(bytes([i]))
    session = LabelerSession(folder, ["cat", "dog"])
    for name, *rest in moves:
        getattr(session, name)(*rest)
    wanted = [session.annotation(i) for i in range(4)], session.progress
    session.close()
    again = LabelerSession(folder, ["cat", "dog"])
    assert ([again.annotation(i) for i in range(4)], again.progress.labelled) == (wanted[0], wanted[1].labelled)
    assert +again.progress.classes == +wanted[1].classes
    again.close()


# Several classes


def test_several_classes_are_put_on_and_off_in_the_order_of_the_classes(make, folder):
    session = make(task="multi")
    session.toggle([0, 1], "owl")
    session.toggle(0, "cat")
    assert session.annotation(0).labels == ("cat", "owl")
    session.toggle([0, 1], "owl")
    assert labels(session) == {0: ("cat",), 1: ()}
    session.label(2, [])
    assert session.annotation(2).labelled and Journal(folder).latest()["a/04.png"]["label"] == []
    with pytest.raises(ValueError, match=r'one class, but got .*Try task="multi"'):
        session.close() or make().label(0, ["cat", "dog"])


# Shapes


def test_shapes_are_checked_cut_off_and_kept_with_the_size_of_their_picture(make, folder):
    session = make(task="boxes")
    far = {"label": "dog", "points": [[50, 12], [-3, 20.126]]}
    assert session.set_shapes(0, [BOX, far]) == "2 boxes."
    assert session.annotation(0).shapes[1].points == ((0.0, 12.0), (40.0, 20.13))
    entry = Journal(folder).latest()["a/00.png"]
    assert (entry["width"], entry["height"]) == (40, 30) and session.progress.classes == {"cat": 1, "dog": 1}
    assert session.set_shapes(1, []) == "0 boxes." and session.annotation(1).labelled
    session.close()
    assert make(task="boxes").annotation(0).shapes[0].box == (2, 3, 20, 25)


@pytest.mark.parametrize(
    "task, points, words",
    [
        ("boxes", [[1, 1]], "Shape 1, a box, has 2 points, but got 1"),
        ("points", [[1, 1], [2, 2]], "a point, has 1 points, but got 2"),
        ("polygons", [[1, 1], [2, 2]], "a polygon, has at least 3 points, but got 2"),
        ("boxes", [[5, 5], [5, 9]], "has no area within the picture"),
        ("boxes", [[50, 5], [60, 9]], "has no area within the picture"),
        ("boxes", [[1, "x"], [5, 9]], r"points \(x, y\) in pixels"),
        ("points", [[float("nan"), 1]], "no number"),
    ],
)
def test_shapes_that_cannot_be_are_refused(make, task, points, words):
    session = make(task=task)
    with pytest.raises(ValueError, match=words):
        session.set_shapes(0, [{"label": "cat", "points": points}])
    assert session.progress.labelled == 0


def test_boxes_are_those_of_the_picture_as_it_is_shown(make, tmp_path):
    path = tmp_path / "turned" / "a.jpg"
    path.parent.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its side: 80 × 20 is shown as 20 × 80
    Image.new("RGB", (80, 20)).save(path, exif=exif)
    session = make(path.parent, task="boxes")
    session.set_shapes(0, [{"label": "cat", "points": [[5, 60], [99, 99]]}])
    assert session.annotation(0).size == (20, 80) and session.annotation(0).shapes[0].box == (5, 60, 20, 80)


def test_shapes_are_copied_from_another_picture_and_none_twice(make):
    session = make(task="boxes")
    session.set_shapes(0, [BOX])
    session.copy_shapes(1, 0)
    session.copy_shapes(1, 0)
    assert len(session.annotation(1).shapes) == 1
    with pytest.raises(ValueError, match="nothing drawn"):
        session.copy_shapes(1, 5)


# Classes


def test_a_new_name_is_on_all_pictures_also_for_those_who_read_the_journal_alone(make, folder):
    session = make()
    session.label([0, 1], "cat")
    session.label(2, "dog")
    assert session.rename_class("cat", "Katze") == "cat is now Katze, on 2 pictures."
    assert session.classes == ["Katze", "dog", "owl"] and session.grid.columns["label"].classes[0] == "Katze"
    overlay = Overlay(lambda path: "?", folder)
    assert [overlay(path) for path in session.paths[:3]] == ["Katze", "Katze", "dog"]
    session.undo()  # one step
    assert session.classes == ["cat", "dog", "owl"] and session.progress.classes["cat"] == 2
    session.redo()
    session.close()
    again = make()
    assert again.classes == ["Katze", "dog", "owl"] and labels(again)[0] == ("Katze",)


def test_merged_classes_are_one_also_in_shapes_and_among_several(make, tmp_path):
    boxes = make(task="boxes", journal=tmp_path / "boxes")
    boxes.set_shapes(0, [BOX, {**BOX, "label": "dog"}])
    assert boxes.merge_classes("dog", "cat") == "dog went into cat, on 1 picture."
    assert [shape.label for shape in boxes.annotation(0).shapes] == ["cat", "cat"] and boxes.classes == ["cat", "owl"]
    multi = make(task="multi", journal=tmp_path / "multi")
    multi.label(0, ["cat", "dog"])
    multi.merge_classes("dog", "cat")
    assert multi.annotation(0).labels == ("cat",)


@pytest.mark.parametrize(
    "act, words",
    [
        (lambda s: s.add_class("dog"), "'dog' is there already. Take another name, or merge"),
        (lambda s: s.add_class(" Dog "), "differs from 'dog' by capital letters only"),
        (lambda s: s.rename_class("cat", "dog"), "'dog' is there already"),
        (lambda s: s.rename_class("cow", "x"), "no class 'cow'"),
        (lambda s: s.merge_classes("cat", "cat"), "merged into itself"),
        (lambda s: s.merge_classes("cat", "cow"), "no class 'cow'"),
        (lambda s: s.add_class("  "), "A class has a name"),
        (lambda s: s.add_class("a\nb"), "one line without control characters"),
    ],
)
def test_classes_that_collide_are_refused_in_words_and_nothing_changes(make, folder, act, words):
    session = make()
    with pytest.raises(ValueError, match=words):
        act(session)
    assert session.classes == ["cat", "dog", "owl"] and Journal(folder).entries() == []


def test_class_names_may_hold_markup_quotes_and_emoji():
    assert class_list(["<b>", '"x"', "a'b", "😀", "猫", "👩‍👧"]) == ["<b>", '"x"', "a'b", "😀", "猫", "👩‍👧"]
    with pytest.raises(ValueError, match=r'Try classes=\["cat"\]'):
        class_list("cat")


def test_a_class_without_pictures_is_there_after_a_restart(make):
    session = make(classes=None)
    assert session.classes == []
    session.add_class("cow")
    session.close()
    assert make(classes=None).classes == ["cow"]


# What is known beforehand


def test_labels_of_the_data_set_count_and_corrections_lie_over_them(make, folder):
    session = make(classes=["a", "b"], labels=lambda path: path.parent.name)
    assert session.progress.labelled == 12 and session.progress.classes == {"a": 6, "b": 6}
    session.label(0, "b")
    assert session.progress.classes == {"a": 5, "b": 7}
    session.clear(0)  # back to what the files say
    assert session.progress.classes == {"a": 6, "b": 6}
    assert Overlay(lambda path: path.parent.name, folder)(folder / "a" / "00.png") == "a"


def test_suggestions_are_confirmed_by_one_act_and_bring_their_classes(make, folder):
    session = make(prelabels={"a/00.png": "dog", folder / "a" / "02.png": ("cow", 0.75)})
    assert session.suggestion(0).words == "dog" and session.suggestion(1).sure == 0.75
    assert session.suggestion(2) is None and session.progress.labelled == 0
    session.confirm([0, 1, 2])
    assert labels(session) == {0: ("dog",), 1: ("cow",)} and session.classes == ["cat", "dog", "owl", "cow"]
    session.undo()
    assert session.progress.labelled == 0 and session.classes == ["cat", "dog", "owl"]
    with pytest.raises(ValueError, match="no suggestion to confirm"):
        session.confirm(5)


@pytest.mark.filterwarnings("ignore")
def test_a_learner_suggests_labels_and_tells_which_pictures_are_alike(make, folder):
    from fastlearn.vision.all import ImageDataLoaders, resnet18, vision_learner

    dls = ImageDataLoaders.from_folder(folder, valid_pct=0.25, seed=1, bs=4)
    learn = vision_learner(dls, resnet18, pretrained=False, seed=1)
    session = make(classes=["a", "b"], prelabels=learn)
    learn.model.eval()
    wanted = learn.predict(session.paths[3])
    found = session.suggestion(3)
    assert found.labels == (wanted[0],) and found.sure == pytest.approx(float(wanted[2].max()), abs=1e-3)
    session.label(range(6), "a")
    session.label(range(6, 12), "b")
    session.set_queue("suspected")
    assert session.adviser.refresher.wait() and session.adviser.guess.n == 12
    with pytest.raises(ValueError, match='cannot help with task="boxes"'):
        make(task="boxes", prelabels=learn)


def test_a_dataframe_brings_labels_suggestions_and_splits(make, folder):
    frame = pd.DataFrame(
        {
            "name": ["a/00.png", "a/02.png", "b/01.png"],
            "label": ["cat", None, "dog"],
            "guess": [None, "owl", None],
            "is_valid": [True, False, False],
        }
    )
    session = make(frame, root=folder, labels="label", prelabels="guess")
    assert labels(session) == {0: ("cat",), 2: ("dog",)} and session.suggestion(1).labels == ("owl",)
    assert session.splits == ["valid", "train", "train"]
    with pytest.raises(ValueError, match="`labels` names the column 'y', but the dataframe has name, label"):
        make(frame, root=folder, labels="y")


def test_what_cannot_be_labelled_says_why(make, tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        make(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty"):
        make(tmp_path / "empty")
    with pytest.raises(ValueError, match="`task` is one of 'single', 'multi'"):
        make(task="masks")
    session = make([])
    assert len(session) == 0 and "There are no images" in session.why_not
    assert session.undo is not None and str(session.progress) == "0 of 0 labelled"


# Files


def test_a_file_that_moved_keeps_its_label_and_another_one_at_its_place_gets_none(make, folder):
    session = make()
    session.label([0, 1, 2], "cat")
    session.close()
    (folder / "a" / "00.png").rename(folder / "b" / "moved.png")
    shutil.copy(folder / "b" / "11.png", folder / "a" / "02.png")
    (folder / "a" / "04.png").unlink()
    session = make()
    found = {session.grid.values("name", [i])[0] for i in labels(session)}
    assert found == {"b/moved.png"}
    assert [session.grid.values("name", [i])[0] for i in session.book.replaced] == ["a/02.png"]
    session.label("b/moved.png", "dog")
    session.label("a/02.png", "owl")
    session.close()
    session = make()
    assert session.annotation("b/moved.png").labels == ("dog",) and session.annotation("a/02.png").labels == ("owl",)
    overlay = Overlay(lambda path: None, folder)
    assert overlay(folder / "b" / "moved.png") == "dog" and overlay(folder / "a" / "02.png") == "owl"


def test_a_file_that_is_gone_or_unreadable_can_be_skipped_and_labelled(make, folder):
    (folder / "b" / "01.png").write_text("not a picture")
    session = make()
    (folder / "a" / "00.png").unlink()
    session.skip(0)
    session.label("b/01.png", "cat")
    session.close()
    assert make().annotation("b/01.png").labels == ("cat",)


def test_names_of_any_kind_are_labelled_and_found_again(make, tmp_path):
    names = ["<b>bold.png", "q\"uo'te.png", "emoji😀.png", "new\nline.png"]
    (tmp_path / "odd").mkdir()
    for i, name in enumerate(names):
        Image.new("RGB", (8, 8), (i, i, i)).save(tmp_path / "odd" / name)
    session = make(tmp_path / "odd")
    session.label(range(4), "cat")
    session.close()
    assert make(tmp_path / "odd").progress.labelled == 4


# Nobody is pretended to


def test_a_second_writer_of_another_process_is_told(make, folder):
    code = """
import json, os, sys
from filelock import FileLock  # as Journal does; quicker than to import it
lock = FileLock(sys.argv[1] + "/.journal.lock")
lock.acquire(timeout=0)
json.dump({"pid": os.getpid(), "host": "here", "since": "now"}, open(sys.argv[1] + "/.journal.holder", "w"))
print("on", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "on\n"
        session = make()
        assert f"is being written by process {other.pid}" in session.why_not
        with pytest.raises(NotSaved, match="is being written by process"):
            session.label(0, "cat")
        assert session.progress.labelled == 0
        other.kill()
    assert session.open() and session.label(0, "cat") == "cat."


def test_two_labelers_of_one_process_share_their_decisions(make):
    old, new = make(), make()
    old.label(0, "cat")
    assert new.label(1, "dog") == "dog."
    old.rename_class("dog", "wolf")
    assert labels(old) == labels(new) == {0: ("cat",), 1: ("wolf",)} and new.classes == ["cat", "wolf", "owl"]
    assert new.undo() == [1] and old.undo() == [1] and old.redo() == [1]
    assert labels(old) == labels(new) == {0: ("cat",), 1: ("dog",)} and old.progress == new.progress
    old.close()
    assert new.skip(2) == "Skipped." and labels(make()) == labels(new)


def test_a_cleaner_of_the_same_process_decides_too_and_both_know_at_once(make, folder):
    session, review, told = make(), Review.of(folder), []
    session.on_change(lambda what, ids: told.append((what, list(ids))))
    at = review.source.names.index("a/00.png")
    review.relabel([at], "b")
    assert session.annotation("a/00.png").labels == ("b",) and ("items", [0]) in told
    session.label("a/02.png", "dog")
    assert review.labels[review.source.names.index("a/02.png")] == "dog"
    assert session.undo() and review.decisions.count("relabelled") == 1
    assert "a/00.png" in review.undo() or session.annotation("a/00.png").labels is None
    assert labels(session) == {} and len(Journal(folder).entries()) == 4


def test_a_closed_labeler_lets_other_processes_write(make, folder):
    session = make()
    session.label(0, "cat")
    session.close()
    gc.collect()
    with Journal(folder) as journal:
        journal.append({"item": "a/02.png", "skip": True})


def test_a_labeler_that_was_closed_says_so(make):
    session = make()
    session.close()
    with pytest.raises(NotSaved, match="This labeler was closed"):
        session.label(0, "cat")


def test_a_full_disk_is_told_and_nothing_is_pretended(make, folder, monkeypatch):
    session = make()
    session.label(0, "cat")
    real = os.fsync

    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotSaved, match=r"Not saved: .*No space left on device.*Nothing was changed"):
        session.label(1, "cat")
    with pytest.raises(NotSaved):
        session.rename_class("cat", "Katze")
    monkeypatch.setattr(os, "fsync", real)
    assert labels(session) == {0: ("cat",)} and session.classes == ["cat", "dog", "owl"]
    session.label(1, "dog")
    session.close()
    assert labels(make()) == {0: ("cat",), 1: ("dog",)}


def test_a_folder_that_cannot_be_written_is_told_at_once(make, folder, tmp_path):
    (tmp_path / "file").write_text("in the way")
    session = make(journal=tmp_path / "file" / "journal")
    assert "cannot be written" in session.why_not and "journal=folder" in session.why_not
    with pytest.raises(NotSaved, match="cannot be written"):
        session.skip(0)


def test_a_journal_cut_in_a_line_or_edited_by_hand_still_loads(make, folder):
    session = make()
    session.label(0, "cat")
    session.label(1, "dog")
    session.close()
    path = folder / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0].replace(b'"cat"', b'"cow"') + lines[1] + b'{"item": "a/04.png", "lab')
    session = make()
    assert labels(session) == {1: ("dog",)}
    session.label(2, "owl")
    session.close()
    assert labels(make()) == {1: ("dog",), 2: ("owl",)}


# The queue


def test_random_order_is_the_same_for_a_seed(make):
    session = make()
    session.set_queue("random", 3)
    first = session.grid.view.tolist()
    session.set_queue("random", 4)
    assert session.grid.view.tolist() != first and sorted(first) == list(range(12))
    session.set_queue("random", 3)
    assert session.grid.view.tolist() == first
    session.set_queue("order")
    assert session.grid.view.tolist() == list(range(12))


def test_uncertain_ones_come_first_and_the_head_follows_the_labels(make):
    line = np.linspace(-1, 1, 12)[:, None]  # pictures 5 and 6 are between the classes
    session = make(features=np.hstack([line, line**3]))
    assert "once two classes have some labels" in session.set_queue("uncertain")
    session.label([0, 1], "cat")
    session.label([10, 11], "dog")
    session.set_queue("uncertain")
    assert session.adviser.refresher.wait()
    view = session.grid.view.tolist()
    assert set(view[:2]) == {5, 6} and set(view[-4:]) == {0, 1, 10, 11}
    assert session.suggestion(2).labels == ("cat",) and session.suggestion(9).by == "model of 4 labels"
    assert session.grid.values("suggestion", [2, 9]) == ["cat", "dog"]
    session.label([2, 3, 4, 5, 6], "cat")  # enough for another fit, by itself
    assert session.adviser.refresher.wait() and session.adviser.guess.n == 9
    assert session.grid.view.tolist()[0] in (7, 8, 9)


def test_wrong_labels_come_first(make):
    rng = np.random.default_rng(0)
    side = np.repeat([0, 1], 6)
    session = make(features=side[:, None] + 0.05 * rng.standard_normal((12, 3)))
    session.label(np.flatnonzero(side == 0), "cat")
    session.label([*np.flatnonzero(side == 1), 2], "dog")  # 2 is planted
    session.set_queue("suspected")
    assert session.adviser.refresher.wait()
    assert session.grid.view.tolist()[0] == 2


def test_plain_features_tell_red_from_green(make):
    session = make()
    session.label([0, 1], "cat")  # of the folder a, red
    session.label([10, 11], "dog")  # green
    session.suggest()
    assert session.adviser.refresher.wait()
    assert [session.suggestion(i).labels[0] for i in range(2, 10)] == ["cat"] * 4 + ["dog"] * 4


def test_orders_by_a_model_are_refused_for_shapes(make):
    with pytest.raises(
        ValueError, match=r"of boxes, which no model .* is one of 'order', 'random', but got 'uncertain'"
    ):
        make(task="boxes").set_queue("uncertain")


# Training on it


def test_the_cell_runs_in_a_fresh_process_and_trains_on_the_labels(make, folder):
    session = make()
    session.label(range(5), "cat")
    session.label(range(6, 11), "dog")
    session.label(5, "owl")
    session.skip(11)
    code = session.code() + "\nprint(len(dls.train_ds) + len(dls.valid_ds), list(dls.vocab))"
    code += "\nprint(sorted({str(labels(f)) for f in dls.train_ds.items}))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "11 ['cat', 'dog', 'owl']" and "cat" in done.stdout.splitlines()[1]


def test_the_cell_names_what_the_data_set_itself_says_where_it_can(make):
    from fastlearn.vision.all import parent_label

    assert "labels = Labels(path, get_y=parent_label)" in make(classes=["a", "b"], labels=parent_label).code()
    assert "yours to give: Labels(…, get_y=…)" in make(classes=["a"], labels={"a/00.png": "a"}).code()


def loaders(session):
    space: dict = {}
    exec(
        session.code().replace("Resize(224", "Resize(32").replace("dataloaders(path)", "dataloaders(path, bs=4)"), space
    )
    return space["dls"]


@pytest.mark.filterwarnings("ignore")
def test_the_cells_of_all_other_tasks_give_batches(make, tmp_path):
    multi = make(task="multi", journal=tmp_path / "multi")
    multi.label(range(10), ["cat", "owl"])
    assert loaders(multi).one_batch()[1].shape == (4, 3)
    boxes = make(task="boxes", journal=tmp_path / "boxes")
    for i in range(10):
        boxes.set_shapes(i, [{"label": "dog", "points": [[0, 0], [20, 15]]}])
    batch = loaders(boxes).one_batch()
    assert tuple(batch[1].shape) == (4, 1, 4)
    points = make(task="points", journal=tmp_path / "points")
    for i in range(10):
        points.set_shapes(i, [{"label": "dog", "points": [[20, 15]]}])
    assert tuple(loaders(points).one_batch()[1].shape) == (4, 1, 2)
    polygons = make(task="polygons", journal=tmp_path / "polygons")
    for i in range(10):
        polygons.set_shapes(i, [{"label": "dog", "points": [[0, 0], [40, 0], [40, 15], [0, 15]]}])
    masks = loaders(polygons).one_batch()[1]
    assert masks.shape == (4, 32, 32) and set(masks.unique().tolist()) <= {0, 2} and 2 in masks.unique()


def test_labels_tells_what_was_drawn(make, folder):
    session = make(task="polygons")
    session.set_shapes(0, [{"label": "dog", "points": [[10, 10], [30, 10], [30, 20], [10, 20]]}])
    found = Labels(folder)
    mask = found.mask(session.paths[0], ("cat", "dog"))
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max(), columns.min(), columns.max(), len(rows)) == (10, 19, 10, 29, 200)
    assert mask.shape == (30, 40) and (mask == 2).sum() == 200
    assert found.boxes(session.paths[0]) == [[10, 10, 30, 20]] and found.names(session.paths[0]) == ["dog"]
    assert found.labelled(session.paths) == [session.paths[0]]
