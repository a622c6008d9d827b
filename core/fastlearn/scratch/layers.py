"""The layers of a small network for pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import torch
from torch import Generator, Tensor

from fastlearn.scratch.module import Module, Parameter

__all__ = ["AdaptivePool", "Conv", "ConvLayer", "Linear", "ReLU", "Sequential", "simple_cnn"]

Norm: TypeAlias = Callable[[int], Module]  # from the number of channels to a layer


def he_normal(shape: tuple[int, ...], rng: Generator | None) -> Parameter:
    """Random weights, shape `(n_out, n_in, …)`, that keep the size of numbers the same from a ReLU to the next.

    `rng` None stands for torch's global generator, from which torch's own layers draw.
    Source: He et al. 2015, "Delving Deep into Rectifiers", equation 10.
    """
    fan_in = math.prod(shape[1:])  # how many numbers are added up for one output
    return Parameter(torch.randn(shape, generator=rng) * math.sqrt(2 / fan_in))


class Linear(Module):
    """A weighted sum of all inputs for each output: `(B, n_in)` to `(B, n_out)`."""

    def __init__(self, n_in: int, n_out: int, rng: Generator | None = None) -> None:
        self.weight, self.bias = he_normal((n_out, n_in), rng), Parameter(torch.zeros(n_out))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight.T + self.bias


class Conv(Module):
    """The same weighted sum at every place of a picture: `(B, n_in, H, W)` to `(B, n_out, H / stride, W / stride)`."""

    def __init__(
        self, n_in: int, n_out: int, ks: int = 3, stride: int = 1, bias: bool = True, rng: Generator | None = None
    ) -> None:
        self.weight = he_normal((n_out, n_in, ks, ks), rng)
        self.bias = Parameter(torch.zeros(n_out)) if bias else None
        self.stride, self.padding = stride, ks // 2  # the border that keeps the size at stride 1

    def forward(self, x: Tensor) -> Tensor:
        return torch.conv2d(x, self.weight, self.bias, self.stride, self.padding)


class ReLU(Module):
    """Nothing below zero."""

    def forward(self, x: Tensor) -> Tensor:
        return x.clamp_min(0)


class Sequential(Module):
    """Layers, each fed with what the one before it returned."""

    def __init__(self, *layers: Module) -> None:
        self.layers = list(layers)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x

    def __getitem__(self, i: int) -> Module:
        return self.layers[i]

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)


class ConvLayer(Sequential):
    """A convolution, then a norm layer if `norm` makes one from the number of channels, then a ReLU if `act`."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        stride: int = 1,
        ks: int = 3,
        act: bool = True,
        norm: Norm | None = None,
        rng: Generator | None = None,
    ) -> None:
        # A norm layer has a bias of its own and would take out this one.
        layers: list[Module] = [Conv(n_in, n_out, ks, stride, bias=norm is None, rng=rng)]
        layers += [norm(n_out)] if norm is not None else []
        super().__init__(*layers, *([ReLU()] if act else []))


class AdaptivePool(Module):
    """The mean of each channel, whatever the size of the picture: `(B, C, H, W)` to `(B, C)`."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


def simple_cnn(
    n_in: int, n_out: int, widths: tuple[int, ...] = (16, 32, 64), rng: Generator | None = None
) -> Sequential:
    """A network from pictures `(B, n_in, H, W)` to scores `(B, n_out)`; each width is a layer that halves the size."""
    channels = (n_in, *widths)
    body = [ConvLayer(a, b, stride=2, rng=rng) for a, b in zip(channels, widths, strict=False)]
    return Sequential(*body, AdaptivePool(), Linear(widths[-1], n_out, rng))
