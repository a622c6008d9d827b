"""The range that predicted numbers stay within, however it is written: one, or one for each of several targets."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeAlias

__all__ = ["Range", "Ranges", "is_range", "plain_ranges"]

Range: TypeAlias = list[float]
Ranges: TypeAlias = "Range | list[Range | None] | None"


def is_range(value: Any) -> bool:
    """Whether `value` is two numbers: of Python or numpy, or in a tensor."""
    return isinstance(value, Iterable) and len(ends := list(value)) == 2 and all(map(_is_number, ends))


def plain_ranges(y_range: Any) -> Ranges:
    """(low, high) as a list of two floats, or a list of such and None. Raises: ValueError for anything else."""
    if y_range is None:
        return None
    if is_range(y_range):
        return _checked(y_range)
    spans = list(y_range) if isinstance(y_range, Iterable) else [y_range]
    if not all(one is None or is_range(one) for one in spans):
        raise ValueError(f"`y_range` is (low, high), or a list with (low, high) or None for each of several targets, "
                         f"but got {y_range!r}. Try (0, 5.5).")  # fmt: skip
    return [None if one is None else _checked(one) for one in spans]


def _checked(span: Any) -> Range:
    low, high = (float(end) for end in span)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"`y_range` is (low, high) with low below high, but got ({low:g}, {high:g}). "
                         "Try (0, 5.5).")  # fmt: skip
    return [low, high]


def _is_number(value: Any) -> bool:
    return not isinstance(value, str) and getattr(value, "ndim", 0) == 0 and hasattr(value, "__float__")
