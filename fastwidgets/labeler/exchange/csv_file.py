"""A table with a row for each picture or, where shapes are drawn, for each shape; `path` and `split` are columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fastwidgets.labeler.exchange.words import number, write_text
from fastwidgets.labeler.records import Record
from fastwidgets.labeler.shapes import SHAPE_TASKS, Shape, shapes_of

__all__ = ["read", "write"]

DELIMITER = ";"  # between the classes of a picture, as `label_delim=";"` of ImageDataLoaders.from_csv reads them
PLACES = {"boxes": ("left", "top", "right", "bottom"), "points": ("x", "y"), "polygons": ("points",)}


def write(target: Path, records: Sequence[Record], classes: Sequence[str], task: str) -> None:
    """Write the table. Raises: ValueError for a class with a semicolon in it, where a picture may have several."""
    cut = next((name for name in classes if DELIMITER in name), None)
    if task == "multi" and cut is not None:
        raise ValueError(f"Classes of a picture are parted by {DELIMITER!r} in a csv file, but there is {cut!r}."
                         ' Rename it, or export as "jsonl".')  # fmt: skip
    places = PLACES.get(task, ())
    head = ["path", "label", *places, *(("width", "height") if places else ()), "split", "state", "unsure", "note"]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(head)
    table.writerows(row for record in records for row in _rows(record, task, places))
    write_text(target, text.getvalue())


def read(source: Path, task: str, places: Sequence[str]) -> list[Record]:
    """The records of a table that `write` wrote, or of any with the columns `path` and `label`, in any order.

    Raises: ValueError, naming the line, for what is missing or is no number.
    """
    with source.open(newline="", encoding="utf-8-sig") as file:
        table = csv.DictReader(file)
        rows = [(table.line_num, row) for row in table]
    missing = [name for name in ("path", "label", *PLACES.get(task, ())) if name not in (table.fieldnames or ())]
    if missing:
        raise ValueError(f"{str(source)!r} has no column {missing[0]!r}; it has {', '.join(table.fieldnames or ())}.")
    found: dict[str, dict[str, Any]] = {}
    for line, row in rows:
        one = found.setdefault(row["path"], _fields(row))
        try:
            _take(one, row, task)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{str(source)!r}, line {line}: {error}") from None
    return [Record(path=path, **one) for path, one in found.items()]


def _rows(record: Record, task: str, places: Sequence[str]) -> Iterator[list[Any]]:
    end = [record.split or "", record.state, "yes" if record.unsure else "", record.note]
    if not places:
        yield [record.path, DELIMITER.join(record.labels or ()), *end]
        return
    size = list(record.size or ("", ""))
    for shape in record.shapes or ():
        yield [record.path, shape.label, *_place(shape, task), *size, *end]
    if not record.shapes:
        yield [record.path, "", *("" for _ in places), *size, *end]


def _place(shape: Shape, task: str) -> list[Any]:
    flat = [number(value) for point in shape.points for value in point]
    return [json.dumps([[number(x), number(y)] for x, y in shape.points])] if task == "polygons" else flat


def _fields(row: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"split": row.get("split") or None, "note": row.get("note") or ""}
    found["skipped"], found["unsure"] = row.get("state") == "skipped", bool(row.get("unsure"))
    if row.get("width") and row.get("height"):
        found["size"] = (int(row["width"]), int(row["height"]))
    return found


def _take(one: dict[str, Any], row: dict[str, str], task: str) -> None:
    empty_but_labelled = row.get("state") == "labelled"
    label = row["label"] or ""
    if task in SHAPE_TASKS:
        if label:
            one["shapes"] = (
                *(one.get("shapes") or ()),
                *shapes_of([{"label": label, "points": _points(row, task)}], task),
            )
        elif empty_but_labelled:
            one["shapes"] = ()
    elif label:
        one["labels"] = tuple(label.split(DELIMITER)) if task == "multi" else (label,)
    elif empty_but_labelled:
        one["labels"] = ()


def _points(row: dict[str, str], task: str) -> Any:
    if task == "polygons":
        return json.loads(row["points"])
    flat = [float(row[name]) for name in PLACES[task]]
    return list(zip(flat[::2], flat[1::2], strict=True))
