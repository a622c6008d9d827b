"""The errors of the data pipeline: each names the item, the stage, what came and what to try."""

from __future__ import annotations

from itertools import islice
from pathlib import PurePath
from typing import Any

import numpy as np
import torch
from PIL import Image

STAGE = "fastlearn_stage"  # where a pipeline leaves (transform, value) on an exception that passes through it


class DataError(ValueError):
    """The data cannot be used as asked; the message says what was expected, what came and what to try."""


class ItemError(DataError):
    """One item could not be turned into a sample.

    `item` is the source (path, row), `position` its place in the data set, `stage` the name of the step that failed.
    """

    def __init__(self, message: str, item: Any = None, position: int | None = None, stage: str = "") -> None:
        super().__init__(message)
        self.item, self.position, self.stage = item, position, stage

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.item, self.position, self.stage)


def note_stage(error: BaseException, transform: Any, value: Any) -> None:
    """Remember on `error` which transform was working on which value; the innermost one is kept."""
    if not hasattr(error, STAGE):
        setattr(error, STAGE, (stage_name(transform), describe(value)))


def stage_name(transform: Any) -> str:
    """How a message calls one step of a pipeline."""
    return str(getattr(transform, "name", None) or getattr(transform, "__qualname__", None) or type(transform).__name__)


def describe(value: Any, limit: int = 100) -> str:
    """`value` in a few words for a message: its type, and its shape, size or text."""
    name = type(value).__name__
    if isinstance(value, torch.Tensor):
        return f"{name} of shape {tuple(value.shape)}, {value.dtype}"
    if isinstance(value, np.ndarray):
        return f"{name} of shape {value.shape}, {value.dtype}"
    if isinstance(value, Image.Image):
        return f"{name} of {value.width}x{value.height} pixels, mode {value.mode}"
    if hasattr(value, "iloc"):  # of pandas: a table, a row with its column names, or a column
        if value.ndim == 1 and len(value) and isinstance(value.index[0], str):
            return _row(value, limit)
        return f"{name} of shape {value.shape}"
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return f"{name} of (" + ", ".join(describe(part, limit // 2) for part in value) + ")"
    text = repr(str(value)) if isinstance(value, PurePath) else repr(value)
    return f"{name} {text if len(text) <= limit else text[: limit - 1] + '…'}"


def short(item: Any, limit: int = 200) -> str:
    """An item as a message names it: a path in full, a row by its index and first columns, anything else shortened."""
    if hasattr(item, "iloc") and item.ndim == 1:
        return _row(item, limit)
    text = str(item) if not isinstance(item, str) else repr(item)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _row(row: Any, limit: int) -> str:
    """A row of a table: `row 3 (file='a.jpg', label='cat', …)`."""
    shown = ", ".join(f"{column}={short(value, limit // 4)}" for column, value in islice(row.items(), 2))
    index = "" if row.name is None else f" {row.name}"
    return f"row{index} ({shown}{', …' if len(row) > 2 else ''})"


def item_error(error: Exception, item: Any, position: int | None = None, stage: str = "") -> ItemError:
    """Wrap `error`, raised while `item` was read, so that the message says where to look; raise it `from error`."""
    if isinstance(error, ItemError) and error.position is not None:
        return error
    noted_stage, value = getattr(error, STAGE, (stage or "reading", describe(item)))
    cause = str(error) if isinstance(error, DataError) else f"{type(error).__name__}: {error}"
    where = "" if position is None else f" {position}"
    named = "" if isinstance(error, DataError) and (str(item) in cause or short(item) in cause) else f" ({short(item)})"
    given = "" if value == describe(item) else f", which was given {value}"
    message = f"Item{where}{named} failed in `{noted_stage}`{given}: {cause}"
    return ItemError(_with_advice(message, error), item, position, noted_stage)


def _with_advice(message: str, error: Exception) -> str:
    if isinstance(error, DataError):  # it already says what to try
        return message
    stop = "" if message.endswith((".", "!", "?")) else "."
    return message + stop + " " + _advice(error)


def _advice(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "Check that the file is there and that the path is built from the right folder."
    if isinstance(error, OSError | SyntaxError | EOFError):
        return ("The file may be damaged or not what its name says: open it by hand, then repair it or leave it out of "
                "the items.")  # fmt: skip
    return "Try that step alone on this item; an annotation on its first argument limits it to one type."
