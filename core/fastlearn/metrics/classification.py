"""How often the predicted class is the right one."""

from __future__ import annotations

import torch
from torch import Tensor

from fastlearn.metrics.flat import expanded, flat_pair


def accuracy(preds: Tensor, targets: Tensor, axis: int = -1) -> Tensor:
    """The share of items whose best-scored class is the target.

    Shapes: scores with the classes on `axis` (`(N, K)`; for masks `(N, K, H, W)` and `axis=1`), class ids without it.
    Raises: ValueError for one score an item, of which the best is always the same.
    """
    if preds.ndim > 1 and preds.shape[axis] == 1:
        raise ValueError(f"Accuracy compares the scores of classes, but the predictions {tuple(preds.shape)} hold "
                         f"{_why_one_score(targets)}")  # fmt: skip
    best, ids = flat_pair(preds.argmax(dim=axis), targets)
    return (best == ids).float().mean()


def _why_one_score(targets: Tensor) -> str:
    if targets.is_floating_point():
        return ("one number an item, as for a number to predict. Where the target is a class of 0 and 1, say "
                "y_block=CategoryBlock; for numbers try rmse or mae.")  # fmt: skip
    return ("one score an item. In data of a single class there is nothing to tell apart: look at dls.vocab and at how "
            "the labels are made. A model of two classes has two scores.")  # fmt: skip


def error_rate(preds: Tensor, targets: Tensor, axis: int = -1) -> Tensor:
    """The share of items that are wrong: `1 - accuracy`."""
    return 1 - accuracy(preds, targets, axis=axis)


def top_k_accuracy(preds: Tensor, targets: Tensor, k: int = 5, axis: int = -1) -> Tensor:
    """The share of items whose target is among the `k` best-scored classes.

    Raises: ValueError if there are fewer than `k` classes.
    """
    if not 1 <= k <= preds.shape[axis]:
        raise ValueError(
            f"`k` lies between 1 and the number of classes, here {preds.shape[axis]}, but got {k}. "
            f"Try partial(top_k_accuracy, k={min(2, preds.shape[axis])})."
        )
    best = preds.topk(k, dim=axis).indices
    return (best == targets.unsqueeze(axis)).any(dim=axis).float().mean()


def accuracy_multi(preds: Tensor, targets: Tensor, thresh: float = 0.5, sigmoid: bool = True) -> Tensor:
    """The share of right yes-or-no decisions where an item has any number of labels.

    Shapes: scores and 0/1 targets `(N, K)`; `sigmoid` turns raw scores into probabilities first.
    """
    scores, truth = flat_pair(preds, targets)
    if sigmoid:
        scores = torch.sigmoid(scores)
    return ((scores > thresh) == truth.bool()).float().mean()


def accuracy_thresh_expand(y_pred: Tensor, y_true: Tensor, thresh: float = 0.5, sigmoid: bool = True) -> Tensor:
    """The share of scores on the right side of `thresh`, the target being repeated for every score of its item.

    Shapes: `y_pred` is `(N, ...)`, `y_true` is `(N,)` of 0 and 1. Returns: from 0 to 1, shape `()`.
    """
    scores = y_pred.sigmoid() if sigmoid else y_pred
    return ((scores > thresh) == expanded(y_true, scores).bool()).float().mean()
