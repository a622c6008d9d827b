"""From what a loader yields to inputs and targets on the right device."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.data.batch import map_tensors

__all__ = [
    "as_parts",
    "count_batches",
    "count_train_batches",
    "item_positions",
    "known_batches",
    "length_of",
    "to_device",
]


def as_parts(batch: Any) -> tuple[Any, ...]:
    """A batch as a tuple of its parts; a lone tensor is a batch of one part.

    Raises: TypeError for anything else than a tensor, tuple or list.
    """
    if isinstance(batch, tuple):
        return batch
    if isinstance(batch, list):
        return tuple(batch)
    if isinstance(batch, Tensor):
        return (batch,)
    raise TypeError(
        f"A batch is a tuple of inputs and targets, but the loader gave a {type(batch).__name__}. "
        "Try a `collate_fn` that returns (inputs, targets)."
    )


def to_device(parts: tuple[Any, ...], device: torch.device) -> tuple[Any, ...]:
    """`parts` with every tensor on `device`; the same object when they are there already."""
    for part in parts:
        if not isinstance(part, Tensor) or part.device != device:
            return tuple(map_tensors(lambda tensor: tensor.to(device, non_blocking=True), part) for part in parts)
    return parts


def item_positions(batch: Any) -> NDArray[np.int64] | None:
    """Which items of the data set a batch holds, where the loader tells; None otherwise."""
    items = getattr(batch, "items", None)
    return items if isinstance(items, np.ndarray) else None


def count_batches(loader: Any) -> int:
    """How many batches the training loader gives in an epoch.

    Raises: TypeError if it has no length, which every schedule needs.
    """
    if not isinstance(loader, Sized):
        raise TypeError(
            f"The training loader ({type(loader).__name__}) has no length, which says how many batches a fit has. "
            "Try a loader over a data set with `__len__`."
        )
    try:
        return len(loader)
    except TypeError as error:  # a torch loader over an IterableDataset has __len__ and refuses to answer
        raise TypeError(f"The training loader cannot tell its number of batches, which a fit needs: {error}") from error


def known_batches(loader: Any) -> int:
    """How many batches a pass over `loader` has; 0 where it cannot tell, which a pass without training survives."""
    try:
        return len(loader)
    except TypeError:
        return 0


def count_train_batches(dls: Any) -> int:
    """How many training batches an epoch has.

    Raises: ValueError if there are none.
    """
    n = count_batches(dls.train)
    if n == 0:
        if hasattr(dls.train, "check_enough"):  # batches that are not made of items know better what is missing
            dls.train.check_enough()
        size = getattr(dls.train, "bs", None) or getattr(dls.train, "batch_size", None)
        items = getattr(dls.train, "n", None) or length_of(getattr(dls.train, "dataset", None))
        raise ValueError(
            f"The training loader has no batches: a batch takes {size} items and the data set has {items}, and an "
            f"incomplete batch is dropped. Try a smaller bs, at most {items}, or drop_last=False."
        )
    return n


def length_of(dataset: Any) -> int | None:
    """How many items there are, where it can be told."""
    try:
        return len(dataset)
    except TypeError:
        return None
