"""Encoded columns side by side: one array of codes and one of numbers, each row in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.category import CategoryMap
from fastlearn.data.problems import DataError
from fastlearn.tabular.columns import Columns
from fastlearn.tabular.labels import code_dtype

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FloatType", "Matrices", "as_matrices", "checked_float_type", "float_type_of", "frame_of", "note_inexact"]

EXACT = 1 << 24  # whole numbers up to here are exact in float32

FloatType: TypeAlias = Literal["float32", "float64"]


class Matrices(NamedTuple):
    """`codes` `(N, n_cat)`, `numbers` `(N, n_cont)`, and the `index` of the rows."""

    codes: NDArray[Any]
    numbers: NDArray[Any]
    index: Any


def float_type_of(to: Columns) -> FloatType:
    """float32, or float64 where whole numbers among the columns of `to` are too large to be exact in 24 bits."""
    return "float64" if any(_inexact(to, name) is not None for name in to.cont_names) else "float32"


def note_inexact(to: Columns) -> None:
    """Note whole numbers that float32 cannot hold: the type was settled by a table that had none of these."""
    for name in to.cont_names:
        where = _inexact(to, name)
        if where is not None:
            to.found(name, f"whole numbers beyond {EXACT:,}, of which training had none, rounded to float32", where)


def checked_float_type(word: str) -> FloatType:
    """`word` as one of the two types. Raises: KeyError for another."""
    types: dict[str, FloatType] = {"float32": "float32", "float64": "float64"}
    return types[word]


def as_matrices(to: Columns, classes: Mapping[str, CategoryMap], float_type: FloatType) -> Matrices:
    """The columns of `to`, which lets go of each as it is copied.

    Codes are int16, or a larger type where a column has more labels than that holds, or whole numbers that no step has
    encoded.
    Raises: DataError for a column of categories that no step has turned into codes.
    """
    n = len(to)
    codes = np.empty((n, len(to.cat_names)), dtype=_dtype_of_codes(to, classes))
    for place, name in enumerate(to.cat_names):
        codes[:, place] = _codes(to, name)
    numbers = np.empty((n, len(to.cont_names)), dtype=float_type)
    for place, name in enumerate(to.cont_names):
        numbers[:, place] = to.numbers(name)
        to.take(name)
    return Matrices(codes, numbers, to.index)


def frame_of(matrices: Matrices, cats: Sequence[str], conts: Sequence[str]) -> pd.DataFrame:
    """The columns as a frame of its own, categories first."""
    import pandas as pd

    codes, numbers, index = matrices
    columns = {name: codes[:, place] for place, name in enumerate(cats)}
    columns.update({name: numbers[:, place] for place, name in enumerate(conts)})
    frame: pd.DataFrame = pd.DataFrame(columns, index=index, copy=True)
    return frame


def _codes(to: Columns, name: str) -> NDArray[Any]:
    column = np.asarray(to.take(name))
    if column.dtype.kind not in "iub":
        raise DataError(f"Column {name!r} is one of categories, but no step has turned it into codes. Add Categorify "
                        "to the procs.")  # fmt: skip
    return column


def _dtype_of_codes(to: Columns, classes: Mapping[str, CategoryMap]) -> Any:
    """The smallest signed type that holds every column's codes, also those that came as numbers of their own."""
    found: Any = np.dtype(code_dtype(max(map(len, classes.values()), default=0)))
    for name in to.cat_names:
        column = to.raw(name)
        if name not in classes and getattr(getattr(column, "dtype", None), "kind", "") in "iu" and len(column):
            for end in (column.min(), column.max()):
                found = np.promote_types(found, np.min_scalar_type(int(end)))
    return found


def _inexact(to: Columns, name: str) -> NDArray[np.bool_] | None:
    """Where a column has whole numbers beyond `EXACT`; None where it has none, or other numbers."""
    if getattr(getattr(to.raw(name), "dtype", None), "kind", "") not in "iu":
        return None
    where: NDArray[np.bool_] = np.abs(to.numbers(name)) > EXACT
    return where if where.any() else None
