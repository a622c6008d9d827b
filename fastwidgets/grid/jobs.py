"""Work that a browser waits for and may no longer want: done in threads of its own, given up when it is dropped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["Cancelled", "Jobs"]

Cancelled = Callable[[], bool]
WORKERS = 4


class Jobs:
    """Does `work(cancelled)` for each `ask`; `drop` tells it by `cancelled()` that nobody waits any more.

    An error of the work goes to `failed`, since a traceback of these threads is shown nowhere.
    """

    def __init__(self, failed: Callable[[Exception], None], workers: int = WORKERS) -> None:
        self._failed, self._workers = failed, workers
        self._pool: ThreadPoolExecutor | None = None
        self._dropped: dict[int, threading.Event] = {}
        self._lock = threading.Lock()
        self._less = threading.Condition(self._lock)
        self._closed = False

    def ask(self, rid: int, work: Callable[[Cancelled], None]) -> None:
        """Begin `work`, known by the number `rid`."""
        with self._lock:
            if self._closed:
                return
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="grid")
            dropped = self._dropped[rid] = threading.Event()
            self._pool.submit(self._do, rid, work, dropped)

    def drop(self, rid: int) -> None:
        """The work of that number is not wanted any more; one that is over, or was never asked for, is none."""
        with self._lock:
            if rid in self._dropped:
                self._dropped[rid].set()

    def wait(self, seconds: float) -> None:
        """Wait until all that was asked for is over. Raises: TimeoutError where that takes longer than `seconds`."""
        with self._less:
            if not self._less.wait_for(lambda: not self._dropped or self._closed, seconds):
                raise TimeoutError(f"What is done in the background was not over after {seconds:g} seconds.")

    def close(self) -> None:
        """Begin nothing any more, and give up what is under way."""
        with self._lock:
            self._closed = True
            for dropped in self._dropped.values():
                dropped.set()
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
            self._less.notify_all()

    def _do(self, rid: int, work: Callable[[Cancelled], None], dropped: threading.Event) -> None:
        try:
            if not dropped.is_set():
                work(dropped.is_set)
        except Exception as error:
            self._failed(error)
        finally:
            with self._lock:
                if self._dropped.get(rid) is dropped:
                    del self._dropped[rid]
                self._less.notify_all()
