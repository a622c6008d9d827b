"""Which classes pixels are taken for, with the items where that happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.problems import DataError
from fastlearn.interpret.class_confusion import Confusion
from fastlearn.interpret.confusion import largest_confusions, normalized
from fastlearn.interpret.linked_confusion import Linked, Rows

if TYPE_CHECKING:
    from fastlearn.interpret.stored_answers import StoredAnswers

__all__ = ["PixelConfusion"]


class PixelConfusion(Linked):
    """Counts of pixels by actual and predicted class, out of the cells that are stored of each mask.

    Masks cannot be relabelled here, only left out: what a corrected mask would count is not stored.
    """

    def __init__(self, answers: StoredAnswers, split: int | None = 1) -> None:
        super().__init__(answers, split)
        cells = answers.mask_cells
        assert cells is not None
        mine = np.isin(cells.row, self.rows)
        self._cells = cells.only(mine)
        self._refresh()

    def counts(self) -> NDArray[np.int64]:
        """How many pixels of class i (row) were predicted as class j (column), `(C, C)`."""
        return np.array(self._counts)

    def normalised(self) -> NDArray[np.float64]:
        """The counts as parts of each row."""
        return normalized(self._counts)

    def iou(self) -> NDArray[np.float64]:
        """Intersection over union of each class, `(C,)`; NaN for a class that is neither there nor predicted."""
        return _iou(np.diagonal(self._counts), self._counts.sum(1), self._counts.sum(0))

    def iou_of(self, row: int) -> NDArray[np.float64]:
        """Intersection over union of each class in one item, `(C,)`, as `iou`."""
        mine = self._cells.row == row
        n = len(self.classes)
        flat = self._cells.actual[mine].astype(np.int64) * n + self._cells.predicted[mine]
        counts = np.bincount(flat, self._cells.pixels[mine], n * n).reshape(n, n)
        return _iou(np.diagonal(counts), counts.sum(1), counts.sum(0))

    def items_in(self, actual: str | int, predicted: str | int) -> tuple[Rows, NDArray[np.int64]]:
        """The rows of the items with such pixels, and how many each has: most first."""
        cells = self._cells
        chosen = (cells.actual == self._class(actual)) & (cells.predicted == self._class(predicted))
        chosen &= ~np.isin(cells.row, list(self.excluded))
        rows, pixels = cells.row[chosen], cells.pixels[chosen]
        order = np.argsort(-pixels, kind="stable")
        return rows[order], pixels[order]

    def most_confused(self, n: int | None = 20, min_count: int = 1) -> list[Confusion]:
        """The cells off the diagonal with at least `min_count` pixels, the largest first."""
        totals = self._counts.sum(1)
        found = largest_confusions(self._counts, min_count)[:n]
        return [Confusion(self.classes[i], self.classes[j], c, c / int(totals[i])) for i, j, c in found]

    def worst(self, k: int | None = None) -> Rows:
        """The rows with the largest losses, largest first; `answers.worst_masks` has the masks of the first ones."""
        rows = self.rows[self._kept()]
        return self._worst_first(rows)[:k]

    def _checked(self, label: Any) -> Any:
        raise DataError("A mask cannot be relabelled here. Correct its file, then answers.update(), or leave it out.")

    def _same(self, label: Any, row: int) -> bool:
        return False

    def _refresh(self) -> None:
        n, cells = len(self.classes), self._cells
        kept = ~np.isin(cells.row, list(self.excluded))
        pairs = cells.actual[kept].astype(np.int64) * n + cells.predicted[kept]
        counts = np.zeros(n * n, np.int64)
        np.add.at(counts, pairs, cells.pixels[kept])  # bincount would go through floating point
        self._counts: NDArray[np.int64] = counts.reshape(n, n)


def _iou(both: NDArray[Any], actual: NDArray[Any], predicted: NDArray[Any]) -> NDArray[np.float64]:
    either = actual + predicted - both
    with np.errstate(divide="ignore", invalid="ignore"):
        found: NDArray[np.float64] = np.where(either > 0, both / either, np.nan)
    return found
