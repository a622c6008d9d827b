"""Warnings at the line of the user's code that led to them, said each time."""

from __future__ import annotations

import sys
import warnings

__all__ = ["warn_user"]

# Modules that stand between a user's line and ours: a callback runs below contextlib, a layer below torch.
_INSIDE = frozenset({"concurrent", "contextlib", "fastlearn", "functools", "importlib", "threading", "torch"})


def warn_user(message: str, category: type[Warning] = RuntimeWarning) -> None:
    """Warn with `message`, located at the nearest line outside of this library.

    Python shows a warning of the same text and line once; here a second fit in the same cell or loop has its own say.
    Filters for "ignore", "error" and "once" are obeyed.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _INSIDE:
        frame = frame.f_back
    module = str(frame.f_globals.get("__name__", "<unknown>"))
    warnings.warn_explicit(message, category, frame.f_code.co_filename, frame.f_lineno, module, registry=None)
