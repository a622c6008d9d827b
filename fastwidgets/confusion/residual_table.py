"""Numbers: how far off the prediction is, against how large the target is, as a table of fields with counts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from fastlearn.interpret import Residuals
from numpy.typing import NDArray

from fastwidgets.confusion.table import Pair, Picked, Table, sparse

__all__ = ["ResidualTable"]

FIELDS = 12  # across, and at the most down
Reals = NDArray[np.float64]


class ResidualTable(Table):
    """A residual plot in fields: columns are ranges of the target, rows ranges of prediction minus target, the highest
    at the top; one row is around zero.
    """

    form = "residuals"
    row_title, column_title = "residual", "target"
    linked: Residuals

    def __init__(self, linked: Residuals, output: int = 0) -> None:
        super().__init__(linked, [])
        self.output = output
        self._edges_of_target = edges_of(np.asarray(linked.predicted[:, output] - linked.values[:, output], np.float64))
        self._edges_of_residual = around_zero(np.asarray(linked.values[:, output], np.float64))
        self.columns = ranges(self._edges_of_target)
        self.rows = ranges(self._edges_of_residual, signed=True)[::-1]

    @property
    def zero(self) -> int:
        """Which row is around zero: what is right."""
        return len(self.rows) // 2

    def cells(self) -> NDArray[np.float64]:
        counts = np.zeros((len(self.rows), len(self.columns)), np.int64)
        known, row, column = self._places()
        np.add.at(counts, (row[known], column[known]), 1)
        return sparse(counts)

    def pick(self, rows: Sequence[int], columns: Sequence[int]) -> Picked:
        known, row, column = self._places()
        chosen = known & np.isin(row, list(rows)) & np.isin(column, list(columns))
        size = np.abs(self.linked.values[:, self.output])
        order = np.argsort(-size[chosen], kind="stable")
        return Picked(self.linked.rows[chosen][order])

    def _places(self) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
        """For each item whether it counts, and its field's row and column."""
        off = np.asarray(self.linked.values[:, self.output], np.float64)  # NaN for what is left out
        target = np.asarray(self.linked.actual[:, self.output], np.float64)
        known = np.isfinite(off) & np.isfinite(target)
        return known, len(self.rows) - 1 - place(off, self._edges_of_residual), place(target, self._edges_of_target)

    def pairs(self, n: int) -> list[Pair]:
        """The fields farthest from zero that have items in them."""
        cells = self.cells()
        total = max(1.0, cells[:, 2].sum()) if len(cells) else 1.0
        off = cells[cells[:, 0] != self.zero]
        order = np.lexsort((-off[:, 2], -np.abs(off[:, 0] - self.zero)))[:n]
        return [Pair(int(i), int(j), int(count), float(count / total)) for i, j, count in off[order]]


def edges_of(values: Reals) -> Reals:
    """The edges of `FIELDS` equal fields over the finite `values`; of one field where all are the same."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    return np.linspace(low, high, FIELDS + 1) if high > low else np.array([low - 0.5, low + 0.5])


def around_zero(values: Reals) -> Reals:
    """The edges of an odd number of equal fields, the middle one around zero."""
    finite = np.abs(values[np.isfinite(values)])
    most = float(finite.max()) if len(finite) and finite.max() > 0 else 1.0
    n = FIELDS - 1 | 1
    return np.linspace(-most, most, n + 1)


def place(values: Reals, edges: Reals) -> NDArray[np.int64]:
    """The field of each value; what lies outside counts for the outermost."""
    filled = np.nan_to_num(values, nan=0.0)
    return np.clip(np.searchsorted(edges, filled, side="right") - 1, 0, len(edges) - 2)


def ranges(edges: Reals, signed: bool = False) -> list[str]:
    """The fields in words, `1.5 to 2`; no two are the same."""
    sign = "+" if signed else ""
    for digits in range(3, 12):
        words = [f"{low:{sign}.{digits}g} to {high:{sign}.{digits}g}" for low, high in pairwise(edges)]
        if len(set(words)) == len(words):
            return words
    return [f"{word} [{i}]" for i, word in enumerate(words)]
