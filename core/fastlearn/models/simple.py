"""Layers without weights that a sequence of layers needs now and then."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

Identity = nn.Identity


class Layers(nn.Sequential):
    """A sequence of layers with a constructor of its own; a slice of it is a plain sequence of some of them."""

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            return nn.Sequential(OrderedDict(list(self._modules.items())[i]))  # type: ignore[arg-type]
        return super().__getitem__(i)


class Flatten(nn.Module):
    """All axes but the first as one; with `full`, everything as one."""

    def __init__(self, full: bool = False) -> None:
        super().__init__()
        self.full = full

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(-1) if self.full else x.reshape(x.shape[0], -1)


class Lambda(nn.Module):
    """A function as a layer."""

    def __init__(self, func: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.func = func

    def forward(self, x: Tensor) -> Tensor:
        return self.func(x)

    def extra_repr(self) -> str:
        return getattr(self.func, "__name__", repr(self.func))
