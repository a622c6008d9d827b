"""Where a new item enters a pipeline: a path at its beginning, a picture that is open already after the opener."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.data.items import item_getter
from fastlearn.data.opening import opens

if TYPE_CHECKING:
    from fastlearn.data.datasets import TfmdLists


def start_for(tl: TfmdLists, item: Any) -> int:
    """The index of the first step that `item` still has to go through.

    The first training item shows which type each step takes; `item` enters at the first step that takes its type.
    An item of no known type enters at the opener, which takes anything, or else at the beginning.
    """
    if item is None or len(tl.tfms) == 0:
        return 0
    for index, taken in enumerate(_types_taken(tl)):
        if isinstance(item, taken) or (issubclass(taken, str | Path) and isinstance(item, str | Path)):
            return index
    return next((i for i, step in enumerate(tl.tfms) if opens(step)), 0)


def _types_taken(tl: TfmdLists) -> list[type]:
    """The types of the first item before each step and after the last one; empty where no item can tell."""
    if not len(tl):
        return []
    try:
        value = item_getter(tl.items)(0)
        types = [type(value)]
        for step in tl.tfms:
            value = step(value, split_idx=1)
            types.append(type(value))
    except Exception:  # an unreadable first item tells nothing about the new one
        return []
    return types
