"""What is known before anything is labelled: the data set's own labels, suggestions, and features of a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastwidgets.labeler.annotation import Annotation
from fastwidgets.labeler.shapes import SHAPE_TASKS, shapes_of
from fastwidgets.labeler.sources import Given
from fastwidgets.labeler.suggestions import as_labels

__all__ = ["given_annotations", "of_learner"]


def given_annotations(values: Sequence[Any], task: str) -> dict[int, Annotation]:
    """By picture, what the data set itself says of it; those of which it says nothing are left out.

    Raises: ValueError for what the task cannot have.
    """
    return {
        i: Annotation(shapes=shapes_of(value, task)) if task in SHAPE_TASKS else Annotation(as_labels(value, task))
        for i, value in enumerate(values)
        if value is not None and not (isinstance(value, float) and math.isnan(value))
    }


def of_learner(prelabels: Any, features: Any, paths: Sequence[str], task: str) -> tuple[NDArray[Any] | None, Given]:
    """Features, `(N, D)` or None, and suggestions for the pictures at `paths`; a learner as `prelabels` gives both.

    Raises: ValueError for features of another shape, and for a learner where shapes are drawn.
    """
    if not hasattr(prelabels, "dls"):
        array = None if features is None else np.asarray(features)
        if array is not None and (array.ndim != 2 or len(array) != len(paths)):
            raise ValueError(
                f"`features` has one row for each of the {len(paths)} pictures, (N, D), but got {array.shape}."
            )
        return array, prelabels
    if task in SHAPE_TASKS:
        raise ValueError(f'A learner suggests classes, so it cannot help with task="{task}".')
    from fastwidgets.labeler.features import learner_answers

    found, probs = learner_answers(prelabels, list(paths))
    vocab = [str(name) for name in prelabels.dls.vocab]
    return found, [_several(vocab, row) if task == "multi" else _best(vocab, row) for row in probs]


def _best(vocab: Sequence[str], probs: NDArray[Any]) -> tuple[str, float]:
    return vocab[int(probs.argmax())], float(probs.max())


def _several(vocab: Sequence[str], probs: NDArray[Any]) -> tuple[list[str], float]:
    """The classes that are rather on the picture than not, and how sure the least sure of all answers is."""
    names = [name for name, p in zip(vocab, probs, strict=True) if p > 0.5]
    return names, float(np.maximum(probs, 1 - probs).min())
