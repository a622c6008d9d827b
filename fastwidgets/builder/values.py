"""What the fields of a recipe may hold: a journal, a cell or a page may say anything, and all of it becomes code."""

from __future__ import annotations

import ast
import keyword
import math
import re
import string
from collections.abc import Callable
from typing import Any

from fastwidgets.builder.table_form import DTYPES

__all__ = ["NAMES", "checked"]

# Names that a cell gives itself: loaders called so would take their place.
NAMES = frozenset({
    "Path", "block", "boxed", "cat_names", "cont_names", "files", "fold", "group_of", "is_valid", "items_of", "kept",
    "label_of", "left_out", "mask_of", "path", "pd", "points_of", "table", "together", "together_of",
})  # fmt: skip
PLACES = ("stem", "name", "below", "top")  # of a mask's path
LIMITS: dict[tuple[str, str], tuple[float, float]] = {
    ("split", "seed"): (0, 2**32 - 1),
    ("split", "folds"): (2, 1000),
    ("split", "fold"): (0, 999),
    ("item", "size"): (0, 4096),
    ("batch", "max_rotate"): (0, 180),
    ("batch", "max_zoom"): (1, 10),
    ("batch", "max_lighting"): (0, 1),
    ("batch", "max_warp"): (0, 1),
    ("", "bs"): (1, 65536),
}
NESTED = ("together", "dtypes")
SHOWN = 60  # letters of a wrong value


def checked(step: str, name: str, usual: Any, value: Any) -> Any:
    """`value` for the field `name` of `step`, of the type of `usual`. Raises: ValueError that says why not."""
    where = f"`{name}`"
    if isinstance(usual, bool):
        value = _flag(where, value)
    elif isinstance(usual, int | float):
        value = _number(where, value, whole=isinstance(usual, int))
        _within(where, value, *LIMITS.get((step, name), (-math.inf, math.inf)))
    elif isinstance(usual, str):
        value = _text(where, value)
    else:
        value = _texts(where, value, nested=name in NESTED)
    special = _SPECIAL.get((step, name))
    if special is not None:
        special(value)
    return value


def _flag(where: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{where} is True or False, but got {_short(value)}.")
    return value


def _number(where: str, value: Any, *, whole: bool) -> int | float:
    kind = "a whole number" if whole else "a number"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{where} is {kind}, but got {_short(value)}.")
    if whole and value != int(value):
        raise ValueError(f"{where} is {kind}, but got {_short(value)}.")
    return int(value) if whole else float(value)


def _within(where: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ValueError(f"{where} is between {least:,} and {most:,}, but got {value:,}.")


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{where} is a text, but got {_short(value)}.")
    return value


def _texts(where: str, value: Any, *, nested: bool) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{where} is a list, but got {_short(value)}. Try [{_short(value)}].")
    return tuple(_texts(where, one, nested=False) if nested else _text(where, one) for one in value)


def _part(value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(f"The share of validation is between 0 and 1, but got {value!r}. Try 0.2.")


def _loaders(value: str) -> None:
    if not value.isidentifier() or keyword.iskeyword(value):
        raise ValueError(f"The loaders' name is a Python name, but got {_short(value)}. Try dls.")
    if value in NAMES:
        raise ValueError(f"{value!r} is a name that the cell needs for itself. Try dls.")


def _pattern(value: str) -> None:
    if not value:
        return  # nothing is chosen yet
    try:
        groups = re.compile(value).groups
    except re.error as error:
        raise ValueError(f"The pattern {_short(value)} is no regular expression: {error}.") from error
    if not groups:
        raise ValueError(f"The pattern {_short(value)} has no group. Put round brackets around what counts, "
                         r"as in ^(.*)_\d+.jpg$.")  # fmt: skip


def _function(value: str) -> None:
    """One expression: it becomes the last line of a function in the cell."""
    if not value:
        return  # nothing is chosen yet
    try:
        if len(value.splitlines()) > 1:
            raise SyntaxError("it has several lines")
        if isinstance(ast.parse(value, mode="eval").body, ast.Lambda):
            raise SyntaxError("it is a function of its own; write what stands behind its colon")
    except SyntaxError as error:
        raise ValueError(f"A label's function is one expression of Python, but got {_short(value)}: {error.msg}. "
                         "Try file.parent.name.") from error  # fmt: skip


def _mask(value: str) -> None:
    """The text is a template in the cell, where anything else in braces would be run as code."""
    try:
        parts = [(place, spec, turn) for _, place, spec, turn in string.Formatter().parse(value) if place is not None]
    except ValueError as error:
        raise ValueError(f"The path of a mask is no template: {error}. Write {{{{ for a brace.") from error
    if any(place not in PLACES or spec or turn for place, spec, turn in parts):
        raise ValueError("In the path of a mask {stem}, {name}, {below} and {top} stand for parts of the picture's, "
                         f"but got {_short(value)}. Write {{{{ for a brace.")  # fmt: skip


def _dtypes(value: tuple[tuple[str, ...], ...]) -> None:
    for pair in value:
        if len(pair) != 2 or pair[1] not in DTYPES:
            raise ValueError(f"`dtypes` are pairs of a column and one of {', '.join(DTYPES)}, but got {_short(pair)}.")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


_SPECIAL: dict[tuple[str, str], Callable[[Any], None]] = {
    ("split", "part"): _part,
    ("", "name"): _loaders,
    ("labels", "pattern"): _pattern,
    ("split", "pattern"): _pattern,
    ("labels", "mask"): _mask,
    ("labels", "function"): _function,
    ("source", "dtypes"): _dtypes,
}
