"""What a metric is, and how a function or a class becomes one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ClassVar, Protocol, TypeAlias

import torch
from torch import Tensor

Scalar: TypeAlias = "Tensor | float"


class LearnerState(Protocol):
    """What a metric reads of a learner after a batch."""

    @property
    def pred(self) -> Any: ...
    @property
    def y(self) -> Any: ...
    @property
    def yb(self) -> tuple[Any, ...]: ...
    @property
    def xb(self) -> tuple[Any, ...]: ...
    @property
    def loss(self) -> Any: ...


class Metric:
    """A number about one pass over a data set: `reset`, then `accumulate` after each batch, then read `value`.

    Where several processes share a pass, each counts its own part: the attributes named in `summed` (numbers, tensors
    or lists of them) are then added up, those in `joined` (lists) put one after another. `alike` says that there is
    nothing to do: the value is the same everywhere.
    """

    summed: ClassVar[tuple[str, ...]] = ()
    joined: ClassVar[tuple[str, ...]] = ()
    alike: ClassVar[bool] = False

    def reset(self) -> None:
        """Forget what was accumulated."""

    def accumulate(self, learn: LearnerState) -> None:
        """Take in the batch that `learn` has just predicted; sums stay on the device."""

    @property
    def value(self) -> float | None:
        """The metric so far, or None when nothing was accumulated."""
        raise NotImplementedError(f"{type(self).__name__} needs a `value` property that returns a float or None.")

    @property
    def name(self) -> str:
        """The column's name."""
        return type(self).__name__.lower()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name})"


def function_name(func: Callable[..., Any]) -> str:
    """The name of `func`, also behind a partial or of a callable object."""
    while isinstance(func, functools.partial):
        func = func.func
    return getattr(func, "__name__", type(func).__name__.lower())


def batch_size(batch: Any) -> int:
    """How many items a batch holds: the length of the first tensor found in it.

    Raises: ValueError if there is none.
    """
    if isinstance(batch, Tensor):
        return batch.shape[0] if batch.ndim else 1
    parts = batch.values() if isinstance(batch, dict) else batch if isinstance(batch, (list, tuple)) else ()
    for part in parts:
        return batch_size(part)
    raise ValueError(f"A batch holds at least one tensor, but got {type(batch).__name__}.")


def widened(value: Any) -> Any:
    """`value` detached and wide enough to be summed over many batches, still on its device."""
    if not isinstance(value, Tensor):
        return value
    value = value.detach()
    return value.float() if value.device.type == "mps" else value.double()  # Apple's GPUs have no float64


def as_number(value: Any) -> float:
    """A scalar tensor, numpy value or number as a float."""
    return float(value.item()) if isinstance(value, (Tensor, torch.nn.Parameter)) else float(value)
