"""What a loader does where nobody said, or where what was said would leave nothing to read."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import IterableDataset, TensorDataset

from fastlearn.data.worker_choice import WorkerChoice
from fastlearn.data.workers import usable_cpus
from fastlearn.seed import ambient_seed
from fastlearn.warn import warn_user

MOST_WORKERS = 8


def default_num_workers(dataset: Any) -> int:
    """Threads to read with where nobody said: see `DataLoader`."""
    if isinstance(dataset, list | tuple | range | str | torch.Tensor | TensorDataset | IterableDataset):
        return 0
    if not hasattr(dataset, "reader"):
        return 1 if hasattr(dataset, "__getitem__") else 0
    return max(1, min(MOST_WORKERS, usable_cpus()))


def seed_of(seed: int | None, generator: torch.Generator | None) -> int:
    """The seed of a loader: what was said, else that of the generator, else one that follows torch."""
    if seed is not None:
        return int(seed)
    return ambient_seed() if generator is None else generator.initial_seed()


def choice_of_workers(workers: Any) -> WorkerChoice:
    """What a loader's argument `workers` means. Raises: ValueError for anything but the three words."""
    if isinstance(workers, WorkerChoice):
        return workers
    if workers not in ("auto", "thread", "process"):
        raise ValueError(f"`workers` is 'thread' or 'process', but got {workers!r}. Try 'auto', which finds out.")
    return WorkerChoice(None if workers == "auto" else workers)


def can_drop(bs: int, n: int) -> bool:
    """Whether dropping the last batch leaves any; warns where not: there would be nothing to train on."""
    if 0 < n < bs:
        warn_user(
            f"There are {n} items and bs={bs}, so dropping the incomplete batch would leave none: it is kept. Try a bs "
            f"of at most {n}.",
            UserWarning,
        )
    return n >= bs
