"""The classes of a labeler: their order, and what may be done to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["class_list", "named", "with_class", "without"]

LONGEST = 200  # characters of a name


def named(name: Any) -> str:
    """`name` as that of a class. Raises: ValueError for one that is empty, has several lines, or is too long."""
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"A class has a name, but got {name!r}.")
    trimmed = name.strip()
    if len(trimmed.splitlines()) > 1 or not trimmed.replace("\u200d", "").isprintable():
        raise ValueError(f"The name of a class is one line without control characters, but got {trimmed!r}.")
    if len(trimmed) > LONGEST:
        raise ValueError(f"The name of a class has at most {LONGEST} characters, but got {len(trimmed)}.")
    return trimmed


def class_list(names: Iterable[Any] | None) -> list[str]:
    """`names` as the classes of a labeler. Raises: ValueError where two are the same, or one is no name."""
    if isinstance(names, str):
        raise ValueError(f'`classes` is a list of names, but got {names!r}. Try classes=["{names}"].')
    found: list[str] = []
    for name in names or ():
        found = with_class(found, name)
    return found


def with_class(classes: Sequence[str], name: Any, without: str | None = None) -> list[str]:
    """`classes` with one more, or with it in the place of `without`. Raises: ValueError if it is there already."""
    wanted = named(name)
    others = [one for one in classes if one != without]
    twin = next((one for one in others if one.casefold() == wanted.casefold()), None)
    if twin is not None:
        same = "is there already" if twin == wanted else f"differs from {twin!r} by capital letters only"
        raise ValueError(f"The class {wanted!r} {same}. Take another name, or merge the two.")
    return [*others, wanted] if without is None else [wanted if one == without else one for one in classes]


def without(classes: Sequence[str], name: str) -> list[str]:
    """`classes` without the one. Raises: ValueError if it is none of them."""
    known(classes, name)
    return [one for one in classes if one != name]


def known(classes: Sequence[str], name: Any) -> str:
    """`name`, which is one of `classes`. Raises: ValueError, with those that there are."""
    if name not in classes:
        listed = ", ".join(map(repr, list(classes)[:12])) or "none yet"
        raise ValueError(f"There is no class {name!r}; the classes are {listed}. Add it first.")
    return str(name)
