"""What pydicom says of odd values, held back: it quotes them, and they may be a patient's."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from contextlib import ContextDecorator
from typing import Any


class _Together(ContextDecorator):
    """A setting of the whole process: made when the first thread comes in, undone when the last one leaves."""

    def __init__(self, make: Callable[[], Callable[[], None]]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._inside = 0
        self._undo: Callable[[], None] | None = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._undo = self._make()
            self._inside += 1

    def __exit__(self, *error: Any) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._undo is not None:
                self._undo()


def _values_unchecked() -> Callable[[], None]:
    from pydicom import config

    before = config.settings.reading_validation_mode

    def undo() -> None:
        config.settings.reading_validation_mode = before

    config.settings.reading_validation_mode = config.IGNORE
    return undo


def _pydicom_silent() -> Callable[[], None]:
    warnings.filterwarnings("ignore", module="pydicom")
    own = warnings.filters[0]

    def undo() -> None:
        kept = [one for one in warnings.filters if one is not own]
        warnings.filters[:] = kept  # type: ignore[index]

    return undo


# For what reads headers: no warning, and no line in a log, that quotes a value.
unquoted = _Together(_values_unchecked)
# For a viewer, which says itself what is wrong with a file: no warnings of pydicom in the cell above it either.
silent = _Together(_pydicom_silent)
