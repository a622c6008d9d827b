"""What callbacks remember from batch to batch, so that a run that goes on finds them as they were."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from types import ModuleType
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torch.utils.hooks import RemovableHandle

from fastlearn.runs.packing import CannotPack, pack
from fastlearn.warn import warn_user

__all__ = [
    "callbacks_state", "is_plain", "load_callbacks", "lost_attributes", "made_anew", "plain_attributes", "state_of",
    "warn_of_lost",
]  # fmt: skip

# What a callback makes again by itself when it is made or the fit begins, or what never changes.
MADE_ANEW = (
    weakref.ReferenceType, ModuleType, RemovableHandle, DataLoader, Dataset, torch.device, torch.dtype, re.Pattern,
    Enum, range,
)  # fmt: skip
OPENED = ("close", "__exit__", "savefig")  # files, connections, locks, hooks on layers, figures


def callbacks_state(cbs: Sequence[Any]) -> list[tuple[str, Any]]:
    """The class and the state of each callback, as `state_of` finds it."""
    return [(type(cb).__name__, state_of(cb)) for cb in cbs]


def load_callbacks(cbs: Sequence[Any], saved: Sequence[tuple[str, Any]]) -> None:
    """Give each callback the state of the callback of its class, the first to the first, the second to the second."""
    waiting: dict[str, list[Any]] = {}
    for name, state in saved:
        waiting.setdefault(name, []).append(state)
    for cb in cbs:
        states = waiting.get(type(cb).__name__)
        if states:
            _load(cb, states.pop(0))


def state_of(thing: Any) -> Any:
    """What `thing` remembers.

    One that has `state_dict` and `load_state_dict` speaks for itself; of any other one, its attributes that are
    numbers, texts, tensors, or lists and dictionaries of these.
    """
    return thing.state_dict() if hasattr(thing, "state_dict") else plain_attributes(thing)


def plain_attributes(thing: Any) -> dict[str, Any]:
    """The attributes of `thing` that a file without code can hold."""
    return {name: value for name, value in vars(thing).items() if is_plain(value)}


def lost_attributes(cbs: Sequence[Any], known: Iterable[Any] = ()) -> list[str]:
    """The attributes, as "MyCallback.queue", that would not be there again after a restart and that could matter.

    `known` are objects that are there anyway, such as the layers of the learner's model.
    """
    there = {id(one) for one in known}
    return [
        f"{type(cb).__name__}.{name}"
        for cb in cbs
        if not hasattr(cb, "state_dict")
        for name, value in vars(cb).items()
        if not (is_plain(value) or made_anew(value, there))
    ]


def warn_of_lost(names: Sequence[str]) -> None:
    """Say that what is called `names` is not in the checkpoints, and what to do."""
    if names:
        warn_user(
            f"Checkpoints do not hold {', '.join(names)}: a file without code cannot. If it changes while training, a "
            "run that goes on is not as if it had never been broken. Try numbers, texts, tensors, or lists and "
            "dictionaries of these, or give the class state_dict() and load_state_dict(state)."
        )


def made_anew(value: Any, there: set[int] | frozenset[int] = frozenset()) -> bool:
    """Whether nothing is lost if `value` is not saved: functions, files, what is in `there`, and containers of such."""
    if id(value) in there or isinstance(value, MADE_ANEW):
        return True
    if isinstance(value, Mapping):
        return all(is_plain(part) or made_anew(part, there) for part in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_plain(part) or made_anew(part, there) for part in value)
    if isinstance(value, nn.Module):
        return hasattr(value, "reduction") or not value.state_dict()  # a loss, or a layer that learns nothing
    return callable(value) or any(hasattr(value, name) for name in OPENED)


def is_plain(value: Any) -> bool:
    """Whether a file without code can hold `value`."""
    try:
        pack(value, {})
    except CannotPack:
        return False
    return True


def _load(cb: Any, state: Any) -> None:
    if hasattr(cb, "load_state_dict"):
        cb.load_state_dict(state)
    else:
        vars(cb).update(state)
