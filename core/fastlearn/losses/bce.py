"""Binary cross-entropy: every class is its own yes or no."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from fastlearn.keywords import check_keywords
from fastlearn.losses.base import PairwiseLoss


class BCEWithLogitsLossFlat(PairwiseLoss):
    """Binary cross-entropy of raw scores; a class is predicted where its probability is over `thresh`.

    Shapes: scores and target hold the same number of values, the target as 0 or 1; `(N, 1)` meets `(N,)` safely.
    Returns: the mean loss in nats, shape `()`; `weight` and `pos_weight` (for the ones) broadcast over the scores.
    """

    title = "Binary cross-entropy"
    weight: Tensor | None
    pos_weight: Tensor | None

    @check_keywords
    def __init__(
        self,
        thresh: float = 0.5,
        weight: Tensor | None = None,
        pos_weight: Tensor | None = None,
        reduction: str = "mean",
        axis: int = -1,
        floatify: bool = True,
    ) -> None:
        super().__init__(reduction, axis, floatify)
        self.thresh = thresh
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        target = self.matched(pred, target)
        return F.binary_cross_entropy_with_logits(
            pred, target, weight=self.weight, pos_weight=self.pos_weight, reduction=self.reduction
        )

    def activation(self, x: Tensor) -> Tensor:
        """A probability for each class on its own."""
        return torch.sigmoid(x)

    def decodes(self, x: Tensor) -> Tensor:
        """Probabilities as yes or no; takes what `activation` returned, not raw scores."""
        return x > self.thresh

    def extra_repr(self) -> str:
        return ", ".join(part for part in (f"thresh={self.thresh}", super().extra_repr()) if part)


class BCELossFlat(PairwiseLoss):
    """Binary cross-entropy of a model that ends in its own sigmoid; shapes as in `BCEWithLogitsLossFlat`."""

    title = "Binary cross-entropy"
    weight: Tensor | None

    @check_keywords
    def __init__(
        self,
        thresh: float = 0.5,
        weight: Tensor | None = None,
        reduction: str = "mean",
        axis: int = -1,
        floatify: bool = True,
    ) -> None:
        super().__init__(reduction, axis, floatify)
        self.thresh = thresh
        self.register_buffer("weight", weight)

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        target = self.matched(pred, target)
        return F.binary_cross_entropy(pred, target, weight=self.weight, reduction=self.reduction)

    def decodes(self, x: Tensor) -> Tensor:
        """Probabilities as yes or no."""
        return x > self.thresh
