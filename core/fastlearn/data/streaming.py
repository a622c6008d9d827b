"""Batches of a data set that has no positions, only an order of its own (torch's `IterableDataset`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch.utils.data import DataLoader as TorchDataLoader
from torch.utils.data import IterableDataset, get_worker_info

from fastlearn.data.making import BatchMaker
from fastlearn.data.problems import item_error
from fastlearn.seed import mix_seed, new_generator


class Stream(IterableDataset[Any]):
    """Any iterable as a torch data set."""

    def __init__(self, samples: Any) -> None:
        self.samples = samples

    def __iter__(self) -> Iterator[Any]:
        return iter(self.samples)

    def __len__(self) -> int:
        return len(self.samples)


class _Transformed(IterableDataset[Any]):
    """The samples of a stream after the item transforms."""

    def __init__(self, maker: BatchMaker, epoch: int) -> None:
        self.maker, self.epoch = maker, epoch

    def __iter__(self) -> Iterator[Any]:
        maker, rng, worker = self.maker, torch.Generator(), get_worker_info()
        for slot, sample in enumerate(maker.dataset):
            rng.manual_seed(mix_seed(maker.seed, self.epoch, slot, worker.id if worker else 0))
            try:
                yield maker.after_item(sample, maker.kinds, rng)
            except Exception as error:
                raise item_error(error, sample, slot) from error


def batches_of_stream(
    maker: BatchMaker, bs: int | None, drop_last: bool, n_processes: int, epoch: int
) -> Iterator[Any]:
    """One epoch of a stream in batches of `bs`; torch runs the processes, which share out the stream themselves."""
    collate = _Collate(maker)
    yield from TorchDataLoader(
        _Transformed(maker, epoch),
        batch_size=bs,
        drop_last=drop_last if bs is not None else False,
        num_workers=n_processes,
        collate_fn=collate if bs is not None else maker.collate_fn if not maker.alone else _unchanged,
        generator=new_generator(maker.seed, epoch),
    )


class _Collate:
    def __init__(self, maker: BatchMaker) -> None:
        self.maker = maker

    def __call__(self, samples: list[Any]) -> Any:
        good = self.maker.before_batch(samples) if len(self.maker.before_batch) else samples
        return self.maker.collate_fn(good)


def _unchanged(batch: Any) -> Any:
    return batch
