"""Balancing classes: weights for the loss, and samplers that draw rare classes more often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Sampler

from fastlearn.data.problems import DataError
from fastlearn.seed import ambient_seed, new_generator

__all__ = ["WeightedSampler", "class_weights", "item_weights"]


def class_weights(targets: Any, n_classes: int | None = None) -> Tensor:
    """One factor for each class, for a loss: inversely as many as its items, with a mean of 1 over the items.

    `targets` are class ids, shape `(N,)`: a list, array or tensor. A class without items gets 0.
    Raises: DataError, if there are none; TypeError for anything but numbers.
    """
    ids = _class_ids(targets)
    if not len(ids):
        raise DataError("Class weights are counted on targets, but there are none.")
    counts = torch.bincount(ids, minlength=n_classes or 0).float()
    weights = len(ids) / (counts.count_nonzero() * counts)
    return torch.where(counts > 0, weights, 0.0)


def item_weights(targets: Any) -> Tensor:
    """One weight for each item, for a sampler that draws all classes equally often."""
    ids = _class_ids(targets)
    return class_weights(ids)[ids]


def _class_ids(targets: Any) -> Tensor:
    try:
        ids = torch.as_tensor(targets)
    except (TypeError, ValueError, RuntimeError) as error:
        what = type(targets).__name__
        raise TypeError(
            f"Class weights are counted on class ids, one for each item, but got {what}. Of a data set try "
            "class_weights([int(y) for _, y in dls.train_ds]); of labels that are words, their positions in dls.vocab."
        ) from error
    if ids.is_floating_point() and len(ids) and bool((ids != ids.round()).any()):
        raise TypeError(f"Class ids are whole numbers, but got {ids.reshape(-1)[:3].tolist()}, …")
    return ids.long().reshape(-1)


class WeightedSampler(Sampler[int]):
    """Draws `n` positions an epoch (by default as many as there are weights), each as often as its weight says.

    Another order in each epoch, the same for the same `seed`. Give it to a loader as `sampler=`: one of ours tells it
    which epoch comes, in a plain torch loader it counts them itself.
    """

    def __init__(self, weights: Sequence[float] | Tensor, n: int | None = None, seed: int | None = None) -> None:
        self.weights = torch.as_tensor(weights, dtype=torch.float64)
        if self.weights.ndim != 1 or not len(self.weights) or (self.weights < 0).any() or self.weights.sum() == 0:
            raise DataError("Weights are one number of at least 0 for each item, and not all 0.")
        self.n, self.seed, self.epoch = n or len(self.weights), ambient_seed() if seed is None else seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Draw the order of `epoch` next, and of those after it in turn."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        generator = new_generator(self.seed, self.epoch)
        self.epoch += 1
        shares = np.cumsum(self.weights.numpy() / float(self.weights.sum()))
        drawn = torch.rand(self.n, generator=generator, dtype=torch.float64).numpy()
        return iter(np.minimum(np.searchsorted(shares, drawn, side="right"), len(shares) - 1).tolist())

    def __len__(self) -> int:
        return self.n
