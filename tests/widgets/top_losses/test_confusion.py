"""Every cell leads to exactly its items, counts follow decisions, and each task has its table; worked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat
from fastlearn.train.learner import Learner
from judged_learner import judged
from torch import nn

from fastwidgets import ConfusionMatrix, TopLosses
from fastwidgets.confusion.order import order_of
from fastwidgets.confusion.residual_table import around_zero, edges_of, ranges
from fastwidgets.confusion.session import Look


@pytest.fixture
def confusion(animals: Learner):
    made = ConfusionMatrix(animals, reasons=False)
    yield made
    made.close()


def names(widget: TopLosses) -> list[str]:
    return widget.session.values("name", widget.session.view)


def counts(widget: ConfusionMatrix) -> list[list[int]]:
    widget.losses.refresh()
    assert widget.losses.table is not None
    return widget.losses.table.filled().astype(int).tolist()


def test_a_cell_has_exactly_its_images(confusion: ConfusionMatrix) -> None:
    assert counts(confusion) == [[9, 4, 0], [0, 8, 1], [2, 0, 7]]
    confusion.on_pick({"cells": {"rows": [0], "columns": [1]}})
    assert sorted(names(confusion)) == [f"valid/cat/dog{i}x.png" for i in range(4)]
    assert confusion.losses.picked == {"rows": [0], "columns": [1]}
    confusion.pick("owl")
    assert len(names(confusion)) == 9 and confusion.losses.picked == {"rows": [2], "columns": [0, 1, 2]}
    confusion.pick(predictions=["dog", "owl"])
    assert len(names(confusion)) == 20 and confusion.losses.picked == {"rows": [0, 1, 2], "columns": [1, 2]}
    for i, row in enumerate(counts(confusion)):
        for j, n in enumerate(row):
            confusion.pick(i, j)
            assert len(names(confusion)) == n
    confusion.on_pick({"cells": None})
    assert len(names(confusion)) == 31 and confusion.losses.picked is None
    with pytest.raises(ValueError, match="There is no 'cow' in the table; there are cat, dog, owl"):
        confusion.pick("cow")


def test_new_labels_move_the_counts_in_all_widgets_of_the_learner(confusion: ConfusionMatrix, animals: Learner) -> None:
    other = TopLosses(animals, reasons=False)
    confusion.pick("cat", "dog")
    before = confusion.losses.stamp
    other.relabel(names(confusion)[:3], "dog")
    assert counts(confusion) == [[9, 1, 0], [0, 11, 1], [2, 0, 7]] and confusion.losses.stamp > before
    assert len(names(confusion)) == 4  # they stay in sight until another cell is picked
    confusion.pick("cat", "dog")
    assert len(names(confusion)) == 1
    other.review.exclude(other._ids(["valid/cat/cat0.png"]))
    assert counts(confusion)[0] == [8, 1, 0]
    assert confusion.losses.note == "3 labels edited, 1 excluded; predictions are of the model before that"
    other.session.act("undo")
    other.session.act("undo")
    assert counts(confusion) == [[9, 4, 0], [0, 8, 1], [2, 0, 7]]
    other.close()


def test_decisions_of_before_count_from_the_beginning(confusion: ConfusionMatrix, animals: Learner) -> None:
    confusion.relabel("valid/dog/owl0x.png", "owl")
    again = ConfusionMatrix(animals, reasons=False)
    assert counts(again)[1] == [0, 8, 0] and counts(again)[2] == [2, 0, 8]
    again.close()


def test_a_class_that_the_model_does_not_know_does_not_count(confusion: ConfusionMatrix) -> None:
    confusion.review.add_class("cow")
    confusion.relabel("valid/dog/owl0x.png", "cow")
    assert counts(confusion)[1] == [0, 8, 0] and np.sum(counts(confusion)) == 30


def test_the_table_is_of_the_split_that_is_shown(confusion: ConfusionMatrix) -> None:
    assert "validation items" in confusion.as_text()
    confusion.show()
    assert np.sum(counts(confusion)) == 62 and "all items" in confusion.as_text()
    confusion.show([{"column": "split", "op": "in", "value": ["train"]}])
    assert np.sum(counts(confusion)) == 31 and "better on them than it is" in confusion.as_text()


def test_the_worst_pairs_and_what_a_reload_brings_back(confusion: ConfusionMatrix) -> None:
    assert confusion.most_confused() == [("cat", "dog", 4), ("owl", "cat", 2), ("dog", "owl", 1)]
    confusion.look(order="size", by="row", diagonal=False)
    confusion.pick("owl", "cat")
    said, cells = confusion.losses.described()
    assert said["look"] == {"order": "size", "by": "row", "diagonal": False, "output": 0}
    assert said["row_order"] == said["column_order"] == [0, 1, 2] and said["picked"] == {"rows": [2], "columns": [0]}
    assert said["pairs"][0] == {"row": 0, "column": 1, "n": 4, "share": 4 / 13}
    assert cells.tolist() == [[0, 0, 9], [0, 1, 4], [1, 1, 8], [1, 2, 1], [2, 0, 2], [2, 2, 7]]
    with pytest.raises(ValueError, match="`order` is one of 'given', 'name'"):
        Look(order="best")


def test_the_cell_shows_the_same_in_a_fresh_kernel(confusion: ConfusionMatrix, animals: Learner) -> None:
    confusion.look(order="errors", by="column")
    confusion.pick("owl", "cat")
    space = {"learn": animals}
    exec(confusion.code(), space)
    assert names(space["shown"]) == names(confusion) and space["shown"].losses.look == confusion.losses.look
    space["shown"].close()


@pytest.fixture
def labels(tensors):
    x = torch.tensor([[4.0, -4], [-4, 4], [3, 3], [-3, -3]])
    y = torch.tensor([[1.0, 0], [1, 0], [1, 1], [0, 0]])
    made = ConfusionMatrix(tensors(x, y, BCEWithLogitsLossFlat()), reasons=False)
    yield made
    made.close()


def test_several_labels_have_a_line_each(labels: ConfusionMatrix) -> None:
    assert counts(labels) == [[2, 1, 0, 1], [1, 0, 1, 2]]  # found, missed, false alarm, absent
    labels.pick("0", "missed")
    assert names(labels) == ["validation 1"] and labels.losses.picked == {"rows": [0], "columns": [1]}
    assert [one.plain() for one in labels.session.filters][-1] == {"column": "cell", "op": "in", "value": ["0: missed"]}
    labels.pick(None, ["missed", "false alarm"])
    assert names(labels) == ["validation 1"]
    assert labels.most_confused() == [("0", "missed", 1), ("1", "false alarm", 1)]
    space = {"learn": labels.source.learn}
    exec(labels.code(), space)
    assert names(space["shown"]) == ["validation 1"]
    space["shown"].close()


def test_numbers_have_a_residual_plot_whose_fields_lead_to_items(tensors) -> None:
    x, y = torch.tensor([[0.0], [10], [10], [0]]), torch.tensor([[0.0], [10], [0], [10]])
    made = ConfusionMatrix(tensors(x, y, MSELossFlat()), reasons=False)
    made.losses.refresh()
    table = made.losses.table
    assert table.form == "residuals" and len(table.rows) == 11 and len(table.columns) == 12
    assert table.rows[0].startswith("+8.18 to +10") and table.rows[5] == "-0.909 to +0.909"
    made.pick(0)  # predicted far too high
    assert names(made) == ["validation 2"]
    made.pick(10)
    assert names(made) == ["validation 3"]
    made.pick(5, [0, 1, 2])
    assert names(made) == ["validation 0"] and "target 0 to 0.833" in made.session.filters[-1].value[0]
    made.review.exclude([int(made.losses.ids[made.answers.row_of("validation 2")])])
    assert np.sum(counts(made)[0]) == 0 and np.sum(counts(made)) == 3
    made.close()


def test_several_numbers_are_looked_at_one_by_one(tensors) -> None:
    x = torch.tensor([[0.0, 5], [1, 5], [2, 5]])
    made = ConfusionMatrix(tensors(x, torch.tensor([[0.0, 5], [1, 5], [2, 9]]), MSELossFlat()), reasons=False)
    assert made.losses.outputs == 2 and np.sum(counts(made)[5]) == 3  # the first is right everywhere
    made.look(output=1)
    assert np.sum(counts(made)[-1]) == 1
    with pytest.raises(ValueError, match="0 to 1, but got 2"):
        made.look(output=2)
    made.close()


def test_masks_count_pixels_and_lead_to_the_worst(tensors) -> None:
    x = torch.zeros(3, 2, 2, 2)
    x[:, 1] = 4  # the class 1 is predicted everywhere
    y = torch.tensor([[[1, 1], [1, 0]], [[1, 1], [1, 1]], [[0, 0], [1, 1]]])
    made = ConfusionMatrix(tensors(x, y, nn.CrossEntropyLoss()), reasons=False)
    assert counts(made) == [[0, 3], [0, 9]]
    made.pick("0", "1")
    assert names(made) == ["validation 2", "validation 0"]  # two pixels, one pixel
    assert made.session.values("pixels", made.session.view) == [2, 1]
    assert made.table(1)["wrong"][0] == 0.5 and made.session.filters[-1].value == ["0 as 1"]
    assert "relabel" not in made.session.actions
    made.close()


@pytest.mark.filterwarnings("ignore:There")
def test_one_class_says_why_there_is_no_table(tmp_path: Path) -> None:
    made = ConfusionMatrix(judged(tmp_path / "cats", only="cat"), reasons=False)
    said, cells = made.losses.described()
    assert said["trouble"] == "There is only one class: cat. A table needs two to be confused."
    assert len(cells) == 0 and "only one class" in made.as_html() and "only one class" in made.as_text()
    with pytest.raises(ValueError, match="needs two"):
        made.pick(0, 0)
    assert made.most_confused() == [] and len(names(made)) == 13
    made.close()


def test_a_class_without_items_has_an_empty_line(tensors) -> None:
    made = ConfusionMatrix(tensors(torch.eye(4)[:2] * 5, torch.tensor([0, 1]), CrossEntropyLossFlat()), reasons=False)
    assert counts(made)[3] == [0, 0, 0, 0] and np.sum(counts(made)) == 2
    made.pick(3, 3)
    assert names(made) == []
    for order in ("name", "size", "errors", "clusters"):
        made.look(order=order)
        assert sorted(made.losses.described()[0]["row_order"]) == [0, 1, 2, 3]
    made.close()


def test_a_thousand_classes_travel_as_the_cells_that_are_not_empty(tensors) -> None:
    n = 1000
    target = torch.arange(n).repeat(2)
    scores = torch.nn.functional.one_hot((target + (torch.arange(2 * n) % 7 == 0)) % n, n).float() * 9
    made = ConfusionMatrix(tensors(scores, target, CrossEntropyLossFlat()), reasons=False)
    made.look(order="clusters")
    said, cells = made.losses.described()
    assert len(said["rows"]) == n and len(cells) <= 2 * n and len(said["pairs"]) == 20
    assert sorted(said["row_order"]) == list(range(n)) and cells[:, 2].sum() == 2 * n
    assert len(made.as_html()) < 200_000 and "→" in made.as_text().splitlines()[1]
    made.close()


def test_what_is_confused_stands_together() -> None:
    names = list("abcdef")
    # a with d, b with e; c and f are right
    cells = np.array([[0, 0, 5], [0, 3, 4], [3, 0, 3], [1, 4, 4], [4, 4, 5], [2, 2, 9], [5, 5, 1]], float)
    order = order_of(names, cells, "clusters", square=True)
    assert abs(order.index(0) - order.index(3)) == abs(order.index(1) - order.index(4)) == 1 and order[-2:] == [2, 5]
    assert order_of(["b", "a", "C"], cells[:0], "name", True) == [1, 0, 2]
    assert order_of(names, cells, "size", True) == [0, 2, 4, 1, 3, 5]
    assert order_of(names, cells, "errors", True)[:3] == [0, 1, 3]
    with pytest.raises(ValueError, match="An order is one of given, name"):
        order_of(names, cells, "best", True)


def test_fields_of_numbers_differ_and_hold_all_of_them() -> None:
    edges = edges_of(np.array([3.0, 3.0, np.nan]))
    assert edges.tolist() == [2.5, 3.5] and edges_of(np.array([])).tolist()[-1] == 1
    assert around_zero(np.array([0.0])).tolist()[0] == -1 and len(around_zero(np.array([-4.0, 1]))) == 12
    words = ranges(np.array([1000.0001, 1000.0002, 1000.0003]))
    assert len(set(words)) == 2


def test_names_are_never_markup(tmp_path: Path, tensors) -> None:
    made = ConfusionMatrix(tensors(torch.eye(2) * 3, torch.tensor([0, 1]), CrossEntropyLossFlat()), reasons=False)
    made.losses.refresh()
    assert made.losses.table is not None
    made.losses.table.rows = ["<img src=x>", "b"]
    assert "<img src=x>" not in made.as_html() and "&lt;img src=x&gt;" in made.as_html()
    made.close()
