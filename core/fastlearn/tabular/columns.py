"""The columns that steps work on: read from the caller's frame, replaced one by one, never written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.problems import DataError
from fastlearn.tabular.frame import named_rows
from fastlearn.tabular.labels import factorize_whole, labels_of
from fastlearn.tabular.numbers import as_numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Columns", "Finding"]

Rows = slice | NDArray[np.bool_]  # which rows are for training: all from one to another, or a mask


class Finding:
    """Something in a table that was mended: which `column`, `what` was found and done, and in how many `rows`."""

    def __init__(self, column: str, what: str, n: int, rows: str) -> None:
        self.column, self.what, self.n, self.rows = column, what, n, rows

    def __str__(self) -> str:
        return f"Column {self.column!r}: {self.what}, in {self.rows}."

    __repr__ = __str__


class Columns:
    """The columns of one table on their way through the steps: `to[name]` reads a column, `to[name] = values` replaces.

    `cat_names` and `cont_names` may grow; `cats` and `conts` are those columns as frames. `train` are the rows that
    steps learn from. The caller's frame is read, never changed.
    """

    def __init__(
        self, frame: pd.DataFrame, cat_names: Sequence[str], cont_names: Sequence[str], train: Rows = slice(None)
    ) -> None:
        self._frame, self.train = frame, train
        self.cat_names, self.cont_names = list(cat_names), list(cont_names)
        self.index = frame.index
        self.findings: list[Finding] = []
        self._new: dict[str, Any] = {}
        self._factors: dict[str, tuple[NDArray[Any], list[Any]]] = {}
        self._numbers: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.index)

    def __contains__(self, name: str) -> bool:
        return name in self._new or name in self._frame.columns

    def raw(self, name: str) -> Any:
        """Column `name` as it lies there: an array, or a Series of the caller's."""
        return self._new[name] if name in self._new else self._frame[name]

    def __getitem__(self, names: Any) -> Any:
        import pandas as pd

        if isinstance(names, str) or not isinstance(names, Iterable):
            found = self.raw(names)
            return found if hasattr(found, "iloc") else pd.Series(found, index=self.index, name=names)
        return pd.DataFrame({name: self[name] for name in names}, index=self.index)

    def __setitem__(self, names: Any, values: Any) -> None:
        if isinstance(names, str) or not isinstance(names, Iterable):
            self._new[names] = values
            self._factors.pop(names, None)
            self._numbers.pop(names, None)
            return
        for name in names:
            self[name] = values[name]

    def take(self, name: str) -> Any:
        """Column `name`, given up by this table: whoever takes it lets go of its memory."""
        self._numbers.pop(name, None)
        self._factors.pop(name, None)
        return self._new.pop(name) if name in self._new else self._frame[name]

    @property
    def cats(self) -> pd.DataFrame:
        """The columns of categories."""
        found: pd.DataFrame = self[self.cat_names]
        return found

    @cats.setter
    def cats(self, frame: pd.DataFrame) -> None:
        self[self.cat_names] = frame

    @property
    def conts(self) -> pd.DataFrame:
        """The columns of numbers."""
        found: pd.DataFrame = self[self.cont_names]
        return found

    @conts.setter
    def conts(self, frame: pd.DataFrame) -> None:
        self[self.cont_names] = frame

    def transform(self, names: Iterable[str], function: Callable[[pd.Series], Any]) -> None:
        """Replace each of the columns `names` by what `function` makes of it."""
        for name in names:
            self[name] = function(self[name])

    def training(self, values: Any) -> Any:
        """Those of `values`, one for each row, that steps learn from."""
        return values[self.train]

    def factors(self, name: str) -> tuple[NDArray[Any], list[Any]]:
        """A column as `(codes, labels)`: where each row's label stands among the distinct ones, -1 for none."""
        if name not in self._factors:
            column = self.raw(name)
            self._factors[name] = factorize_whole(column) or labels_of(column, name, self.index)
        return self._factors[name]

    def numbers(self, name: str) -> NDArray[Any]:
        """A column as floats, NaN where there is none.

        Raises: DataError, naming column and rows, for text, for dates and for infinite values.
        """
        if name not in self._numbers:
            self._numbers[name] = as_numbers(self.raw(name), name, self.index)
        return self._numbers[name]

    def found(self, column: str, what: str, mask: NDArray[np.bool_]) -> None:
        """Note that something in the rows of `mask` was mended."""
        self.findings.append(Finding(column, what, int(mask.sum()), named_rows(mask, self.index)))


def rows_to_learn_from(rows: Any, n: int) -> Rows:
    """`rows` (positions, a mask, or None for all of `n`) as a mask, or as a slice where they follow each other.

    Raises: DataError for positions outside of the table, or if there are none.
    """
    if rows is None:
        chosen: Rows = slice(0, n)
        n_chosen = n
    else:
        given = np.asarray(rows)
        if given.dtype == bool and len(given) != n:
            raise DataError(f"A mask of rows has one entry for each of the {n} rows, but this one has {len(given)}.")
        mask = given if given.dtype == bool else np.zeros(n, dtype=bool)
        if given.dtype != bool:
            if len(given) and (given.min() < -n or given.max() >= n):
                raise DataError(f"There are {n} rows, numbered from 0, but those to learn from are {given.min()} to "
                                f"{given.max()}. Try making the split from the same table.")  # fmt: skip
            mask[given] = True
        n_chosen = int(mask.sum())
        first, stop = (int(mask.argmax()), n - int(mask[::-1].argmax())) if n_chosen else (0, 0)
        chosen = slice(first, stop) if n_chosen == stop - first else mask
    if not n_chosen:
        raise DataError(f"There is nothing to learn from: of {n} rows 0 are for training. Look at the table and at "
                        "what the splitter returns.")  # fmt: skip
    return chosen
