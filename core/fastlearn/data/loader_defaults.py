"""What a loader does where nobody said, or where what was said would leave nothing to read."""

from __future__ import annotations

from typing import Any

import torch
from torch.utils.data import IterableDataset, TensorDataset

from fastlearn.data.sampling import SeededSampler
from fastlearn.data.streaming import Stream
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
        there = "There is 1 item" if n == 1 else f"There are {n} items"
        remedy = "A model with batch normalisation cannot learn from it." if n == 1 else f"Try a bs of at most {n}."
        warn_user(
            f"{there} and bs={bs}, so dropping the incomplete batch would leave none: it is kept. {remedy}",
            UserWarning,
        )
    return n >= bs


def torch_arguments(said: dict[str, Any], dataset: Any, bs: int | None, seed: int) -> dict[str, Any]:
    """What torch is told where our loader was told `said`: with a sampler of ours in the place of its random one."""
    sampler, drop_last = said["sampler"], said["drop_last"]
    streams = isinstance(dataset, IterableDataset) or not hasattr(dataset, "__getitem__")
    if said["batch_sampler"] is not None:
        bs, drop_last = 1, False  # torch's word for "not given"
    elif not streams and sampler is None:
        sampler = SeededSampler(len(dataset), said["shuffle"], seed)
    if drop_last and bs is not None and not streams:
        drop_last = can_drop(bs, len(sampler) if hasattr(sampler, "__len__") else len(dataset))
    n_workers = said["num_workers"] if said["num_workers"] is not None else default_num_workers(dataset)
    processes = choice_of_workers(said["workers"]).kind != "thread" and n_workers > 0
    return {
        "dataset": Stream(dataset) if streams and not isinstance(dataset, IterableDataset) else dataset,
        "batch_size": bs,
        "sampler": sampler,
        "batch_sampler": said["batch_sampler"],
        "num_workers": n_workers,
        "collate_fn": said["collate_fn"],
        "pin_memory": bool(said["pin_memory"]),
        "drop_last": drop_last and bs is not None,
        "timeout": said["timeout"] if n_workers else 0,
        "worker_init_fn": said["worker_init_fn"],
        "multiprocessing_context": said["multiprocessing_context"] if processes else None,
        "generator": said["generator"],
        "prefetch_factor": said["prefetch_factor"] if processes else None,
        "persistent_workers": said["persistent_workers"] if processes else False,
    }
