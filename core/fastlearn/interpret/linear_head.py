"""A linear classifier on fixed features, fitted to the end: the same weights for the same data, without a seed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["fit_linear_head", "standardized"]

ROWS_AT_ONCE = 16384


def standardized(features: Tensor) -> Tensor:
    """Each column with mean 0 and standard deviation 1; constant columns are zero. `(N, D)` float32."""
    features = features.float()
    mean, std = features.mean(0), features.std(0, unbiased=False)
    return (features - mean) / torch.where(std > 1e-6 * (1 + mean.abs()), std, torch.inf)


def fit_linear_head(
    features: Tensor, targets: Tensor, n_classes: int, decay: float, start: Tensor | None = None, max_iter: int = 50
) -> Tensor:
    """The weights that minimise the mean cross-entropy plus `decay / 2` times their square, without the bias's.

    Shapes: `features` is `(N, D)`; `targets` holds class ids, `(N,)`, or zeros and ones, `(N, C)`, where every class is
    a yes or no of its own. The result is `(D + 1, C)`, the bias last. `start` has that shape: where to begin.
    Source: Liu and Nocedal 1989, "On the limited memory BFGS method", as in torch.
    """
    weights = torch.zeros(features.shape[1] + 1, n_classes) if start is None else start.clone()
    weights.requires_grad_()
    optimizer = torch.optim.LBFGS([weights], max_iter=max_iter, history_size=10, tolerance_grad=1e-5,
                                  tolerance_change=1e-7, line_search_fn="strong_wolfe")  # fmt: skip
    several = targets.ndim == 2
    loss_of: Callable[[Tensor, Tensor], Tensor] = _label_losses if several else _class_losses

    def closure() -> Tensor:
        optimizer.zero_grad()
        total = 0.5 * decay * weights[:-1].square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        value = total.detach()
        for x, y in zip(torch.split(features, ROWS_AT_ONCE), torch.split(targets, ROWS_AT_ONCE), strict=True):
            part = loss_of(scores_of(x, weights), y) / len(features)  # blocks, so that memory does not grow with N * C
            part.backward()  # type: ignore[no-untyped-call]
            value = value + part.detach()
        return value

    with torch.enable_grad():
        optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach()


def scores_of(features: Tensor, weights: Tensor) -> Tensor:
    """`(N, C)` raw scores."""
    return torch.addmm(weights[-1], features, weights[:-1])


def _class_losses(scores: Tensor, ids: Tensor) -> Tensor:
    return F.cross_entropy(scores, ids, reduction="sum")


def _label_losses(scores: Tensor, yes: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(scores, yes, reduction="sum")
