"""Several losses as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from fastlearn.losses.base import BaseLoss
from fastlearn.losses.per_item import loss_per_item
from fastlearn.losses.reading import activation_of, decodes_of

__all__ = ["CombinedLoss"]


class CombinedLoss(BaseLoss):
    """The sum of `losses`, each times its weight: `CombinedLoss([FocalLossFlat(axis=1), DiceLoss()], [1.0, 0.5])`.

    Each keeps its own reduction. Predictions are read by the first. `parts` holds the newest values, which `LossMetric`
    can show. With `reduction="none"` there is one value for each item: the means of the parts, weighted.
    """

    def __init__(self, losses: Sequence[Any], weights: Sequence[float] | None = None) -> None:
        super().__init__()
        if not losses or (weights is not None and len(weights) != len(losses)):
            raise ValueError(f"One weight for each loss, but got {len(losses)} losses and weights {weights!r}.")
        self.losses = nn.ModuleList(losses) if all(isinstance(loss, nn.Module) for loss in losses) else list(losses)
        self.weights = [1.0] * len(losses) if weights is None else [float(weight) for weight in weights]
        self.parts: list[Tensor] = []

    def forward(self, pred: Any, *targets: Any) -> Tensor:
        if self.reduction == "none":
            return self._weighted([_per_item(loss, pred, targets) for loss in self.losses])
        values = [loss(pred, *targets) for loss in self.losses]
        self.parts = [value.detach() for value in values]
        return self._weighted(values)

    def activation(self, x: Any) -> Any:
        """As the first loss reads scores."""
        return activation_of(self.losses[0])(x)

    def decodes(self, x: Any) -> Any:
        """As the first loss decodes."""
        return decodes_of(self.losses[0])(x)

    def _weighted(self, values: list[Tensor]) -> Tensor:
        total = values[0] * self.weights[0]
        for value, weight in zip(values[1:], self.weights[1:], strict=True):
            total = total + value * weight
        return total


def _per_item(loss: Any, pred: Any, targets: tuple[Any, ...]) -> Tensor:
    value = loss_per_item(loss, pred, *targets)
    return value.reshape(value.shape[0], -1).mean(1)
