"""The wire of the top losses: answers, reasons and heat maps made in the background, decisions through the review."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import count as counting
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets as T
from fastlearn.data.problems import DataError
from fastlearn.interpret import LabelDoubts, StoredAnswers, why_here
from fastlearn.train.events import FitEnded

from fastwidgets.grid.jobs import Cancelled
from fastwidgets.grid.overlay import Overlay
from fastwidgets.grid.widget import ASKS, GridWidget
from fastwidgets.review import go_on_code
from fastwidgets.review.fix import name_of
from fastwidgets.top_losses.answer_source import AnswerSource
from fastwidgets.top_losses.export import free_name, table_of, write
from fastwidgets.top_losses.heat_maps import HeatMaps
from fastwidgets.top_losses.item_words import item_words, shows_pictures
from fastwidgets.top_losses.mask_maps import MaskMaps
from fastwidgets.top_losses.row_ids import ids_of
from fastwidgets.top_losses.session import TopLossesSession

if TYPE_CHECKING:
    import pandas as pd
    from fastlearn.train.learner import Learner

__all__ = ["TopLosses"]

OVERLAYS = {"category": "Heat map", "multicategory": "Heat map", "mask": "Masks"}


class TopLosses(GridWidget):
    """The items that a model gets most wrong, worst first: `TopLosses(learn)`.

    Each with label, prediction, probability, loss and why it is here; labels are corrected in place, and every decision
    is kept in the journal at once. The model runs on what has no stored answer yet; answers that are old are shown as
    such, with a button to update them. `TopLosses(answers)`, or the folder of stored answers, needs no model.

    `update=False` takes old answers rather than running the model. `problems` is the table of `find_problems`, for more
    reasons; `reasons=False` looks for none. `journal` is the folder of the journal, by default that of the data.
    Raises: TypeError, DataError, FileNotFoundError where there are no answers to be had.
    """

    _model_name = T.Unicode("TopLossesModel").tag(sync=True)
    _view_name = T.Unicode("TopLossesView").tag(sync=True)

    hears: ClassVar[tuple[str, ...]] = (*ASKS, "update", "code", "export", "apply")
    stem: ClassVar[str] = "top_losses"  # of exported files

    def __init__(
        self,
        given: Learner | StoredAnswers | str | os.PathLike[str],
        *,
        update: bool = True,
        problems: pd.DataFrame | None = None,
        reasons: bool = True,
        journal: str | os.PathLike[str] | None = None,
        title: str = "Top losses",
        tile: int = 160,
        **kwargs: Any,
    ) -> None:
        self.source, self._problems, self._reasons = AnswerSource(given, update), problems, reasons
        self.review = self.source.review(journal)
        self._stale, self._busy = "", dict[str, str]()
        self._sent: dict[str, Any] | None = None
        self._numbers = counting(1)
        self._unsubscribe: Callable[[], None] | None = None
        self._laid: HeatMaps | MaskMaps | None = None
        answers, learn = self.source.answers, self.source.learn
        self._pictures = shows_pictures(answers, learn)
        with self.review.lock:
            self.losses = self.make_session(None if self._pictures else self._words())
        super().__init__(self.losses.grid, title=title, tile=tile, lock=self.review.lock, **kwargs)
        self._laid = self._make_overlays()
        self.overlay_label = OVERLAYS.get(answers.task, "") if self._laid is not None else ""
        self.overlay_on = answers.task == "mask" and self._laid is not None
        if learn is not None:
            self._unsubscribe = learn.events.subscribe(self._heard)
        self._look_for_reasons()
        self.check()

    # For cells

    @property
    def answers(self) -> StoredAnswers:
        """What the model says of every item."""
        return self.source.answers

    def show(
        self,
        filters: Iterable[Mapping[str, Any]] = (),
        sorts: Iterable[Mapping[str, Any] | tuple[str, bool]] = (("loss", True),),
    ) -> None:
        """Show what passes `filters`, in the order of `sorts`; see the image grid. Raises: KeyError, ValueError."""
        with self.lock:
            self.session.set_sorts(sorts)
            self.session.set_filters(filters)

    def table(self, k: int | None = None) -> pd.DataFrame:
        """The first `k` of what is shown (all without it), a row each."""
        with self.lock:
            return table_of(self.losses, self.session.view[:k].tolist())

    def export(self, path: str | os.PathLike[str] | None = None) -> Path:
        """Write what is shown to a CSV file, or to JSON where its name ends in `.json`; gives the file's path.

        Without a path it goes to a new file in the working folder.
        """
        target = free_name(Path.cwd(), self.stem, "csv") if path is None else Path(path)
        return write(self.table(), target)

    def relabel(self, names: str | Sequence[str], label: str | Sequence[str]) -> str:
        """Give items another label, by their names as the tiles have them. Raises: KeyError for one there is not."""
        return self.review.relabel(self._ids([names] if isinstance(names, str) else names), label)

    def code(self) -> str:
        """The cell that shows and decides the same, in a fresh kernel."""
        with self.lock:
            return self.losses.code(type(self).__name__, name_of(self.source.learn))

    def check(self) -> None:
        """Look whether the answers still hold: in the background, and told above the tiles."""
        self._in_background("", self._check)

    def update(self) -> None:
        """Run the model in the background on what has changed. Raises: DataError without one, or while it trains."""
        if self.source.learn is None:
            raise DataError("These answers were opened without their learner, so nothing can be run.")
        if self.source.learn.in_fit:
            raise DataError("The model is being trained. Update when the fit has ended.")
        self._in_background("Running the model on what has changed…", self._update)

    def wait(self, seconds: float = 60) -> None:
        """Wait until what is done in the background is done. Raises: TimeoutError."""
        self._jobs.wait(seconds)

    def close(self) -> None:
        """Take the widget off the page and free what it held; the decisions stay in the journal."""
        if "losses" not in self.__dict__:
            return  # half-made, by an `__init__` that raised, and freed: there is nothing to take away
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self.losses.close()
        self._laid = None  # and with it the copy of the model
        super().close()

    # What the browser is told

    def flush(self) -> None:
        super().flush()
        self._send_status()

    def send_whole(self) -> None:
        super().send_whole()
        self._sent = None
        self._send_status()

    def as_html(self) -> str:
        said = "".join(f"<p>{escape(line)}</p>" for line in self._lines())
        return said + super().as_html()

    def as_text(self) -> str:
        return "\n".join([*self._lines(), super().as_text()])

    def overlay(self, ids: Sequence[int]) -> dict[int, Overlay]:
        laid = self._laid
        if laid is None:
            return {}
        rows = {int(self.losses.rows[i]): i for i in ids if self.losses.rows[i] >= 0}
        return {rows[row]: one for row, one in laid.of(list(rows)).items()}

    # What the browser asks

    def on_hello(self, message: dict[str, Any]) -> None:
        super().on_hello(message)
        self.check()

    def on_update(self, message: dict[str, Any]) -> None:
        """The Update button."""
        self.notice = ""
        self.update()
        self.settle()

    def on_code(self, message: dict[str, Any]) -> None:
        """The Code button."""
        self.send({"kind": "code", "code": self.code()})

    def on_export(self, message: dict[str, Any]) -> None:
        """The CSV and the JSON button."""
        path = self.export(free_name(Path.cwd(), self.stem, message["format"]))
        self.say(f"{len(self.session.view):,} rows written to {path}.")

    def on_apply(self, message: dict[str, Any]) -> None:
        """The button that trains on with the decisions: in a cell, since training belongs into the main thread."""
        if self.review.learn is None or not self.review.changed:
            raise ValueError("There is nothing to apply: no label was corrected and nothing excluded.")
        text = "Run this cell to go on training with the corrected labels:"
        self.send({"kind": "go_on", "text": text, "code": go_on_code(self.review)})

    # Inside

    def make_session(self, words: Sequence[str] | None) -> TopLossesSession:
        """The session; a subclass has one of its own."""
        return TopLossesSession(self.review, self.source.answers, words)

    def loaded(self) -> None:
        """New answers are there: a subclass brings its own parts up to date. Called under `lock`."""

    def _words(self) -> list[str] | None:
        """A text for each item, in the order of the review."""
        found = item_words(self.source.answers, self.source.learn)
        if found is None:
            return None
        words = [""] * self.review.n
        for i, text in zip(ids_of(self.review, self.source.answers, self.review.learn), found, strict=True):
            if i >= 0:
                words[i] = text
        return words

    def _make_overlays(self) -> HeatMaps | MaskMaps | None:
        answers, learn = self.source.answers, self.source.learn
        if learn is None or not self._pictures or answers.task not in OVERLAYS:
            return None
        return MaskMaps(learn, answers) if answers.task == "mask" else HeatMaps(learn, answers, self.source.weights)

    def _ids(self, names: Sequence[str]) -> list[int]:
        known = {name: i for i, name in enumerate(self.session.values("name"))}
        missing = next((name for name in names if name not in known), None)
        if missing is not None:
            raise KeyError(f"There is no item {missing!r}. A name looks like {next(iter(known), '')!r}.")
        return [known[name] for name in names]

    def _in_background(self, said: str, work: Callable[[Cancelled], None]) -> None:
        """Do `work` in another thread; `said` stands above the tiles meanwhile."""
        number = -next(self._numbers)

        def act(cancelled: Cancelled) -> None:
            try:
                work(cancelled)
            finally:
                self._busy.pop(str(number), None)
                self.touch()

        if said:
            self._busy[str(number)] = said
        self._jobs.ask(number, act)

    def _check(self, cancelled: Cancelled) -> None:
        learn = self.source.learn
        if learn is None or not learn.in_fit:  # while it trains the weights change all the time
            self._stale = self.source.staleness()

    def _update(self, cancelled: Cancelled) -> None:
        answers = self.source.update()
        if cancelled():
            return
        with self.lock:
            self.losses.load(answers)
            self._laid = self._make_overlays()
            self.loaded()
            self.session.rearrange()
            self._stale = ""
        self.refresh_overlays()
        self._look_for_reasons()
        self.check()

    def _look_for_reasons(self) -> None:
        if self._reasons:
            self._in_background("Looking for reasons…", self._find_reasons)

    def _find_reasons(self, cancelled: Cancelled) -> None:
        """First what the answers say by themselves, then which labels are in doubt."""
        answers = self.source.answers
        rows = answers.top_losses()
        self._tell_reasons(answers, None, rows, cancelled)
        if (
            answers.task not in ("category", "multicategory")
            or answers.embeddings is None
            or len(answers.vocab or ()) < 2
        ):
            return
        try:
            doubts = LabelDoubts.of(answers, cancel=cancelled)
        except DataError:  # too few items to learn from: there is nothing to add
            return
        self._tell_reasons(answers, doubts, rows, cancelled)

    def _tell_reasons(
        self, answers: StoredAnswers, doubts: LabelDoubts | None, rows: Any, cancelled: Cancelled
    ) -> None:
        tags = why_here(answers, doubts, self._problems, rows)
        with self.lock:
            if not cancelled() and answers is self.source.answers:
                self.losses.set_reasons(tags, rows.tolist())

    def _heard(self, event: object) -> None:
        if isinstance(event, FitEnded):  # the fit is not quite over: looking closely would be too early
            self._stale = "the model was trained after they were made"
            self.touch()

    def _status(self) -> dict[str, Any]:
        made = datetime.fromisoformat(self.answers.made).astimezone()
        return {
            "kind": "status",
            "made": f"{made:%d %b %Y, %H:%M}",
            "task": self.answers.task,
            "stale": self._stale,
            "busy": next(iter(self._busy.values()), ""),
            "note": self.losses.note,
            "warning": self.losses.warning,
            "splits": self.losses.splits,
            "can_update": self.source.learn is not None,
            "can_apply": self.review.learn is not None and bool(self.review.changed),
        }

    def _send_status(self) -> None:
        status = self._status()
        if status != self._sent and self.comm is not None:
            self._sent = status
            self.send(status)

    def _lines(self) -> list[str]:
        """What a saved notebook says above its table."""
        with self.lock:
            status = self._status()
        stale = f"These answers are old: {status['stale']}." if status["stale"] else ""
        made = f"Model answers of {status['made']}."
        return [line for line in (made, stale, status["note"], status["warning"]) if line]
