"""Cross-entropy of very many scores, such as those of a vocabulary, with half the memory."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

MANY = 1 << 20  # scores; fewer are as fast in one piece
AT_ONCE = 1 << 18  # scores for each thread: what a processor keeps close by


def worth_it(scores: Tensor, target: Tensor) -> bool:
    """Whether `cross_entropy_of_many` is for these: class ids, many scores on a processor, and a gradient to come."""
    many = scores.ndim == 2 and scores.numel() >= MANY and scores.requires_grad and torch.is_grad_enabled()
    return many and scores.device.type == "cpu" and scores.dtype in (torch.float32, torch.float64) and target.ndim == 1


def cross_entropy_of_many(scores: Tensor, target: Tensor, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """`F.cross_entropy`, whose gradient is made on the way, a few rows at a time.

    torch's own writes four tensors as large as the scores, of which the system has to find the memory at each step;
    this one writes the gradient and no other.
    Shapes: `scores` `(N, K)`, `target` `(N,)`, class ids in `[0, K)` or `ignore_index`; the result is `()`.
    Raises: IndexError for other class ids, ValueError for a `reduction` other than "mean" and "sum".
    """
    if reduction not in ("mean", "sum"):
        raise ValueError(f'`reduction` is "mean" or "sum" where rows are not kept apart, but got {reduction!r}.')
    kept = target != ignore_index
    total = int(kept.sum()) if reduction == "mean" else 1
    loss, _ = _CrossEntropy.apply(scores, target, kept, ignore_index, total)
    return loss  # type: ignore[no-any-return]


class _CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(scores: Tensor, target: Tensor, kept: Tensor, ignore_index: int, total: int) -> tuple[Tensor, Tensor]:
        """The loss, and its gradient for the scores."""
        gradient = torch.empty_like(scores, memory_format=torch.contiguous_format)
        column = target.masked_fill(~kept, 0)[:, None]
        factor = (kept.to(scores.dtype) / max(total, 1))[:, None]
        n = max(1, AT_ONCE * torch.get_num_threads() // scores.shape[1])
        losses = []
        for first in range(0, len(scores), n):
            rows = slice(first, first + n)
            log_p = torch.log_softmax(scores[rows], 1, out=gradient[rows])
            losses.append(F.nll_loss(log_p, target[rows], ignore_index=ignore_index, reduction="sum"))
            log_p.exp_().scatter_add_(1, column[rows], log_p.new_full((1, 1), -1.0).expand(len(log_p), 1))
            log_p.mul_(factor[rows])
        return torch.stack(losses).sum() / total, gradient

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        scores, target, kept, _, ctx.total = inputs
        ctx.mark_non_differentiable(output[1])
        ctx.set_materialize_grads(False)  # of the second result there is none; else it would be made, of zeros
        ctx.save_for_backward(scores, target, kept, output[1])

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor | None) -> tuple[Tensor | None, ...]:
        slope, (scores, target, kept, gradient) = slopes[0], ctx.saved_tensors
        if slope is None:
            return None, None, None, None, None
        if torch.is_grad_enabled():  # a gradient of this gradient is asked for
            wrong = scores.softmax(1) - F.one_hot(target.masked_fill(~kept, 0), scores.shape[1])
            return slope * wrong * kept[:, None] / max(ctx.total, 1), None, None, None, None
        return gradient if slope.item() == 1 else gradient * slope, None, None, None, None
