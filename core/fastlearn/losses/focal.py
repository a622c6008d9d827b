"""Focal loss: cross-entropy that fades for what the model already gets right."""

from __future__ import annotations

import torch
from torch import Tensor

from fastlearn.keywords import check_keywords
from fastlearn.losses.cross_entropy import CrossEntropyLossFlat

__all__ = ["FocalLoss", "FocalLossFlat"]


class FocalLossFlat(CrossEntropyLossFlat):
    """`(1 - p) ** gamma` times the cross-entropy, p being the probability of the true class.

    Shapes: scores `(N, K)`, `(N, ..., K)` or, with `axis=1`, `(N, K, ...)`; class ids without the class axis.
    Returns: the mean over the items in nats, shape `()`; with `gamma=0` it is cross-entropy. `weight`, one factor for
    each class, multiplies an item's loss, and the mean divides by the number of items.
    Source: Lin et al. 2017, "Focal Loss for Dense Object Detection", equation 5.
    """

    @check_keywords
    def __init__(
        self, gamma: float = 2.0, axis: int = -1, weight: Tensor | None = None, reduction: str = "mean"
    ) -> None:
        super().__init__(axis=axis, reduction=reduction)
        if gamma < 0:
            raise ValueError(f"`gamma` is at least 0, but got {gamma!r}. Try 2.0.")
        self.gamma, self.weight = gamma, weight

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        loss = self._focal(pred, target)
        return loss.mean() if self.reduction == "mean" else loss.sum() if self.reduction == "sum" else loss

    def _focal(self, pred: Tensor, target: Tensor) -> Tensor:
        plain = CrossEntropyLossFlat(axis=self.axis, reduction="none")
        entropy = plain(pred, target)
        p = torch.exp(-entropy)
        loss: Tensor = (1 - p) ** self.gamma * entropy
        if self.weight is not None:
            loss = loss * self.weight.to(loss)[target.reshape(loss.shape).long()]
        return loss


class FocalLoss(FocalLossFlat):
    """The same for scores `(N, K)` or `(N, K, ...)`: the classes are second, as torch's own losses have them."""

    @check_keywords
    def __init__(self, gamma: float = 2.0, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__(gamma, 1, weight, reduction)
