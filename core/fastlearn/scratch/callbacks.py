"""Callbacks: what can be added to training without touching the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from fastlearn.scratch.learner import Learner

__all__ = ["Callback", "SetupLearnerCB", "arranged", "to_device"]


class Callback:
    """A convenience: says when to be called and that there is a `learn`. Any object with an event's method will do."""

    order = 0  # the lower, the earlier
    in_lr_find = True  # whether a search for a rate takes it along
    learn: Learner


def to_device(batch: Any, device: torch.device | str) -> tuple[Tensor, ...]:
    """All tensors of `batch` on `device`."""
    return tuple(part.to(device) for part in batch)


class SetupLearnerCB(Callback):
    """Brings model and batches to `device`, and the inputs through `tfm`, such as a `Normalize`, once they are there.

    Without a `device` the model stays where it is, and the batches come to it.
    """

    order = -10

    def __init__(self, tfm: Callable[[Tensor], Tensor] | None = None, device: torch.device | str | None = None) -> None:
        self.tfm, self.device = tfm, device

    def before_fit(self) -> None:
        model = self.learn.model
        if self.device is not None:
            model.to(self.device)
        self._there = next((p.device for p in model.parameters()), torch.device("cpu"))

    def before_batch(self) -> None:
        x, y = to_device(self.learn.batch, self._there)
        self.learn.batch = (x if self.tfm is None else self.tfm(x)), y


def arranged(cbs: Iterable[Any], needed: Iterable[type]) -> list[Any]:
    """`cbs`, and one of each kind `needed` that is not among them, in the order in which they are called."""
    given = list(cbs)
    missing = [kind() for kind in needed if not any(isinstance(cb, kind) for cb in given)]
    return sorted([*given, *missing], key=lambda cb: getattr(cb, "order", 0))
