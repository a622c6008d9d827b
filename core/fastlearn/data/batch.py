"""A batch: a plain tuple of plain tensors that knows which items it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import torch

from fastlearn.data.transform import remake_tuple


class Batch(tuple[Any, ...]):
    """The parts of a batch, inputs first. Unpack it like a tuple.

    `items` are the positions of its samples in `dl.dataset`, int64 of shape `(B,)`, None where they have none; `kinds`
    holds one word for each part; `sample_type` is the tuple class that one sample had.
    """

    items: np.ndarray | None
    kinds: tuple[str, ...] | None
    sample_type: type

    def __new__(
        cls,
        parts: Iterable[Any] = (),
        items: np.ndarray | None = None,
        kinds: tuple[str, ...] | None = None,
        sample_type: type = tuple,
    ) -> Batch:
        batch = super().__new__(cls, parts)
        batch.items, batch.kinds, batch.sample_type = items, kinds, sample_type
        return batch


def map_tensors(function: Callable[[torch.Tensor], Any], thing: Any) -> Any:
    """`thing` with `function` applied to every tensor in it, through tuples, lists and mappings."""
    if isinstance(thing, torch.Tensor):
        return function(thing)
    if isinstance(thing, tuple):
        return remake_tuple(thing, [map_tensors(function, part) for part in thing])
    if isinstance(thing, list):
        return [map_tensors(function, part) for part in thing]
    if isinstance(thing, Mapping):
        return {key: map_tensors(function, part) for key, part in thing.items()}
    return thing


def to_device(thing: Any, device: torch.device | str | None = None, non_blocking: bool = False) -> Any:
    """`thing` with every tensor on `device`; None leaves them where they are."""
    if device is None:
        return thing
    return map_tensors(lambda tensor: tensor.to(device, non_blocking=non_blocking), thing)


def to_cpu(thing: Any) -> Any:
    """`thing` with every tensor detached and on the CPU."""
    return map_tensors(lambda tensor: tensor.detach().cpu(), thing)


def count_samples(batch: Any) -> int:
    """How many samples `batch` holds: the length of the first tensor or sequence in it."""
    if isinstance(batch, torch.Tensor):
        return batch.shape[0] if batch.ndim else 1
    if isinstance(batch, Mapping):
        return count_samples(next(iter(batch.values())))
    if isinstance(batch, Batch) or (isinstance(batch, tuple | list) and batch and not isinstance(batch[0], str)):
        return count_samples(batch[0])
    return len(batch)


def default_device() -> torch.device:
    """The accelerator that is there (CUDA, else Apple's), else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("mps") if torch.backends.mps.is_available() else torch.device("cpu")
