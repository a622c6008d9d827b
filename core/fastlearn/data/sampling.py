"""The order in which a loader visits its items, the same for the same seed and epoch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import BatchSampler, Sampler, SequentialSampler

from fastlearn.data.making import Request
from fastlearn.data.share import Share
from fastlearn.seed import new_generator

ORDER = 1  # streams of a loader's seed: the visiting order
BATCH = 2  # and the random batch transforms


class SeededSampler(Sampler[int]):
    """Positions 0 to n-1, each once, in an order drawn from the seed and the epoch; in plain order without `shuffle`.

    `epoch` is set by the loader; nothing else changes between two iterations.
    """

    def __init__(self, n: int, shuffle: bool, seed: int) -> None:
        self.n, self.shuffle, self.seed, self.epoch = n, shuffle, seed, 0

    def __iter__(self) -> Iterator[int]:
        if not self.shuffle:
            return iter(range(self.n))
        order: list[int] = self.order().tolist()
        return iter(order)

    def order(self) -> torch.Tensor:
        """The positions of an epoch that shuffles, int64 of shape `(n,)`."""
        return torch.randperm(self.n, generator=new_generator(self.seed, ORDER, self.epoch))

    def __len__(self) -> int:
        return self.n


def tell_epoch(sampler: Any, epoch: int) -> None:
    """Have `sampler`, or the sampler in a batch sampler, draw the order of `epoch` next; negative ones are peeks."""
    if isinstance(sampler, SeededSampler):
        sampler.epoch = epoch
    elif hasattr(sampler, "set_epoch"):  # torch's DistributedSampler and its like
        sampler.set_epoch(abs(epoch))
    elif isinstance(sampler, BatchSampler):
        tell_epoch(sampler.sampler, epoch)


def order_is_told(sampler: Any) -> bool:
    """Whether the order that `sampler` gives next follows from `tell_epoch`, not from draws or counts of its own."""
    if isinstance(sampler, BatchSampler):
        return order_is_told(sampler.sampler)
    return isinstance(sampler, SeededSampler | SequentialSampler | Sequence) or hasattr(sampler, "set_epoch")


def requests_for(batches: Iterable[Any], epoch: int, start: int = 0, share: Share | None = None) -> Iterator[Request]:
    """The batches of positions of an epoch as requests; the first `start` of them are passed over, unread.

    With a `share`, `batches` are joint ones and the requests are for this process's part of them.
    """
    slot = 0
    for number, positions in enumerate(batches):
        listed = list(positions)
        mine = slice(0, len(listed)) if share is None else share.of(len(listed))
        if number >= start and mine.stop > mine.start:
            yield Request(epoch, number, listed[mine], slot + mine.start)
        slot += len(listed)
