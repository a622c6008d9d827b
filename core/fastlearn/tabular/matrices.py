"""Encoded columns side by side: one array of codes and one of numbers, each row in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.category import CategoryMap
from fastlearn.data.problems import DataError
from fastlearn.tabular.columns import Columns
from fastlearn.tabular.labels import code_dtype
from fastlearn.tabular.numbers import float_dtype

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Matrices", "as_matrices", "frame_of"]


class Matrices(NamedTuple):
    """`codes` `(N, n_cat)`, `numbers` `(N, n_cont)`, and the `index` of the rows."""

    codes: NDArray[Any]
    numbers: NDArray[Any]
    index: Any


def as_matrices(to: Columns, classes: Mapping[str, CategoryMap]) -> Matrices:
    """The columns of `to`, which lets go of each as it is copied.

    Codes are int16, or a larger type where a column has more labels than that holds, or whole numbers that no step has
    encoded. Numbers are float32, or float64 where
    whole numbers were left as they are and are too large to be exact.
    Raises: DataError for a column of categories that no step has turned into codes.
    """
    n = len(to)
    codes = np.empty((n, len(to.cat_names)), dtype=_dtype_of_codes(to, classes))
    for place, name in enumerate(to.cat_names):
        codes[:, place] = _codes(to, name)
    whole = {name: _is_whole(to.raw(name)) for name in to.cont_names}
    columns = {name: to.numbers(name) for name in to.cont_names}
    kinds = {float_dtype(column, whole[name]) for name, column in columns.items()}
    numbers = np.empty((n, len(to.cont_names)), dtype=np.float64 if np.float64 in kinds else np.float32)
    for place, name in enumerate(to.cont_names):
        numbers[:, place] = columns.pop(name)
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


def _is_whole(column: Any) -> bool:
    return getattr(getattr(column, "dtype", None), "kind", "") in "iu"
