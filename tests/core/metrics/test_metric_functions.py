"""Metric functions against tables worked by hand and scikit-learn."""

from __future__ import annotations

import pytest
import torch
from fastlearn.metrics import accuracy, accuracy_multi, error_rate, mae, mse, rmse, top_k_accuracy
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, root_mean_squared_error, top_k_accuracy_score

SCORES = torch.tensor([[0.1, 0.7, 0.2], [0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.5, 0.4, 0.1]])
IDS = torch.tensor([1, 0, 0, 1])  # two right; the last has the second-best score


def test_accuracy_of_a_single_class_says_that_there_is_nothing_to_tell_apart():
    with pytest.raises(ValueError, match=r"one score an item.*single class.*dls.vocab.*two classes"):
        accuracy(torch.zeros(4, 1), torch.zeros(4, dtype=torch.int64))


def test_accuracy_table():
    assert accuracy(SCORES, IDS).item() == 0.5 and error_rate(SCORES, IDS[:, None]).item() == 0.5
    assert top_k_accuracy(SCORES, IDS, k=2).item() == 0.75 and top_k_accuracy(SCORES, IDS, k=3).item() == 1


@given(seed=st.integers(0, 1000), n=st.integers(1, 30))
def test_accuracy_agrees_with_scikit_learn(seed, n):
    g = torch.Generator().manual_seed(seed)
    scores, ids = torch.randn(n, 4, generator=g), torch.randint(0, 4, (n,), generator=g)
    assert accuracy(scores, ids).item() == pytest.approx(accuracy_score(ids, scores.argmax(1)))
    expected = top_k_accuracy_score(ids, scores, k=2, labels=range(4))
    assert top_k_accuracy(scores, ids, k=2).item() == pytest.approx(expected)


def test_masks_have_their_classes_on_axis_1():
    scores = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    assert accuracy(scores, scores.argmax(1), axis=1).item() == 1


@pytest.mark.parametrize("scores, sigmoid", [([[2.0, -2.0], [0.5, 3.0]], True), ([[0.9, 0.1], [0.6, 0.95]], False)])
def test_multi_label_accuracy_counts_decisions(scores, sigmoid):
    targets = torch.tensor([[1, 0], [0, 1]])  # three of four decisions are right
    assert accuracy_multi(torch.tensor(scores), targets, sigmoid=sigmoid).item() == 0.75


def test_regression_table():
    pred, target = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([1, 4, 6])  # off by 0, 2, 3
    assert mse(pred, target).item() == pytest.approx(13 / 3)
    assert mae(pred, target).item() == pytest.approx(5 / 3)
    assert rmse(pred, target).item() == pytest.approx(root_mean_squared_error(target, pred[:, 0]))


def test_messages_say_what_does_not_fit():
    with pytest.raises(ValueError, match=r"number of classes, here 3, but got 5.*top_k_accuracy, k=2"):
        top_k_accuracy(SCORES, IDS)
    with pytest.raises(ValueError, match=r"got \(4,\) and \(4, 3\).*accuracy_multi"):
        accuracy(SCORES, SCORES)
