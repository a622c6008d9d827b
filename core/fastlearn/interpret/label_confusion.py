"""For each of several labels an item may have: found, missed, false alarm, rightly absent; with the items of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from fastlearn.interpret.confusion import label_counts
from fastlearn.interpret.linked_confusion import Linked, Rows

if TYPE_CHECKING:
    from fastlearn.interpret.stored_answers import StoredAnswers

__all__ = ["LabelConfusion", "LabelMistake"]


class LabelMistake(NamedTuple):
    """`n` times the label was `kind`: "missed" or "false alarm"."""

    label: str
    kind: str
    n: int


class LabelConfusion(Linked):
    """A table of two by two for each label. A corrected label is the list of all labels of an item."""

    def __init__(self, answers: StoredAnswers, split: int | None = 1) -> None:
        super().__init__(answers, split)
        assert answers.targets is not None and answers.predicted is not None
        self._stored = np.asarray(answers.targets[self.rows])
        self._predicted = np.asarray(answers.predicted[self.rows])
        self._refresh()

    def counts(self) -> NDArray[np.int64]:
        """`[[true negatives, false positives], [false negatives, true positives]]` of each label, `(C, 2, 2)`."""
        return np.array(self._counts)

    def items_in(self, label: str | int, actual: bool, predicted: bool) -> Rows:
        """The rows of the items that have the `label` or not (`actual`) and were `predicted` to, largest loss first."""
        c = self._class(label)
        rows = self.rows[self._kept() & (self._actual[:, c] == actual) & (self._predicted[:, c] == predicted)]
        return self._worst_first(rows)

    def most_confused(self, n: int | None = 20, min_count: int = 1) -> list[LabelMistake]:
        """The mistakes made at least `min_count` times, the most frequent first."""
        found = [
            LabelMistake(name, kind, count)
            for name, ((_, alarms), (missed, _)) in zip(self.classes, self._counts.tolist(), strict=True)
            for kind, count in (("missed", missed), ("false alarm", alarms))
            if count >= max(min_count, 1)
        ]
        return sorted(found, key=lambda mistake: -mistake.n)[:n]

    def _checked(self, label: Any) -> tuple[int, ...]:
        several = isinstance(label, Iterable) and not isinstance(label, str)
        return tuple(sorted({self._class(one) for one in (label if several else [label])}))

    def _same(self, label: Any, row: int) -> bool:
        there: list[int] = np.flatnonzero(self._stored[np.searchsorted(self.rows, row)]).tolist()
        return bool(tuple(there) == label)

    def _refresh(self) -> None:
        self._actual = self._stored.copy()
        for row, label in self.corrected.items():
            place = int(np.searchsorted(self.rows, row))
            self._actual[place] = False
            self._actual[place, list(label)] = True
        kept = self._kept()
        pairs = torch.from_numpy(self._actual[kept]), torch.from_numpy(self._predicted[kept])
        self._counts: NDArray[np.int64] = label_counts(*pairs)
