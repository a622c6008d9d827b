"""The wire of the confusion matrix: the table beside the grid of the top losses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import traitlets as T

from fastwidgets.confusion.fallback import html_of, text_of
from fastwidgets.confusion.session import ConfusionSession, Look, look_of
from fastwidgets.top_losses.mask_maps import MaskMaps
from fastwidgets.top_losses.widget import TopLosses

__all__ = ["ConfusionMatrix"]

Names = str | int | Sequence[str | int] | None


class ConfusionMatrix(TopLosses):
    """What the model takes for what, and the items behind every cell: `ConfusionMatrix(learn)`.

    Classes: a table of counts. Several labels an item: found, missed, false alarm and absent for each. Numbers: a
    residual plot in fields. Masks: pixels. A cell shows exactly its items below; corrected labels move the counts at
    once, in every widget of the learner. The arguments are those of `TopLosses`.
    """

    _model_name = T.Unicode("ConfusionModel").tag(sync=True)
    _view_name = T.Unicode("ConfusionView").tag(sync=True)

    hears: ClassVar[tuple[str, ...]] = (*TopLosses.hears, "pick", "show")
    stem: ClassVar[str] = "confusion"

    losses: ConfusionSession

    def __init__(self, given: Any, *, title: str = "Confusion", height: int = 420, **kwargs: Any) -> None:
        self._table_sent: tuple[int, Any] | None = None
        super().__init__(given, title=title, height=height, **kwargs)

    # For cells

    def pick(self, labels: Names = None, predictions: Names = None) -> None:
        """Show the items of the cells of these rows and columns, by name or number; None stands for all of them.

        Raises: ValueError for a name that is none.
        """
        with self.lock:
            self.losses.refresh()
            table = self.losses.table
            if table is None:
                raise ValueError(self.losses.trouble)
            self.losses.pick(_places(labels, table.rows), _places(predictions, table.columns))

    def look(self, **changes: Any) -> None:
        """Change how the table is shown: `order`, `by`, `diagonal`, `output`; see `Look`. Raises: ValueError."""
        with self.lock:
            self.losses.show(Look(**{**vars(self.losses.look), **changes}))
            self.touch()

    def most_confused(self, n: int = 20) -> list[tuple[str, str, int]]:
        """The mistakes made most often: row, column, how many."""
        with self.lock:
            self.losses.refresh()
            table = self.losses.table
            if table is None:
                return []
            return [(table.rows[pair.row], table.columns[pair.column], pair.n) for pair in table.pairs(n)]

    # What the browser is told

    def flush(self) -> None:
        super().flush()
        self._send_table()

    def send_whole(self) -> None:
        super().send_whole()
        self._table_sent = None
        self._send_table()

    def as_html(self) -> str:
        with self.lock:
            self.losses.refresh()
            table = html_of(self.losses)
        return table + super().as_html()

    def as_text(self) -> str:
        with self.lock:
            self.losses.refresh()
            table = text_of(self.losses)
        return f"{table}\n{super().as_text()}"

    # What the browser asks

    def on_pick(self, message: dict[str, Any]) -> None:
        """A cell, or several, or none."""
        cells = message["cells"]
        if cells is None:
            self.losses.unpick()
        else:
            self.losses.pick(cells["rows"], cells["columns"])
        self._mark_pixels()
        self.notice = ""
        self.settle()

    def on_show(self, message: dict[str, Any]) -> None:
        """Another order, other numbers."""
        self.losses.show(look_of(message["look"]))
        self.settle()

    # Inside

    def make_session(self, words: Sequence[str] | None) -> ConfusionSession:
        return ConfusionSession(self.review, self.source.answers, words)

    def _send_table(self) -> None:
        state = (self.losses.stamp, self.losses.picked)
        if state != self._table_sent and self.comm is not None:
            self._table_sent = state
            self.send_array(*self.losses.described())

    def _mark_pixels(self) -> None:
        """Of masks, show the pixels of the picked cell in full."""
        if isinstance(self._laid, MaskMaps):
            picked = self.losses.picked
            alone = picked is not None and len(picked["rows"]) == len(picked["columns"]) == 1
            self._laid.cell = (picked["rows"][0], picked["columns"][0]) if alone and picked is not None else None
            self.refresh_overlays()


def _places(given: Names, names: Sequence[str]) -> list[int]:
    if given is None:
        return list(range(len(names)))
    listed = [given] if isinstance(given, str | int) else list(given)
    for one in listed:
        if one not in names if isinstance(one, str) else not 0 <= one < len(names):
            raise ValueError(f"There is no {one!r} in the table; there are {', '.join(names[:8])}"
                             f"{', …' if len(names) > 8 else ''}.")  # fmt: skip
    return [list(names).index(one) if isinstance(one, str) else one for one in listed]
