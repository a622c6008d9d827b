"""Counts agree with scikit-learn's and with tables worked by hand, at any number of classes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.interpret.confusion import confusion_counts, label_counts, largest_confusions, normalized, worst_classes
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, multilabel_confusion_matrix

BY_HAND = np.array([[5, 2, 0], [2, 3, 1], [0, 0, 4]])


@given(pairs=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=60))
def test_counts_are_scikits(pairs):
    actual, predicted = torch.tensor(pairs).unbind(1)
    expected = confusion_matrix(actual, predicted, labels=range(7))
    assert (confusion_counts(actual, predicted, 7) == expected).all()


@given(cells=st.lists(st.tuples(*[st.booleans()] * 6), min_size=1, max_size=40))
def test_counts_of_labels_are_scikits(cells):
    actual, predicted = torch.tensor(cells)[:, :3], torch.tensor(cells)[:, 3:]
    assert (label_counts(actual.float(), predicted) == multilabel_confusion_matrix(actual, predicted)).all()


def test_thousand_classes_take_a_matrix_and_no_cube():
    ids = torch.arange(1000).repeat(50)
    assert (confusion_counts(ids, ids, 1000) == 50 * np.eye(1000)).all()


@pytest.mark.parametrize(
    "min_val, expected", [(1, [(0, 1, 2), (1, 0, 2), (1, 2, 1)]), (2, [(0, 1, 2), (1, 0, 2)]), (3, [])]
)
def test_largest_confusions_by_hand(min_val, expected):
    assert largest_confusions(BY_HAND, min_val) == expected


def test_rows_are_normalized_and_an_absent_class_is_zero():
    assert normalized(np.array([[3, 1], [0, 0]])).tolist() == [[0.75, 0.25], [0.0, 0.0]]


def test_worst_classes_are_those_in_most_mistakes_in_their_own_order():
    assert worst_classes(BY_HAND, 2).tolist() == [0, 1]
    assert worst_classes(np.array([[9, 0, 0], [0, 9, 3], [0, 1, 9]]), 2).tolist() == [1, 2]
