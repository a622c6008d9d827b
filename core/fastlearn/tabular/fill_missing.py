"""Holes among numbers filled, each with a mark beside it that says where they were."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.problems import DataError
from fastlearn.tabular.columns import Columns
from fastlearn.tabular.frame import check_given
from fastlearn.tabular.median import median
from fastlearn.tabular.numbers import missing_in
from fastlearn.tabular.proc import TabularProc

__all__ = ["FillMissing", "FillStrategy"]


class FillStrategy(str, Enum):
    """What holes are filled with."""

    median = "median"
    constant = "constant"
    mode = "mode"


class FillMissing(TabularProc):
    """Fill the holes of each column of numbers with its `median` or `mode` in training, or with a `constant`.

    With `add_col`, a column that has holes in training gets a column of categories beside it, `<name>_na`, that is true
    where there was one. `fill_vals` are the constants (default 0), or values by hand for some columns. A column without
    holes in training has its value too: a hole that turns up later is filled, and noted.
    """

    order = 0

    def __init__(
        self,
        fill_strategy: FillStrategy | str = FillStrategy.median,
        add_col: bool = True,
        fill_vals: Mapping[str, float] | None = None,
    ) -> None:
        if fill_strategy not in set(FillStrategy):
            known = ", ".join(f"FillStrategy.{one.value}" for one in FillStrategy)
            raise DataError(f"`fill_strategy` is one of {known}, but got {fill_strategy!r}.")
        self.fill_strategy, self.add_col = FillStrategy(fill_strategy).value, add_col
        self.fill_vals = None if fill_vals is None else dict(fill_vals)
        self.na_dict: dict[str, float] = {}  # what each column of numbers is filled with
        self.marked: list[str] = []  # columns that have a mark beside them

    def know(self, fill_vals: Mapping[str, float]) -> None:
        """Take what some columns are filled with as given by hand."""
        self.fill_vals = {**(self.fill_vals or {}), **fill_vals}

    def setups(self, to: Columns) -> None:
        check_given(self.fill_vals or {}, to.cont_names, "fillings", "the columns of numbers")
        self.na_dict, self.marked = {}, []
        for name in to.cont_names:
            values = to.training(to.numbers(name))
            holes = missing_in(values)
            self.na_dict[name] = self._value(name, values if holes is None else values[~holes])
            if holes is not None and self.add_col:
                self.marked.append(name)
        taken = [f"{name}_na" for name in self.marked if f"{name}_na" in to]
        if taken:
            raise DataError(f"FillMissing marks the holes of a column in <name>_na, but the table has {taken[:5]} "
                            "already. Try FillMissing(add_col=False), or other names.")  # fmt: skip

    def encodes(self, to: Columns) -> None:
        for name in to.cont_names:
            values = to.numbers(name)
            holes = missing_in(values)
            if holes is not None:
                filled = values.copy()
                filled[holes] = self._filling(name)
                to[name] = filled
                if name not in self.marked:
                    to.found(name, "holes, of which training had none, filled with "
                             f"{self._filling(name):.6g}", holes)  # fmt: skip
            if name in self.marked:
                to[f"{name}_na"] = np.zeros(len(to), dtype=bool) if holes is None else holes
        to.cat_names += [mark for mark in self.adds() if mark not in to.cat_names]

    def decodes(self, to: Columns) -> None:
        """Where a mark says so there is a hole again, and the marks are gone."""
        for name in self.marked:
            mark = f"{name}_na"
            if mark not in to.cat_names:
                continue
            where = np.asarray(to.take(mark) == True, dtype=bool)  # noqa: E712  # labels: True, False or NaN
            numbers = np.asarray(to.raw(name), dtype=np.float64).copy()
            numbers[where] = np.nan
            to[name] = numbers
            to.cat_names.remove(mark)

    def adds(self) -> dict[str, str]:
        return {f"{name}_na": name for name in self.marked}

    def arguments(self) -> dict[str, Any]:
        return {"fill_strategy": self.fill_strategy, "add_col": self.add_col, "fill_vals": self.fill_vals}

    def _filling(self, name: str) -> float:
        return self.na_dict[name]

    def _value(self, name: str, values: NDArray[Any]) -> float:
        """What the holes of a column are filled with, from its numbers in training."""
        if self.fill_vals is not None and name in self.fill_vals:
            return float(self.fill_vals[name])
        if self.fill_strategy == FillStrategy.constant.value:
            return 0.0
        if not len(values):
            raise DataError(f"Column {name!r} has no number in any training row, so there is nothing to fill its "
                            "holes with. Leave it out of cont_names, or try FillMissing(fill_vals="
                            f"{{{name!r}: 0}}).")  # fmt: skip
        if self.fill_strategy == FillStrategy.mode.value:
            distinct, counts = np.unique(values, return_counts=True)
            return float(distinct[counts.argmax()])
        return median(values)
