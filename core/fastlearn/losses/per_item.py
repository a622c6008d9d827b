"""One value for each item, from any loss."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

__all__ = ["has_reduction", "loss_per_item"]


def has_reduction(loss: Any) -> bool:
    """Whether `loss` is an object whose `reduction` can be set: a function has none, a class is no loss yet."""
    return isinstance(getattr(loss, "reduction", None), str) and not isinstance(loss, type)


def loss_per_item(loss: Callable[..., Any], pred: Any, *targets: Any) -> Tensor:
    """What `loss` gives without averaging: by its `reduction`, its argument of that name, or an item at a time.

    Its shape is that of the loss's own unreduced value; of a loss that only averages it is `(N,)`.
    """
    thing: Any = loss
    if has_reduction(thing):
        before, thing.reduction = thing.reduction, "none"
        try:
            whole: Tensor = thing(pred, *targets)
        finally:
            thing.reduction = before
        return whole
    if _takes_reduction(loss):
        result: Tensor = loss(pred, *targets, reduction="none")
        return result
    alone = (
        loss(_item(pred, i), *(_item(target, i) for target in targets))  # a batch of one for a loss that only averages
        for i in range(len(targets[0]))
    )
    return torch.stack([torch.as_tensor(value).mean() for value in alone])


def _item(part: Any, i: int) -> Any:
    return type(part)(_item(p, i) for p in part) if isinstance(part, list | tuple) else part[i : i + 1]


def _takes_reduction(loss: Callable[..., Any]) -> bool:
    try:
        return "reduction" in inspect.signature(loss).parameters
    except (TypeError, ValueError):  # some builtins have no signature
        return False
