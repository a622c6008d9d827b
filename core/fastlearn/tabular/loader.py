"""Loaders of tables: whole batches cut from arrays that lie row by row, and each row once an epoch."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fastlearn.data.batch import Batch
from fastlearn.data.loader import DataLoader
from fastlearn.data.making import BatchMaker, Made, Request
from fastlearn.data.problems import DataError
from fastlearn.data.sampling import SeededSampler
from fastlearn.data.weights import WeightedSampler
from fastlearn.tabular.rows import as_input
from fastlearn.tabular.table import TabularPandas

__all__ = ["TabDataLoader", "TabWeightedDL"]

ROWS_AT_ONCE = 4096  # gathered together and then cut into batches: an index costs more by the call than by the row
SHARE_OF_MEMORY = 0.5  # of what is free on the accelerator; a larger table stays on the host
ON_SAMPLES = ("after_item", "before_batch", "collate_fn", "cache")  # arguments for data that is read item by item

Part = tuple[int, int, int]  # number of a batch, and from where to where its rows stand in the order


class TabDataLoader(DataLoader):
    """Batches `(codes, numbers, *targets)` of a `TabularPandas`: int64 `(B, n_cat)`, float32 `(B, n_cont)`, targets.

    Rows are cut out a batch at a time, without workers; on an accelerator the table lies there if it fits. Everything
    else is as in `DataLoader`: the seed and the epoch give the order, a batch knows its rows (`items`), a run goes on
    in the middle of an epoch, several processes share a batch. With `shuffle` each row comes once an epoch.
    Raises: DataError for other data, for numbers with holes, and for transforms of single items.
    """

    def _start_torch(self, dataset: Any, bs: int | None) -> None:
        if not isinstance(dataset, TabularPandas):
            raise DataError(f"A TabDataLoader reads a TabularPandas, but got {type(dataset).__name__}. Try "
                            "TabularPandas(df, …).dataloaders().")  # fmt: skip
        wrong = [name for name in ON_SAMPLES if _given(self._settings[name])]
        if wrong:
            raise DataError(f"A table is read in whole batches, so there are no items for {', '.join(wrong)}. Try "
                            "after_batch, or a TabularProc.")  # fmt: skip
        dataset.check_numbers()
        self._settings.update(num_workers=0, workers="thread")
        self._resident: tuple[Tensor, ...] | None = None
        super()._start_torch(dataset, bs)

    @property
    def table(self) -> TabularPandas:
        """The rows."""
        found: Any = self.dataset
        return found  # type: ignore[no-any-return]

    def maker(self, processes: bool = False, cached: bool = True) -> BatchMaker:
        return _RowsMaker(self)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        """One epoch. Each call is a new epoch of the seed."""
        batch_sampler = self._settings["batch_sampler"]
        if batch_sampler is not None or self.batch_size is None or not isinstance(self.sampler, SeededSampler):
            return super().__iter__()
        epoch, start = self.epoch, self._first_batch
        self.epoch, self._first_batch = epoch + 1, 0
        return self._batches(epoch, start)

    def _batches(self, epoch: int, start: int) -> Iterator[Any]:
        """The batches of an epoch in its seeded order, from number `start` on."""
        sampler: Any = self.sampler
        sampler.epoch = epoch
        order = sampler.order() if sampler.shuffle else None
        kinds = self.kinds
        asked = time.perf_counter()
        for parts in _together(self._parts(start), ROWS_AT_ONCE):
            rows, positions = _rows(parts, order)
            sizes = [stop - first for _, first, stop in parts]
            columns: list[Any] = [torch.split(part, sizes) for part in self.rows_at(rows)]
            place = 0
            for (number, *_), size, batch in zip(parts, sizes, zip(*columns, strict=True), strict=True):
                made = self._finished(Made(Batch(batch, positions[place : place + size], kinds), number), epoch)
                place += size
                self.wait_seconds += time.perf_counter() - asked
                yield made
                asked = time.perf_counter()

    def _parts(self, start: int) -> Iterator[Part]:
        """This process's part of each batch from number `start` on."""
        assert self.batch_size is not None
        n, joint, drop_last = len(self.table), self.batch_size, self.drop_last
        if self.share is not None:
            joint, drop_last = self._joint(self.share)
        n_batches = n // joint if drop_last else -(-n // joint)
        for number in range(start, n_batches):
            first, stop = number * joint, min((number + 1) * joint, n)
            mine = slice(0, stop - first) if self.share is None else self.share.of(stop - first)
            if mine.stop > mine.start:
                yield number, first + mine.start, first + mine.stop

    def rows_at(self, rows: Any) -> tuple[Tensor, ...]:
        """The parts of `rows` (a slice or positions) as a model takes them, where the table lies."""
        tensors = self._tensors()
        if isinstance(rows, Tensor) and tensors and tensors[0].device != rows.device:
            rows = rows.to(tensors[0].device)
        if isinstance(rows, Tensor):
            return tuple(as_input(part.index_select(0, rows)) for part in tensors)
        return tuple(as_input(part[rows]) for part in tensors)

    def _tensors(self) -> tuple[Tensor, ...]:
        """The table where it is cut: on the accelerator where batches go, if it fits there."""
        if self._resident is None:
            tensors = self.table.tensors
            fits = self.device is not None and self.device.type == "cuda" and _fits(tensors, self.device)
            self._resident = tuple(part.to(self.device) for part in tensors) if fits else tensors
        return self._resident

    def to(self, device: torch.device | str | None) -> DataLoader:
        self._resident = None
        return super().to(device)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_resident": None}

    def __repr__(self) -> str:
        return f"{type(self).__name__}: {len(self.table)} rows, bs={self.bs}, shuffle={self.shuffle}, seed={self.seed}"


class TabWeightedDL(TabDataLoader):
    """A loader that draws rows with replacement, each as often as its weight in `wgts` says.

    Without weights it is a `TabDataLoader`, which gives each row once.
    """

    def __init__(self, dataset: Any, bs: int | None = 64, wgts: Any = None, **settings: Any) -> None:
        if wgts is not None and settings.get("sampler") is None:
            if len(wgts) != len(dataset):
                raise DataError(f"There is one weight for each of the {len(dataset)} rows, but got {len(wgts)}.")
            settings.update(sampler=WeightedSampler(wgts, seed=settings.get("seed")), shuffle=False)
        super().__init__(dataset, bs, **settings)


class _RowsMaker(BatchMaker):
    """Makes a batch of any positions, in one cut."""

    def __init__(self, dl: TabDataLoader) -> None:
        self.dl = dl

    def make(self, request: Request, rng: torch.Generator) -> Made:
        positions = np.asarray(request.positions, dtype=np.int64)
        parts = self.dl.rows_at(torch.from_numpy(positions))
        return Made(Batch(parts, positions, self.dl.kinds), request.number, n_good=len(positions))


def _given(value: Any) -> bool:
    return value is not None and not (isinstance(value, list | tuple) and not value)


def _together(parts: Iterable[Part], n_rows: int) -> Iterator[list[Part]]:
    """Parts in groups of about `n_rows` rows."""
    done = 0

    def group(part: Part) -> int:
        nonlocal done
        done += part[2] - part[1]
        return (done - 1) // n_rows

    for _, found in groupby(parts, key=group):
        yield list(found)


def _rows(parts: list[Part], order: Tensor | None) -> tuple[Any, np.ndarray]:
    """The rows of several batches: a slice where they follow each other in the table, positions otherwise."""
    joined = all(before[2] == after[1] for before, after in pairwise(parts))
    if joined:
        first, stop = parts[0][1], parts[-1][2]
        if order is None:
            return slice(first, stop), np.arange(first, stop)
        return order[first:stop], order[first:stop].numpy()
    places = torch.cat([torch.arange(first, stop) for _, first, stop in parts])
    rows = places if order is None else order[places]
    return rows, rows.numpy()


def _fits(tensors: tuple[Tensor, ...], device: torch.device) -> bool:
    free, _ = torch.cuda.mem_get_info(device)
    return sum(part.nbytes for part in tensors) <= SHARE_OF_MEMORY * free
