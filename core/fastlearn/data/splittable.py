"""What a list seen through transforms can do whatever its samples are: positions, splits, the way to loaders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from fastlearn.data.items import select
from fastlearn.data.problems import DataError

if TYPE_CHECKING:
    from fastlearn.data.loaders import DataLoaders

Reader = Callable[[int, torch.Generator | None], Any]
Size = tuple[int, int]


class Splittable:
    """What `TfmdLists` and `Datasets` share: subsets by split, positions, and the way to loaders."""

    items: Any
    splits: list[np.ndarray] | None
    split_idx: int | None
    dl_type: Any

    def reader(self, at_least: Size | None = None) -> Reader:
        raise NotImplementedError

    def view(self, items: Any, split_idx: int | None = None) -> Any:
        raise NotImplementedError

    @property
    def n_subsets(self) -> int:
        """How many splits there are; 1 where the items were not split."""
        return 1 if self.splits is None else len(self.splits)

    def subset(self, i: int) -> Any:
        """The items of split `i`, with the transforms of that split."""
        if self.splits is None:
            return self.view(self.items if i == 0 else select(self.items, []), split_idx=i)
        if i >= len(self.splits):
            raise DataError(f"There are {len(self.splits)} splits, numbered from 0, but split {i} was asked for.")
        return self.view(select(self.items, self.splits[i]), split_idx=i)

    @property
    def train(self) -> Any:
        """The training items."""
        return self.subset(0)

    @property
    def valid(self) -> Any:
        """The validation items; none where the items were not split."""
        return self.subset(1)

    def with_split_idx(self, split_idx: int | None) -> Any:
        """The same items, with the transforms of another split (test-time augmentation reads with those of 0)."""
        return self.view(self.items, split_idx=split_idx)

    def new_empty(self) -> Any:
        """The same transforms and no items."""
        return self.view(select(self.items, []), split_idx=self.split_idx)

    def fetch(self, i: int, at_least: Size | None = None, rng: torch.Generator | None = None) -> Any:
        """The sample at position `i`; a picture may come smaller, though at least `at_least` (width, height)."""
        return self.reader(at_least)(_position(i, len(self)), rng)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, i: Any) -> Any:
        read = self.reader()
        if isinstance(i, slice):
            return [read(position, None) for position in range(*i.indices(len(self)))]
        if isinstance(i, Sequence | np.ndarray | torch.Tensor) and np.ndim(i) == 1:
            chosen = np.flatnonzero(i) if np.asarray(i).dtype == bool else i
            return [read(_position(int(position), len(self)), None) for position in chosen]
        return read(_position(int(i), len(self)), None)

    def __iter__(self) -> Iterator[Any]:
        read = self.reader()
        return (read(position, None) for position in range(len(self)))

    def dataloaders(self, bs: int = 64, **kwargs: Any) -> DataLoaders:
        """Loaders over the splits; the arguments are those of `DataLoaders.from_dsets`, and are checked there."""
        from fastlearn.data.loaders import DataLoaders
        from fastlearn.data.own_settings import with_own_arguments

        kwargs.setdefault("dl_type", self.dl_type)
        settings = with_own_arguments(kwargs, self.n_subsets)
        return DataLoaders.from_dsets(*(self.subset(i) for i in range(self.n_subsets)), bs=bs, **settings)


def _position(i: int, n: int) -> int:
    if not -n <= i < n:
        raise IndexError(f"There are {n} items, so positions go from 0 to {n - 1}, but got {i}.")
    return i % n
