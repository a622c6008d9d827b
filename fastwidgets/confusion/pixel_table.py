"""Classes against classes, pixel by pixel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from fastlearn.interpret import PixelConfusion
from numpy.typing import NDArray

from fastwidgets.confusion.class_table import largest_off
from fastwidgets.confusion.table import Pair, Picked, Table, sparse

__all__ = ["PixelTable"]


class PixelTable(Table):
    """How many pixels of the class of a row were predicted as that of a column."""

    form = "pixels"
    unit = "pixel"
    linked: PixelConfusion

    def cells(self) -> NDArray[np.float64]:
        return sparse(self.linked.counts())

    def pick(self, rows: Sequence[int], columns: Sequence[int]) -> Picked:
        """The items with any such pixels, those with most of them first."""
        pixels: Counter[int] = Counter()
        for i in rows:
            for j in columns:
                for row, n in zip(*self.linked.items_in(i, j), strict=True):
                    pixels[int(row)] += int(n)
        found = pixels.most_common()
        return Picked(np.asarray([row for row, _ in found], np.int64), np.asarray([n for _, n in found], np.int64))

    def pairs(self, n: int) -> list[Pair]:
        counts = self.linked.counts()
        return largest_off(counts, np.maximum(counts.sum(1), 1), n)
