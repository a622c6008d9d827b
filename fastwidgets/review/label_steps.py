"""Where in a data set the label of an item is read, and where it becomes a number: corrections go in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from fastlearn.data.category import Categorize, EncodedMultiCategorize
from fastlearn.data.datasets import Datasets, TfmdLists
from fastlearn.data.items import item_getter
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.targets import listed_classes

__all__ = ["LabelSteps", "PipelineLabels", "RowLabels", "SampleLabels", "label_steps"]


class LabelSteps(Protocol):
    """How the labels of a data set are read."""

    @property
    def task(self) -> str:
        """ "category" or "multicategory"."""

    @property
    def vocab(self) -> list[Any]:
        """The classes as the data has them."""

    def labels(self) -> Iterator[Any]:
        """The label of each item: a class, a list of them, or None where it cannot be read."""


@dataclass
class PipelineLabels:
    """Labels that part `part` of a `Datasets` reads by its first `n_head` steps; `step` makes numbers of them."""

    dataset: Datasets
    part: int
    n_head: int

    @property
    def step(self) -> Any:
        """The step that has the vocabulary."""
        return self.dataset.tls[self.part].tfms.fs[self.n_head]

    @property
    def task(self) -> str:
        """ "category" or "multicategory"."""
        return str(self.step.kind)

    @property
    def vocab(self) -> list[Any]:
        """The classes."""
        return list(self.step.vocab)

    @property
    def head(self) -> Callable[[Any], Any]:
        """From an item to its label."""
        tl = self.dataset.tls[self.part]
        head = Pipeline(split_idx=tl.tfms.split_idx)
        head.fs = list(tl.tfms.fs[: self.n_head])
        return head

    def labels(self) -> Iterator[Any]:
        """The labels, in the data set's order."""
        head, encoded = self.head, isinstance(self.step, EncodedMultiCategorize)
        get = item_getter(self.dataset.tls[self.part].items)
        for i in range(len(self.dataset)):
            try:
                label = head(get(i))
            except Exception:  # it is told where it is trained on; here it has no label
                yield None
                continue
            yield self.step.decodes(label) if encoded else list(label) if self.task == "multicategory" else label


@dataclass
class RowLabels:
    """Labels of an encoded table, target number `part`."""

    dataset: Any
    part: int

    @property
    def task(self) -> str:
        """ "category" or "multicategory"."""
        return str(self.dataset.targets[self.part].kind)

    @property
    def vocab(self) -> list[Any]:
        """The classes."""
        return list(self.dataset.targets[self.part].vocab)

    def labels(self) -> Iterator[Any]:
        """The labels, in the rows' order."""
        codes = self.dataset.rows_at(slice(None))[self.dataset.n_inp + self.part]
        return _of_codes(codes, self.vocab)


@dataclass
class SampleLabels:
    """Class numbers in the targets of any data set that lists its `classes`."""

    dataset: Any
    vocab: list[Any]
    targets: Any

    @property
    def task(self) -> str:
        """Each item has one."""
        return "category"

    def labels(self) -> Iterator[Any]:
        """The labels, in the data set's order."""
        return _of_codes(torch.as_tensor(np.asarray(self.targets)), self.vocab)


def label_steps(dataset: Any) -> LabelSteps | None:
    """How the labels of `dataset` are read; None where they are no classes of whole items."""
    if isinstance(dataset, Datasets):
        for part, tl in enumerate(dataset.tls[dataset.n_inp :], start=dataset.n_inp):
            at = _category_step(tl)
            if at is not None:
                return PipelineLabels(dataset, part, at)
        return None
    if hasattr(dataset, "rows_at") and hasattr(dataset, "targets"):
        kinds = [target.kind for target in dataset.targets]
        place = next((i for i, kind in enumerate(kinds) if kind in ("category", "multicategory")), None)
        return None if place is None else RowLabels(dataset, place)
    classes, targets = listed_classes(dataset), _targets(dataset)
    if classes is None or targets is None or len(targets) != len(dataset):
        return None
    return SampleLabels(dataset, classes, targets)


def _category_step(tl: TfmdLists) -> int | None:
    found = (i for i, step in enumerate(tl.tfms.fs) if isinstance(step, Categorize | EncodedMultiCategorize))
    return next(found, None)


def _targets(dataset: Any) -> Any:
    """The class numbers that torchvision's data sets list, also through a `Subset`."""
    if isinstance(dataset, torch.utils.data.Subset):
        inner = _targets(dataset.dataset)
        return None if inner is None else np.asarray(inner)[np.asarray(dataset.indices, np.int64)]
    return getattr(dataset, "targets", None)


def _of_codes(codes: torch.Tensor, vocab: list[Any]) -> Iterator[Any]:
    if codes.ndim == 1:
        return (vocab[code] if 0 <= code < len(vocab) else None for code in codes.long().tolist())
    return ([vocab[c] for c, on in enumerate(row) if on > 0.5] for row in codes.tolist())
