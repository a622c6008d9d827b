"""Which classes are taken for which others, with the items of every cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from fastlearn.data.problems import DataError
from fastlearn.interpret.confusion import confusion_counts, largest_confusions, normalized, worst_classes
from fastlearn.interpret.linked_confusion import Linked, Rows

if TYPE_CHECKING:
    import pandas as pd

    from fastlearn.interpret.stored_answers import StoredAnswers

__all__ = ["ClassConfusion", "Confusion"]

Class = str | int


class Confusion(NamedTuple):
    """`n` items of the class `actual` were predicted as `predicted`: the part `share` of that class."""

    actual: str
    predicted: str
    n: int
    share: float


class ClassConfusion(Linked):
    """Counts of actual against predicted classes, one class an item. Classes are named by name or number."""

    def __init__(self, answers: StoredAnswers, split: int | None = 1) -> None:
        super().__init__(answers, split)
        assert answers.targets is not None and answers.predicted is not None
        self._stored = np.asarray(answers.targets[self.rows])
        self._predicted = np.asarray(answers.predicted[self.rows])
        outside = np.flatnonzero((self._stored < 0) | (self._stored >= len(self.classes)))
        if len(outside):
            raise DataError(
                f"Class ids go from 0 to {len(self.classes) - 1}, but {answers.ids[int(self.rows[outside[0]])]} has "
                f"{self._stored[outside[0]]}. Compare the number of outputs of the model with the vocabulary."
            )
        self._refresh()

    def counts(self) -> NDArray[np.int64]:
        """How often class i (row) was predicted as class j (column), `(C, C)`."""
        return np.array(self._counts)

    def normalised(self, by: str = "actual") -> NDArray[np.float64]:
        """The counts as parts of each row (`"actual"`), of each column (`"predicted"`), or of all items (`"all"`)."""
        if by == "actual":
            return normalized(self._counts)
        if by == "predicted":
            return np.asarray(normalized(self._counts.T).T)
        if by == "all":
            return np.asarray(self._counts / max(int(self._counts.sum()), 1))
        raise ValueError(f"`by` is 'actual', 'predicted' or 'all', but got {by!r}. Try by='actual'.")

    def items_in(self, actual: Class | None = None, predicted: Class | None = None) -> Rows:
        """The rows of the items in a cell, the largest loss first; None stands for every class."""
        chosen = self._kept()
        if actual is not None:
            chosen &= self._actual == self._class(actual)
        if predicted is not None:
            chosen &= self._predicted == self._class(predicted)
        rows = self.rows[chosen]
        return self._worst_first(rows)

    def mistakes(self) -> Rows:
        """The rows of all items whose class was not predicted, the largest loss first."""
        rows = self.rows[self._kept() & (self._actual != self._predicted)]
        return self._worst_first(rows)

    def most_confused(self, n: int | None = 20, min_count: int = 1) -> list[Confusion]:
        """The cells off the diagonal with at least `min_count` items, the largest first."""
        totals = self._counts.sum(1)
        found = largest_confusions(self._counts, min_count)[:n]
        return [Confusion(self.classes[i], self.classes[j], c, c / int(totals[i])) for i, j, c in found]

    def worst_classes(self, n: int) -> Rows:
        """The ids of the `n` classes with the most mistakes, in the order of their ids."""
        return np.asarray(worst_classes(self._counts, n))

    def accuracy(self) -> float:
        """The part of the items whose class was predicted; NaN without items."""
        total = int(self._counts.sum())
        return int(np.trace(self._counts)) / total if total else float("nan")

    def per_class(self) -> pd.DataFrame:
        """One row a class: precision, recall, F1 (0 where nothing is counted) and number of items."""
        import pandas as pd

        right = np.diagonal(self._counts)
        n_actual, n_predicted = self._counts.sum(1), self._counts.sum(0)
        precision, recall = right / np.maximum(n_predicted, 1), right / np.maximum(n_actual, 1)
        f1 = 2 * right / np.maximum(n_actual + n_predicted, 1)
        columns = {"precision": precision, "recall": recall, "f1": f1, "n": n_actual}
        table: pd.DataFrame = pd.DataFrame(columns, index=pd.Index(self.classes, name="class"))
        return table

    def label_of(self, row: int) -> str:
        """The class that the item counts for."""
        place = int(np.searchsorted(self.rows, row))
        return self.classes[int(self._actual[place])]

    def _checked(self, label: Any) -> int:
        return self._class(label)

    def _same(self, label: Any, row: int) -> bool:
        return bool(self._stored[np.searchsorted(self.rows, row)] == label)

    def _refresh(self) -> None:
        self._actual = self._stored.copy()
        for row, label in self.corrected.items():
            self._actual[np.searchsorted(self.rows, row)] = label
        kept = self._kept()
        pairs = torch.from_numpy(self._actual[kept]), torch.from_numpy(self._predicted[kept])
        self._counts: NDArray[np.int64] = confusion_counts(*pairs, len(self.classes))
