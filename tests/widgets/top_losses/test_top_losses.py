"""Worst first, with reasons; decisions that every widget of the learner sees; answers that say when they are old."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.interpret import StoredAnswers
from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat
from fastlearn.train.learner import Learner

from fastwidgets import TopLosses
from fastwidgets.review import corrected_loaders
from fastwidgets.top_losses.columns import distinct, verdicts

WRONG = {*(f"valid/cat/dog{i}x.png" for i in range(4)), "valid/owl/cat0x.png", "valid/owl/cat1x.png",
         "valid/dog/owl0x.png"}  # fmt: skip


@pytest.fixture
def losses(animals: Learner):
    made = TopLosses(animals)
    made.wait()
    yield made
    made.close()


def shown(widget: TopLosses) -> list[str]:
    return widget.session.values("name", widget.session.view)


def of(widget: TopLosses, name: str, column: str):
    return widget.session.values(column, widget._ids([name]))[0]


def test_the_worst_validation_items_come_first_with_all_that_is_known_of_them(losses: TopLosses) -> None:
    assert len(shown(losses)) == 31 and set(shown(losses)[:7]) == WRONG
    found = losses.table(31)
    assert found["loss"].is_monotonic_decreasing and set(found["split"]) == {"valid"}
    worst = found[found["name"] == "valid/dog/owl0x.png"].iloc[0]
    assert (worst["label"], worst["prediction"], worst["reason"]) == ("dog", "owl", "confident wrong")
    assert worst["why"].startswith("confident and wrong: owl") and worst["probability"] > 0.99 > worst["p_label"]
    assert of(losses, "valid/dog/owl0x.png", "verdict").endswith(" · dog → owl 1.00")


def test_the_same_list_on_a_second_call_and_the_model_is_not_run_again(losses: TopLosses, animals: Learner) -> None:
    again = TopLosses(animals)
    assert shown(again) == shown(losses) and again.answers.n_run == 0
    again.close()


def test_a_new_label_is_on_the_tile_at_once_in_all_widgets_and_is_undone(losses: TopLosses, animals: Learner) -> None:
    other = TopLosses(animals)
    assert losses.relabel("valid/dog/owl0x.png", "owl") == "1 item is owl now."
    for widget in (losses, other):
        assert of(widget, "valid/dog/owl0x.png", "verdict").endswith("· owl → owl 1.00")
        assert widget.losses.note == "1 label edited; predictions are of the model before that"
        assert "valid/dog/owl0x.png" in shown(widget)  # nothing jumps away
    other.session.act("undo")
    assert of(losses, "valid/dog/owl0x.png", "verdict").endswith("· dog → owl 1.00") and losses.losses.note == ""
    other.close()


def test_predictions_are_taken_as_labels_in_one_act(losses: TopLosses) -> None:
    losses.session.select(losses._ids(sorted(WRONG)))
    losses.session.act("take")
    assert {of(losses, name, "label") == of(losses, name, "prediction") for name in WRONG} == {True}
    losses.session.act("undo")
    assert of(losses, "valid/cat/dog0x.png", "label") == "cat"
    with pytest.raises(KeyError, match=r"no item 'x.png'. A name looks like 'train/"):
        losses.relabel("x.png", "cat")


def test_the_nearest_training_items_follow_the_one_that_was_asked_for(losses: TopLosses) -> None:
    before = shown(losses)
    assert losses.session.act("similar", focus=int(losses.session.view[0])).startswith("The 8 training items")
    near = shown(losses)
    assert near[0] == before[0] and len(near) == 9 and all(name.startswith("train/") for name in near[1:])
    assert all("cat" in Path(name).name for name in near[1:])  # it shows a cat, and so do they
    losses.session.act("back")
    assert shown(losses) == before
    with pytest.raises(ValueError, match="cannot be done now"):
        losses.session.act("back")


def test_answers_of_other_weights_are_old_until_they_are_updated(losses: TopLosses, animals: Learner) -> None:
    assert losses._status()["stale"] == ""
    losses.relabel("valid/dog/owl0x.png", "owl")
    losses.show([{"column": "label", "op": "in", "value": ["owl"]}])
    animals.fit(1, 1e-3)
    assert "trained after they were made" in losses._status()["stale"] and "are old" in losses.as_text()
    before = losses.session.values("loss")
    losses.update()
    losses.wait()
    assert losses._status()["stale"] == "" and losses.notice == "" and losses.session.values("loss") != before
    assert of(losses, "valid/dog/owl0x.png", "label") == "owl" and len(losses.session.filters) == 1
    fresh = TopLosses(animals)
    assert fresh.answers.n_run == 0 and fresh.session.values("loss") == losses.session.values("loss")
    fresh.close()


def test_what_was_trained_on_since_is_no_longer_told_as_edited(losses: TopLosses, animals: Learner) -> None:
    losses.relabel("valid/dog/owl0x.png", "owl")
    assert losses.losses.note.startswith("1 label edited")
    animals.dls = losses.review.corrected = corrected_loaders(losses.review)
    losses.update()
    losses.wait()
    assert losses.notice == "" and losses.losses.note == "" and of(losses, "valid/dog/owl0x.png", "p_label") > 0.9


def test_old_answers_can_be_looked_at_as_they_are(losses: TopLosses, animals: Learner) -> None:
    with torch.no_grad():
        animals.model.head[2].bias.add_(1)
    old = TopLosses(animals, update=False)
    old.wait()
    assert old.answers.folder == losses.answers.folder and "weights changed" in old._status()["stale"]
    old.close()


def test_nothing_is_run_in_the_middle_of_a_fit(losses: TopLosses, animals: Learner) -> None:
    animals.in_fit = True
    with pytest.raises(DataError, match="is being trained"):
        losses.update()
    losses.on_overlays({"rid": 1, "ids": [0]})
    losses.wait()
    assert "is being trained" in losses.notice
    animals.in_fit = False


def test_a_file_that_is_gone_is_told_as_stale_and_its_row_stays(losses: TopLosses, animals: Learner) -> None:
    gone = losses.review.root / "valid/dog/owl0x.png"
    gone.unlink()
    losses.check()
    losses.wait()
    assert "owl0x.png" in losses._status()["stale"] and "valid/dog/owl0x.png" in shown(losses)
    assert losses.relabel("valid/dog/owl0x.png", "owl") == "1 item is owl now."


def test_the_list_is_written_as_csv_and_json_without_overwriting(losses: TopLosses, own_home: Path) -> None:
    losses.review.note([int(losses.session.view[0])], 'odd, "very"\nodd')
    first, second = losses.export(), losses.export()
    assert (first.name, second.name) == ("top_losses.csv", "top_losses-2.csv") and first.parent == own_home
    with first.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 31 and rows[0]["note"] == 'odd, "very" odd' and rows[0]["label"] == "owl"
    assert Path(rows[0]["path"]).is_file() and [row["name"] for row in rows] == shown(losses)
    listed = json.loads(losses.export(own_home / "list.json").read_text())
    assert listed[0]["note"] == 'odd, "very" odd' and listed[1]["note"] is None


def test_the_cell_shows_and_decides_the_same_in_a_fresh_kernel(losses: TopLosses, animals: Learner) -> None:
    losses.relabel(["valid/cat/dog0x.png", "valid/cat/dog1x.png"], "dog")
    losses.show([{"column": "label", "op": "in", "value": ["dog"]}], [("loss", False)])
    code = losses.code()
    wanted = shown(losses)
    losses.session.act("undo")
    space = {"learn": animals}
    exec(code, space)
    assert shown(space["shown"]) == wanted and of(space["shown"], "valid/cat/dog0x.png", "label") == "dog"
    space["shown"].close()


def test_stored_answers_are_looked_at_without_their_learner(losses: TopLosses) -> None:
    alone = TopLosses(str(losses.answers.folder))
    alone.wait()
    assert set(shown(alone)[:7]) == {str(Path(name)) for name in WRONG} and alone.overlay_label == ""
    status = alone._status()
    assert not status["can_update"] and not status["can_apply"] and alone.overlay([0]) == {}
    assert alone.relabel("valid/dog/owl0x.png", "owl") == "1 image is owl now."
    with pytest.raises(DataError, match="opened without their learner"):
        alone.update()
    alone.close()
    with pytest.raises(TypeError, match=r"but got int\. Try the learner itself"):
        TopLosses(3)
    with pytest.raises(FileNotFoundError):
        TopLosses("nowhere")


def test_several_labels_an_item(tensors) -> None:
    x, y = torch.tensor([[4.0, -4], [-4, 4], [3, 3]]), torch.tensor([[1.0, 0], [1, 0], [1, 1]])
    made = TopLosses(tensors(x, y, BCEWithLogitsLossFlat()))
    made.wait()
    assert made.table(1)["name"][0] == "validation 1" and made.table(1)["worst label"][0] == "0"
    assert made.session.values("prediction", made.session.view) == ["1", "0; 1", "0"]
    assert of(made, "validation 1", "why") == "0 is missed (0.02); 1 is seen (0.98)"
    made.close()


@pytest.mark.parametrize("k", [1, 2])
def test_numbers(tensors, k: int) -> None:
    x = torch.tensor([[1.0], [2], [9]]).repeat(1, k)
    made = TopLosses(tensors(x, torch.tensor([[1.0], [3], [3]]).repeat(1, k), MSELossFlat()))
    assert [round(value, 2) for value in made.table()["residual"]] == ([6, -1, 0] if k == 1 else [8.49, 1.41, 0])
    verdict = made.losses.grid.values("verdict", made.session.view[:1])[0]
    assert verdict == ("loss 36 · 3 → 9" if k == 1 else "loss 36 · 3, 3 → 9, 9")
    assert "relabel" not in made.session.actions and "exclude" in made.session.actions
    made.close()


def test_a_loss_that_is_no_number_comes_first(tensors) -> None:
    made = TopLosses(tensors(torch.tensor([[1.0], [float("nan")]]), torch.tensor([[1.0], [1]]), MSELossFlat()))
    assert shown(made) == ["validation 1", "validation 0"] and made.table()["loss"][0] == float("inf")
    made.close()


def test_one_class_is_no_trouble(tensors) -> None:
    made = TopLosses(tensors(torch.tensor([[2.0], [1.0]]), torch.tensor([0, 0]), CrossEntropyLossFlat()))
    made.wait()
    assert len(shown(made)) == 2 and made.notice == ""
    made.close()


def test_training_items_alone_come_with_a_warning(losses: TopLosses) -> None:
    losses.show([{"column": "split", "op": "in", "value": ["train"]}])
    assert losses.losses.split == 0 and "better on them than it is" in losses._status()["warning"]
    losses.show()
    assert losses.losses.split is None and losses._status()["warning"] == "" and len(shown(losses)) == 62


def test_the_saved_page_is_small_and_has_names_as_text(animals: Learner, tmp_path: Path) -> None:
    made = TopLosses(animals, title="<b>x</b>")
    html = made.as_html()
    assert "&lt;b&gt;" in html and "<b>x" not in html and len(html) < 200_000 and "Model answers of" in html
    made.close()


def test_names_that_collide_get_a_number() -> None:
    assert distinct(["a", "b", "a", "a (2)", "a"]) == ["a", "b", "a (3)", "a (2)", "a (4)"]
    assert distinct(["<i>", "x\ny"]) == ["<i>", "x\ny"]


def test_a_tile_says_it_in_one_line() -> None:
    assert verdicts("category", ["cat"], ["dog"], [0.978], [4.21]) == ["loss 4.21 · cat → dog 0.98"]
    assert verdicts("mask", ["road"], ["car"], [0.25], [0.5]) == ["loss 0.5 · road → car 25%"]
    assert verdicts("other", [None], [None], [None], [2.0]) == ["loss 2"]
    assert verdicts("category", ["cat"], [None], [None], [None]) == ["no answer of the model"]


def test_closed_it_follows_nothing_any_more(animals: Learner) -> None:
    made = TopLosses(animals)
    listeners, subscribed = len(made.review._listeners), made._unsubscribe is not None
    made.close()
    assert subscribed and made.review._listeners == [] and listeners == 2 and made._laid is None


def test_answers_of_a_loader_of_ones_own(animals: Learner) -> None:
    answers = StoredAnswers.of(animals, dl=animals.dls.valid)
    made = TopLosses(answers)
    assert len(shown(made)) == 31
    made.close()
