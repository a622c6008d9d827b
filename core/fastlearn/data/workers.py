"""Ways to make the batches of an epoch: on the calling thread, on threads, or in processes that stay."""

from __future__ import annotations

import itertools
import os
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch.utils.data import DataLoader as TorchDataLoader
from torch.utils.data import Dataset, Sampler

from fastlearn.data.making import BatchMaker, Made, Request
from fastlearn.seed import new_generator

MOST_PER_PIECE = 16  # items; small pieces let all threads help with the first batch
TRIAL_EPOCH = -(1 << 40)  # its random streams are nobody else's
PATIENCE = 5.0  # seconds to wait for a thread that is in the middle of reading a file


def usable_cpus() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_here(requests: Iterable[Request], maker: BatchMaker) -> Iterator[Made]:
    """Make each batch on the calling thread when it is asked for."""
    rng = torch.Generator()
    for request in requests:
        yield maker.make(request, rng)


def make_in_threads(requests: Iterable[Request], maker: BatchMaker, n_threads: int, ahead: int) -> Iterator[Made]:
    """Make batches on `n_threads` threads, `ahead` of them at a time, in the order asked for.

    The threads live as long as the iteration: they end with the last batch, and also when the caller stops early, is
    interrupted, or a batch raises. `requests` is read on the calling thread.
    """
    line = _Line(maker, n_threads)
    threads = [threading.Thread(target=line.work, name=f"fastlearn-reader-{i}", daemon=True) for i in range(n_threads)]
    waiting = iter(requests)
    try:
        for thread in threads:
            thread.start()
        in_flight = deque(line.put(request) for request in itertools.islice(waiting, ahead))
        while in_flight:
            made = in_flight.popleft().wait()
            in_flight.extend(line.put(request) for request in itertools.islice(waiting, 1))
            yield made
    finally:
        line.stop()
        for thread in threads:
            if thread.ident is not None:
                thread.join(PATIENCE)


class _Slot:
    """One batch being made by several threads; the thread that reads its last item collates it."""

    def __init__(self, request: Request, maker: BatchMaker) -> None:
        self.request, self.maker = request, maker
        self.samples: list[Any] = [None] * len(request.positions)
        self.left = len(request.positions)
        self.lock = threading.Lock()
        self.done = threading.Event()
        self.made: Made | None = None
        self.error: BaseException | None = None

    def read(self, start: int, stop: int, rng: torch.Generator, stopped: Callable[[], bool]) -> None:
        try:
            for index in range(start, stop):
                if stopped() or self.error is not None:
                    break
                self.samples[index] = self.maker.read(self.request, index, rng)
        except BaseException as error:  # raised again where the batch is waited for
            self.error = error
        with self.lock:
            self.left -= stop - start
            last = self.left == 0
        if last:
            self._finish()

    def _finish(self) -> None:
        try:
            if self.error is None:
                self.made = self.maker.finish(self.request, self.samples)
        except BaseException as error:
            self.error = error
        self.samples = []
        self.done.set()

    def wait(self) -> Made:
        while not self.done.wait(1.0):  # with a limit, so that Ctrl-C is seen on every platform
            pass
        if self.error is not None:
            raise self.error
        assert self.made is not None
        return self.made


class _Line:
    """Pieces of batches waiting for a thread."""

    def __init__(self, maker: BatchMaker, n_threads: int) -> None:
        self.maker, self.n_threads = maker, n_threads
        self.pieces: queue.SimpleQueue[tuple[_Slot, int, int] | None] = queue.SimpleQueue()
        self.stopped = False

    def put(self, request: Request) -> _Slot:
        slot, n = _Slot(request, self.maker), len(request.positions)
        if n == 0:
            slot._finish()
        size = max(1, min(MOST_PER_PIECE, -(-n // (2 * self.n_threads))))
        for start in range(0, n, size):
            self.pieces.put((slot, start, min(start + size, n)))
        return slot

    def work(self) -> None:
        rng = torch.Generator()
        while (piece := self.pieces.get()) is not None:
            slot, start, stop = piece
            slot.read(start, stop, rng, lambda: self.stopped)
            del piece, slot  # a waiting thread keeps no batch alive

    def stop(self) -> None:
        self.stopped = True
        for _ in range(self.n_threads):
            self.pieces.put(None)


class ProcessPool:
    """Worker processes that stay from epoch to epoch; torch's own loader runs them, one request at a time each."""

    def __init__(
        self,
        maker: BatchMaker,
        n_workers: int,
        prefetch_factor: int | None = None,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        context: Any = None,
        persistent: bool = True,
    ) -> None:
        self._requests = _RequestList()
        self._loader: TorchDataLoader[Made] = TorchDataLoader(
            _BatchSource(maker),
            batch_size=None,
            sampler=self._requests,
            num_workers=n_workers,
            collate_fn=_unchanged,
            prefetch_factor=prefetch_factor,
            timeout=timeout,
            worker_init_fn=_WorkerStart(worker_init_fn),
            multiprocessing_context=context,
            persistent_workers=persistent,
            generator=new_generator(maker.seed),  # torch would draw the workers' seed from the global generator
        )
        self.broken = False
        self.running = False  # one iteration at a time: another one needs a pool of its own

    def make(self, requests: Iterable[Request], then_close: bool = False) -> Iterator[Made]:
        """Make batches in the workers, in the order asked for; `then_close` ends the workers with the iteration."""
        self._requests.current, self.running = requests, True
        try:
            for made in self._loader:
                if made.error is not None:
                    raise made.error
                yield made
        except GeneratorExit:  # the caller stopped early: torch empties the queues when the next epoch begins
            raise
        except BaseException:
            self.broken = True
            self.close()
            raise
        finally:
            self.running = False
            if then_close:
                self.close()

    def trial(self, n_items: int, seconds: float) -> str | None:
        """Start the workers and have each send an item within `seconds`; in words what has failed, None if nothing."""
        n_workers = self._loader.num_workers
        self._requests.current = [Request(TRIAL_EPOCH, n, [n % n_items], 0) for n in range(n_workers)]
        iterator: Any = None
        late = threading.Event()

        def end() -> None:
            late.set()
            for worker in getattr(iterator, "_workers", ()):
                worker.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            iterator = iter(self._loader)
            if late.is_set():  # the time was over before there was anybody to end
                end()
            for _ in range(n_workers):
                next(iterator)
        except Exception as error:
            self.broken = True
            self.close()
            return f"they could not be started ({type(error).__name__}: {str(error).strip().splitlines()[-1:]})."
        finally:
            timer.cancel()
        return None

    def close(self) -> None:
        """End the worker processes."""
        iterator = getattr(self._loader, "_iterator", None)
        if iterator is not None:
            iterator._shutdown_workers()
            self._loader._iterator = None


class _RequestList(Sampler[Request]):
    """The requests of the epoch that runs, for a torch loader that stays."""

    def __init__(self) -> None:
        self.current: Iterable[Request] = ()

    def __iter__(self) -> Iterator[Request]:
        return iter(self.current)


class _BatchSource(Dataset[Made]):
    """A data set whose index is a request and whose item is the whole batch."""

    def __init__(self, maker: BatchMaker) -> None:
        self.maker = maker
        self._rng: torch.Generator | None = None

    def __getitem__(self, request: Request) -> Made:
        self._rng = self._rng or torch.Generator()
        try:
            return self.maker.make(request, self._rng)
        except ValueError as error:  # our own errors come back whole; torch would rebuild them from their text
            return Made(None, request.number, error=error)


class _WorkerStart:
    """What a worker does first: leave Ctrl-C to the main process, which ends the epoch in order."""

    def __init__(self, then: Callable[[int], None] | None) -> None:
        self.then = then

    def __call__(self, worker_id: int) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if self.then is not None:
            self.then(worker_id)


def _unchanged(made: Any) -> Any:
    return made
