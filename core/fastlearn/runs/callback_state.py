"""What callbacks remember from batch to batch, so that a run that goes on finds them as they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastlearn.runs.packing import CannotPack, pack

__all__ = ["callbacks_state", "load_callbacks", "plain_attributes"]


def callbacks_state(cbs: Sequence[Any]) -> list[tuple[str, Any]]:
    """The class and the state of each callback.

    A callback that has `state_dict` and `load_state_dict` speaks for itself; of any other one, its attributes that are
    numbers, texts, tensors, or lists and dictionaries of these.
    """
    return [(type(cb).__name__, cb.state_dict() if hasattr(cb, "state_dict") else plain_attributes(cb)) for cb in cbs]


def load_callbacks(cbs: Sequence[Any], saved: Sequence[tuple[str, Any]]) -> None:
    """Give each callback the state of the callback of its class, the first to the first, the second to the second."""
    waiting: dict[str, list[Any]] = {}
    for name, state in saved:
        waiting.setdefault(name, []).append(state)
    for cb in cbs:
        states = waiting.get(type(cb).__name__)
        if states:
            _load(cb, states.pop(0))


def plain_attributes(thing: Any) -> dict[str, Any]:
    """The attributes of `thing` that a file without code can hold."""
    return {name: value for name, value in vars(thing).items() if _is_plain(value)}


def _load(cb: Any, state: Any) -> None:
    if hasattr(cb, "load_state_dict"):
        cb.load_state_dict(state)
    else:
        vars(cb).update(state)


def _is_plain(value: Any) -> bool:
    try:
        pack(value, {})
    except CannotPack:
        return False
    return True
