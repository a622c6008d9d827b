"""Columns told apart by their types, and stored in smaller ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fastlearn.keywords import check_keywords
from fastlearn.tabular.frame import as_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cont_cat_split", "df_shrink", "df_shrink_dtypes"]

SIZES = {"i": (np.int8, np.int16, np.int32, np.int64), "u": (np.uint8, np.uint16, np.uint32, np.uint64),
         "f": (np.float32, np.float64)}  # fmt: skip


@check_keywords
def cont_cat_split(
    df: Any, max_card: int = 20, dep_var: str | Sequence[str] | None = None
) -> tuple[list[str], list[str]]:
    """The columns of numbers and the columns of categories of `df`, without the target `dep_var`.

    Numbers are floats, and integers of more than `max_card` distinct values; everything else is a category.
    """
    from pandas.api.types import is_float_dtype, is_integer_dtype

    frame = as_frame(df)
    targets = {dep_var} if isinstance(dep_var, str) else set(dep_var or ())
    conts: list[str] = []
    cats: list[str] = []
    for name in frame.columns:
        if name in targets:
            continue
        column = frame[name]
        many = is_integer_dtype(column.dtype) and column.nunique(dropna=False) > max_card
        (conts if many or is_float_dtype(column.dtype) else cats).append(name)
    return conts, cats


@check_keywords
def df_shrink_dtypes(df: Any, skip: Iterable[str] = (), obj2cat: bool = True, int2uint: bool = False) -> dict[str, Any]:
    """The smaller types that columns of `df` fit into, by name; columns that are as small as can be are left out.

    Text becomes a categorical with `obj2cat`; whole numbers of at least 0 become unsigned with `int2uint`. A float64
    within the range of float32 becomes one, which keeps 7 digits. Columns in `skip` and nullable types stay.
    """
    frame, passed, found = as_frame(df), set(skip), {}
    for name in frame.columns:
        column = frame[name]
        new = None if name in passed else _smaller(column, obj2cat, int2uint)
        if new is not None and new != column.dtype:
            found[name] = new
    return found


@check_keywords
def df_shrink(df: Any, skip: Iterable[str] = (), obj2cat: bool = True, int2uint: bool = False) -> pd.DataFrame:
    """A frame with the smaller types of `df_shrink_dtypes`."""
    frame = as_frame(df)
    smaller: pd.DataFrame = frame.astype(df_shrink_dtypes(frame, skip, obj2cat, int2uint))
    return smaller


def _smaller(column: pd.Series, obj2cat: bool, int2uint: bool) -> Any:
    import pandas as pd

    dtype = column.dtype
    if not isinstance(dtype, np.dtype) or dtype.kind == "O":
        text = isinstance(dtype, np.dtype | pd.StringDtype)
        return "category" if text and obj2cat else None
    if dtype.kind not in SIZES or not len(column):
        return None
    low, high = column.min(), column.max()
    kind = "u" if dtype.kind == "i" and int2uint and low >= 0 else dtype.kind
    info: Any = np.finfo if kind == "f" else np.iinfo
    fits = (size for size in SIZES[kind] if info(size).min <= low and high <= info(size).max)
    smallest = next((np.dtype(size) for size in fits), None)
    return smallest if smallest is not None and smallest.itemsize < dtype.itemsize else None
