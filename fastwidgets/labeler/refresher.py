"""Keeps the head up to date in a thread of its own, so that nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from fastwidgets.labeler.features import N_PLAIN, plain_features
from fastwidgets.labeler.head import Guess, study

__all__ = ["Refresher"]

LAST = 10.0  # seconds that the end of the process waits for a fit under way
Labelled = tuple[NDArray[np.int64], list[tuple[str, ...]], list[str], bool]  # ids, labels, classes, several an item


class Refresher:
    """`ask()` has the head fitted anew by what `labelled()` gives then; `found(guess)` gets it. Both are called from
    the thread, which does one after the other and takes up only the last of several questions.

    `features`, `(N, D)`, are those of a model; without them, plain ones are computed from the files at `paths`, once.
    `told(words)` gets what it is doing; empty: nothing.
    """

    def __init__(
        self,
        paths: list[str],
        features: NDArray[Any] | None,
        labelled: Callable[[], Labelled],
        found: Callable[[Guess], None],
        told: Callable[[str], None],
    ) -> None:
        self._paths, self._features = paths, features
        self._labelled, self._found, self._told = labelled, found, told
        self._made = 0  # rows of plain features
        self._asked = threading.Event()
        self._closed = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self) -> None:
        """Something has changed: fit again, as soon as what is under way is done."""
        if self._closed.is_set():
            return
        with self._lock:
            self._idle.clear()
            self._asked.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="labeler-head", daemon=True)
                self._thread.start()
                # A thread that is inside torch when the process ends would abort it.
                finalize(self, _end, self._closed, self._asked, self._thread)

    def wait(self, seconds: float = 30.0) -> bool:
        """Wait until it is up to date; whether it is."""
        return self._idle.wait(seconds)

    def close(self) -> None:
        """Give up what is under way and begin nothing any more."""
        self._closed.set()
        self._asked.set()

    def _run(self) -> None:
        while True:
            self._asked.wait()
            if self._closed.is_set():
                return
            self._asked.clear()
            try:
                self._once()
            except Exception as error:
                self._told(f"The model of your labels failed: {type(error).__name__}: {error}")
            with self._lock:
                if not self._asked.is_set():
                    self._idle.set()

    def _once(self) -> None:
        features = self._ready_features()
        if features is None:
            return
        ids, labels, classes, multi = self._labelled()
        self._told(f"The model learns from {len(ids):,} labels …")
        guess = study(features, ids, labels, classes, multi, self._closed.is_set)
        self._told("")
        if guess is not None and not self._closed.is_set():
            self._found(guess)

    def _ready_features(self) -> NDArray[Any] | None:
        if self._features is not None and self._made == 0:
            return self._features
        n = len(self._paths)
        if self._features is None:
            self._features = np.zeros((n, N_PLAIN), np.float16)
        while self._made < n:
            if self._closed.is_set():
                return None
            if self._made % 500 == 0:
                self._told(f"The model looks at the pictures: {self._made:,} of {n:,} …")
            self._features[self._made] = plain_features(self._paths[self._made])
            self._made += 1
        return self._features


def _end(closed: threading.Event, asked: threading.Event, thread: threading.Thread) -> None:
    closed.set()
    asked.set()
    if thread is not threading.current_thread():
        thread.join(LAST)
