"""At most so many messages a second, and never without the last one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """Calls `send` at most once in `every` seconds however often `touch` is called; what came last is always sent.

    A call that comes too early starts a timer, so that nothing waits for a next call that may never come. `settle`
    sends at once. `send` runs in the caller's thread or in the timer's, never in two threads at a time: it is called
    under `lock`. Whoever holds a lock of its own while calling `touch` must give that one, or two threads could wait
    for each other's.
    """

    def __init__(
        self,
        send: Callable[[], None],
        every: float = 0.1,
        clock: Callable[[], float] = time.monotonic,
        lock: threading.RLock | None = None,
    ) -> None:
        self._send, self._clock = send, clock
        self.every = every  # may be changed at any time
        self._last = -float("inf")
        self._lock = lock if lock is not None else threading.RLock()
        self._timer: threading.Timer | None = None
        self._closed = False

    def touch(self) -> None:
        """Something is new: send it now, or as soon as `every` seconds have gone by since the last time."""
        with self._lock:
            wait = self._last + self.every - self._clock()
            if wait <= 0:
                self.settle()
            elif self._timer is None and not self._closed:
                self._timer = threading.Timer(wait, self.settle)
                self._timer.daemon = True
                self._timer.start()

    def settle(self) -> None:
        """Send now, whatever the time."""
        with self._lock:
            self._cancel()
            if not self._closed:
                self._last = self._clock()
                self._send()

    def close(self) -> None:
        """Send nothing any more."""
        with self._lock:
            self._closed = True
            self._cancel()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
