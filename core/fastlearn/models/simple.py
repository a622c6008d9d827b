"""Layers without weights that a sequence of layers needs now and then."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

Identity = nn.Identity


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
