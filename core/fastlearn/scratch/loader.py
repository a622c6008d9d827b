"""Batches from a data set, made ahead of time by other processes."""

from __future__ import annotations

import multiprocessing
import signal
import weakref
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.scratch.data import collate

__all__ = ["DataLoader", "DataLoaders"]

Arrays: TypeAlias = tuple[NDArray[Any], NDArray[Any]]


class DataLoader:
    """Gives the items of `ds` in batches of `bs`, with `shuffle` in a new order each time; the last may be smaller.

    With `n_workers` a pool of so many processes makes the next batches while this process trains. It begins with the
    first batch and ends with `close()`, or when the loader is forgotten. `start` is how a process begins: "spawn" works
    everywhere and takes some seconds, in which it imports what `ds` is made of; "fork" copies this process at once,
    where the system can. The order comes from `seed`, and it is the same for any number of workers.
    """

    def __init__(
        self, ds: Any, bs: int = 64, shuffle: bool = False, n_workers: int = 0, seed: int = 0, start: str = "spawn"
    ) -> None:
        self.ds, self.bs, self.shuffle, self.n_workers, self.start = ds, bs, shuffle, n_workers, start
        self.rng = torch.Generator().manual_seed(seed)
        self._pool: ProcessPoolExecutor | None = None

    def __len__(self) -> int:
        return -(-len(self.ds) // self.bs)  # rounded up

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        n = len(self.ds)
        order = torch.randperm(n, generator=self.rng) if self.shuffle else torch.arange(n)
        chunks = [order[first : first + self.bs].tolist() for first in range(0, n, self.bs)]
        return self._from_pool(chunks) if self.n_workers else (collate(chunk, self.ds) for chunk in chunks)

    def _from_pool(self, chunks: list[list[int]]) -> Iterator[tuple[Tensor, Tensor]]:
        pool = self._open()
        asked: deque[Future[Arrays]] = deque()  # in the order of the batches, whichever is ready first
        try:
            for chunk in chunks:
                asked.append(pool.submit(_make_batch, chunk))
                if len(asked) > 2 * self.n_workers:  # far enough ahead; more would only fill the memory
                    yield _tensors(asked.popleft())
            while asked:
                yield _tensors(asked.popleft())
        except BrokenProcessPool as error:
            self.close()
            raise RuntimeError(
                "A process of the loader ended before its batch was made. Try n_workers=0, which shows the error "
                'itself; a script needs `if __name__ == "__main__":` around what it does.'
            ) from error
        finally:
            for future in asked:
                future.cancel()

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context(self.start)
            self._pool = ProcessPoolExecutor(self.n_workers, context, _begin_worker, (self.ds,))
            # A loader that is forgotten without `close` takes its processes with it.
            weakref.finalize(self, self._pool.shutdown, wait=False, cancel_futures=True)
        return self._pool

    def close(self) -> None:
        """End the processes, if there are any; a next batch begins new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)


class DataLoaders:
    """A training and a validation loader that belong together; a `with` block ends their processes when it ends."""

    def __init__(self, train: Any, valid: Any) -> None:
        self.train, self.valid = train, valid

    def close(self) -> None:
        """End the processes of both."""
        for loader in (self.train, self.valid):
            getattr(loader, "close", lambda: None)()

    def __enter__(self) -> DataLoaders:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


_ds: Any = None  # in a worker: its data set, sent once and not with every batch


def _begin_worker(ds: Any) -> None:
    global _ds
    _ds = ds
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is answered by the process that trains
    torch.set_num_threads(1)  # the processes are the parallel part; and torch's threads do not survive a fork


def _make_batch(ids: list[int]) -> Arrays:
    # Arrays travel as plain bytes. A tensor would travel as a handle to memory that ends with its process.
    x, y = collate(ids, _ds)
    return np.ascontiguousarray(x), y.numpy()


def _tensors(future: Future[Arrays]) -> tuple[Tensor, Tensor]:
    x, y = future.result()
    return torch.from_numpy(x), torch.from_numpy(y)
