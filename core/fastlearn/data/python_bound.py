"""How far threads that read items get in each other's way: Python's own code runs on one thread at a time."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

import numpy as np
import torch

from fastlearn.data.making import BatchMaker, Request, SetAside
from fastlearn.data.workers import TRIAL_EPOCH

FEW = 3  # items to look at
WORTH_A_LOOK = 1e-3  # seconds of work in an item; below it the way to another process costs as much
PHASE = 0.04  # seconds of work of each thread, in each measurement
PATIENCE = 5.0  # seconds for all of it; whoever is slower is read on threads
LEAST_FREE = 1.5  # processors that two threads must get for a measurement to say anything


class Load(NamedTuple):
    """The work in one item, in seconds of a processor, and the share of it (0 to 1) that waits for other threads."""

    seconds: float
    bound: float


class Ran(NamedTuple):
    """What jobs on threads took, all of them together, in seconds: of processors, and on the wall."""

    work: float
    wall: float

    @property
    def processors(self) -> float:
        """How many processors were busy with them, on average."""
        return self.work / max(self.wall, 1e-9)


Job: TypeAlias = Callable[[Callable[[], bool]], None]  # is told how to ask whether it should stop
Stopwatch: TypeAlias = Callable[[Sequence[Job], float], Ran | None]  # runs jobs at once, until `time.monotonic()`


def together(jobs: Sequence[Job], end: float) -> Ran | None:
    """Run `jobs` on a thread each; None if one fails or they are not done by `end`, after which they stop soon."""
    spent: list[float] = []
    late = threading.Event()
    start_together = threading.Barrier(len(jobs))

    def run(job: Job) -> None:
        try:
            start_together.wait(PATIENCE)
            before = time.thread_time()
            job(late.is_set)
            spent.append(time.thread_time() - before)
        except Exception:  # whatever it is, it comes again where the item is wanted
            return

    threads = [threading.Thread(target=run, args=(job,), name="fastlearn-probe", daemon=True) for job in jobs]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    wall = time.perf_counter() - start
    late.set()
    return Ran(sum(spent), wall) if len(spent) == len(jobs) else None


def measure(
    maker: BatchMaker, n_items: int, worth: Callable[[float], bool], suspect: float, stopwatch: Stopwatch = together
) -> Load | None:
    """Read the first few items alone and then on two threads at once, beside work that is known to run freely.

    `worth` is told the seconds of one item and says whether to go on. Another program that takes a processor for a
    moment looks like threads that wait for each other, so a share of `suspect` or more is measured once more and the
    smaller one counts. Global random states are put back.
    Returns: None where it is not worth it, an item fails, it takes too long, or the machine is too busy to tell.
    """
    positions = list(range(min(FEW, n_items)))
    if not positions:
        return None
    end = time.monotonic() + PATIENCE
    with _random_state_kept():
        alone = stopwatch([_reading(maker, positions, len(positions) + 1)], end)
        if alone is None:
            return None
        seconds = alone.work / (len(positions) + 1)
        if seconds < WORTH_A_LOOK or not worth(seconds):
            return None
        reading = [_reading(maker, positions, max(1, round(PHASE / seconds)))] * 2
        bound = _lost(stopwatch, reading, end)
        if bound is not None and bound >= suspect:
            again = _lost(stopwatch, reading, end)
            bound = None if again is None else min(bound, again)
    return None if bound is None else Load(seconds, bound)


def _lost(stopwatch: Stopwatch, jobs: Sequence[Job], end: float) -> float | None:
    """The share, 0 to 1, of what a second thread could add that `jobs` lose, as free work before and after shows it."""
    before, ran, after = stopwatch([_hashing] * 2, end), stopwatch(jobs, end), stopwatch([_hashing] * 2, end)
    if before is None or ran is None or after is None:
        return None
    known = min(before.processors, after.processors)
    if known < LEAST_FREE:
        return None
    return min(1.0, max(0.0, (known - ran.processors) / (known - 1)))


def _reading(maker: BatchMaker, positions: list[int], count: int) -> Job:
    def read(stopped: Callable[[], bool]) -> None:
        rng, request = torch.Generator(), Request(TRIAL_EPOCH, 0, positions, 0)
        for i in range(count):
            if stopped() or isinstance(maker.read(request, i % len(positions), rng), SetAside):
                raise InterruptedError

    return read


def _hashing(stopped: Callable[[], bool]) -> None:
    """Work that lets other threads run, as decoders do."""
    block, start = bytes(1 << 18), time.thread_time()
    while time.thread_time() - start < PHASE and not stopped():
        hashlib.blake2b(block)


@contextmanager
def _random_state_kept() -> Iterator[None]:
    """Items may draw from the global generators, which a look at them must not move."""
    python, numpy, torch_state = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        torch.set_rng_state(torch_state)
