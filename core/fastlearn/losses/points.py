"""Mean squared error of points, some of which may be missing."""

from __future__ import annotations

import torch
from torch import Tensor

from fastlearn.losses.mse import MSELossFlat


class PointsLossFlat(MSELossFlat):
    """Mean squared error over the numbers of the target that are there: NaN stands for a missing point.

    Shapes: predictions `(B, 2 * N)` or `(B, N, 2)`, targets `(B, N, 2)`. Without NaN it equals `MSELossFlat`; where
    everything is missing it is 0. With `reduction="none"` missing numbers are 0.
    """

    title = "The loss of points"

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        target = self.matched(pred, target)
        missing = target.isnan()
        squares = torch.where(missing, 0.0, pred - torch.where(missing, 0.0, target)).square()
        if self.reduction == "none":
            return squares
        return squares.sum() if self.reduction == "sum" else squares.sum() / (~missing).sum().clamp(min=1)
