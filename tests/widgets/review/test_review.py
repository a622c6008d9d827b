"""Decisions of a review are durable, undone together, read by every widget on it, and replayed by its cell."""

from __future__ import annotations

import gc
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from fastlearn.interpret.stored_answers import StoredAnswers
from fastlearn.tabular.categorify import Categorify
from fastlearn.tabular.learner import tabular_learner
from fastlearn.tabular.table import TabularPandas
from fastlearn.train.learner import Learner

from fastwidgets.journal import Journal, JournalInUse
from fastwidgets.review import Review, attach, decide_all, session_of


def names(review: Review, decision: str) -> list[str]:
    return [review.source.names[i] for i in range(review.n) if review.decisions[i] == decision]


def test_items_have_their_split_and_label_however_they_are_labelled(learn: Learner) -> None:
    review = Review.of(learn)
    assert review.classes == ["cats", "dogs"] and review.n == 12
    assert dict(zip(review.source.names, review.labels, strict=True))["dogs/3_light.png"] == "dogs"
    valid = [name for name, split in zip(review.source.names, review.source.splits, strict=True) if split == "valid"]
    assert valid == ["cats/4_dark.png", "cats/5_dark.png", "dogs/4_light.png", "dogs/5_light.png"]
    answers = StoredAnswers.of(learn, folder=learn.path / "answers")
    assert review.rows_of(answers) == list(range(12))


def test_an_act_is_on_the_disk_undone_whole_and_there_after_a_restart(learn: Learner) -> None:
    review = Review.of(learn)
    assert review.relabel([0, 2], "dogs") == "2 items are dogs now."
    assert review.exclude([1]) == "1 item excluded, whose file stays."
    review.note([0], "a\nlong  one")
    entries = Journal(review.root).entries()
    assert [entry.get("label") for entry in entries] == ["dogs", "dogs", None, None]
    assert all(len(entry["hash"]) == 32 for entry in entries) and entries[0]["act"] == entries[1]["act"]
    assert review.undo() == "Undone: note on 1 item."
    review.undo()
    assert review.undo() == "Undone: 2 items are dogs now."
    assert review.decided == [] and review.undo() == "There is nothing to undo."
    assert review.redo().startswith("Done again: 2 items")
    assert review.labels[0] == "dogs" and review.given[0] == "cats" and review.changed == [0, 2]
    review.shared.close()
    again = Review(review.source)
    assert again.labels == review.labels and again.decisions == review.decisions
    assert again.redo() == "Done again: 1 item excluded, whose file stays."


def test_a_label_that_the_data_has_already_is_kept_and_keeping_takes_back(learn: Learner) -> None:
    review = Review.of(learn)
    review.relabel([0, 4], "dogs")
    assert review.decisions[0] == "relabelled" and review.decisions[4] == "kept"
    review.exclude([0])
    assert review.decisions[0] == "excluded" and review.labels[0] == "dogs"
    review.keep([0])
    assert review.decisions[0] == "kept" and review.labels[0] == "cats"


def test_widgets_on_one_learner_share_a_review_and_other_reviews_follow(learn: Learner, folder: Path) -> None:
    review = Review.of(learn)
    assert Review.of(learn) is review
    without_model = Review.of(folder)
    assert without_model.shared is review.shared
    sessions = [session_of(review), session_of(without_model)]
    detach = [attach(review, sessions[0]), attach(without_model, sessions[1])]
    said = sessions[0].act("relabel", focus=0, argument="dogs")
    assert said == "1 item is dogs now."
    other = without_model.source.names.index("cats/0_dark.png")
    assert sessions[1].values("label", [other]) == ["dogs"] and sessions[1].values("decision", [other]) == [
        "relabelled"
    ]
    sessions[1].act("undo")
    assert sessions[0].values("label", [0]) == ["cats"] and sessions[0].values("decision", [0]) == [None]
    detach[0]()
    review.exclude([0])
    assert sessions[0].values("decision", [0]) == [None] and sessions[1].values("decision", [other]) == ["excluded"]


def test_marks_survive_every_change_of_filters(learn: Learner) -> None:
    review = Review.of(learn)
    session = session_of(review)
    attach(review, session)
    session.filter("split", "in", ["train"])
    session.filter("label", "in", ["cats"])
    session.select_view()
    session.act("exclude")
    session.set_filters([{"column": "split", "op": "in", "value": ["valid"]}])
    session.set_filters([{"column": "decision", "op": "in", "value": ["excluded"]}])
    assert len(session.view) == 4 == len(names(review, "excluded"))


def test_the_cell_decides_the_same_about_a_copy_in_a_fresh_kernel(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    review = Review.of(folder)
    review.relabel([0, 3], "dogs")
    review.exclude([7])
    review.keep([8])
    review.relabel([2], review.add_class("hens & <b>'cocks'</b>"))
    review.note([5], 'says "é"')
    code = review.code().replace(repr(str(review.root)), repr(str(copy)))
    exec(f"{code}\n{code}", {})
    copied = Review.of(copy)
    assert copied.labels == review.labels and copied.decisions == review.decisions and copied.notes == review.notes
    assert len(Journal(copy).entries()) == 6  # a second run says nothing again
    code.encode()


def test_decide_all_says_nothing_twice(folder: Path) -> None:
    assert decide_all(folder, relabel={"cats/1_dark.png": "dogs"}, exclude=["cats/0_dark.png"]) == 2
    assert decide_all(folder, relabel={"cats/1_dark.png": "dogs"}, exclude=["cats/0_dark.png"]) == 0


def test_several_labels_are_added_and_taken_off(multi: Learner) -> None:
    review = Review.of(multi)
    assert review.labels[0] == ("cats", "dark") and review.multilabel
    review.toggle_label([0], "dogs")
    assert review.labels[0] == ("cats", "dark", "dogs") or set(review.labels[0] or ()) == {"cats", "dark", "dogs"}
    review.toggle_label([0], "cats")
    assert set(review.labels[0] or ()) == {"dark", "dogs"} and review.decisions[0] == "relabelled"
    session = session_of(review)
    attach(review, session)
    session.act("relabel", focus=1, argument="light")
    assert set(review.labels[1] or ()) == {"cats", "dark", "light"}
    review.relabel([0], [])
    assert review.labels[0] == ()


def test_rows_of_a_table_are_known_by_their_content(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"a": [1.0, 2, 3, 4, 5, 5], "kind": list("xyxyxx"), "y": ["no", "no", "yes", "yes", "no", "no"]}
    )
    to = TabularPandas(frame, [Categorify], ["kind"], ["a"], "y", splits=([0, 1, 2, 4, 5], [3]))
    learn = tabular_learner(to.dataloaders(bs=2, path=tmp_path), [4])
    review = Review.of(learn)
    assert review.labels == ["no", "no", "yes", "no", "no", "yes"] and review.source.paths == [None] * 6
    review.relabel([3], "yes")
    assert review.labels[3:5] == ["yes", "no"]  # its twin stays
    session = session_of(review)
    attach(review, session)
    assert session.unit == "row"
    assert "a: 2.0" in session.values("item")[1] or "a:" in session.values("item")[1]
    review.shared.close()
    assert Review(review.source).labels == review.labels


def test_numbers_as_classes_stay_numbers_in_the_journal(folder: Path) -> None:
    review = Review.of(folder, labels=lambda path: int(path.name[0]))
    assert review.classes[:2] == ["0", "1"]
    review.relabel([0], "5")
    assert Journal(folder).entries()[0]["label"] == 5
    with pytest.raises(KeyError, match=r"no class '9'.*there are 0, 1.*add_class"):
        review.relabel([0], "9")


def test_classes_that_read_the_same_are_told_apart(folder: Path) -> None:
    review = Review.of(folder, labels=lambda path: 1 if path.parent.name == "cats" else "1")
    first, second = sorted(review.classes)  # which of them is met first depends on the file system
    assert first == "1" and second in ("1 (int)", "1 (str)") and len(set(review.labels)) == 2


def test_while_another_one_writes_decisions_are_read_and_refused_in_words(folder: Path) -> None:
    review = Review.of(folder)
    with Journal(folder) as other:  # as a second process would
        other.append({"item": "cats/0_dark.png", "exclude": True})
        with pytest.raises(JournalInUse, match=r"Nothing was decided.*process \d+.*looking only"):
            review.exclude([3])
        assert review.decisions[3] is None
        review.reload()
        assert review.decisions[0] == "excluded"
    review.exclude([3])
    assert names(review, "excluded") == ["cats/0_dark.png", "cats/3_dark.png"]


def test_a_journal_that_cannot_be_written_says_what_to_try(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    review = Review.of(folder, journal=tmp_path / "file" / "notes")
    with pytest.raises(RuntimeError, match=r"journal .* cannot be written.*journal="):
        review.exclude([0])
    assert review.decided == []


def test_a_damaged_journal_is_read_as_far_as_it_is_whole(folder: Path) -> None:
    review = Review.of(folder)
    review.exclude([0])
    review.exclude([1])
    review.shared.close()
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    edited = lines[0].replace(b"true", b"null")
    (folder / "journal.jsonl").write_bytes(edited + lines[1] + lines[1][:20])
    again = Review(review.source)
    assert names(again, "excluded") == ["cats/1_dark.png"]
    again.exclude([2])
    assert json.loads((folder / "journal.jsonl").read_bytes().splitlines()[-1])["item"] == "cats/2_dark.png"


def test_a_file_that_is_gone_can_be_excluded_and_one_that_moved_keeps_its_label(folder: Path) -> None:
    review = Review.of(folder)
    review.relabel([1], "dogs")
    (folder / "cats/0_dark.png").unlink()
    review.exclude([0])
    assert review.decisions[0] == "excluded"
    review.shared.close()
    (folder / "cats/1_dark.png").rename(folder / "cats/9_dark.png")
    moved = Review.of(folder)
    at = moved.source.names.index("cats/9_dark.png")
    assert moved.labels[at] == "dogs"
    moved.undo()
    moved.undo()
    assert moved.labels[at] == "cats"


def test_a_review_that_nobody_holds_lets_others_write(folder: Path) -> None:
    review = Review.of(folder)
    review.exclude([0])
    del review
    gc.collect()
    with Journal(folder) as journal:
        journal.append({"item": "x", "exclude": True})
