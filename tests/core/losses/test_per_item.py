"""Losses of each item, where some are functions."""

from functools import partial

import pytest
import torch
from fastlearn.losses import CombinedLoss, DiceLoss, MultiTargetLoss
from fastlearn.losses.per_item import loss_per_item
from fastlearn.synthetic import synth_learner
from torch import nn
from torch.nn import functional as F

SCORES = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 3.0]])
IDS = torch.tensor([0, 0, 1])
EACH = -SCORES.log_softmax(1)[torch.arange(3), IDS]


def own(pred, target):
    return F.cross_entropy(pred, target)


@pytest.mark.parametrize(
    "loss",
    [
        F.cross_entropy,
        partial(F.cross_entropy, reduction="sum"),
        own,
        nn.CrossEntropyLoss(),
        nn.CrossEntropyLoss(reduction="sum"),
    ],
)
def test_any_loss_gives_one_value_for_each_item(loss):
    before = getattr(loss, "reduction", None)
    torch.testing.assert_close(loss_per_item(loss, SCORES, IDS), EACH)
    assert getattr(loss, "reduction", None) == before


def test_functions_in_a_combined_loss_have_values_for_each_item():
    loss = CombinedLoss([F.cross_entropy, own, nn.CrossEntropyLoss()], [1.0, 0.5, 2.0])
    torch.testing.assert_close(loss(SCORES, IDS), 3.5 * EACH.mean())
    loss.reduction = "none"
    torch.testing.assert_close(loss(SCORES, IDS), 3.5 * EACH)
    assert not hasattr(F.cross_entropy, "reduction") and not hasattr(own, "reduction")
    loss.reduction = "mean"
    torch.testing.assert_close(loss(SCORES, IDS), 3.5 * EACH.mean())


def test_functions_in_a_loss_of_several_targets_too():
    loss = MultiTargetLoss([F.cross_entropy, nn.MSELoss()])
    numbers = torch.tensor([1.0, 2.0, 3.0])
    torch.testing.assert_close(loss((SCORES, numbers), IDS, 2 * numbers), EACH.mean() + (numbers**2).mean())
    loss.reduction = "none"
    torch.testing.assert_close(loss((SCORES, numbers), IDS, 2 * numbers), EACH + numbers**2)
    assert not hasattr(F.cross_entropy, "reduction")


def test_predictions_with_losses_of_a_combined_loss(tmp_path):
    learn = synth_learner(path=tmp_path)
    learn.loss_func = CombinedLoss([F.mse_loss, F.l1_loss])
    preds, targets, losses = learn.get_preds(with_loss=True)
    torch.testing.assert_close(losses, ((preds - targets) ** 2 + (preds - targets).abs()).squeeze(1))


def test_a_loss_of_masks_keeps_its_own_axis():
    loss = CombinedLoss([partial(F.cross_entropy), DiceLoss(reduction="mean")])
    loss.reduction = "none"
    pred, mask = torch.randn(2, 3, 4, 4), torch.randint(3, (2, 4, 4))
    assert loss(pred, mask).shape == (2,)
