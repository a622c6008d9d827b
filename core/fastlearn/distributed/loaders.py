"""Loaders shared out among processes."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Sized
from typing import Any

from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import DistributedSampler, IterableDataset, RandomSampler

from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.share import Share
from fastlearn.distributed.processes import Processes

__all__ = ["check_same_data", "is_shareable", "shared_dls", "shared_loader"]

LOOKED_AT = 1000  # items of a data set that are compared between processes


def shared_dls(dls: Any, processes: Processes) -> Any:
    """Loaders like `dls`, of which this process gives its part: training ones in step with the other processes.

    Raises: TypeError, ValueError as `shared_loader` and `check_same_data` do.
    """
    ours = copy.copy(dls) if isinstance(dls, DataLoaders) else DataLoaders(dls.train, dls.valid)
    ours.loaders = [
        shared_loader(loader, processes, even=i == 0) if loader is not None else None
        for i, loader in enumerate(ours.loaders)
    ]
    for loader in ours.loaders:
        if loader is not None:
            check_same_data(loader, processes)
    return ours.to(processes.device)


def is_shareable(loader: Any) -> bool:
    """Whether `loader` has positions that can be shared out, and is not shared out yet."""
    if isinstance(loader, DataLoader):
        return loader.share is None and not loader.streams
    return isinstance(loader, TorchLoader) and not isinstance(loader.dataset, IterableDataset)


def shared_loader(loader: Any, processes: Processes, even: bool = False) -> DataLoader:
    """A loader that gives this process's part of what `loader` gives; see `Share` for `even`.

    Raises: TypeError for a loader that has only an order of its own.
    """
    ours = loader if isinstance(loader, DataLoader) else _ours(loader)
    if ours is None or ours.streams:
        raise TypeError(
            f"A {type(loader).__name__} over {type(getattr(loader, 'dataset', loader)).__name__} has no positions that "
            "could be shared out among processes. Try a data set with __len__ and __getitem__."
        )
    made = ours.new()
    made.restore(processes.same(ours.state()))  # the same seed: without one each process has drawn its own
    made.share = Share(processes.rank, processes.size, processes.same, even)
    made.set_aside = ours.set_aside
    return made


def check_same_data(loader: DataLoader, processes: Processes) -> None:
    """Raises: ValueError if the processes do not have the same items: they would train on what another validates."""
    seen = processes.gather(_fingerprint(loader.dataset))
    others = [rank for rank, fingerprint in enumerate(seen) if fingerprint != seen[0]]
    if others:
        raise ValueError(
            f"Process {others[0]} has other items than the first one: {seen[others[0]][0]} and {seen[0][0]} of them, "
            "in another split perhaps. Try a seed for the splitter, or set_seed(...) before the data is made."
        )


def _fingerprint(dataset: Any) -> tuple[int, int]:
    n = len(dataset) if isinstance(dataset, Sized) else 0
    items = getattr(dataset, "items", None)
    if items is None or callable(items) or not hasattr(items, "__getitem__"):
        return n, 0
    step = max(1, n // LOOKED_AT)
    rows = items.iloc if hasattr(items, "iloc") else items
    return n, zlib.crc32("\n".join(str(rows[i]) for i in range(0, min(n, len(items)), step)).encode())


def _ours(loader: Any) -> DataLoader | None:
    """A loader of torch as one of ours; its own part of the items, if it takes one, is given up for the shared ones."""
    if not isinstance(loader, TorchLoader) or isinstance(loader.dataset, IterableDataset):
        return None
    plain = loader.batch_size is not None
    sampler = loader.sampler
    known = isinstance(sampler, RandomSampler | DistributedSampler)
    shuffle = isinstance(sampler, RandomSampler) or (isinstance(sampler, DistributedSampler) and sampler.shuffle)
    order: dict[str, Any] = {"shuffle": shuffle} if known else {"sampler": sampler}
    if not plain:
        order = {"batch_sampler": loader.batch_sampler} if loader.batch_sampler is not None else {}
    return DataLoader(
        loader.dataset,
        bs=loader.batch_size,
        drop_last=loader.drop_last,
        num_workers=loader.num_workers,
        workers="process",
        collate_fn=loader.collate_fn,
        worker_init_fn=loader.worker_init_fn,
        pin_memory=loader.pin_memory,
        **order,
    )
