"""Items that are no pictures, in words: the beginning of a text, the values of a table's row."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fastlearn.data.targets import loader_kinds
from fastlearn.interpret import StoredAnswers

__all__ = ["item_words", "shows_pictures"]

WORDS = 400  # characters of an item that a tile may show
PICTURES = ("image", "mask")


def shows_pictures(answers: StoredAnswers, learn: Any | None) -> bool:
    """Whether the items are files of pictures; where nobody says so, those that have a file are."""
    with_files = any(path is not None for path in answers.paths)
    loader = None if learn is None else learn.dls.valid or learn.dls.train
    kinds = () if loader is None else loader_kinds(loader)
    return with_files and (not kinds or kinds[0] in PICTURES)


def item_words(answers: StoredAnswers, learn: Any | None = None) -> list[str] | None:
    """Each item in at most `WORDS` characters; None where the data does not tell its items."""
    tables = _tables(learn)
    if tables is not None:
        places = zip(answers.splits.tolist(), answers.positions.tolist(), strict=True)
        return [_words(tables[split].iloc[position]) for split, position in places]
    items = answers.items
    return None if items is None else [_words(item) for item in items]


def _tables(learn: Any | None) -> list[Any] | None:
    """The inputs of encoded tables as they were before: training rows, validation rows; None for other data."""
    loaders = () if learn is None else (learn.dls.train, learn.dls.valid)
    datasets: list[Any] = [getattr(loader, "dataset", None) for loader in loaders]
    if not datasets or not all(hasattr(dataset, "rows_at") and hasattr(dataset, "decode") for dataset in datasets):
        return None
    return [dataset.decode().items.drop(columns=dataset.y_names, errors="ignore") for dataset in datasets]


def _words(item: Any) -> str:
    if hasattr(item, "iloc"):  # a row of a table
        text = " · ".join(f"{name} {_value(value)}" for name, value in item.items())
    elif isinstance(item, os.PathLike):
        text = _beginning(Path(item))
    else:
        item = item[0] if isinstance(item, tuple) and item else item
        text = str(item)
    text = " ".join(text.split())
    return text if len(text) <= WORDS else f"{text[: WORDS - 1]}…"


def _value(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _beginning(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(4 * WORDS)
    except OSError as error:
        return f"{path.name}: {error.strerror or type(error).__name__}"
