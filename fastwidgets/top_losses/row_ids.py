"""Which item of the review each row of answers is, also after items were left out of the training."""

from __future__ import annotations

from typing import Any

import numpy as np
from fastlearn.interpret import StoredAnswers
from numpy.typing import NDArray

from fastwidgets.review import Review
from fastwidgets.review.source import read_source

__all__ = ["ids_of"]


def ids_of(review: Review, answers: StoredAnswers, learn: Any | None) -> NDArray[np.int64]:
    """For each row the id of its item in `review`, -1 where there is none.

    A row of a table is called by its place, which moves when others are left out; so it is found by its content then.
    """
    moved = learn is not None and learn.dls is not review.dls and any(path is None for path in answers.paths)
    if not moved:
        return np.asarray(review.rows_of(answers), np.int64)
    now = read_source(learn)
    places = [now.splits.index(split) if split in now.splits else 0 for split in ("train", "valid")]
    at = np.asarray(places)[np.asarray(answers.splits)] + np.asarray(answers.positions)
    known = {key: i for i, key in enumerate(review.source.keys)}
    return np.asarray([known.get(now.keys[i], -1) for i in at.tolist()], np.int64)
