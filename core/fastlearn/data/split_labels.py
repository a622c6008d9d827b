"""Labels of the training and the validation set, checked against each other when a data set is built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fastlearn.data.category import Categorize, RegressionSetup
from fastlearn.data.check import check_labels
from fastlearn.data.pipeline import Pipeline

if TYPE_CHECKING:
    from fastlearn.data.datasets import TfmdLists
    from fastlearn.data.transform import Transform


def given_vocabularies(tfms: Pipeline) -> set[int]:
    """Which steps came with a vocabulary, by identity; the others learn theirs from the training items."""
    return {id(step) for step in tfms if isinstance(step, Categorize) and step.vocab is not None}


def check_split_labels(tl: TfmdLists, given: set[int]) -> None:
    """Find labels that the vocabulary lacks, and numbers that are missing, before anything trains.

    A learnt vocabulary covers the training items, so the validation items are looked at; a given one, all of them.
    Raises: DataError naming the classes, or the first item without a number.
    """
    step = next((s for s in tl.tfms if isinstance(s, Categorize | RegressionSetup)), None)
    if isinstance(step, RegressionSetup):
        if tl.splits is not None:  # the training items were looked at when the step was set up
            step.check_numbers(_before(step, tl.valid), "validation")
    elif step is not None and step.vocab is not None and not step.add_na:
        if id(step) in given:
            for label in _labels(tl, step):
                step.vocab.index_of(label)
        elif tl.splits is not None:
            check_labels(list(step.vocab), _labels(tl.valid, step))


def _labels(tl: TfmdLists, step: Categorize) -> Iterator[Any]:
    return (label for value in _before(step, tl) for label in step.labels_in(value))


def _before(step: Transform, tl: TfmdLists) -> TfmdLists:
    """The items as `step` gets them."""
    part = tl.view(tl.items, tl.split_idx)
    part.tfms = Pipeline(split_idx=tl.split_idx)
    part.tfms.fs = tl.tfms.fs[: tl.tfms.fs.index(step)]
    return part
