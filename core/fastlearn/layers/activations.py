"""Activations under the names that users know; the arithmetic is torch's."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def sigmoid(input: Tensor, eps: float = 1e-7) -> Tensor:
    """A sigmoid that stays `eps` away from 0 and 1, so that its logarithm is finite."""
    return torch.sigmoid(input).clamp(eps, 1 - eps)


def sigmoid_(input: Tensor, eps: float = 1e-7) -> Tensor:
    """`sigmoid`, written into `input`."""
    return input.sigmoid_().clamp_(eps, 1 - eps)


def vleaky_relu(input: Tensor, inplace: bool = True) -> Tensor:
    """A very leaky ReLU: numbers below 0 are multiplied by 0.3."""
    return F.leaky_relu(input, 0.3, inplace=inplace)


def swish(x: Tensor, inplace: bool = False) -> Tensor:
    """`x * sigmoid(x)`. Source: Ramachandran et al. 2017, "Searching for Activation Functions"."""
    return F.silu(x, inplace=inplace)


def mish(x: Tensor, inplace: bool = False) -> Tensor:
    """`x * tanh(softplus(x))`. Source: Misra 2019, "Mish: A Self Regularized Non-Monotonic Activation Function"."""
    return F.mish(x, inplace=inplace)


SiLU = Swish = SwishJit = nn.SiLU  # one fused kernel: there is nothing left to compile
Mish = MishJit = nn.Mish
swish_jit, mish_jit = swish, mish
