"""Pooling for one, two or three dimensions, by one name each."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import torch
from torch import Tensor, nn

from fastlearn.layers.dimensions import by_dimension
from fastlearn.models.pool import AdaptiveConcatPool2d
from fastlearn.models.simple import Flatten, Layers


class AdaptiveConcatPool1d(nn.Module):
    """Max pooling, then average pooling, side by side: `(N, C, L)` becomes `(N, 2C, size)`."""

    def __init__(self, size: int | None = None) -> None:
        super().__init__()
        self.size = size or 1
        self.mp = nn.AdaptiveMaxPool1d(self.size)
        self.ap = nn.AdaptiveAvgPool1d(self.size)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((self.mp(x), self.ap(x)), dim=1)


class PoolType(str, Enum):
    """What a pooling layer keeps of a feature map: the average, the maximum, or both. The text does as well."""

    Avg = "Avg"
    Max = "Max"
    Cat = "Cat"


def adaptive_pool(pool_type: PoolType | str) -> Callable[..., nn.Module]:
    """The class of 2d layers that pool to a given size in the way of `pool_type`.

    Raises: ValueError for another word.
    """
    return _POOLS[_pool_type(pool_type)]


class PoolFlatten(Layers):
    """Every feature map pooled to one number (two for `Cat`): `(N, C, H, W)` becomes `(N, C)`."""

    def __init__(self, pool_type: PoolType | str = PoolType.Avg) -> None:
        super().__init__(adaptive_pool(pool_type)(1), Flatten())


def AdaptiveAvgPool(sz: int = 1, ndim: int = 2) -> nn.Module:
    """Average pooling to `sz` points along each of `ndim` axes."""
    return by_dimension("AdaptiveAvgPool", ndim)(sz)


def MaxPool(
    ks: int = 2, stride: int | None = None, padding: int = 0, ndim: int = 2, ceil_mode: bool = False
) -> nn.Module:
    """Max pooling over windows of `ks` along each of `ndim` axes; `stride` None is `ks`."""
    return by_dimension("MaxPool", ndim)(ks, stride=stride, padding=padding, ceil_mode=ceil_mode)


def AvgPool(
    ks: int = 2, stride: int | None = None, padding: int = 0, ndim: int = 2, ceil_mode: bool = False
) -> nn.Module:
    """Average pooling over windows of `ks` along each of `ndim` axes; `stride` None is `ks`."""
    return by_dimension("AvgPool", ndim)(ks, stride=stride, padding=padding, ceil_mode=ceil_mode)


def _pool_type(value: PoolType | str) -> PoolType:
    try:
        return PoolType(value)
    except ValueError:
        raise ValueError(f"`pool_type` is one of {[kind.value for kind in PoolType]}, but got {value!r}.") from None


_POOLS: dict[PoolType, Callable[..., nn.Module]] = {
    PoolType.Avg: nn.AdaptiveAvgPool2d,
    PoolType.Max: nn.AdaptiveMaxPool2d,
    PoolType.Cat: AdaptiveConcatPool2d,
}
