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
    classes = {type_name(cls) for cls in type(item).__mro__}
    for index, taken in enumerate(types_taken(tl)):
        if taken in classes or (taken in PATHS and isinstance(item, str | Path)):
            return index
    return next((i for i, step in enumerate(tl.tfms) if opens(step)), 0)


def types_taken(tl: TfmdLists) -> list[str]:
    """The types, by name, of the first item before each step and after the last one; empty where none can tell."""
    if tl.known_types is not None or not len(tl):
        return tl.known_types or []
    try:
        value = item_getter(tl.items)(0)
        types = [type_name(type(value))]
        for step in tl.tfms:
            value = step(value, split_idx=1)
            types.append(type_name(type(value)))
    except Exception:  # an unreadable first item tells nothing about the new one
        return []
    return types


def type_name(cls: type) -> str:
    """The module and the name of a class."""
    return f"{cls.__module__}.{cls.__qualname__}"


PATHS = frozenset((type_name(str), type_name(Path), type_name(type(Path()))))
