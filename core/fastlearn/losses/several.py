"""One loss for each of several targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from fastlearn.losses.base import BaseLoss
from fastlearn.losses.per_item import has_reduction, loss_per_item
from fastlearn.losses.reading import activation_of, decodes_of

__all__ = ["MultiTargetLoss"]


class MultiTargetLoss(BaseLoss):
    """The sum of `losses`, one for each target, each times its weight; the model returns a tuple of predictions.

    `parts` holds the newest value of each. With `reduction="none"` there is one value for each item.
    Raises: ValueError if there are not as many predictions and targets as losses.
    """

    def __init__(self, losses: Sequence[Any], weights: Sequence[float] | None = None) -> None:
        super().__init__()
        if not losses or (weights is not None and len(weights) != len(losses)):
            raise ValueError(f"One weight for each loss, but got {len(losses)} losses and weights {weights!r}.")
        self.losses = nn.ModuleList(losses) if all(isinstance(loss, nn.Module) for loss in losses) else list(losses)
        self.weights = [1.0] * len(losses) if weights is None else [float(weight) for weight in weights]
        self.parts: list[Tensor] = []

    def forward(self, preds: Any, *targets: Any) -> Tensor:
        self._check(preds, targets)
        values = [self._value(loss, p, t) for loss, p, t in zip(self.losses, preds, targets, strict=True)]
        self.parts = [value.detach() for value in values]
        total = values[0] * self.weights[0]
        for value, weight in zip(values[1:], self.weights[1:], strict=True):
            total = total + value * weight
        return total

    def activation(self, x: Any) -> Any:
        """Each prediction as its loss reads it."""
        self._check(x)
        return tuple(activation_of(loss)(part) for loss, part in zip(self.losses, x, strict=True))

    def decodes(self, x: Any) -> Any:
        """Each prediction as its loss decodes it."""
        return tuple(decodes_of(loss)(part) for loss, part in zip(self.losses, x, strict=True))

    def _value(self, loss: Any, pred: Any, target: Any) -> Tensor:
        if self.reduction == "none":
            value = loss_per_item(loss, pred, target)
            return value.reshape(len(target), -1).mean(1)
        if not has_reduction(loss):
            whole: Tensor = loss(pred, target)
            return whole
        before, loss.reduction = loss.reduction, self.reduction
        try:
            reduced: Tensor = loss(pred, target)
        finally:
            loss.reduction = before
        return reduced

    def _check(self, preds: Any, targets: Sequence[Any] | None = None) -> None:
        n = len(self.losses)
        if not isinstance(preds, tuple | list) or len(preds) != n:
            came = f"{len(preds)} predictions" if isinstance(preds, tuple | list) else type(preds).__name__
            raise ValueError(f"There are {n} targets with a loss each, so the model returns a tuple of {n} predictions,"
                             f" but it gave {came}. Try a model with one head for each target.")  # fmt: skip
        if targets is not None and len(targets) != n:
            raise ValueError(f"There are {n} losses, one for each target, but {len(targets)} targets.")
