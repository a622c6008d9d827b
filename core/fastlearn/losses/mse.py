"""Mean squared error."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from fastlearn.losses.base import PairwiseLoss


class MSELossFlat(PairwiseLoss):
    """Mean squared error, in the target's unit squared; `(N, 1)` meets `(N,)` without broadcasting."""

    title = "Mean squared error"

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(pred, self.matched(pred, target), reduction=self.reduction)
