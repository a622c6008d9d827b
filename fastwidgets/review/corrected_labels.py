"""Labels that were corrected, in the place where a data set reads labels."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from fastlearn.data.transform import ItemTransform
from fastlearn.interpret.item_identity import digest_of
from numpy.typing import NDArray

__all__ = ["CorrectedLabels", "CorrectedSamples", "encoded", "item_key"]


class CorrectedLabels(ItemTransform):
    """From an item to its label: the one in `corrections`, by `item_key`, or what `get_y` says."""

    def __init__(self, get_y: Callable[[Any], Any], corrections: Mapping[Any, Any]) -> None:
        super().__init__()
        self.get_y, self.corrections = get_y, dict(corrections)

    def encodes(self, x: Any) -> Any:
        if self.corrections:
            key = item_key(x)
            if key in self.corrections:
                return self.corrections[key]
        return self.get_y(x)


class CorrectedSamples(torch.utils.data.Dataset[Any]):
    """The samples of any data set at `positions`, with the class numbers of `corrections` (by old position) in them."""

    def __init__(
        self, dataset: Any, positions: NDArray[np.int64], corrections: Mapping[int, Any], classes: Sequence[Any]
    ) -> None:
        self.dataset, self.positions, self.classes = dataset, positions, list(classes)
        place = {value: i for i, value in enumerate(self.classes)}
        self.corrections = {position: place[value] for position, value in corrections.items()}

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, i: int) -> Any:
        position = int(self.positions[i])
        sample = self.dataset[position]
        if position not in self.corrections:
            return sample
        new = self.corrections[position]
        return (*sample[:-1], torch.tensor(new) if isinstance(sample[-1], torch.Tensor) else new)


def item_key(item: Any) -> Any:
    """What tells an item from the others of its data set: a path, or the place and content of a row."""
    if isinstance(item, str | os.PathLike):
        return os.fspath(item)
    name = getattr(item, "name", None)
    return (name if isinstance(name, str | int | np.integer) else None, digest_of(item))


def encoded(labels: Sequence[Any], vocab: Sequence[Any]) -> torch.Tensor:
    """A list of labels as zeros and ones, `(len(vocab),)`."""
    there = set(labels)
    return torch.tensor([float(value in there) for value in vocab])
