"""What several formats have in common: numbers, whole-picture boxes, safe places, whole files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from fastlearn.whole_files import write_whole

from fastwidgets.labeler.records import Record
from fastwidgets.labeler.shapes import SHAPE_TASKS, Shape

__all__ = ["as_record", "beside", "drawn", "number", "safe_place", "write_text"]


def number(value: float) -> int | float:
    """A coordinate without digits that it does not need."""
    return int(value) if float(value).is_integer() else float(value)


def drawn(record: Record, task: str) -> tuple[Shape, ...]:
    """The shapes of a record; of a task with whole-picture classes, a box around the picture for each of them.

    Raises: ValueError for a labelled picture that cannot be read, whose size is not known.
    """
    if task in SHAPE_TASKS:
        return record.shapes or ()
    if not record.labels:
        return ()
    size = record.dimensions()
    if size is None:
        raise ValueError(f"{record.path!r} cannot be read, so this format, which needs its size, cannot hold its "
                         'label. Try "csv" or "jsonl", or clear its label.')  # fmt: skip
    width, height = map(float, size)
    return tuple(Shape(name, ((0.0, 0.0), (width, height))) for name in record.labels)


def as_record(path: str, task: str, shapes: Sequence[Shape], **fields: Any) -> Record:
    """The record that `drawn` was made from."""
    if task in SHAPE_TASKS:
        return Record(path=path, shapes=tuple(shapes), **fields)
    return Record(path=path, labels=tuple(dict.fromkeys(shape.label for shape in shapes)), **fields)


def safe_place(path: str) -> PurePosixPath:
    """`path` where it stays within the folder that it is written to. Raises: ValueError where it does not."""
    place = PurePosixPath(path)
    if place.is_absolute() or ".." in place.parts or not place.parts:
        raise ValueError(f"{path!r} is not below the folder of the data set, so it has no place in an export. Try "
                         "Labeler(…, root=folder) with a folder that holds all pictures.")  # fmt: skip
    return place


def beside(records: Sequence[Record], suffix: str) -> list[PurePosixPath]:
    """For each record the place of its own file of labels: with `suffix` for the picture's.

    Raises: ValueError where two pictures would share one, as a.jpg and a.png do.
    """
    found: dict[PurePosixPath, str] = {}
    for record in records:
        place = safe_place(record.path).with_suffix(suffix)
        if place in found:
            raise ValueError(f"{found[place]!r} and {record.path!r} would have the same file of labels, {str(place)!r}."
                             ' Rename one of them, or export as "coco", "csv" or "jsonl".')  # fmt: skip
        found[place] = record.path
    return list(found)


def write_text(path: Path, text: str) -> None:
    """Write the file whole or not at all, as UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, partial(Path.write_bytes, data=text.encode("utf-8")))


def relative(path: Path, root: Path) -> str:
    """`path` below `root`, with / between its parts."""
    return Path(os.path.relpath(path, root)).as_posix()
