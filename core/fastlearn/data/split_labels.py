"""Labels of the training and the validation set, checked against each other when a data set is built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fastlearn.data.category import Categorize
from fastlearn.data.check import check_labels
from fastlearn.data.pipeline import Pipeline

if TYPE_CHECKING:
    from fastlearn.data.datasets import TfmdLists


def given_vocabularies(tfms: Pipeline) -> set[int]:
    """Which steps came with a vocabulary, by identity; the others learn theirs from the training items."""
    return {id(step) for step in tfms if isinstance(step, Categorize) and step.vocab is not None}


def check_split_labels(tl: TfmdLists, given: set[int]) -> None:
    """Find labels that the vocabulary lacks before anything trains.

    A learnt vocabulary covers the training items, so the validation items are looked at; a given one, all of them.
    Raises: DataError naming the classes.
    """
    step = next((s for s in tl.tfms if isinstance(s, Categorize)), None)
    if step is None or step.vocab is None or step.add_na:
        return
    before = Pipeline()
    before.fs = tl.tfms.fs[: tl.tfms.fs.index(step)]
    if id(step) in given:
        for label in _labels(tl, before, step):
            step.vocab.index_of(label)
    elif tl.splits is not None:
        check_labels(list(step.vocab), _labels(tl.valid, before, step))


def _labels(tl: TfmdLists, before: Pipeline, step: Categorize) -> Iterator[Any]:
    part = tl.view(tl.items, tl.split_idx)
    part.tfms = before.with_split(tl.split_idx)
    return (label for value in part for label in step.labels_in(value))
