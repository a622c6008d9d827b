"""Values of columns as people read them."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["count", "shown"]


def shown(value: Any) -> str:
    """A value on a tile: numbers with four digits that count, flags as yes and no, nothing where it is missing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e9 else _real(value)
    return str(value)


def count(n: int, what: str = "image") -> str:
    """`1 image`, `100,000 images`."""
    return f"{n:,} {what}" + ("" if n == 1 else "s")


def _real(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else str(value)
