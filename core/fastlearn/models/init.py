"""Initial weights of new layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from fastlearn.models.groups import NORM_TYPES
from fastlearn.models.seed import seeded

InitFunc = Callable[[Tensor], Any]


def apply_init(m: nn.Module, func: InitFunc = nn.init.kaiming_normal_, seed: int | None = None) -> None:
    """Fill every weight of `m` by `func` and every bias with 0, in place.

    Norm layers keep their ones and zeros, frozen layers keep what they have learned, and a weight with one axis, which
    `func` could not fan in, keeps its value. With `seed` the result is reproducible.
    """
    with seeded(seed):
        for module in m.modules():
            if not isinstance(module, NORM_TYPES):
                _init_layer(module, func)


def _init_layer(module: nn.Module, func: InitFunc) -> None:
    weight, bias = getattr(module, "weight", None), getattr(module, "bias", None)
    if isinstance(weight, nn.Parameter) and weight.requires_grad and weight.ndim > 1:
        func(weight)
        if isinstance(bias, nn.Parameter) and bias.requires_grad:
            nn.init.zeros_(bias)
