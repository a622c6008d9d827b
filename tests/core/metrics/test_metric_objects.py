"""Metrics over a pass: averages weigh by items, accumulated ones see everything at once."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pytest
import torch
from fastlearn.metrics import (
    AccumMetric,
    AvgLoss,
    AvgMetric,
    AvgSmoothLoss,
    Metric,
    ValueMetric,
    accuracy,
    mk_metric,
    rmse,
    top_k_accuracy,
)
from sklearn.metrics import f1_score, roc_auc_score
from torch.nn import functional as F

GEN = torch.Generator().manual_seed(0)
PREDS, IDS = torch.randn(10, 3, generator=GEN), torch.randint(0, 3, (10,), generator=GEN)


def feed(metric, preds=PREDS, targets=IDS, sizes=(4, 4, 2)):
    metric.reset()
    for pred, y in zip(preds.split(sizes), targets.split(sizes), strict=True):
        loss = F.cross_entropy(pred, y) if pred.ndim > 1 and not y.is_floating_point() else pred.mean()
        metric.accumulate(SimpleNamespace(pred=pred, y=y, yb=(y,), xb=(pred,), loss=loss))
    return metric.value


def test_a_short_last_batch_counts_by_its_items():
    assert feed(AvgMetric(accuracy)) == pytest.approx(accuracy(PREDS, IDS).item())
    assert feed(AvgLoss()) == pytest.approx(F.cross_entropy(PREDS, IDS).item())


def test_smooth_loss_worked_by_hand():
    metric = AvgSmoothLoss(beta=0.5)
    for loss in (4.0, 1.0):  # 2.0, then 1.5; free of the start's pull: 1.5 / 0.75
        metric.accumulate(SimpleNamespace(loss=torch.tensor(loss)))
    assert metric.value == pytest.approx(2.0)


def test_before_the_first_batch_there_is_no_value():
    assert [m.value for m in (AvgMetric(accuracy), AvgLoss(), AvgSmoothLoss(), AccumMetric(rmse))] == [None] * 4


def test_reset_forgets():
    metric = AvgMetric(accuracy)
    assert feed(metric) == feed(metric)


def test_a_root_is_taken_once_over_all_items():
    preds, targets = torch.tensor([0.0, 0.0, 0.0, 0.0]), torch.tensor([0.0, 0.0, 0.0, 4.0])
    assert feed(mk_metric(rmse), preds, targets, sizes=(3, 1)) == 2.0  # batches alone: 0 and 4, mean 1


def test_values_of_a_function_may_be_plain_numbers():
    assert feed(AvgMetric(lambda pred, y: 0.25)) == 0.25


def test_accumulated_metrics_drive_scikit_learn():
    f1 = AccumMetric(f1_score, dim_argmax=-1, to_np=True, invert_arg=True, average="macro")
    assert feed(f1) == pytest.approx(f1_score(IDS, PREDS.argmax(1), average="macro")) and f1.name == "f1_score"
    auc = AccumMetric(roc_auc_score, activation="binarysoftmax", to_np=True, invert_arg=True)
    two, yes = PREDS[:, :2], (PREDS[:, 2] > 0).long()
    assert feed(auc, two, yes) == pytest.approx(roc_auc_score(yes, two.softmax(1)[:, 1]))


def test_the_best_class_is_picked_only_without_an_activation():
    seen = {act: AccumMetric(lambda p, t: p, dim_argmax=1, activation=act, flatten=False)._prepared(PREDS)
            for act in ("no", "sigmoid", "softmax", "binarysoftmax")}  # fmt: skip
    assert torch.equal(seen["no"], PREDS.argmax(1)) and torch.equal(seen["sigmoid"], PREDS.sigmoid())
    assert torch.equal(seen["softmax"], PREDS.softmax(1)) and torch.equal(
        seen["binarysoftmax"], PREDS.softmax(1)[:, -1]
    )


def test_axis_0_and_threshold_0_are_settings():
    best = AccumMetric(lambda p, t: (p == t).float().mean(), dim_argmax=0, flatten=True)
    assert best(PREDS.T, PREDS.argmax(1)) == 1.0
    positive = AccumMetric(lambda p, t: p.float().mean(), thresh=0.0)
    assert positive(torch.tensor([-1.0, 1.0]), torch.zeros(2)) == 0.5


@pytest.mark.parametrize(
    "given, kind, name",
    [
        (accuracy, AvgMetric, "accuracy"),
        (partial(top_k_accuracy, k=2), AvgMetric, "top_k_accuracy"),
        (rmse, AccumMetric, "rmse"),
        (AvgLoss, AvgLoss, "loss"),
        (ValueMetric(lambda: 3, "three"), ValueMetric, "three"),
    ],
)
def test_what_users_write_becomes_a_metric(given, kind, name):
    metric = mk_metric(given)
    assert isinstance(metric, kind) and isinstance(metric, Metric) and metric.name == name


def test_own_metrics_need_only_the_four_words():
    class Own:
        name, value = "own", 1.0

        def reset(self): ...
        def accumulate(self, learn): ...

    own = Own()
    assert mk_metric(own) is own


def test_messages_say_what_a_metric_is():
    with pytest.raises(TypeError, match=r"got 'accuracy'. Try metrics=\[accuracy\]"):
        mk_metric("accuracy")
    with pytest.raises(ValueError, match="one of no, sigmoid, softmax, binarysoftmax, but got 'soft'"):
        AccumMetric(rmse, activation="soft")
