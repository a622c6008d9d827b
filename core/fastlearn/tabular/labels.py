"""Columns of categories: distinct labels, codes, and codes by another list of labels."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.category import plain_label
from fastlearn.data.problems import DataError, describe
from fastlearn.tabular.frame import named_rows

__all__ = ["code_dtype", "factorize", "factorize_whole", "labels_in", "labels_of", "lookup", "recode"]

PLAIN = (str, int, float, bool)
CHUNK = 1 << 16  # rows taken at once: what is made of them on the way stays small
SPREAD = 1 << 24  # the difference between whole numbers up to which each has a place in a table


def factorize(column: Any) -> tuple[NDArray[np.intp], list[Any]]:
    """`(codes, labels)`: for each row the place of its label in `labels`, -1 where it has none.

    Labels are plain text, numbers and truth values; anything else (dates, intervals) becomes its text. Those of a
    pandas categorical are its categories, in their order, also those that do not occur.
    """
    import pandas as pd

    dtype = getattr(column, "dtype", None)
    if isinstance(dtype, pd.CategoricalDtype):
        codes = np.asarray(column.cat.codes if hasattr(column, "cat") else column.codes, dtype=np.intp)
        distinct: Any = dtype.categories
    elif dtype == np.dtype(bool):
        codes, distinct = np.asarray(column).astype(np.intp), np.array([False, True])
    else:
        codes, distinct = pd.factorize(column, use_na_sentinel=True)
    labels = [plain_label(label) for label in distinct.tolist()]
    if all(isinstance(label, PLAIN) for label in labels):
        return codes, labels
    return _joined(codes, [label if isinstance(label, PLAIN) else str(label) for label in labels])


def labels_of(column: Any, name: str, index: Any) -> tuple[NDArray[np.intp], list[Any]]:
    """`factorize`. Raises: DataError, naming the column and its first rows, for lists and the like in the cells."""
    try:
        return factorize(column)
    except TypeError:
        values = list(column)
        wrong = np.array([not isinstance(value, Hashable) for value in values], bool)
        raise DataError(f"Column {name!r} is one of categories, single labels, but holds "
                        f"{describe(values[int(wrong.argmax())], 40)} in "
                        f"{named_rows(wrong, index)}. Try a column for each part, or df[{name!r}].astype(str)."
                        ) from None  # fmt: skip


def factorize_whole(column: Any) -> tuple[NDArray[np.int32], list[int]] | None:
    """The same for numpy's whole numbers, which need no hashing, with codes in half the memory and labels in order.

    None for other columns, and for numbers that are too far apart.
    """
    dtype = getattr(column, "dtype", None)
    if not isinstance(dtype, np.dtype) or dtype.kind not in "iu" or not len(column):
        return None
    values = np.asarray(column)
    low, high = int(values.min()), int(values.max())
    if high - low >= min(SPREAD, 4 * len(values) + 1024) or high > np.iinfo(np.int64).max:
        return None
    there = np.zeros(high - low + 1, dtype=bool)
    for part in _chunks(values):
        there[part.astype(np.int64) - low] = True
    places = (np.cumsum(there, dtype=np.int32) - 1).astype(np.int32)
    codes = np.empty(len(values), dtype=np.int32)
    for part, made in zip(_chunks(values), _chunks(codes), strict=True):
        made[:] = places[part.astype(np.int64) - low]
    return codes, (np.flatnonzero(there) + low).tolist()


def _chunks(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Views of `CHUNK` rows each."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _joined(codes: NDArray[np.intp], labels: list[Any]) -> tuple[NDArray[np.intp], list[Any]]:
    """Codes over labels that are distinct, where turning them into text has made some equal."""
    places: dict[Any, int] = {}
    for label in labels:
        places.setdefault(label, len(places))
    moved = np.fromiter((*(places[label] for label in labels), -1), dtype=np.intp, count=len(labels) + 1)
    return moved[codes], list(places)


def labels_in(codes: NDArray[Any], n_labels: int, rows: Any = slice(None)) -> NDArray[np.bool_]:
    """Which of `n_labels` labels occur in `codes`, in `rows` (a mask or a slice); done when all have been met."""
    met = np.zeros(n_labels + 1, dtype=bool)  # the last place is that of -1, "none"
    if isinstance(rows, slice):
        codes, rows = codes[rows], None
    for start in range(0, len(codes), CHUNK):
        part = codes[start : start + CHUNK]
        met[part if rows is None else part[rows[start : start + CHUNK]]] = True
        if met[:-1].all():
            break
    return met[:-1]


def lookup(labels: Sequence[Any], codes_of: dict[Any, int], dtype: Any = np.intp) -> NDArray[Any]:
    """For each of `labels` its code by another list, 0 for one that is not in it; one more place, 0, for "none"."""
    found = (codes_of.get(label, 0) for label in labels)
    return np.fromiter((*found, 0), dtype=dtype, count=len(labels) + 1)


def recode(codes: NDArray[Any], table: NDArray[Any]) -> NDArray[Any]:
    """Codes through a table that `lookup` made; -1 reads its last place."""
    recoded: NDArray[Any] = np.empty(len(codes), dtype=table.dtype)
    for part, made in zip(_chunks(codes), _chunks(recoded), strict=True):
        made[:] = table[part]
    return recoded


def code_dtype(n_codes: int) -> Any:
    """The smallest signed type that torch can index with and that holds `n_codes` different codes."""
    return np.int16 if n_codes <= 1 << 15 else np.int32
