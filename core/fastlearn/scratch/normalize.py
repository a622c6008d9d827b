"""Bringing pictures to the scale that networks like: each channel with mean 0 and standard deviation 1."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["Normalize"]


class Normalize:
    """Subtracts `mean` and divides by `std`, one number a channel.

    Shapes: takes and returns `(B, C, H, W)`.
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        self.mean = torch.tensor(mean).reshape(1, -1, 1, 1)  # broadcasts over B, H and W
        self.std = torch.tensor(std).reshape(1, -1, 1, 1)

    @classmethod
    def from_batch(cls, x: Tensor) -> Normalize:
        """Measured on the batch `x`, shape `(B, C, H, W)`."""
        return cls(x.mean((0, 2, 3)).tolist(), x.std((0, 2, 3)).tolist())

    def __call__(self, x: Tensor) -> Tensor:
        return (x - self.mean.to(x.device)) / self.std.to(x.device)
