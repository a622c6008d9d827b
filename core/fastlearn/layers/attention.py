"""Layers in which every place of a feature map can look at every other place."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fastlearn.layers.conv import ConvLayer
from fastlearn.layers.norm import NormType


class SelfAttention(nn.Module):
    """Adds to every place a mixture of all places, weighed by how much their features have in common.

    Shapes: `(N, n_channels, ...)` stays. The mixture's weight `gamma` starts at 0: at first nothing is changed.
    Source: Zhang et al. 2018, "Self-Attention Generative Adversarial Networks", section 3.
    """

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.n_channels = _enough(n_channels)
        self.query = _pointwise(n_channels, n_channels // 8)
        self.key = _pointwise(n_channels, n_channels // 8)
        self.value = _pointwise(n_channels, n_channels)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        flat = x.flatten(2)  # (N, C, places)
        weights = torch.softmax(self.query(flat).mT @ self.key(flat), dim=1)  # of all places, for each place
        found: Tensor = self.value(flat) @ weights
        return (self.gamma * found + flat).reshape(x.shape)


class PooledSelfAttention2d(nn.Module):
    """Self attention of images whose keys and values are pooled by 2: a quarter of the places to look at.

    Shapes: `(N, n_channels, H, W)` stays; H and W are at least 2.
    Source: Brock et al. 2018, "Large Scale GAN Training for High Fidelity Natural Image Synthesis", appendix B.
    """

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.n_channels = _enough(n_channels)
        self.query = _pointwise(n_channels, n_channels // 8, ndim=2)
        self.key = _pointwise(n_channels, n_channels // 8, ndim=2)
        self.value = _pointwise(n_channels, n_channels // 2, ndim=2)
        self.out = _pointwise(n_channels // 2, n_channels, ndim=2)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        query = self.query(x).flatten(2)  # (N, C / 8, places)
        key = F.max_pool2d(self.key(x), 2).flatten(2)  # (N, C / 8, places / 4)
        value = F.max_pool2d(self.value(x), 2).flatten(2)  # (N, C / 2, places / 4)
        weights = torch.softmax(query.mT @ key, dim=-1)  # (N, places, places / 4)
        found: Tensor = self.out((value @ weights.mT).reshape(x.shape[0], -1, *x.shape[2:]))
        return self.gamma * found + x


class SimpleSelfAttention(nn.Module):
    """Self attention without softmax, in the order of multiplications that is linear in the number of places.

    Shapes: `(N, n_in, ...)` stays. `sym` uses the symmetric part of the convolution's kernel, for which `ks` is 1.
    The mixture's weight `gamma` starts at 0.
    """

    def __init__(self, n_in: int, ks: int = 1, sym: bool = False) -> None:
        super().__init__()
        if sym and ks != 1:
            raise ValueError(f"`sym` needs a kernel of 1, whose matrix can be symmetric, but got ks={ks}.")
        self.n_in, self.ks, self.sym = n_in, ks, sym
        self.conv = ConvLayer(n_in, n_in, ks=ks, ndim=1, norm_type=NormType.Spectral, act_cls=None, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        flat = x.flatten(2)  # (N, C, places)
        gram = flat @ flat.mT  # (N, C, C): what does not grow with the places
        return (self.gamma * (gram @ self._convolved(flat)) + flat).reshape(x.shape)

    def _convolved(self, flat: Tensor) -> Tensor:
        if not self.sym:
            return self.conv(flat)  # type: ignore[no-any-return]
        weight: Tensor = self.conv[0].weight  # type: ignore[assignment]
        return F.conv1d(flat, (weight + weight.transpose(0, 1)) / 2)


def _pointwise(n_in: int, n_out: int, ndim: int = 1) -> ConvLayer:
    return ConvLayer(n_in, n_out, ks=1, ndim=ndim, norm_type=NormType.Spectral, act_cls=None, bias=False)


def _enough(n_channels: int) -> int:
    if n_channels < 8:
        raise ValueError(f"Self attention compares an eighth of its channels, so it needs 8 or more: {n_channels}.")
    return n_channels
