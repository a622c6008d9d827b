"""Several labels an item: for each a table of two by two, in one line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from fastlearn.interpret import LabelConfusion
from numpy.typing import NDArray

from fastwidgets.confusion.table import Pair, Picked, Table, sparse

__all__ = ["LabelTable"]

# (has the label, is predicted to have it) of each column; the first and the last are right
COLUMNS = {"found": (True, True), "missed": (True, False), "false alarm": (False, True), "absent": (False, False)}
MISTAKES = (1, 2)


class LabelTable(Table):
    """A row for each label: found, missed, false alarm, rightly absent."""

    form = "labels"
    column_title = "outcome"
    linked: LabelConfusion

    def __init__(self, linked: LabelConfusion, names: Sequence[str]) -> None:
        super().__init__(linked, names)
        self.columns = list(COLUMNS)

    def cells(self) -> NDArray[np.float64]:
        return sparse(self._lines())

    def pick(self, rows: Sequence[int], columns: Sequence[int]) -> Picked:
        outcomes = [list(COLUMNS.values())[j] for j in columns]
        found = [self.linked.items_in(i, actual, predicted) for i in rows for actual, predicted in outcomes]
        together = np.concatenate(found) if found else np.zeros(0, np.int64)
        return Picked(np.asarray(list(dict.fromkeys(together.tolist())), np.int64))  # an item has several labels

    def pairs(self, n: int) -> list[Pair]:
        lines = self._lines()
        mistakes = [(i, j, int(lines[i, j])) for i in range(len(lines)) for j in MISTAKES if lines[i, j]]
        worst = sorted(mistakes, key=lambda one: -one[2])[:n]
        return [Pair(i, j, count, count / self._out_of(lines[i], j)) for i, j, count in worst]

    def _lines(self) -> NDArray[np.int64]:
        counts = self.linked.counts()  # (C, has it, is predicted to)
        return np.stack([counts[:, int(a), int(p)] for a, p in COLUMNS.values()], axis=1)

    @staticmethod
    def _out_of(line: NDArray[np.int64], column: int) -> int:
        """Of how many items the mistake could be one: those with the label, or those without."""
        return max(1, int(line[:2].sum() if column == MISTAKES[0] else line[2:].sum()))
