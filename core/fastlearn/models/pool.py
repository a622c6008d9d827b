"""Pooling that keeps both the strongest and the average response of a feature map."""

from __future__ import annotations

import torch
from torch import Tensor, nn

POOL_TYPES: tuple[type[nn.Module], ...] = (
    nn.modules.pooling._MaxPoolNd,
    nn.modules.pooling._AvgPoolNd,
    nn.modules.pooling._LPPoolNd,
    nn.modules.pooling._AdaptiveMaxPoolNd,
    nn.modules.pooling._AdaptiveAvgPoolNd,
    nn.FractionalMaxPool2d,
)


class AdaptiveConcatPool2d(nn.Module):
    """Max pooling, then average pooling, side by side: `(N, C, H, W)` becomes `(N, 2C, size, size)`.

    The maximum says whether a feature is anywhere, the average how much of it there is; a head can use both.
    """

    def __init__(self, size: int | tuple[int, int] = 1) -> None:
        super().__init__()
        self.size = size
        self.mp = nn.AdaptiveMaxPool2d(size)
        self.ap = nn.AdaptiveAvgPool2d(size)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((self.mp(x), self.ap(x)), dim=1)


def is_pool(m: nn.Module) -> bool:
    """Whether `m` itself is a pooling layer."""
    return isinstance(m, (*POOL_TYPES, AdaptiveConcatPool2d))


def has_pool(m: nn.Module) -> bool:
    """Whether `m` is or holds a pooling layer."""
    return any(is_pool(child) for child in m.modules())
