"""Finds what shows a running fit: installed packages offer displays through the entry points `fastlearn.display`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Protocol

from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner
    from fastlearn.train.lr_find import LRFinder

__all__ = ["Display", "DisplayListener", "open_fit_display", "open_lr_find_display"]

GROUP = "fastlearn.display"


class DisplayListener(Protocol):
    """What a display hands back: called with each event, with progress at most once in `every` seconds."""

    every: float

    def __call__(self, event: object) -> None:
        """Take note of an event; called in the training thread."""


class Display(Protocol):
    """The promise of an entry point: a class without arguments whose instance shows a fit or a learning rate search.

    Both methods show something and return the listener that keeps it up to date, or None where nothing can be shown
    (no front end); the console is used then.
    """

    def fit(self, learn: Learner) -> DisplayListener | None:
        """Show a fit that is about to start; `learn.control` steers it."""

    def lr_find(self, learn: Learner, finder: LRFinder) -> DisplayListener | None:
        """Show a learning rate search that is about to start; `finder.control` stops it."""


def open_fit_display(learn: Learner) -> DisplayListener | None:
    """Show a fit on the first installed display that can; None if there is none."""
    return _first(lambda display: display.fit(learn))


def open_lr_find_display(learn: Learner, finder: LRFinder) -> DisplayListener | None:
    """Show a learning rate search on the first installed display that can; None if there is none."""
    return _first(lambda display: display.lr_find(learn, finder))


def _first(show: Callable[[Display], DisplayListener | None]) -> DisplayListener | None:
    for entry in _installed():
        try:
            listener = show(entry.load()())
        except Exception as error:  # a broken display must not end a training run
            warn_user(
                f"The display {entry.name} ({entry.value}) could not be shown and is left out. "
                f"It said: {type(error).__name__}: {error}",
            )
            continue
        if listener is not None:
            return listener
    return None


@cache
def _installed() -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: entry.name))
