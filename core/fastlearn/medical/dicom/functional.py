"""Values that enhanced multi-frame files keep in functional groups, and all others at the top of the header."""

from __future__ import annotations

from typing import Any

PER_FRAME, SHARED = 0x52009230, 0x52009229  # numbers: pydicom is slow to find that a keyword is not there


def functional(ds: Any, group: str, name: str, frame: int = 0) -> Any:
    """Element `name` of `ds`: at the top, in functional group `group` of `frame`, or in the group shared by all.

    The frame's own group comes first, because it speaks of that frame alone. None where it is nowhere.
    """
    for holder in (*_groups(ds, group, frame), ds):
        value = holder.get(name)
        if value is not None and not (hasattr(value, "__len__") and len(value) == 0):
            return value
    return None


def group_of(ds: Any, group: str, frame: int = 0) -> Any:
    """The item of functional group `group` for `frame`, or the dataset itself where there is no such group."""
    return next(iter(_groups(ds, group, frame)), ds)


def _groups(ds: Any, group: str, frame: int) -> list[Any]:
    found = []
    for tag, index in ((PER_FRAME, frame), (SHARED, 0)):
        items = (ds[tag].value or ()) if tag in ds else ()
        inner = (items[index].get(group) or ()) if index < len(items) else ()
        found += list(inner[:1])
    return found
