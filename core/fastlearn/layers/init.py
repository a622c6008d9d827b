"""First weights of a layer, chosen by the activation that follows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import torch.nn.functional as F
from torch import Tensor, nn

from fastlearn.layers.activations import mish, sigmoid, sigmoid_, swish
from fastlearn.models.init import InitFunc

M = TypeVar("M", bound=nn.Module)


def trunc_normal_(x: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Fill `x` from a normal distribution cut off at two standard deviations; returns it."""
    return nn.init.trunc_normal_(x, mean=mean, std=std, a=mean - 2 * std, b=mean + 2 * std)


def init_default(m: M, func: InitFunc | None = nn.init.kaiming_normal_) -> M:
    """Fill the weight of `m` by `func` and its bias with 0; returns it. Without `func` it stays as it is."""
    if func is None:
        return m
    if isinstance(getattr(m, "weight", None), Tensor):
        func(m.weight)  # type: ignore[arg-type]
    if isinstance(getattr(m, "bias", None), Tensor):
        nn.init.zeros_(m.bias)  # type: ignore[arg-type]
    return m


def init_linear(
    m: nn.Module,
    act_func: Callable[..., Any] | None = None,
    init: InitFunc | str | None = "auto",
    bias_std: float | None = 0.01,
) -> None:
    """Fill the weight of `m` by `init`, and its bias from a normal distribution of `bias_std` (None: it stays).

    "auto" takes what suits the activation `act_func` that follows: Kaiming's uniform distribution for the family of
    ReLU, Xavier's for sigmoid and tanh, and torch's own first weights for any other or none.
    Raises: ValueError for another word.
    """
    bias = getattr(m, "bias", None)
    if isinstance(bias, Tensor) and bias_std is not None:
        nn.init.normal_(bias, 0.0, bias_std) if bias_std else nn.init.zeros_(bias)
    if isinstance(init, str) and init != "auto":
        raise ValueError(f'`init` is "auto", a function that fills a tensor, or None, but got {init!r}.')
    func = _suiting(act_func) if isinstance(init, str) else init
    if func is not None:
        func(m.weight)  # type: ignore[arg-type]


def _suiting(act_func: Callable[..., Any] | None) -> InitFunc | None:
    if act_func in _RELU_LIKE_FUNCTIONS or isinstance(act_func, _RELU_LIKE):
        return nn.init.kaiming_uniform_
    if act_func in _SIGMOID_LIKE_FUNCTIONS or isinstance(act_func, (nn.Sigmoid, nn.Tanh)):
        return nn.init.xavier_uniform_
    return None


_RELU_LIKE = (nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.SiLU, nn.Mish)
_RELU_LIKE_FUNCTIONS = (F.relu, F.relu_, F.relu6, F.leaky_relu, F.leaky_relu_, F.silu, F.mish, swish, mish)
_SIGMOID_LIKE_FUNCTIONS = (F.sigmoid, F.tanh, sigmoid, sigmoid_)
