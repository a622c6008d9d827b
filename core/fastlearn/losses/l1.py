"""Mean absolute error."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from fastlearn.losses.base import PairwiseLoss


class L1LossFlat(PairwiseLoss):
    """Mean absolute error, in the target's unit; `(N, 1)` meets `(N,)` without broadcasting."""

    title = "Mean absolute error"

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(pred, self.matched(pred, target), reduction=self.reduction)
