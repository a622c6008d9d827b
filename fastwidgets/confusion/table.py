"""The form that all tables of confusion have in common: named rows and columns, cells with numbers and items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from fastlearn.interpret import ClassConfusion, LabelConfusion, PixelConfusion, Residuals, StoredAnswers
from fastlearn.interpret.linked_confusion import Linked, linked_confusion
from numpy.typing import NDArray

__all__ = ["Form", "Pair", "Picked", "Table", "table_of"]

Form = Literal["classes", "labels", "pixels", "residuals"]
Rows = NDArray[np.int64]


class Pair(NamedTuple):
    """A cell that is a mistake: `n` items or pixels, the part `share` of its row."""

    row: int
    column: int
    n: int
    share: float


class Picked(NamedTuple):
    """The items behind some cells: `rows` of the answers, and how many of each one's pixels are meant, for masks."""

    rows: Rows
    pixels: NDArray[np.int64] | None = None


class Table:
    """What was taken for what. `names` are those of the classes, no two the same."""

    form: Form
    row_title, column_title = "label", "prediction"
    unit = "image"

    def __init__(self, linked: Linked, names: Sequence[str]) -> None:
        self.linked, self.names = linked, list(names)
        self.rows, self.columns = self.names, self.names

    @property
    def square(self) -> bool:
        """Whether rows and columns are the same classes, so that the diagonal is what is right."""
        return self.form in ("classes", "pixels")

    def cells(self) -> NDArray[np.float64]:
        """The cells that are not empty, `(m, 3)`: row, column, how many."""
        raise NotImplementedError

    def pick(self, rows: Sequence[int], columns: Sequence[int]) -> Picked:
        """The items in all cells of these `rows` and `columns`."""
        raise NotImplementedError

    def pairs(self, n: int) -> list[Pair]:
        """The mistakes made most often."""
        return []

    def filled(self) -> NDArray[np.float64]:
        """The same as a whole array, `(R, C)`."""
        whole = np.zeros((len(self.rows), len(self.columns)))
        cells = self.cells()
        whole[cells[:, 0].astype(int), cells[:, 1].astype(int)] = cells[:, 2]
        return whole


def sparse(counts: NDArray[Any]) -> NDArray[np.float64]:
    """The cells of a whole array `(R, C)` that are not 0, `(m, 3)`."""
    rows, columns = counts.nonzero()
    return np.stack((rows, columns, counts[rows, columns]), axis=1).astype(np.float64)


def table_of(answers: StoredAnswers, names: Sequence[str], split: int | None, output: int = 0) -> Table:
    """The table for the task; `output` is which of several predicted numbers is looked at.

    Raises: DataError for a task without classes or numbers, and for a split without items.
    """
    from fastwidgets.confusion.class_table import ClassTable
    from fastwidgets.confusion.label_table import LabelTable
    from fastwidgets.confusion.pixel_table import PixelTable
    from fastwidgets.confusion.residual_table import ResidualTable

    linked = linked_confusion(answers, split)
    if isinstance(linked, ClassConfusion):
        return ClassTable(linked, names)
    if isinstance(linked, LabelConfusion):
        return LabelTable(linked, names)
    if isinstance(linked, PixelConfusion):
        return PixelTable(linked, names)
    assert isinstance(linked, Residuals)
    return ResidualTable(linked, output)
