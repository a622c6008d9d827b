"""Boxes from COCO's json."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastlearn.data.problems import DataError, short
from fastlearn.vision.annotations.boxed import Box, Boxed

StrPath = str | os.PathLike[str]


def get_annotations(
    fname: StrPath, prefix: StrPath | None = None, with_empty: bool = False, crowds: bool = False
) -> tuple[list[Any], list[Boxed]]:
    """File names, and for each `(boxes, labels)`: boxes are `[left, top, right, bottom]` in pixels, labels are names.

    `prefix` is put before every file name: a folder, or a text. Pictures without boxes are left out unless
    `with_empty`, and regions marked as crowds, which hold an unknown number of objects, unless `crowds`.
    Raises: DataError, naming the file and the annotation, where something is missing or is no box.
    """
    table = read_coco(fname)
    names = names_by_id(table["categories"], "categories", "name", fname)
    files = names_by_id(table["images"], "images", "file_name", fname)
    found: dict[Any, Boxed] = {image: ([], []) for image in files}
    for place, one in enumerate(table["annotations"]):
        if one.get("iscrowd") and not crowds:
            continue
        image, category = look_up(one, place, files, names, fname)
        boxes, labels = found[image]
        boxes.append(_corners(one.get("bbox"), place, one, fname))
        labels.append(names[category])
    kept = [image for image in files if with_empty or found[image][0]]
    return [prefixed(files[image], prefix) for image in kept], [found[image] for image in kept]


def read_coco(fname: StrPath) -> dict[str, list[dict[str, Any]]]:
    """The three lists of a COCO file.

    Raises: DataError if it cannot be read, is no json, with the line, or has not these lists.
    """
    try:
        table = json.loads(Path(fname).read_bytes())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", 1)
        raise DataError(f"{str(fname)!r}, line {line}: it is no json ({error}). Get it again, or look at that line."
                        ) from error  # fmt: skip
    except OSError as error:
        raise DataError(f"{str(fname)!r} cannot be read ({error.strerror}). Give the json file that holds the boxes, "
                        "not its folder.") from error  # fmt: skip
    lists = ("images", "annotations", "categories")
    missing = [key for key in lists if not isinstance(table, Mapping) or not isinstance(table.get(key), list)]
    if missing:
        raise DataError(f"{str(fname)!r} is no COCO file of instances: it has no list of {', '.join(missing)}.")
    wrong = next((key for key in lists if not all(isinstance(one, Mapping) for one in table[key])), None)
    if wrong is not None:
        raise DataError(f"{str(fname)!r}: the list of {wrong} holds something that is no object with keys.")
    return dict(table)


def names_by_id(rows: list[dict[str, Any]], what: str, key: str, fname: StrPath) -> dict[Any, str]:
    """The `key` of each row by its id. Raises: DataError for a row without either."""
    for place, row in enumerate(rows):
        if "id" not in row or not isinstance(row.get(key), str):
            raise DataError(f"{str(fname)!r}: number {place} of its {what} has no id or no {key}: {short(row)}.")
    return {row["id"]: row[key] for row in rows}


def look_up(
    one: Mapping[str, Any], place: int, files: Mapping[Any, str], names: Mapping[Any, str], fname: StrPath
) -> tuple[Any, Any]:
    """The ids of an annotation's picture and category. Raises: DataError if there are none such."""
    image, category = one.get("image_id"), one.get("category_id")
    if image not in files or category not in names:
        what = f"image_id {image!r}" if image not in files else f"category_id {category!r}"
        raise DataError(f"{_where(one, place, fname)} has the {what}, which the file does not list.")
    return image, category


def prefixed(name: str, prefix: StrPath | None) -> Any:
    """`prefix` before a file name: a path object joins as a folder, a text is put before as it is."""
    if prefix is None:
        return name
    return prefix + name if isinstance(prefix, str) else Path(prefix) / name


def _corners(bbox: Any, place: int, one: Mapping[str, Any], fname: StrPath) -> Box:
    numbers = isinstance(bbox, list) and len(bbox) == 4 and all(_is_finite(value) for value in bbox)
    if not numbers or bbox[2] < 0 or bbox[3] < 0:
        raise DataError(f"{_where(one, place, fname)} has bbox {bbox!r}; COCO's boxes are [left, top, width, height] "
                        "in pixels.")  # fmt: skip
    left, top, width, height = (float(value) for value in bbox)
    return [left, top, left + width, top + height]


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _where(one: Mapping[str, Any], place: int, fname: StrPath) -> str:
    return f"{str(fname)!r}: annotation {one.get('id', f'number {place}')}"
