"""Cross-entropy in parts is torch's own, with its gradients of first and second order, and half the memory."""

from __future__ import annotations

import pytest
import torch
from fastlearn.losses import CrossEntropyLossFlat, many_scores
from fastlearn.losses.many_scores import cross_entropy_of_many
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode

GEN = torch.Generator().manual_seed(0)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(many_scores, "MANY", 60)
    monkeypatch.setattr(many_scores, "AT_ONCE", 20)


def batch(n=9, k=7):
    return torch.randn(n, k, generator=GEN, dtype=torch.float64).requires_grad_(), torch.arange(n) % k


def gradient(loss, scores):
    return torch.autograd.grad(loss, scores)[0]


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("ignored", [-100, 3])
def test_value_and_gradients_are_those_of_torch(reduction, ignored):
    scores, target = batch()
    ours = cross_entropy_of_many(scores, target, ignored, reduction)
    torchs = F.cross_entropy(scores, target, ignore_index=ignored, reduction=reduction)
    torch.testing.assert_close(ours, torchs)
    torch.testing.assert_close(gradient(3 * ours, scores), gradient(3 * torchs, scores))
    assert torch.autograd.gradcheck(lambda x: cross_entropy_of_many(x, target, ignored, reduction), scores)
    assert torch.autograd.gradgradcheck(lambda x: cross_entropy_of_many(x, target, ignored, reduction), scores)


def test_where_all_is_ignored_there_is_no_mean_and_no_gradient_as_in_torch():
    scores, _ = batch()
    loss = cross_entropy_of_many(scores, torch.full((9,), 3), 3)
    assert loss.isnan() and gradient(loss, scores).abs().sum() == 0


def test_scores_may_be_infinite_or_no_numbers_and_then_it_is_as_in_torch():
    for bad in (float("-inf"), float("inf"), float("nan")):
        scores, target = batch()
        scores = scores.detach().index_fill(1, torch.tensor([5]), bad).requires_grad_()
        found = [cross_entropy_of_many(scores, target), F.cross_entropy(scores, target)]
        torch.testing.assert_close(*found, equal_nan=True)
        torch.testing.assert_close(*[gradient(loss, scores) for loss in found], equal_nan=True)


def test_the_gradient_can_be_asked_for_twice_and_is_not_shared():
    scores, target = batch()
    loss = cross_entropy_of_many(scores, target)
    loss.backward(retain_graph=True)
    first = scores.grad.clone()
    loss.backward()
    torch.testing.assert_close(scores.grad, 2 * first)


def test_the_loss_uses_it_for_many_scores_and_keeps_its_messages():
    scores, target = batch()
    loss = CrossEntropyLossFlat()(scores.view(3, 3, 7), target.view(3, 3))
    assert "_CrossEntropy" in type(loss.grad_fn).__name__
    assert "_CrossEntropy" not in type(CrossEntropyLossFlat(label_smoothing=0.1)(scores, target).grad_fn).__name__
    assert CrossEntropyLossFlat(reduction="none")(scores, target).shape == (9,)
    with pytest.raises(ValueError, match=r"lie in \[0, 7\) .* range from 0 to 9.*n_out=10"):
        CrossEntropyLossFlat()(scores, target.where(target != 3, 9))


class Large(TorchDispatchMode):
    """Counts the tensors of at least `n` numbers that are made inside."""

    def __init__(self, n):
        super().__init__()
        self.n, self.memory = n, set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for part in out if isinstance(out, tuple | list) else (out,):
            if isinstance(part, torch.Tensor) and part.numel() >= self.n:
                self.memory.add(part.untyped_storage().data_ptr())
        return out


def test_only_the_gradient_is_as_large_as_the_scores():
    scores, target = batch(40)
    with Large(scores.numel()) as made:
        gradient(cross_entropy_of_many(scores, target), scores)
    assert len(made.memory - {scores.data_ptr()}) == 1
