"""COCO's json: one file, or with a folder for a target one for each split."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastlearn.vision.annotations.coco import look_up, names_by_id, read_coco

from fastwidgets.labeler.exchange.words import as_record, drawn, number, write_text
from fastwidgets.labeler.records import Record
from fastwidgets.labeler.shapes import Shape, shapes_of

__all__ = ["read", "write"]

NO_SPLIT = "all"  # of the file for pictures without a split


def write(target: Path, records: Sequence[Record], classes: Sequence[str], task: str) -> None:
    """Write `target`, which ends in .json, or `instances_<split>.json` files into the folder `target`.

    Every picture is listed, with two keys besides COCO's own, `split` and `state`. A class of a whole picture is a box
    around it; a point is an annotation with one keypoint; a polygon has a `segmentation`, and its box.
    """
    if target.suffix.lower() == ".json":
        write_text(target, json.dumps(_table(records, classes, task), ensure_ascii=False))
        return
    splits = sorted({one.split or NO_SPLIT for one in records}) or [NO_SPLIT]
    for split in splits:
        among = [one for one in records if (one.split or NO_SPLIT) == split]
        place = target / f"instances_{split}.json"
        if place.parent != target or split.startswith("."):
            raise ValueError(f"The split {split!r} cannot be part of the name of a file. Export to one .json instead.")
        write_text(place, json.dumps(_table(among, classes, task), ensure_ascii=False))


def read(source: Path, task: str, places: Sequence[str]) -> list[Record]:
    """The records of a COCO file, or of all `.json` files of a folder.

    Raises: DataError or ValueError, naming the file and the annotation, for what cannot be read.
    """
    files = sorted(source.glob("*.json")) if source.is_dir() else [source]
    return [record for file in files for record in _records(file, task)]


def _table(records: Sequence[Record], classes: Sequence[str], task: str) -> dict[str, Any]:
    number_of = {name: c for c, name in enumerate(classes, start=1)}
    images, annotations = [], list[dict[str, Any]]()
    for image, one in enumerate(records, start=1):
        width, height = one.dimensions() or (0, 0)
        split = {} if one.split is None else {"split": one.split}
        images.append(
            {"id": image, "file_name": one.path, "width": width, "height": height, **split, "state": one.state}
        )
        for shape in drawn(one, task):
            own = {"id": len(annotations) + 1, "image_id": image, "category_id": number_of[shape.label]}
            annotations.append({**own, **_place(shape, task), "iscrowd": 0})
    keypoints = {"keypoints": ["point"], "skeleton": []} if task == "points" else {}
    categories = [{"id": c, "name": name, "supercategory": "", **keypoints} for name, c in number_of.items()]
    info = {"description": "Labels of fastwidgets", "task": task}
    return {"info": info, "licenses": [], "images": images, "annotations": annotations, "categories": categories}


def _place(shape: Shape, task: str) -> dict[str, Any]:
    left, top, right, bottom = shape.box
    found: dict[str, Any] = {"bbox": [number(v) for v in (left, top, round(right - left, 2), round(bottom - top, 2))]}
    found["area"] = number(round(shape.area, 4))
    if task == "points":
        (x, y) = shape.points[0]
        return {**found, "keypoints": [number(x), number(y), 2], "num_keypoints": 1}
    outline = shape.points if task == "polygons" else ((left, top), (right, top), (right, bottom), (left, bottom))
    return {**found, "segmentation": [[number(value) for point in outline for value in point]]}


def _records(file: Path, task: str) -> list[Record]:
    table = read_coco(file)
    names = names_by_id(table["categories"], "categories", "name", file)
    files = names_by_id(table["images"], "images", "file_name", file)
    shapes: dict[Any, list[Shape]] = {image: [] for image in files}
    for place, one in enumerate(table["annotations"]):
        image, category = look_up(one, place, files, names, file)
        if one.get("iscrowd"):
            continue
        try:
            shapes[image] += _shapes(one, names[category], task)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ValueError(f"{str(file)!r}: annotation {one.get('id', f'number {place}')}: {error}") from None
    return [_record(image, shapes[image["id"]], task) for image in table["images"]]


def _shapes(one: Mapping[str, Any], label: str, task: str) -> list[Shape]:
    if task == "points":
        flat = one["keypoints"]
        points = [[(flat[i], flat[i + 1])] for i in range(0, len(flat), 3) if flat[i + 2]]
    elif task == "polygons":
        if not isinstance(one.get("segmentation"), list):
            raise ValueError("its segmentation is no list of polygons, such as run lengths, which are masks")
        points = [list(zip(ring[::2], ring[1::2], strict=True)) for ring in one["segmentation"]]
    else:
        left, top, width, height = (float(value) for value in one["bbox"])
        points = [[(left, top), (left + width, top + height)]]
    return list(shapes_of(({"label": label, "points": p} for p in points), task if task in ("points", "polygons") else
                          "boxes"))  # fmt: skip


def _record(image: Mapping[str, Any], shapes: Sequence[Shape], task: str) -> Record:
    """Without our key `state`, a picture that has nothing on it counts as one with nothing on it."""
    size = (int(image["width"]), int(image["height"])) if image.get("width") and image.get("height") else None
    fields: dict[str, Any] = {"size": size, "split": image.get("split")}
    state = image.get("state", "labelled")
    if state != "labelled" and not shapes:
        return Record(path=str(image["file_name"]), skipped=state == "skipped", **fields)
    if task == "single" and not shapes:
        return Record(path=str(image["file_name"]), **fields)
    return as_record(str(image["file_name"]), task, shapes, **fields)
