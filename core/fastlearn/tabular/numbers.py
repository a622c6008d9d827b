"""Columns of numbers, whatever type the table gives them: floats with NaN for what is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.problems import DataError, short
from fastlearn.tabular.frame import named_rows

__all__ = ["all_finite", "as_numbers", "missing_in"]

HUGE = float(np.finfo(np.float32).max)


def as_numbers(column: Any, name: str, index: Any) -> NDArray[Any]:
    """`column` as float32 or float64, NaN where it has no number; may share the column's memory, so do not write.

    Raises: DataError, naming the column and its first rows, for text, dates, and values that are infinite or beyond
    the largest of float32.
    """
    values = _floats(column, name, index)
    if not all_finite(values):
        endless = np.isinf(values)
        if endless.any():
            raise DataError(
                f"Column {name!r} holds infinite values in {named_rows(endless, index)}, from which nothing can be "
                f"learnt. Try df[{name!r}].replace([np.inf, -np.inf], np.nan), and FillMissing for an input, or dropna "
                "for a target."
            )
    if values.dtype == np.float64 and max(np.fmax.reduce(values, initial=0), -np.fmin.reduce(values, initial=0)) > HUGE:
        beyond = np.abs(values) > HUGE
        raise DataError(f"Column {name!r} holds numbers beyond {HUGE:.2g}, the largest that a network computes with, "
                        f"in {named_rows(beyond, index)}. Try a smaller unit, or np.log1p(df[{name!r}]).")  # fmt: skip
    return values


def all_finite(values: NDArray[Any]) -> bool:
    """Whether there is neither a hole nor an infinity, in one pass without an array of its own."""
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(np.isfinite(values.sum()))


def missing_in(values: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Where `values` have holes; None if there are none."""
    if all_finite(values):
        return None
    holes: NDArray[np.bool_] = np.isnan(values)
    return holes if holes.any() else None


def _floats(column: Any, name: str, index: Any) -> NDArray[Any]:
    import pandas as pd
    from pandas.api import types

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        column = pd.Series(column).astype(dtype.categories.dtype)
        dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iub":
        whole: NDArray[Any] = np.asarray(column).astype(np.float64)
        return whole
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        there = np.asarray(column)
        return there if there.dtype in (np.float32, np.float64) else there.astype(np.float64)
    if types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        raise DataError(f"Column {name!r} holds {'dates' if types.is_datetime64_any_dtype(dtype) else 'durations'}, "
                        f"and numbers are expected. Try add_datepart(df, {name!r}) for a date, or "
                        f"df[{name!r}].dt.total_seconds() for a duration.")  # fmt: skip
    if types.is_complex_dtype(dtype):
        raise DataError(f"Column {name!r} holds complex numbers, and real ones are expected. Try np.abs(df[{name!r}]), "
                        f"or its real and imag in columns of their own.")  # fmt: skip
    if types.is_numeric_dtype(dtype) or types.is_bool_dtype(dtype):  # nullable and Arrow types
        nullable: NDArray[Any] = pd.Series(column).to_numpy(dtype=np.float64, na_value=np.nan)
        return nullable
    return _from_objects(pd.Series(column), name, index)


def _from_objects(column: Any, name: str, index: Any) -> NDArray[Any]:
    """Numbers out of a column of objects. Raises: DataError if one of them is text, or no number at all."""
    import pandas as pd

    is_text = np.array([isinstance(value, str) for value in column.to_numpy(dtype=object)], dtype=bool)
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = is_text | (np.isnan(numbers) & ~column.isna().to_numpy())
    if not wrong.any():
        return np.asarray(numbers)
    values = ", ".join(short(value, 30) for value in column[wrong].iloc[:5])
    unreadable = int((wrong & np.isnan(numbers)).sum())
    remedy = f"pd.to_numeric(df[{name!r}])" if not unreadable else (
        f"pd.to_numeric(df[{name!r}], errors='coerce'), which makes holes, or take it as a category")  # fmt: skip
    what = "text" if is_text[wrong].any() else "other things"
    raise DataError(f"Column {name!r} is a column of numbers, but holds {what} in {named_rows(wrong, index)}: {values}."
                    f" Try {remedy}.")  # fmt: skip
