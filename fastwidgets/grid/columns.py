"""The columns of a grid: one value for each item, kept so that a hundred thousand are filtered and sorted at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["Column", "Kind", "guess_kind"]

Kind = Literal["category", "number", "text", "flag"]
KINDS: tuple[str, ...] = get_args(Kind)
Ids = NDArray[np.int32]
PANDAS_MISSING = ("NAType", "NaTType")
FEW = 1000  # different texts up to which a column of texts is one of classes


class Column:
    """A named column of `n` values of one kind.

    category: one of `classes`, or None. number: float64, NaN where it is missing. text: any, "" where it is missing.
    flag: True or False.
    """

    def __init__(
        self,
        name: str,
        values: Iterable[Any],
        *,
        kind: Kind | None = None,
        title: str | None = None,
        classes: Sequence[str] | None = None,
    ) -> None:
        listed = list(values)
        self.name, self.title = name, title if title is not None else name
        self.kind: Kind = kind if kind is not None else "category" if classes is not None else guess_kind(listed)
        if self.kind not in KINDS:
            raise ValueError(f"The column {name!r} is of a kind {', '.join(KINDS)}, but got {kind!r}.")
        self.classes: list[str] = []
        if classes is not None:
            self.set_classes(classes)
        self._rank: NDArray[np.int64] | None = None
        self._data: NDArray[Any] = self._encoded(listed)

    def __len__(self) -> int:
        return len(self._data)

    @property
    def codes(self) -> NDArray[np.int32]:
        """Of a category: for each item the number of its class, or -1."""
        return self._data

    @property
    def numbers(self) -> NDArray[np.float64]:
        """Of a number: the values."""
        return self._data

    def values(self, ids: Ids | Sequence[int] | None = None) -> list[Any]:
        """The values of all items, or of `ids`, as Python has them; None where one is missing."""
        data = self._data if ids is None else self._data[np.asarray(ids, np.int64)]
        if self.kind == "category":
            names = [*self.classes, None]
            return [names[code] for code in data]
        if self.kind == "number":
            return [None if math.isnan(value) else value for value in data.tolist()]
        return [value if value != "" else None for value in data.tolist()] if self.kind == "text" else data.tolist()

    def set(self, ids: Ids | Sequence[int], values: Any) -> None:
        """Give the items `ids` one value, or each its own from a list, a tuple or an array."""
        at = np.asarray(ids, np.int64)
        each = list(values) if isinstance(values, list | tuple | np.ndarray) else [values] * len(at)
        if len(each) != len(at):
            raise ValueError(f"The column {self.name!r} gets {len(at)} values, one for each item, but got {len(each)}.")
        self._data[at] = self._encoded(each)
        self._rank = None

    def set_classes(self, classes: Sequence[str]) -> None:
        """Put the classes in this order; those that items have and `classes` lacks follow after it.

        Raises: ValueError if two of `classes` are the same.
        """
        wanted = [str(name) for name in classes]
        if len(set(wanted)) < len(wanted):
            twice = next(name for name in wanted if wanted.count(name) > 1)
            raise ValueError(f"The classes of the column {self.name!r} differ from each other, but {twice!r} is there "
                             "twice.")  # fmt: skip
        old, known = self.classes, set(wanted)
        self.classes = [*wanted, *(name for name in old if name not in known)]
        if old:
            place = {name: i for i, name in enumerate(self.classes)}
            self._data = np.array([*(place[name] for name in old), -1], np.int32)[self._data]

    def missing(self) -> NDArray[np.bool_]:
        """For each item whether its value is missing."""
        if self.kind == "category":
            return self.codes < 0
        if self.kind == "number":
            return np.isnan(self.numbers)
        return np.asarray(self._data == "", bool) if self.kind == "text" else np.zeros(len(self), bool)

    def contains(self, word: str) -> NDArray[np.bool_]:
        """For each item whether `word` is part of its text or of its class; capitals and small letters are the same."""
        wanted = word.casefold()
        if self.kind == "category":
            hits = np.array([*(wanted in name.casefold() for name in self.classes), False], bool)
            return hits[self.codes]
        return np.fromiter((wanted in text.casefold() for text in self._data), bool, len(self))

    def rank(self) -> NDArray[Any]:
        """Numbers that sort as the values do: classes in their order, texts by the alphabet, `False` before `True`."""
        if self.kind != "text":
            return self._data
        if self._rank is None:
            folded = np.array([text.casefold() for text in self._data], dtype=object)
            self._rank = np.unique(folded, return_inverse=True)[1] if len(folded) else np.zeros(0, np.int64)
        return self._rank

    def counts(self, among: NDArray[np.bool_]) -> dict[str, int]:
        """Of a category: how many of the items `among` are in each class; those without any are left out."""
        codes = self._data[among]
        found = np.bincount(codes[codes >= 0], minlength=len(self.classes))
        return {name: int(count) for name, count in zip(self.classes, found, strict=True)}

    def limits(self) -> tuple[float, float] | None:
        """Of a number: the least and the greatest finite value, or None where there is none."""
        finite = self._data[np.isfinite(self._data)]
        return (float(finite.min()), float(finite.max())) if len(finite) else None

    def _encoded(self, values: list[Any]) -> NDArray[Any]:
        if self.kind == "category":
            return self._class_codes(values)
        if self.kind == "number":
            return np.array([self._number(value) for value in values], np.float64)
        if self.kind == "flag":
            return np.array([bool(value) for value in values], bool)
        texts = np.empty(len(values), object)
        texts[:] = ["" if _is_missing(value) else str(value) for value in values]
        return texts

    def _class_codes(self, values: list[Any]) -> NDArray[np.int32]:
        place = {name: i for i, name in enumerate(self.classes)}
        names = [None if _is_missing(value) else str(value) for value in values]
        fresh = {name for name in names if name is not None and name not in place}
        for name in sorted(fresh):  # new classes follow the known ones, by the alphabet
            place[name] = len(place)
            self.classes.append(name)
        return np.array([-1 if name is None else place[name] for name in names], np.int32)

    def _number(self, value: Any) -> float:
        try:
            return math.nan if value is None else float(value)
        except (TypeError, ValueError):
            raise ValueError(f"The column {self.name!r} holds numbers, but one of its values is {value!r}. "
                             'Try kind="text".') from None  # fmt: skip


def guess_kind(values: Sequence[Any]) -> Kind:
    """What kind of column `values` make: flags, numbers, or texts, of which few differ (a category) or many."""
    known = [value for value in values if not _is_missing(value)]
    if known and all(isinstance(value, bool | np.bool_) for value in known):
        return "flag" if len(known) == len(values) else "category"
    if known and all(isinstance(value, int | float | np.integer | np.floating) for value in known):
        return "number"
    different = len({str(value) for value in known})
    return "category" if different <= min(FEW, max(1, len(known) // 2)) else "text"


def _is_missing(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, float | np.floating) and math.isnan(value))
        or type(value).__name__ in PANDAS_MISSING
    )
