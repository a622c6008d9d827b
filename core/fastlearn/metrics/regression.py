"""How far predicted numbers are off."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from fastlearn.metrics.accumulated import over_all_items
from fastlearn.metrics.flat import flat_pair


def mse(preds: Tensor, targets: Tensor) -> Tensor:
    """Mean squared error, in the target's unit squared."""
    return F.mse_loss(*_as_floats(preds, targets))


def mae(preds: Tensor, targets: Tensor) -> Tensor:
    """Mean absolute error, in the target's unit."""
    return F.l1_loss(*_as_floats(preds, targets))


@over_all_items  # the mean of the batches' roots is not the root of the mean
def rmse(preds: Tensor, targets: Tensor) -> Tensor:
    """Root of the mean squared error, in the target's unit."""
    return mse(preds, targets).sqrt()


def msle(preds: Tensor, targets: Tensor) -> Tensor:
    """Mean squared error of `log(1 + x)`: of ratios rather than differences, for numbers that are not negative."""
    left, right = _as_floats(preds, targets)
    return F.mse_loss(left.log1p(), right.log1p())


@over_all_items
def exp_rmspe(preds: Tensor, targets: Tensor) -> Tensor:
    """Root mean square percentage error of predictions and targets that are logarithms."""
    left, right = _as_floats(preds, targets)
    return ((right.exp() - left.exp()) / right.exp()).pow(2).mean().sqrt()


def _as_floats(preds: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    left, right = flat_pair(preds, targets)
    return left, right.to(left.dtype)
