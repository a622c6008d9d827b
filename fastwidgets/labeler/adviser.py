"""What a labeler suggests: what was given beforehand, else what a small model of the labels so far says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastwidgets.labeler.book import Book
from fastwidgets.labeler.head import Guess, ready
from fastwidgets.labeler.refresher import Labelled, Refresher
from fastwidgets.labeler.shapes import SHAPE_TASKS
from fastwidgets.labeler.suggestions import Suggestion

__all__ = ["Adviser"]

AFTER, PART = 5, 10  # labels after which the model is fitted anew: so many, or one part in so many of those that it saw


class Adviser:
    """Suggests labels for the pictures of `book`: those `given`, or by a model of the labels that is fitted anew in
    the background as they become more.

    `features`, `(N, D)` or None, tell the model which pictures are alike. `classes()` gives the classes in their order.
    After a fit `fresh()` is called, and `tell("queue")` when `working` has changed; both under `lock`.
    """

    def __init__(
        self,
        book: Book,
        given: Sequence[Suggestion | None],
        features: NDArray[Any] | None,
        classes: Callable[[], list[str]],
        lock: threading.RLock,
        fresh: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        self._book, self._given, self._classes, self._lock = book, given, classes, lock
        self._fresh, self._tell = fresh, tell
        self.guess: Guess | None = None
        self.working = ""  # what is going on in the background, in words
        self._fitted_on = 0
        self.refresher = Refresher(list(book.paths), features, self._labelled, self._guessed, self._work)

    def suggestion(self, i: int) -> Suggestion | None:
        """What picture `i` would probably be labelled."""
        if self._given[i] is not None or self.guess is None:
            return self._given[i]
        labels, sure = self.guess.suggestion(i)
        return Suggestion(labels, sure=sure, by=f"model of {self.guess.n:,} labels")

    def ask(self) -> bool:
        """Fit the model, in the background; returns whether there are labels enough for one.

        Raises: ValueError where shapes are drawn, of which there is no model.
        """
        if self._book.task in SHAPE_TASKS:
            raise ValueError(f'With task="{self._book.task}" there is no model of the labels.')
        there = ready([self._book.annotation(i).labels or () for i in self._with_labels()])
        if there:
            self.refresher.ask()
        return there

    def follow(self, n_labels: int) -> None:
        """Fit it anew once there are enough more labels, or fewer, than the last time."""
        if abs(n_labels - self._fitted_on) >= max(AFTER, self._fitted_on // PART) and self.ask():
            self._fitted_on = n_labels

    def close(self) -> None:
        """Give up what is under way."""
        self.refresher.close()

    # Called by the thread of the refresher

    def _labelled(self) -> Labelled:
        with self._lock:
            ids = self._with_labels()
            self._fitted_on = len(ids)
            labels = [self._book.annotation(i).labels or () for i in ids]
            return np.array(ids, np.int64), labels, self._classes(), self._book.task == "multi"

    def _guessed(self, guess: Guess) -> None:
        with self._lock:
            self.guess = guess
            self._fresh()

    def _work(self, words: str) -> None:
        with self._lock:
            self.working = words
            self._tell("queue")

    def _with_labels(self) -> list[int]:
        return [i for i in self._book.known() if self._book.annotation(i).labels is not None]
