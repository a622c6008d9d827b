"""Dice: how well predicted masks overlap the true ones, as a loss."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from fastlearn.keywords import check_keywords
from fastlearn.losses.base import BaseLoss

__all__ = ["DiceLoss"]


class DiceLoss(BaseLoss):
    """1 minus the Dice coefficient of probabilities and truth, for each item and class.

    Shapes: scores `(N, K, H, W)` with the classes on `axis`, class ids `(N, H, W)`.
    Returns: the sum (or mean) over items and classes, shape `()`; `(N, K)` with `reduction="none"`. `smooth` keeps
    empty classes from dividing by 0, `square_in_union` squares the probabilities in the denominator.
    Source: Milletari, Navab & Ahmadi 2016, "V-Net", section 3.
    """

    @check_keywords
    def __init__(
        self, axis: int = 1, smooth: float = 1e-6, reduction: str = "sum", square_in_union: bool = False
    ) -> None:
        super().__init__(reduction)
        self.axis, self.smooth, self.square_in_union = axis, smooth, square_in_union

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        p = self.activation(pred).movedim(self.axis, 1).flatten(2)  # (N, K, pixels)
        ids = target.reshape(target.shape[0], -1)
        if ids.shape[1] != p.shape[2]:
            raise ValueError(
                f"Dice compares masks pixel by pixel, but scores are {tuple(pred.shape)} and the mask is "
                f"{tuple(target.shape)}. The scores have a class on axis {self.axis} more."
            )
        truth = F.one_hot(ids.long(), p.shape[1]).movedim(-1, 1).to(p)
        overlap = (p * truth).sum(-1)
        union = (p**2 + truth if self.square_in_union else p + truth).sum(-1)
        loss = 1 - (2 * overlap + self.smooth) / (union + self.smooth)
        return loss.mean() if self.reduction == "mean" else loss.sum() if self.reduction == "sum" else loss

    def activation(self, x: Tensor) -> Tensor:
        """Probabilities of the classes."""
        return torch.softmax(x, dim=self.axis)

    def decodes(self, x: Tensor) -> Tensor:
        """The most probable class of each pixel."""
        return x.argmax(dim=self.axis)
