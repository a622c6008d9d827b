"""A line of JSON for each picture: nothing is lost, whatever the names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastwidgets.labeler.exchange.words import number, write_text
from fastwidgets.labeler.records import Record
from fastwidgets.labeler.shapes import SHAPE_TASKS, Shape, shapes_of

__all__ = ["read", "write"]


def write(target: Path, records: Sequence[Record], classes: Sequence[str], task: str) -> None:
    """Write the lines."""
    write_text(target, "".join(f"{json.dumps(_plain(one, task), ensure_ascii=False)}\n" for one in records))


def read(source: Path, task: str, places: Sequence[str]) -> list[Record]:
    """The records of a file that `write` wrote. Raises: ValueError, naming the line, for what is no such thing."""
    found = []
    for line, text in enumerate(source.read_text(encoding="utf-8").split("\n"), start=1):
        if not text.strip():
            continue
        try:
            given = json.loads(text)
            found.append(_record(given, task))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{str(source)!r}, line {line} is no record of a picture: {error}.") from None
    return found


def _plain(one: Record, task: str) -> dict[str, Any]:
    found: dict[str, Any] = {"path": one.path, "split": one.split, "state": one.state, "unsure": one.unsure}
    found["note"] = one.note
    if task in SHAPE_TASKS:
        width, height = one.size or (None, None)
        shapes = None if one.shapes is None else [_plain_shape(shape) for shape in one.shapes]
        return {**found, "width": width, "height": height, "shapes": shapes}
    return {**found, "labels": None if one.labels is None else list(one.labels)}


def _plain_shape(shape: Shape) -> dict[str, Any]:
    return {"label": shape.label, "points": [[number(x), number(y)] for x, y in shape.points]}


def _record(given: Mapping[str, Any], task: str) -> Record:
    labels, shapes = given.get("labels"), given.get("shapes")
    size = (int(given["width"]), int(given["height"])) if given.get("width") and given.get("height") else None
    return Record(
        path=str(given["path"]),
        labels=None if labels is None else tuple(map(str, labels)),
        shapes=None if shapes is None or task not in SHAPE_TASKS else shapes_of(shapes, task),
        size=size,
        split=given.get("split"),
        skipped=given.get("state") == "skipped",
        unsure=bool(given.get("unsure")),
        note=str(given.get("note") or ""),
    )
