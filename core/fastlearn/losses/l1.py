"""Mean absolute error."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from fastlearn.losses.base import BaseLoss, same_shape


class L1LossFlat(BaseLoss):
    """Mean absolute error, in the target's unit; `(N, 1)` meets `(N,)` without broadcasting."""

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(pred, same_shape(pred, target, "Mean absolute error"), reduction=self.reduction)
