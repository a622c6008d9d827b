"""Labels as files: written for other tools, and read from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from fastwidgets.labeler.records import Record

__all__ = ["FORMATS", "read_records", "write_records"]

FORMATS = {"csv": "csv_file", "jsonl": "jsonl_file", "coco": "coco", "yolo": "yolo", "voc": "voc"}
FOLDERS = ("yolo", "voc")  # of several files


def write_records(
    format: str, target: Path, records: Sequence[Record], classes: Sequence[str], task: str, **options: Any
) -> Path:
    """Write `records` to `target`; returns it. `options`: `copy_pictures` of "yolo" and "voc".

    Raises: ValueError for another format or option; FileExistsError for a folder that has something in it; OSError.
    """
    write = _of(format, "write")
    unknown = set(options) - ({"copy_pictures"} if format in FOLDERS else set())
    if unknown:
        raise ValueError(f"An export as {format!r} has no option {sorted(unknown)[0]!r}.")
    if format in FOLDERS and target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(f"{str(target)!r} is there already. An export as {format!r} wants a new or empty folder.")
    (target if format in FOLDERS else target.parent).mkdir(parents=True, exist_ok=True)
    write(target, records, list(classes), task, **options)
    return target


def read_records(format: str, source: Path, task: str, places: Sequence[str]) -> list[Record]:
    """The records in `source`, for `task`; `places` are the pictures that there are.

    Raises: ValueError or DataError, naming the file and the place in it, for what cannot be read; OSError.
    """
    read = _of(format, "read")
    if not source.exists():
        raise FileNotFoundError(f"There is no {str(source)!r} to read labels from. Try its whole path.")
    try:
        found: list[Record] = read(source, task, places)
    except UnicodeDecodeError as error:
        raise ValueError(f"{str(source)!r} is no text in UTF-8 ({error.reason} at byte {error.start}), so there are no "
                         f"labels as {format!r} in it. Try another file, or save it as UTF-8.") from None  # fmt: skip
    return found


def _of(format: str, name: str) -> Callable[..., Any]:
    if format not in FORMATS:
        raise ValueError(f"The format is one of {', '.join(map(repr, FORMATS))}, but got {format!r}.")
    return getattr(import_module(f"{__name__}.{FORMATS[format]}"), name)  # type: ignore[no-any-return]
