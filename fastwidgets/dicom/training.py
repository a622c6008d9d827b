"""A slice as the loader gives it to the model: the very tensor, and which part of it lies at the ends of its window."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.slices import Slice
from fastlearn.medical.dicom.stacks import Stack
from torch import Tensor

__all__ = ["Trained", "TrainingView"]

END = 1e-6  # of the range: what is closer to an end of it counts as clipped
LOW, HIGH = 1, 2
IMAGE = ("image",)
SPLITS = ("training", "validation")


@dataclass(frozen=True)
class Trained:
    """`tensor` is what the model gets, `(C, H, W)`, float32 on the CPU.

    `clipped`, uint8 of the same shape, is 1 where brightness is 0 and 2 where it is 1, the ends of the window; `low`
    and `high` are the shares of both in each channel. `steps` are the names of what was done.
    """

    tensor: np.ndarray
    clipped: np.ndarray
    low: list[float]
    high: list[float]
    split: str
    steps: list[str]


class TrainingView:
    """Finds slices among the items of `dls`, or of a learner's loaders, and gives what the loader makes of them.

    With `learn`, what the learner itself does to inputs (the normalisation of a pretrained network) is done as well.
    """

    def __init__(self, dls: Any = None, learn: Any = None) -> None:
        self.dls = learn.dls if dls is None and learn is not None else dls
        self._own = None if learn is None else getattr(learn, "input_tfms", None)
        self._known: dict[tuple[str, int], tuple[int, int]] | None = None

    def __bool__(self) -> bool:
        return self.dls is not None

    def of(self, one: Slice, draw: int = 0) -> Trained:
        """What the model gets of slice `one`; random steps of training are drawn anew for another number `draw`.

        Raises: DataError if the slice is no item of the loaders, or its first input is no picture.
        """
        where = self._where(one)
        if where is None:
            raise DataError("This slice is in neither the training nor the validation items of these loaders.")
        split, position = where
        loader = self.dls[split]
        seen = self.dls.what_the_model_sees(position, draw, split)
        tensor = seen.tensor
        if not isinstance(tensor, Tensor) or tensor.ndim != 3:
            raise DataError("The first input of these loaders is no picture (channels, rows, columns).")
        plain = _before_normalising(tensor, loader)
        names = [step.name for step in seen.steps]
        if self._own is not None and len(self._own):
            tensor = self._own.with_split(loader.split_idx)((tensor[None],), IMAGE)[0][0]
            names += [step.name for step in self._own]
        return _trained(tensor.detach().float().cpu(), plain.detach().float().cpu(), SPLITS[min(split, 1)], names)

    def item_of(self, one: Slice) -> Any:
        """The item of the loaders that slice `one` is, with its neighbours for instance; else the slice itself."""
        where = self._where(one)
        return one if where is None else self.dls[where[0]].dataset.items[where[1]]

    def _where(self, one: Slice) -> tuple[int, int] | None:
        if self._known is None:
            self._known = dict(_items(self.dls))
        return self._known.get(_key(one))


def _trained(tensor: Tensor, plain: Tensor, split: str, steps: list[str]) -> Trained:
    low, high = plain <= END, plain >= 1 - END
    clipped = low.to(torch.uint8) * LOW + high.to(torch.uint8) * HIGH
    return Trained(
        tensor.numpy(), clipped.numpy(), low.float().mean((1, 2)).tolist(), high.float().mean((1, 2)).tolist(), split,
        steps,
    )  # fmt: skip


def _before_normalising(tensor: Tensor, loader: Any) -> Tensor:
    """Brightness from 0 to 1, whatever mean and deviation were made of it."""
    batch: Any = (tensor[None],)
    for step in reversed(list(loader.after_batch)):
        if getattr(step, "stage", "") == "normalises":
            batch = step.decode(batch, split_idx=loader.split_idx, kinds=IMAGE)
    found: Tensor = batch[0][0]
    return found


def _items(dls: Any) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
    """Each item's file and frame, and where it stands; validation first, so that of both training counts."""
    for split in reversed(range(min(len(dls), 2))):
        for position, item in enumerate(getattr(dls[split].dataset, "items", ())):
            one = item.middle if isinstance(item, Stack) else item
            if isinstance(one, str | os.PathLike):
                yield _key(one), (split, position)


def _key(one: Any) -> tuple[str, int]:
    return os.path.realpath(os.fspath(one)), getattr(one, "frame", 0)
