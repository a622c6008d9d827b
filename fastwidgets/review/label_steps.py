"""Where in a data set the label of an item is read, and where it becomes a tensor: corrections go in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from fastlearn.data.category import Categorize, EncodedMultiCategorize, RegressionSetup
from fastlearn.data.datasets import Datasets
from fastlearn.data.items import item_getter
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.targets import listed_classes

__all__ = ["LabelSteps", "PipelineLabels", "RowLabels", "SampleLabels", "label_steps"]

CLASSES = (Categorize, EncodedMultiCategorize)


class LabelSteps(Protocol):
    """How the labels of a data set are read."""

    @property
    def task(self) -> str:
        """ "category", "multicategory" or "regression"."""

    @property
    def vocab(self) -> list[Any]:
        """The classes as the data has them; none where labels are numbers."""

    @property
    def n_numbers(self) -> int:
        """How many numbers an item has; 0 where labels are classes."""

    def labels(self) -> Iterator[Any]:
        """The label of each item: a class or number, a list of them, or None where it cannot be read."""


@dataclass
class PipelineLabels:
    """Labels that part `part` of a `Datasets` reads by its first `n_head` steps; `step` makes tensors of them."""

    dataset: Datasets
    part: int
    n_head: int

    @property
    def step(self) -> Any:
        """The step that makes tensors of labels; that of classes has the vocabulary."""
        return self.dataset.tls[self.part].tfms.fs[self.n_head]

    @property
    def task(self) -> str:
        """ "category", "multicategory" or "regression"."""
        return str(self.step.kind)

    @property
    def vocab(self) -> list[Any]:
        """The classes."""
        return list(getattr(self.step, "vocab", ()))

    @property
    def n_numbers(self) -> int:
        """How many numbers an item has."""
        return int(self.step.c or 1) if isinstance(self.step, RegressionSetup) else 0

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
        """ "category", "multicategory" or "regression"."""
        return str(self.dataset.targets[self.part].kind)

    @property
    def vocab(self) -> list[Any]:
        """The classes."""
        return list(getattr(self.dataset.targets[self.part], "vocab", None) or ())

    @property
    def n_numbers(self) -> int:
        """How many numbers a row has."""
        return len(self.dataset.targets[self.part].names) if self.task == "regression" else 0

    def labels(self) -> Iterator[Any]:
        """The labels, in the rows' order."""
        codes = self.dataset.rows_at(slice(None))[self.dataset.n_inp + self.part]
        return iter(codes.tolist()) if self.task == "regression" else _of_codes(codes, self.vocab)


@dataclass
class SampleLabels:
    """Class numbers in the targets of any data set that lists its `classes`."""

    dataset: Any
    vocab: list[Any]
    targets: Any
    n_numbers: int = 0

    @property
    def task(self) -> str:
        """Each item has one."""
        return "category"

    def labels(self) -> Iterator[Any]:
        """The labels, in the data set's order."""
        return _of_codes(torch.as_tensor(np.asarray(self.targets)), self.vocab)


def label_steps(dataset: Any) -> LabelSteps | None:
    """How the labels of `dataset` are read; None where they are neither classes of whole items nor numbers.

    Of several targets it is the first that is a class; numbers are labels where they are the only target.
    """
    if isinstance(dataset, Datasets):
        targets = list(enumerate(dataset.tls[dataset.n_inp :], start=dataset.n_inp))
        for wanted in (CLASSES, RegressionSetup) if len(targets) == 1 else (CLASSES,):
            for part, tl in targets:
                at = next((i for i, step in enumerate(tl.tfms.fs) if isinstance(step, wanted)), None)
                if at is not None:
                    return PipelineLabels(dataset, part, at)
        return None
    if hasattr(dataset, "rows_at") and hasattr(dataset, "targets"):
        kinds = [target.kind for target in dataset.targets]
        place = next((i for i, kind in enumerate(kinds) if kind in ("category", "multicategory")), None)
        place = 0 if kinds == ["regression"] else place
        return None if place is None else RowLabels(dataset, place)
    classes, numbered = listed_classes(dataset), _targets(dataset)
    if classes is None or numbered is None or len(numbered) != len(dataset):
        return None
    return SampleLabels(dataset, classes, numbered)


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
