"""Filters and sorts: which items are shown, and in which order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastwidgets.grid.columns import Column

__all__ = ["SELECTED", "Filter", "Sort", "keeps", "order_of"]

SELECTED = "selected"  # a column that every grid has without anybody having added it
OPS = {  # what can be asked of a column of each kind
    "category": ("in", "not in", "contains", "missing"),
    "number": ("between", "missing"),
    "text": ("contains", "missing"),
    "flag": ("is",),
}
TAKES = {
    "in": "a list of classes",
    "not in": "a list of classes",
    "between": "two numbers, of which either may be None",
    "contains": "a word",
    "is": "True or False",
    "missing": "True or False",
}


@dataclass(frozen=True)
class Filter:
    """`column` `op` `value`: ("label", "in", ["cat"]), ("loss", "between", [1.0, None]), ("name", "contains", "night"),
    ("blurry", "is", True), ("label", "missing", True).
    """

    column: str
    op: str
    value: Any

    @classmethod
    def of(cls, given: Filter | Mapping[str, Any]) -> Filter:
        """A filter from one, or from the mapping that the browser sends."""
        return given if isinstance(given, Filter) else cls(given["column"], given["op"], given["value"])

    def plain(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {"column": self.column, "op": self.op, "value": _plain(self.op, self.value)}


@dataclass(frozen=True)
class Sort:
    """By `column`, smallest first or, `descending`, largest first."""

    column: str
    descending: bool = False

    @classmethod
    def of(cls, given: Sort | Mapping[str, Any] | tuple[str, bool]) -> Sort:
        """A sort from one, from the mapping that the browser sends, or from (column, descending)."""
        if isinstance(given, Sort):
            return given
        return cls(given["column"], bool(given["descending"])) if isinstance(given, Mapping) else cls(*given)

    def plain(self) -> dict[str, Any]:
        """As JSON carries it."""
        return asdict(self)


def find(columns: Mapping[str, Column], name: str) -> Column:
    """The column of that name. Raises: KeyError, with those that there are."""
    if name not in columns:
        close = get_close_matches(name, columns, n=1)
        raise KeyError(f"There is no column {name!r}; " + (f"did you mean {close[0]!r}?" if close else
                       f"there are {', '.join(columns)}."))  # fmt: skip
    return columns[name]


def check(wanted: Filter, columns: Mapping[str, Column]) -> None:
    """Raises: KeyError or ValueError where `wanted` cannot be asked of the columns, saying what can."""
    kind = "flag" if wanted.column == SELECTED else find(columns, wanted.column).kind
    if wanted.op not in OPS[kind]:
        raise ValueError(f"A filter on the column {wanted.column!r} ({kind}) has one of the operators "
                         f"{', '.join(map(repr, OPS[kind]))}, but got {wanted.op!r}.")  # fmt: skip
    if not _fits(wanted.op, wanted.value):
        raise ValueError(f"A filter on the column {wanted.column!r} by {wanted.op!r} takes {TAKES[wanted.op]}, but got "
                         f"{wanted.value!r}.")  # fmt: skip


def keeps(wanted: Filter, columns: Mapping[str, Column], selected: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For each item whether `wanted` lets it through; `selected`, shape `(n,)`, is the selection."""
    if wanted.column == SELECTED:
        return selected if wanted.value else ~selected
    column, value = columns[wanted.column], wanted.value
    if wanted.op in ("in", "not in"):
        chosen = set(map(str, value))
        hits = np.array([*(name in chosen for name in column.classes), False], bool)[column.codes]
        return hits if wanted.op == "in" else ~hits
    if wanted.op == "between":
        low, high = value
        with np.errstate(invalid="ignore"):
            return _from(column.numbers, low) & _to(column.numbers, high) & ~np.isnan(column.numbers)
    if wanted.op == "contains":
        return column.contains(value)
    hits = column.rank() if wanted.op == "is" else column.missing()
    return hits if value else ~hits


def order_of(sorts: Sequence[Sort], columns: Mapping[str, Column], ids: NDArray[np.int32]) -> NDArray[np.int32]:
    """`ids` by the first of `sorts`, where that is equal by the second, and so on, then as they were.

    Missing values come last, whichever the direction.
    """
    if not sorts:
        return ids
    keys: list[NDArray[Any]] = []
    for sort in reversed(sorts):  # lexsort's last key is the first to look at
        column = columns[sort.column]
        rank = column.rank()[ids].astype(np.float64)
        keys += [-rank if sort.descending else rank, column.missing()[ids]]
    return ids[np.lexsort(keys)]


def _from(numbers: NDArray[np.float64], low: float | None) -> NDArray[np.bool_]:
    return np.ones(len(numbers), bool) if low is None else numbers >= low


def _to(numbers: NDArray[np.float64], high: float | None) -> NDArray[np.bool_]:
    return np.ones(len(numbers), bool) if high is None else numbers <= high


def _plain(op: str, value: Any) -> Any:
    if op in ("in", "not in"):
        return list(map(str, value))
    if op == "between":
        return [None if limit is None or math.isinf(limit) else float(limit) for limit in value]
    return value if op == "contains" else bool(value)


def _fits(op: str, value: Any) -> bool:
    if op in ("in", "not in"):
        return isinstance(value, list | tuple | set)
    if op == "between":
        return isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_limit, value))
    return isinstance(value, str if op == "contains" else bool | np.bool_)


def _is_limit(value: Any) -> bool:
    real = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    return value is None or (real and not math.isnan(value))
