"""What the browser is told of a labeler, as fastwidgets/contract/labeler.json promises it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastwidgets.labeler.annotation import STATES
from fastwidgets.labeler.queue import ORDERS
from fastwidgets.labeler.session import LabelerSession
from fastwidgets.labeler.shapes import SHAPE_TASKS

__all__ = ["items", "state_codes", "summary"]


def summary(session: LabelerSession) -> dict[str, Any]:
    """The task, the classes, how far it is, and what can be done."""
    counts = session.progress
    return {
        "task": session.task,
        "classes": [{"name": name, "count": counts.classes.get(name, 0)} for name in session.classes],
        "total": counts.total,
        "labelled": counts.labelled,
        "skipped": counts.skipped,
        "unsure": counts.unsure,
        "queue": session.queue,
        "orders": list(ORDERS[:2] if session.task in SHAPE_TASKS else ORDERS),
        "working": session.adviser.working,
        "can_undo": session.keeper.can_undo,
        "can_redo": session.keeper.can_redo,
        "why_not": session.why_not,
        "replaced": len(session.book.replaced),
        "list": session.list,
    }


def state_codes(session: LabelerSession, ids: Sequence[int] | range) -> NDArray[np.uint8]:
    """The places in `STATES` of these pictures, `(n,)`."""
    return np.array([STATES.index(session.book.annotation(i).state) for i in ids], np.uint8)


def items(session: LabelerSession, ids: Sequence[int]) -> list[dict[str, Any]]:
    """What is known of these pictures."""
    return [_item(session, int(i)) for i in ids]


def _item(session: LabelerSession, i: int) -> dict[str, Any]:
    one, guess = session.book.annotation(i), session.suggestion(i)
    shapes = None if one.shapes is None else [shape.plain() for shape in one.shapes]
    suggested = None
    if guess is not None:
        sure = None if math.isnan(guess.sure) else guess.sure
        drawn = None if guess.shapes is None else [shape.plain() for shape in guess.shapes]
        suggested = {"words": guess.words, "labels": list(guess.labels), "shapes": drawn, "sure": sure, "by": guess.by}
    return {
        "id": i,
        "name": session.grid.values("name", [i])[0] or "",
        "labels": None if one.labels is None else list(one.labels),
        "shapes": shapes,
        "state": one.state,
        "skipped": one.skipped,
        "unsure": one.unsure,
        "note": one.note,
        "suggestion": suggested,
    }
