"""Metrics that count over a whole pass, and settings that no data would make right."""

import math
import warnings
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from fastlearn import metrics as M
from fastlearn.train.ingredients import as_metrics


def masks_of(*batches):
    """A learner's state for each batch of truth, where a prediction of all ones is right where the truth is 1."""
    scores = torch.tensor([0.0, 1.0]).reshape(1, 2, 1, 1)
    return [state(scores.expand(len(b), 2, 1, 2), torch.tensor(b)) for b in batches]


def state(pred, y):
    return SimpleNamespace(pred=pred, y=y, xb=(), yb=(y,), loss=None, loss_func=None)


def test_a_batch_of_background_does_not_spoil_the_foreground_accuracy():
    metric = M.mk_metric(M.foreground_acc)
    assert metric.name == "foreground_acc" and metric.value is None
    for batch in masks_of([[[0, 0]]], [[[1, 0]], [[2, 2]]], [[[0, 1]]]):
        metric.accumulate(batch)
    assert metric.value == pytest.approx(2 / 4)  # pixels of 1, 2, 2, 1, of which the ones are right
    metric.reset()
    metric.accumulate(masks_of([[[0, 0]]])[0])
    assert math.isnan(metric.value)


def test_the_background_class_of_a_partial_is_kept():
    metric = M.mk_metric(partial(partial(M.foreground_acc, axis=1), bkg_idx=2))
    for batch in masks_of([[[2, 2]]], [[[1, 0]]]):
        metric.accumulate(batch)
    assert metric.value == pytest.approx(1 / 2) and metric.name == "foreground_acc"


@pytest.mark.parametrize(
    "metric, said",
    [
        (lambda: M.F1Score(), r"F1Score with average='binary' is for two classes.* 3.*Try F1Score\(average='macro'\)"),
        (lambda: M.FBeta(2), r"Try FBeta\(beta=2, average='macro'\)"),
        (lambda: M.Precision(), r"Try Precision\(average='macro'\)"),
        (lambda: M.RocAucBinary(), r"RocAucBinary is for two classes, but there are 3. Try RocAuc\(\)"),
        (lambda: M.BrierScore(), "BrierScore is for two classes"),
        (lambda: M.F1Score(average="makro"), r"does not take this setting.*makro"),
    ],
)
def test_a_setting_that_does_not_suit_the_data_is_an_error_with_what_to_write(metric, said):
    made = metric()
    made.accumulate(state(torch.eye(3), torch.tensor([0, 1, 2])))
    with pytest.raises(ValueError, match=said):
        _ = made.value


def test_roc_auc_of_two_classes_says_which_one_to_take():
    made = M.RocAuc()
    made.accumulate(state(torch.eye(2), torch.tensor([0, 1])))
    with pytest.raises(ValueError, match=r"Try RocAucBinary\(\)"):
        _ = made.value


def test_one_class_in_the_validation_set_is_still_no_error():
    made = M.RocAucBinary()
    made.accumulate(state(torch.eye(2), torch.tensor([1, 1])))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert math.isnan(made.value)


class Counts:
    """A metric by torchmetrics' protocol."""

    def __init__(self, add):
        self.add, self.n = add, 0

    def reset(self):
        self.n = 0

    def update(self, pred, target):
        self.n += self.add * len(target)

    def compute(self):
        return float(self.n)


def test_two_metrics_of_one_class_have_columns_of_their_own():
    with pytest.raises(ValueError, match=r"TorchMetric\(metric, name=...\)"):
        as_metrics([Counts(1), Counts(2)])
    made = as_metrics([M.TorchMetric(Counts(1), name="once"), M.TorchMetric(Counts(2), "twice"), Counts(3)])
    for metric in made:
        metric.reset()
        metric.accumulate(state(torch.zeros(4, 2), torch.zeros(4)))
    assert {metric.name: metric.value for metric in made} == {"once": 4, "twice": 8, "Counts": 12}


def test_accuracy_with_a_threshold_and_one_target_for_all_scores_of_an_item():
    scores, truth = torch.tensor([[0.9, 0.2], [0.6, 0.1]]), torch.tensor([1, 0])
    assert M.accuracy_thresh_expand(scores, truth, sigmoid=False).item() == pytest.approx(2 / 4)
    raw = torch.logit(scores)
    assert M.accuracy_thresh_expand(raw, truth, thresh=0.15).item() == pytest.approx(3 / 4)
    from fastlearn.vision import gan

    assert gan.accuracy_thresh_expand is M.accuracy_thresh_expand
