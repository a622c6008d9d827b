"""Shows a running fit: on the installed display where there is one, else as bars in a terminal, else as rows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastlearn.train.callback import Callback
from fastlearn.train.display import open_fit_display
from fastlearn.train.events import (
    BatchEnded,
    EpochEnded,
    FitEnded,
    FitStarted,
    LRFindEnded,
    LRFindProgress,
    LRFindStarted,
    ValidationProgress,
)

if TYPE_CHECKING:
    from fastprogress.fastprogress import ConsoleProgressBar

    from fastlearn.train.events import Event, Listener

__all__ = ["ConsoleBar", "ProgressCallback", "SearchBar", "TableLogger", "silent"]

BAR_SECONDS = 0.1


class ProgressCallback(Callback):
    """Picks what shows a fit and connects it to the events; it costs nothing between two updates.

    `learn.no_bar()` leaves it out for a while, `fit(display=False)` only the installed display.
    """

    order = 60
    in_lr_find = False
    first_process_only = True

    def before_fit(self) -> None:
        learn = self.learn
        shown = open_fit_display(learn) if learn.display else None
        if shown is not None:
            self._connect(shown, getattr(shown, "every", BAR_SECONDS))
            self._logger, learn.logger = learn.logger, silent  # the display has a table of its own
        elif sys.stdout.isatty():
            self._connect(ConsoleBar(), BAR_SECONDS)

    def after_fit(self) -> None:
        if hasattr(self, "_logger"):
            self.learn.logger = self._logger
            del self._logger

    def before_validate(self) -> None:
        if not self.learn.in_fit and sys.stdout.isatty():  # validate() and get_preds() show a bar too
            self._end_bar = self.learn.events.subscribe(ConsoleBar(), BAR_SECONDS)

    def after_validate(self) -> None:
        if hasattr(self, "_end_bar"):
            self._end_bar()
            del self._end_bar

    def _connect(self, listener: Listener, every: float) -> None:
        def until_the_end(event: Event) -> None:
            try:
                listener(event)
            finally:
                if isinstance(event, FitEnded):
                    unsubscribe()

        until_the_end.__qualname__ = getattr(listener, "__qualname__", type(listener).__qualname__)
        unsubscribe: Callable[[], None] = self.learn.events.subscribe(until_the_end, every)


class ConsoleBar:
    """A listener that draws one bar for each pass over the data and wipes it when the pass is over."""

    def __init__(self) -> None:
        self._bar: ConsoleProgressBar | None = None
        self._training = False
        self._n_epoch = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, FitStarted):
            self._n_epoch = event.n_epoch
        elif isinstance(event, BatchEnded | ValidationProgress) and event.n_batches:  # else nobody knows how many
            self._draw(event)
        elif isinstance(event, EpochEnded | FitEnded):
            self._wipe()

    def _draw(self, event: BatchEnded | ValidationProgress) -> None:
        from fastprogress.fastprogress import ConsoleProgressBar

        if self._bar is None or self._training != event.training:
            self._wipe()
            self._bar, self._training = ConsoleProgressBar(None, total=event.n_batches, leave=False), event.training
            self._bar.prefix = f"Epoch {event.epoch + 1}/{self._n_epoch}" if self._n_epoch else ""
            self._bar.update(0)
        self._bar.update(event.batch)
        if event.batch >= event.n_batches:
            self._bar = None  # a full bar wipes itself

    def _wipe(self) -> None:
        if self._bar is not None:
            self._bar.on_iter_end()
            self._bar = None


class SearchBar:
    """A listener that draws a bar for a learning rate search and wipes it at the end."""

    def __init__(self) -> None:
        self._bar: ConsoleProgressBar | None = None

    def __call__(self, event: Event) -> None:
        if isinstance(event, LRFindStarted):
            from fastprogress.fastprogress import ConsoleProgressBar

            self._bar = ConsoleProgressBar(None, total=event.num_it, leave=False)
            self._bar.prefix = "Learning rates"
            self._bar.update(0)
        elif self._bar is not None and isinstance(event, LRFindProgress):
            self._bar.update(event.step)
        elif self._bar is not None and isinstance(event, LRFindEnded):
            self._bar.on_iter_end()
            self._bar = None


class TableLogger:
    """Prints rows of a table; a cell is as wide as its column's heading, at least ten characters."""

    def __init__(self) -> None:
        self._widths: list[int] = []

    def __call__(self, row: list[Any]) -> None:
        if not self._widths or len(row) != len(self._widths) or row[:1] == ["epoch"]:
            self._widths = [max(10, len(str(cell))) for cell in row]
        print(
            "  ".join(f"{cell!s:<{width}}" for cell, width in zip(row, self._widths, strict=True)).rstrip(), flush=True
        )


def silent(row: list[Any]) -> None:
    """A logger that prints nothing."""
