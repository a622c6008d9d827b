"""Losses equal torch's, and stay finite where the plain formula does not."""

from __future__ import annotations

import math

import pytest
import torch
from fastlearn.scratch import accuracy, cross_entropy, log_softmax, logsumexp, nll
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F


def scores(n=6, k=4, seed=0):
    return torch.randn(n, k, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_log_softmax_equals_torchs_and_its_gradients():
    x = scores().requires_grad_()
    assert torch.autograd.gradcheck(log_softmax, x)
    torch.testing.assert_close(log_softmax(x), F.log_softmax(x, -1))
    torch.testing.assert_close(logsumexp(x), x.logsumexp(-1, keepdim=True))


@pytest.mark.parametrize("shift", [-1e4, 0.0, 1e4])
def test_large_scores_do_not_overflow(shift):
    found = log_softmax(torch.tensor([[0.0, math.log(3.0)]], dtype=torch.float64) + shift)
    assert found.exp()[0].tolist() == pytest.approx([0.25, 0.75], abs=1e-9)
    assert math.isfinite(cross_entropy(torch.tensor([[0.0, 1000.0]]), torch.tensor([0])).item())


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=9), st.floats(-100, 100))
def test_probabilities_add_up_to_one_and_ignore_a_shift_of_all_scores(values, shift):
    x = torch.tensor(values, dtype=torch.float64)
    assert log_softmax(x).exp().sum().item() == pytest.approx(1)
    torch.testing.assert_close(log_softmax(x + shift), log_softmax(x), rtol=1e-6, atol=1e-6)


def test_cross_entropy_equals_torchs_for_classes_and_for_shares():
    x, y = scores(), torch.tensor([0, 3, 1, 1, 2, 0])
    shares = scores(seed=1).softmax(-1)
    torch.testing.assert_close(cross_entropy(x, y), F.cross_entropy(x, y))
    torch.testing.assert_close(cross_entropy(x, shares), F.cross_entropy(x, shares))
    torch.testing.assert_close(nll(x, y), F.nll_loss(x, y))


def test_negative_log_likelihood_by_hand():
    p = torch.tensor([[0.5, 0.5], [0.1, 0.9]])
    assert nll(p.log(), torch.tensor([0, 1])).item() == pytest.approx(-(math.log(0.5) + math.log(0.9)) / 2)
    assert cross_entropy(torch.zeros(5, 8), torch.arange(5)).item() == pytest.approx(math.log(8))


def test_accuracy_by_hand():
    assert accuracy(
        torch.tensor([[1.0, 2.0], [3.0, 0.0], [0.0, 1.0]]), torch.tensor([1, 0, 0])
    ).item() == pytest.approx(2 / 3)
