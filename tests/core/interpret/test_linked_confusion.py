"""Every number leads to its items, and both follow corrected labels; worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.data.problems import DataError
from fastlearn.interpret import StoredAnswers, linked_confusion
from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat
from torch import nn

from .answering import Fixed, tensor_learner
from .test_stored_answers import Segmenting

# Six items, three classes; in brackets what is predicted: 0 (0), 0 (1), 0 (1, surer), 1 (1), 2 (0), 2 (2).
SCORES = torch.tensor([[3.0, 0, 0], [0, 2, 0], [0, 5, 0], [0, 4, 0], [1, 0, 0], [0, 0, 2]])
IDS = torch.tensor([0, 0, 0, 1, 2, 2])


def answers_for(x, y, model, loss, folder):
    return StoredAnswers.of(tensor_learner(x, y, model, loss), ds_idx=1, folder=folder)


@pytest.fixture
def classes(tmp_path):
    return linked_confusion(answers_for(SCORES, IDS, Fixed(3), CrossEntropyLossFlat(), tmp_path))


def test_counts_items_and_shares(classes):
    assert classes.counts().tolist() == [[1, 2, 0], [0, 1, 0], [1, 0, 1]]
    assert classes.items_in(0, 1).tolist() == [2, 1] and classes.items_in("0").tolist() == [2, 1, 0]
    assert classes.items_in(predicted=0).tolist() == [4, 0] and classes.mistakes().tolist() == [2, 1, 4]
    assert [tuple(c) for c in classes.most_confused()] == [("0", "1", 2, 2 / 3), ("2", "0", 1, 0.5)]
    assert len(classes.most_confused(n=1)) == len(classes.most_confused(min_count=2)) == 1
    assert classes.accuracy() == 0.5 and classes.worst_classes(2).tolist() == [0, 1]


@pytest.mark.parametrize("by, axis", [("actual", 1), ("predicted", 0), ("all", None)])
def test_parts_add_up_to_one(classes, by, axis):
    assert np.allclose(classes.normalised(by).sum(axis), 1)
    with pytest.raises(ValueError, match="`by` is 'actual', 'predicted' or 'all'"):
        classes.normalised("rows")


def test_every_cell_has_as_many_items_as_it_counts(classes):
    for i, row in enumerate(classes.counts().tolist()):
        for j, n in enumerate(row):
            assert len(classes.items_in(i, j)) == n


def test_corrected_labels_move_counts_and_items(classes):
    classes.relabel({2: "1", "validation 4": 0})
    assert classes.counts().tolist() == [[2, 1, 0], [0, 2, 0], [0, 0, 1]]
    assert classes.items_in(1, 1).tolist() == [3, 2] or classes.items_in(1, 1).tolist() == [2, 3]
    assert classes.corrected == {2: 1, 4: 0} and classes.note == "2 labels edited since the pass"
    assert classes.label_of(2) == "1"
    classes.relabel({2: None, 4: "2"})  # back, and back to what was stored
    assert classes.corrected == {} and classes.note == "" and classes.counts()[0].tolist() == [1, 2, 0]


def test_what_is_left_out_does_not_count(classes):
    classes.exclude([0, "validation 3"])
    assert classes.counts().sum() == 4 and 0 not in classes.items_in(0) and classes.note.startswith("2 items left out")
    classes.include([0])
    assert classes.counts().sum() == 5


def test_wrong_corrections_change_nothing(classes):
    before = classes.counts()
    with pytest.raises(ValueError, match="name of a class or its number, below 3, but got 'dgo'"):
        classes.relabel({2: "1", 1: "dgo"})
    with pytest.raises(DataError, match="no answer for the item 'nobody'"):
        classes.relabel({"nobody": 1})
    assert (classes.counts() == before).all() and classes.corrected == {}


def test_precision_recall_and_f1_are_scikits(classes):
    from sklearn.metrics import precision_recall_fscore_support

    table = classes.per_class()
    expected = precision_recall_fscore_support([0, 0, 0, 1, 2, 2], [0, 1, 1, 1, 0, 2])
    assert np.allclose(table.to_numpy().T, expected) and table.index.tolist() == ["0", "1", "2"]


def test_thousand_classes_are_counted_at_once(tmp_path):
    x, y = torch.eye(1000) * 9, torch.arange(1000)
    x[7], y = x[9].clone(), y
    found = linked_confusion(answers_for(x, y, nn.Sequential(nn.Identity()), CrossEntropyLossFlat(), tmp_path))
    assert found.counts().shape == (1000, 1000) and found.most_confused()[0][:3] == ("7", "9", 1)
    assert found.worst_classes(2).tolist() == [7, 9]


def test_splits_and_classes_out_of_range(tmp_path):
    answers = answers_for(SCORES, IDS, Fixed(3), CrossEntropyLossFlat(), tmp_path)
    with pytest.raises(DataError, match=r"no answers for split 0\. Try split=1"):
        linked_confusion(answers, split=0)
    assert linked_confusion(answers, split=None).counts().sum() == 6


def test_two_by_two_for_each_of_several_labels(tmp_path):
    x = torch.tensor([[2.0, -2.0], [2.0, 2.0], [-2.0, -2.0]])
    y = torch.tensor([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    found = linked_confusion(answers_for(x, y, Fixed(2), BCEWithLogitsLossFlat(), tmp_path))
    assert found.counts().tolist() == [[[1, 1], [0, 1]], [[1, 0], [1, 1]]]
    assert found.items_in(0, actual=False, predicted=True).tolist() == [1]
    assert [tuple(m) for m in found.most_confused()] == [("0", "false alarm", 1), ("1", "missed", 1)]
    found.relabel({0: ["0"], 1: ["0", "1"]})
    assert found.counts().tolist() == [[[1, 0], [0, 2]], [[2, 0], [0, 1]]] and found.most_confused() == []
    found.relabel({0: [0, 1], 1: None})
    assert found.corrected == {}


def test_residuals(tmp_path):
    x, y = torch.tensor([[1.0], [2.0], [5.0], [8.0]]), torch.tensor([1.5, 2.0, 3.0, 8.0])
    found = linked_confusion(answers_for(x, y, Fixed(1), MSELossFlat(), tmp_path))
    assert found.values[:, 0].tolist() == [-0.5, 0, 2, 0] and found.worst(2).tolist() == [2, 0]
    summary = found.summary().iloc[0]
    assert summary["bias"] == 0.375 and summary["mae"] == 0.625 and summary["rmse"] == pytest.approx(1.0308, abs=1e-4)
    from sklearn.metrics import r2_score

    assert summary["r2"] == pytest.approx(r2_score(y, x[:, 0])) and summary["n"] == 4
    found.relabel({2: 5})
    assert found.values[2, 0] == 0 and found.worst(1).tolist() == [0]
    with pytest.raises(ValueError, match="1 finite numbers, but got 'five'"):
        found.relabel({2: "five"})


def test_pixels_of_classes(tmp_path):
    x = torch.zeros(3, 2, 2, 2)
    x[:, 1] = 4
    x[2, 0, 0, 0] = 9
    y = torch.tensor([[[1, 1], [1, 0]], [[1, 1], [1, 1]], [[255, 0], [0, 1]]])
    answers = answers_for(x, y, Segmenting(), nn.CrossEntropyLoss(ignore_index=255), tmp_path)
    found = linked_confusion(answers)
    assert found.counts().tolist() == [[0, 3], [0, 8]] and found.iou().tolist() == pytest.approx([0, 8 / 11])
    rows, pixels = found.items_in("0", "1")
    assert rows.tolist() == [2, 0] and pixels.tolist() == [2, 1]
    assert found.iou_of(1)[1] == 1 and np.isnan(found.iou_of(1)[0])
    assert found.most_confused()[0] == ("0", "1", 3, 1.0) and found.worst(1).tolist() == [2]
    found.exclude([2])
    assert found.counts().tolist() == [[0, 1], [0, 7]]
    with pytest.raises(DataError, match="cannot be relabelled here"):
        found.relabel({0: 1})
