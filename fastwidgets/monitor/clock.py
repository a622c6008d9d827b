"""Time that does not run while training is paused, and what is left of it."""

from __future__ import annotations

import time
from collections.abc import Callable

SURE = 0.1  # of an epoch has to be done before its pace says more than the epochs before it


class RunClock:
    """A stopwatch for one fit. All times are seconds, without the pauses."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._started = now()
        self._held = 0.0
        self._paused_at: float | None = None
        self._ended_at: float | None = None
        self._epoch_began = 0.0
        self._epochs: list[float] = []

    @property
    def elapsed(self) -> float:
        """Seconds of training so far."""
        until = next((t for t in (self._ended_at, self._paused_at) if t is not None), self._now())
        return until - self._started - self._held

    def pause(self) -> None:
        """Stop the watch."""
        if self._paused_at is None:
            self._paused_at = self._now()

    def resume(self) -> None:
        """Let the watch run on."""
        if self._paused_at is not None:
            self._held += self._now() - self._paused_at
            self._paused_at = None

    def epoch_ended(self) -> None:
        """An epoch, its validation included, is over."""
        self._epochs.append(self.elapsed - self._epoch_began)
        self._epoch_began = self.elapsed

    def stop(self) -> None:
        """The fit is over."""
        self.resume()
        self._ended_at = self._now()

    def left(self, n_epoch: int, epoch_fraction: float) -> float | None:
        """Seconds to go, when `epoch_fraction` of the running epoch's training batches are done.

        From the second epoch on an epoch is expected to last as long as the ones before, validation included, and this
        and later ones longer where its batches come more slowly; before that all that is known is the pace of the
        training batches. None while nothing is known.
        """
        if self._epochs:
            if len(self._epochs) >= n_epoch:
                return 0.0
            mean, spent = sum(self._epochs) / len(self._epochs), self.elapsed - self._epoch_began
            pace = spent / epoch_fraction if epoch_fraction >= SURE else 0.0
            expected = max(mean, pace)
            return max(expected - spent, 0.0) + expected * (n_epoch - len(self._epochs) - 1)
        if epoch_fraction <= 0:
            return None
        return self.elapsed * (n_epoch / epoch_fraction - 1)
