"""One function over many files in threads or processes: a bounded number under way, in order, stopped when asked."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any, TypeVar

from fastlearn.data.workers import usable_cpus

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[int, int], Any]
"""Is called with how many are done, and how many there are in all."""
Cancel = threading.Event | Callable[[], bool]
"""Is set, or returns True, once the work shall stop."""

UNDER_WAY = 4  # pieces of work handed out in advance, for each worker
LOOK = 0.1  # seconds between two looks at `cancel` while a piece of work is waited for


def run_each(
    work: Callable[[T], R],
    items: Sequence[T],
    n_workers: int | None = None,
    processes: bool = False,
    cancel: Cancel | None = None,
    piece: int = 16,
) -> Iterator[tuple[int, R]]:
    """Yield `(index, work(item))` for each of `items`, in order; what `work` raises is raised here.

    `n_workers`: None for one a core, 0 to work in the caller's own thread. `processes`: in processes instead of
    threads; `work` and the items have to be picklable then. `piece`: items a worker takes at a time. Once `cancel`
    says so, nothing more is begun and the iteration ends early.
    Raises: RuntimeError if a worker process dies.
    """
    stopped = stop_check(cancel)
    n_workers = check_workers(n_workers)
    if n_workers == 0 or not items:
        for index, item in enumerate(items):
            if stopped():
                return
            yield index, work(item)
        return
    pool = _pool(n_workers, processes)
    ended = threading.Event()
    run = _Pieces(work, None if processes else ended)
    try:
        yield from _in_order(pool, run, items, n_workers, piece, stopped)
    except BrokenProcessPool as error:
        raise RuntimeError("A worker process died, out of memory or in the middle of a decoder. "
                           "Try processes=False, or fewer workers.") from error  # fmt: skip
    finally:
        ended.set()  # threads finish the item that they are at
        pool.shutdown(wait=True, cancel_futures=True)


def check_workers(n_workers: int | None) -> int:
    """How many workers are meant. Raises: ValueError if that is not a whole number of 0 or more."""
    if n_workers is None:
        return usable_cpus()
    if isinstance(n_workers, bool) or not isinstance(n_workers, int) or n_workers < 0:
        raise ValueError(f"`n_workers` is a whole number of 0 or more, or None for one a core, but got {n_workers!r}.")
    return n_workers


def stop_check(cancel: Cancel | None) -> Callable[[], bool]:
    """`cancel` as a function. Raises: TypeError if it is neither an event nor callable."""
    if cancel is None:
        return lambda: False
    if isinstance(cancel, threading.Event):
        return cancel.is_set
    if callable(cancel):
        return cancel
    raise TypeError(f"`cancel` is a threading.Event or a function that returns a bool, but got {cancel!r}.")


class Reporter:
    """Tells `progress` how far the work is, at most ten times a second, and always at the end of a stage."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.done, self.total = progress, 0, total
        self._last = 0.0

    def add(self, count: int = 1) -> None:
        """`count` more are done."""
        self.done += count
        now = time.monotonic()
        if self.progress is not None and (self.done == self.total or now - self._last >= 0.1):
            self._last = now
            self.progress(self.done, self.total)

    def extend(self, count: int) -> None:
        """`count` more are to be done."""
        self.total += count


class _Pieces:
    """`work` over the items of one piece; in threads it stops between two of them once the run has ended."""

    def __init__(self, work: Callable[[Any], Any], ended: threading.Event | None) -> None:
        self.work, self.ended = work, ended

    def __call__(self, items: Sequence[Any]) -> list[Any]:
        if self.ended is None:
            return [self.work(item) for item in items]
        return [self.work(item) for item in items if not self.ended.is_set()]


def _pool(n_workers: int, processes: bool) -> Executor:
    if processes:  # spawned: safe beside the threads of torch, and the same on every platform
        return ProcessPoolExecutor(n_workers, mp_context=multiprocessing.get_context("spawn"))
    return ThreadPoolExecutor(n_workers, thread_name_prefix="fastlearn-files")


def _in_order(
    pool: Executor, run: _Pieces, items: Sequence[T], n_workers: int, piece: int, stopped: Callable[[], bool]
) -> Iterator[tuple[int, Any]]:
    starts = iter(range(0, len(items), piece))
    line: deque[tuple[int, Future[list[Any]]]] = deque()
    while True:
        for start in islice(starts, UNDER_WAY * n_workers - len(line)):
            line.append((start, pool.submit(run, items[start : start + piece])))
        if not line:
            return
        start, future = line.popleft()
        results = _wait(future, stopped)
        if results is None:
            return
        yield from enumerate(results, start)


def _wait(future: Future[list[Any]], stopped: Callable[[], bool]) -> list[Any] | None:
    """The results of a piece of work, or None once the run is to stop."""
    while not stopped():
        try:
            return future.result(LOOK)
        except NotYet:
            if future.done():  # just now, or the work itself ran into a time limit
                return future.result()
    return None
