"""Asking the step that opens pictures for no more pixels than the next step needs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from fastlearn.data.pipeline import Pipeline
from fastlearn.data.transform import Transform


def opens(step: Transform) -> bool:
    """Whether `step` opens files: its function can be asked for a picture of a least size, `at_least=(w, h)`."""
    if step.enc is None:
        return False
    try:
        return "at_least" in inspect.signature(step.enc).parameters
    except (TypeError, ValueError):  # a builtin without a signature
        return False


def opening_at(pipeline: Pipeline, at_least: tuple[int, int]) -> Pipeline:
    """`pipeline` with its opener told that `at_least` (width, height) will do.

    Only where the opener is the last step (one after it may count on the whole picture), and never for masks, whose
    class ids do not survive a smaller scale.
    """
    if not len(pipeline) or not opens(pipeline[-1]) or pipeline[-1].kind == "mask":
        return pipeline
    opener = pipeline[-1]
    assert opener.enc is not None
    opening: Callable[..., Any] = opener.enc
    smaller = Transform(functools.partial(opening, at_least=at_least), split_idx=opener.split_idx)
    smaller.order, smaller.kind, smaller.label = opener.order, opener.kind, opener.name
    other = Pipeline(split_idx=pipeline.split_idx)
    other.fs = [*pipeline.fs[:-1], smaller]
    return other
