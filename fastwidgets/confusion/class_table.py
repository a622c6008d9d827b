"""Classes against classes, one an item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from fastlearn.interpret import ClassConfusion
from numpy.typing import NDArray

from fastwidgets.confusion.table import Pair, Picked, Table, sparse

__all__ = ["ClassTable"]


class ClassTable(Table):
    """How many items of the class of a row were predicted as that of a column."""

    form = "classes"
    linked: ClassConfusion

    def cells(self) -> NDArray[np.float64]:
        return sparse(self.linked.counts())

    def pick(self, rows: Sequence[int], columns: Sequence[int]) -> Picked:
        found = [self.linked.items_in(i, j) for i in rows for j in columns]
        return Picked(np.concatenate(found) if found else np.zeros(0, np.int64))

    def pairs(self, n: int) -> list[Pair]:
        counts = self.linked.counts()
        totals = np.maximum(counts.sum(1), 1)
        return largest_off(counts, totals, n)


def largest_off(counts: NDArray[np.int64], totals: NDArray[np.int64], n: int) -> list[Pair]:
    """The `n` largest cells off the diagonal, equal ones in the order of the classes."""
    off = counts.copy()
    np.fill_diagonal(off, 0)
    rows, columns = off.nonzero()
    order = np.argsort(-off[rows, columns], kind="stable")[:n]
    return [
        Pair(int(i), int(j), int(off[i, j]), float(off[i, j] / totals[i]))
        for i, j in zip(rows[order], columns[order], strict=True)
    ]
