"""Where somebody is looking, so that a page that is loaded again, and a cell, find it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

__all__ = ["Look", "look_of"]


@dataclass(frozen=True)
class Look:
    """`series` and `slice` count from 0; `width` and `level` are None while each file's own window is followed.

    `training`: what the loader gives the model is shown; `predicting`: the model is asked about the slice.
    """

    series: int = 0
    slice: int = 0
    width: float | None = None
    level: float | None = None
    training: bool = False
    predicting: bool = False


def look_of(message: dict[str, Any]) -> Look:
    """The look in a message of the browser. Raises: ValueError for a window that is none."""
    width, level = message["width"], message["level"]
    if (width is None) != (level is None):
        raise ValueError("A window has a width and a level.")
    if width is not None and not (math.isfinite(width) and width > 0 and math.isfinite(level)):
        raise ValueError(f"A window has a positive width and a level, but got {width!r} and {level!r}.")
    place = max(0, int(message["series"])), max(0, int(message["slice"]))
    return Look(*place, width, level, bool(message["training"]), bool(message["predicting"]))
