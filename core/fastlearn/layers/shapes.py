"""Layers that only change the shape of what passes through, or look at it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ClassVar

from torch import Tensor, nn

from fastlearn.models.simple import Lambda


class View(nn.Module):
    """Every number in another shape, the batch axis included: `View(-1, 4)`."""

    made_of: ClassVar = ("size",)

    def __init__(self, *size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(self.size)

    def extra_repr(self) -> str:
        return ", ".join(map(str, self.size))


class ResizeBatch(View):
    """Each item in the shape `size`; the batch axis stays."""

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], *self.size)


class PartialLambda(Lambda):
    """A function as a layer, with some of its keyword arguments given."""

    made_of: ClassVar = ("func", "kwargs")

    def __init__(self, func: Callable[..., Tensor], **kwargs: Any) -> None:
        super().__init__(func)
        self.kwargs = kwargs

    def forward(self, x: Tensor) -> Tensor:
        return self.func(x, **self.kwargs)  # type: ignore[call-arg]

    def extra_repr(self) -> str:
        name = getattr(self.func, "__name__", type(self.func).__name__)
        return ", ".join((name, *(f"{key}={value!r}" for key, value in self.kwargs.items())))


class Debugger(nn.Module):
    """Stops in Python's debugger each time something passes through, which is `x` there."""

    def forward(self, x: Tensor) -> Tensor:
        breakpoint()
        return x


inplace_relu = functools.partial(nn.ReLU, inplace=True)
