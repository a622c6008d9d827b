"""The order in which a loader visits its items, the same for the same seed and epoch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch.utils.data import Sampler

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
