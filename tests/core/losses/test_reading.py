"""Activation and decoding are known for our losses and for torch's own."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, activation_of, decodes_of
from torch import nn
from torch.nn import functional as F

SCORES = torch.tensor([[2.0, -1.0, 0.5], [-3.0, 0.1, 0.0]])


@pytest.mark.parametrize(
    "loss",
    [CrossEntropyLossFlat(), nn.CrossEntropyLoss(), F.cross_entropy, partial(F.cross_entropy, label_smoothing=0.1)],
)
def test_cross_entropy_reads_by_softmax_and_decides_by_the_best(loss):
    probabilities = activation_of(loss)(SCORES)
    torch.testing.assert_close(probabilities, SCORES.softmax(1))
    assert decodes_of(loss)(probabilities).tolist() == [0, 1]


@pytest.mark.parametrize(
    "loss",
    [
        BCEWithLogitsLossFlat(),
        nn.BCEWithLogitsLoss(),
        F.binary_cross_entropy_with_logits,
        nn.MultiLabelSoftMarginLoss(),
    ],
)
def test_bce_reads_by_sigmoid_and_decides_at_one_half(loss):
    probabilities = activation_of(loss)(SCORES)
    torch.testing.assert_close(probabilities, SCORES.sigmoid())
    assert torch.equal(decodes_of(loss)(probabilities), SCORES > 0)


def test_torch_puts_the_classes_of_masks_second():
    scores = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(activation_of(nn.CrossEntropyLoss())(scores).sum(1), torch.ones(2, 4, 4))


def test_log_probabilities_become_probabilities():
    torch.testing.assert_close(activation_of(nn.NLLLoss())(SCORES.log_softmax(1)), SCORES.softmax(1))
    assert decodes_of(F.nll_loss)(SCORES.softmax(1)).tolist() == [0, 1]


@pytest.mark.parametrize("loss", [nn.MSELoss(), F.l1_loss, lambda pred, target: (pred - target).sum()])
def test_other_losses_leave_scores_as_they_are(loss):
    assert activation_of(loss)(SCORES) is SCORES and decodes_of(loss)(SCORES) is SCORES


def test_a_losss_own_reading_comes_first():
    class Own(nn.CrossEntropyLoss):
        def activation(self, x):
            return x * 2

    torch.testing.assert_close(activation_of(Own())(SCORES), SCORES * 2)
