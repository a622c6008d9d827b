"""Outputs kept within a range."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def sigmoid_range(x: Tensor, low: float, high: float) -> Tensor:
    """A sigmoid scaled to `(low, high)`."""
    return torch.sigmoid(x) * (high - low) + low


class SigmoidRange(nn.Module):
    """A last layer for targets known to lie in `(low, high)`; a little wider is better, the ends are never met.

    Raises: ValueError if `low` is not below `high`.
    """

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        if not (torch.as_tensor(low) < torch.as_tensor(high)).all():
            raise ValueError(f"`y_range` is (low, high), the least and the greatest answer, but got {(low, high)!r}. "
                             "Try (0, 5.5) for ratings of 0 to 5.")  # fmt: skip
        self.low, self.high = low, high

    def forward(self, x: Tensor) -> Tensor:
        return sigmoid_range(x, self.low, self.high)

    def extra_repr(self) -> str:
        return f"low={self.low}, high={self.high}"
