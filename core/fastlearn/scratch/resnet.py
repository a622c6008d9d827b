"""A residual network of 18 layers, of the parts that are there already."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from fastlearn.scratch.batchnorm import BatchNorm
from fastlearn.scratch.layers import AdaptivePool, ConvLayer, Linear, Sequential
from fastlearn.scratch.module import Module

__all__ = ["MaxPool", "ResBlock", "resnet18"]


class MaxPool(Module):
    """The highest of each 3 x 3 window, at every second place: `(B, C, H, W)` to `(B, C, H / 2, W / 2)`."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.max_pool2d(x, 3, 2, 1)


class ResBlock(Module):
    """Two convolutions that learn what to add to their input: `(B, n_in, H, W)` to `(B, n_out, H / stride, …)`.

    The sum gives the gradient a way around the convolutions, without which deep networks hardly learn. Where the shape
    changes, a convolution of one pixel brings the input to the shape of the sum.
    """

    def __init__(self, n_in: int, n_out: int, stride: int = 1, rng: Generator | None = None) -> None:
        self.convs = Sequential(
            ConvLayer(n_in, n_out, stride, norm=BatchNorm, rng=rng),
            ConvLayer(n_out, n_out, act=False, norm=BatchNorm, rng=rng),
        )
        same = n_in == n_out and stride == 1
        self.shortcut = None if same else ConvLayer(n_in, n_out, stride, 1, act=False, norm=BatchNorm, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        around: Tensor = x if self.shortcut is None else self.shortcut(x)
        total: Tensor = self.convs(x) + around
        return total.clamp_min(0)


def resnet18(n_in: int = 3, n_out: int = 1000, width: int = 64, rng: Generator | None = None) -> Sequential:
    """From pictures `(B, n_in, H, W)` to scores `(B, n_out)`; the deepest layers have `8 * width` channels.

    Its parameters come in the order of torchvision's, so weights can be copied one by one.
    Source: He et al. 2016, "Deep Residual Learning for Image Recognition", table 1.
    """
    stem = [ConvLayer(n_in, width, stride=2, ks=7, norm=BatchNorm, rng=rng), MaxPool()]
    widths = [width, width, 2 * width, 4 * width, 8 * width]
    blocks: list[Module] = []
    for stage in range(4):
        first, rest = (widths[stage], widths[stage + 1]), (widths[stage + 1], widths[stage + 1])
        blocks += [ResBlock(*first, stride=1 if stage == 0 else 2, rng=rng), ResBlock(*rest, rng=rng)]
    return Sequential(*stem, *blocks, AdaptivePool(), Linear(widths[-1], n_out, rng))
