"""What the grid shows of the labels: a column each for state, label, note, suggestion, and the order of the queue."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from fastwidgets.grid.actions import TileState
from fastwidgets.grid.session import GridSession
from fastwidgets.labeler.annotation import STATES, Annotation
from fastwidgets.labeler.queue import Ranks
from fastwidgets.labeler.shapes import SHAPE_TASKS
from fastwidgets.labeler.suggestions import Suggestion

__all__ = ["LabelColumns"]

LOOKS = {"labelled": TileState("✓", "solid", "success"), "skipped": TileState("↷", "dotted", "plain"),
         "unsure": TileState("?", "dashed", "warn")}  # fmt: skip


class LabelColumns:
    """Keeps the columns of `grid` up to date with `annotation(i)`, what is known of picture `i`.

    Pictures with one class each have a column "label" of classes; all others one of words, and beside it "class", which
    is empty and only tells the grid which classes the digits mean.
    """

    def __init__(
        self,
        grid: GridSession,
        task: str,
        classes: Sequence[str],
        splits: Sequence[str | None],
        annotation: Callable[[int], Annotation],
    ) -> None:
        self._grid, self._annotation = grid, annotation
        self._draws = task in SHAPE_TASKS
        self._by = "label" if task == "single" else "class"
        nothing = [None] * grid.n
        grid.add_column("state", nothing, kind="category", classes=STATES)
        if self._by == "label":
            grid.add_column("label", nothing, kind="category", classes=classes)
        else:
            grid.add_column("class", nothing, kind="category", classes=classes, title="class (for keys)")
            grid.add_column("label", nothing, kind="text", title="classes")
        if self._draws:
            grid.add_column("shapes", nothing, kind="number", title=task)
        grid.add_column("note", nothing, kind="text")
        grid.add_column("suggestion", nothing, kind="category")
        grid.add_column("sure", [math.nan] * grid.n, kind="number")
        if any(splits):
            grid.add_column("split", splits, kind="category")
        grid.add_column("queue", range(grid.n), kind="number", title="order of the queue")
        shown = [name for name in grid.columns if name not in ("queue", "class")]
        grid.look(captions=["name", "label"], details=shown, state="state", states=LOOKS, classes_of=self._by)

    def show(self, ids: Sequence[int] | range) -> None:
        """Bring the columns of these pictures up to now."""
        if not len(ids):
            return
        at, found = list(ids), [self._annotation(i) for i in ids]
        self._grid.set_values("label", at, [_words(one) for one in found])
        self._grid.set_values("state", at, [one.state for one in found])
        self._grid.set_values("note", at, [one.note for one in found])
        if self._draws:
            self._grid.set_values("shapes", at, [None if one.shapes is None else len(one.shapes) for one in found])

    def show_classes(self, classes: Sequence[str]) -> None:
        """The column that digits mean has the classes in their order, and no others."""
        everyone = range(self._grid.n)
        values = [_words(self._annotation(i)) if self._by == "label" else None for i in everyone]
        title = self._grid.columns[self._by].title
        self._grid.add_column(self._by, values, kind="category", title=title, classes=classes)

    def show_suggestions(self, found: Sequence[Suggestion | None]) -> None:
        """What each picture would probably be labelled."""
        if any(found):
            everyone = range(self._grid.n)
            self._grid.set_values("suggestion", everyone, [one.words if one else None for one in found])
            self._grid.set_values("sure", everyone, [one.sure if one else math.nan for one in found])

    def show_order(self, places: Ranks, on: bool) -> None:
        """When each picture comes up, the lowest first; with `on` they are shown in that order."""
        self._grid.set_values("queue", range(self._grid.n), places)
        self._grid.set_sorts([("queue", False)] if on else [])


def _words(one: Annotation) -> str | None:
    return ", ".join(one.classes) if one.labelled else None
