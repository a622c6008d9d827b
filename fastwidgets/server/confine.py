"""Which files of this machine may be shown at all."""

from __future__ import annotations

import os
from collections.abc import Iterable

__all__ = ["is_below"]


def is_below(path: str | os.PathLike[str], roots: Iterable[str]) -> bool:
    """Whether `path` lies below one of `roots`, which are real paths, wherever links on the way lead."""
    real = os.path.realpath(path)
    return any(real.startswith(root.rstrip(os.sep) + os.sep) for root in roots)
