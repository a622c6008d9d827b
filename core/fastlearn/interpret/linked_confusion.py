"""Confusion with the items behind every cell, which follows corrected labels without a pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.problems import DataError
from fastlearn.interpret.attribution_choices import class_id
from fastlearn.interpret.ranking import worst_first

if TYPE_CHECKING:
    from fastlearn.interpret.class_confusion import ClassConfusion
    from fastlearn.interpret.label_confusion import LabelConfusion
    from fastlearn.interpret.pixel_confusion import PixelConfusion
    from fastlearn.interpret.residuals import Residuals
    from fastlearn.interpret.stored_answers import StoredAnswers

__all__ = ["Linked", "linked_confusion"]

Rows = NDArray[np.int64]


def linked_confusion(
    answers: StoredAnswers, split: int | None = 1
) -> ClassConfusion | LabelConfusion | PixelConfusion | Residuals:
    """What was taken for what in a split (None: in all items), in the form that fits the task.

    Raises: DataError for a task without classes or numbers, and for a split without items.
    """
    from fastlearn.interpret.class_confusion import ClassConfusion
    from fastlearn.interpret.label_confusion import LabelConfusion
    from fastlearn.interpret.pixel_confusion import PixelConfusion
    from fastlearn.interpret.residuals import Residuals

    if answers.task == "category":
        return ClassConfusion(answers, split)
    if answers.task == "multicategory":
        return LabelConfusion(answers, split)
    if answers.task == "mask":
        return PixelConfusion(answers, split)
    if answers.task == "regression":
        return Residuals(answers, split)
    raise DataError("There is no table of what was taken for what: the targets are neither classes nor numbers.")


class Linked:
    """The items of a split with their targets, of which some may be corrected or left out.

    `rows` are those of the answers. Whatever is asked counts corrected labels, without what is left out.
    """

    def __init__(self, answers: StoredAnswers, split: int | None) -> None:
        self.answers, self.split = answers, split
        self.rows: Rows = answers.rows(split)
        if not len(self.rows):
            raise DataError(f"There are no answers for split {split}. Try split={1 - (split or 0)}, or None for all.")
        self.classes: list[str] = answers.vocab or []
        self.corrected: dict[int, Any] = {}
        self.excluded: set[int] = set()

    def relabel(self, labels: Mapping[str | int, Any]) -> None:
        """Correct labels, by the id or the row of the item; None takes a correction back. No pass is run.

        Either all of them are taken, or none. Items of other splits are passed over.
        Raises: DataError for an item that there is not; ValueError for a class that there is not.
        """
        read = [(self.answers.row_of(item), label) for item, label in labels.items()]
        mine = set(self.rows.tolist())
        checked = [(row, None if label is None else self._checked(label)) for row, label in read if row in mine]
        for row, label in checked:
            if label is None or self._same(label, row):
                self.corrected.pop(row, None)
            else:
                self.corrected[row] = label
        self._refresh()

    def exclude(self, items: Iterable[str | int]) -> None:
        """Leave items out of all counts."""
        self.excluded |= {self.answers.row_of(item) for item in items}
        self._refresh()

    def include(self, items: Iterable[str | int]) -> None:
        """Count items again."""
        self.excluded -= {self.answers.row_of(item) for item in items}
        self._refresh()

    @property
    def note(self) -> str:
        """What was edited since the pass, in words; empty if nothing was."""
        mine = set(self.rows.tolist())
        n_edited, n_out = len(self.corrected), len(self.excluded & mine)
        said = [f"{n_edited} label{'s' * (n_edited != 1)} edited"] * bool(n_edited)
        said += [f"{n_out} item{'s' * (n_out != 1)} left out"] * bool(n_out)
        return f"{', '.join(said)} since the pass" if said else ""

    def _kept(self) -> NDArray[np.bool_]:
        """Which of `rows` count."""
        return np.asarray(~np.isin(self.rows, list(self.excluded)))

    def _worst_first(self, rows: Rows) -> Rows:
        return np.asarray(rows[worst_first(self.answers.losses[rows])])

    def _class(self, label: Any) -> int:
        return class_id(int(label) if isinstance(label, np.integer) else label, self.classes)

    # What each form does in its way.

    def _checked(self, label: Any) -> Any:
        raise NotImplementedError

    def _same(self, label: Any, row: int) -> bool:
        raise NotImplementedError

    def _refresh(self) -> None:
        raise NotImplementedError
