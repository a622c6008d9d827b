"""Mean squared error."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from fastlearn.losses.base import BaseLoss, same_shape


class MSELossFlat(BaseLoss):
    """Mean squared error, in the target's unit squared; `(N, 1)` meets `(N,)` without broadcasting."""

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(pred, same_shape(pred, target, "Mean squared error"), reduction=self.reduction)
