"""Boxes in files of COCO, Pascal VOC or YOLO."""

from __future__ import annotations

import json
import re

from fastwidgets.builder.folder import Folder
from fastwidgets.builder.guesses.guess import Guess
from fastwidgets.builder.guesses.sides import find_sides, of_side
from fastwidgets.builder.paths import name_of, stem_of
from fastwidgets.builder.recipe import Labels, Recipe, Source, Split

__all__ = ["coco_file", "voc_folder", "yolo_folder"]

YOLO_LINE = re.compile(r"^\s*\d+(\s+[\d.eE+-]+){4,}\s*$")
SOME = 20  # files that are looked into


def coco_file(folder: Folder) -> list[Guess]:
    """A JSON file of COCO's form; of several, the one for training."""
    found = []
    for file in folder.ending(".json"):
        table = _coco(folder, file)
        if table is not None and any(one.get("bbox") for one in table["annotations"]):
            found.append((file, table))
        elif table is not None:
            folder.troubles[file] = "it has COCO's form, but none of its annotations has a box."
    if not found:
        return []
    file, table = next(((f, t) for f, t in found if "train" in f.lower()), found[0])
    names = [str(one.get("file_name")) for one in table["images"]]
    prefix = _prefix(folder.pictures, names)
    why = f"{file} has COCO's form: {len(names):,} pictures, {len(table['annotations']):,} annotations."
    source = Source(str(folder.path), prefix=prefix)
    recipe = Recipe("boxes", source, Labels("coco", annotations=file))
    return [Guess(recipe, 95, (why,))]


def _coco(folder: Folder, file: str) -> dict[str, list[dict[str, object]]] | None:
    if not all(f'"{key}"' in folder.read(file, most=200_000_000) for key in ("images", "annotations", "categories")):
        return None
    try:
        table = json.loads(folder.read(file, most=2_000_000_000))
    except ValueError:
        return None
    parts = ("images", "annotations", "categories")
    return table if isinstance(table, dict) and all(isinstance(table.get(key), list) for key in parts) else None


def _prefix(pictures: list[str], names: list[str]) -> str:
    """The folder that the names in an annotation file are relative to."""
    known = set(pictures)
    if any(name in known for name in names[:SOME]):
        return ""
    by_name = {name_of(file): file for file in pictures}
    for name in names[:SOME]:
        file = by_name.get(name_of(name), "")
        if file.endswith(f"/{name}"):
            return file.removesuffix(f"/{name}")
    return ""


def voc_folder(folder: Folder) -> list[Guess]:
    """XML files of Pascal VOC."""
    files = folder.ending(".xml")
    read = [folder.read(file, 20_000) for file in files[:SOME]]
    if not read or sum("<annotation" in text and "<object" in text for text in read) < 0.5 * len(read):
        return []
    place = _top_of(files)
    why = f"{len(files):,} files in {place or 'this folder'} have the form of Pascal VOC."
    recipe = Recipe("boxes", Source(str(folder.path)), Labels("voc", annotations=place))
    return [Guess(recipe, 94, (why,))]


def yolo_folder(folder: Folder) -> list[Guess]:
    """Text files of YOLO's form, named as the pictures."""
    stems = {stem_of(file) for file in folder.pictures}
    files = [file for file in folder.texts if stem_of(file) in stems]
    read = [text for file in files[:SOME] if (text := folder.read(file, 20_000)).strip()]
    if not read or not all(YOLO_LINE.match(line) for text in read for line in text.splitlines() if line.strip()):
        return []
    place = _top_of(folder.pictures)
    why = [f"{len(files):,} text files have the form of YOLO: a class and a box in each line."]
    split = Split()
    sides = find_sides({part for file in folder.pictures for part in file.split("/")[:-1]})
    if sides:
        split = Split("folders", train=sides[0], valid=sides[1])
        why.append(f"The folders {sides[0]} and {sides[1]} part them into training and validation.")
    recipe = Recipe("boxes", Source(str(folder.path)), Labels("yolo", annotations=place), split)
    return [Guess(recipe, 93, tuple(why))]


def _top_of(files: list[str]) -> str:
    """The folder below which all of them lie, without one that is named for a side of the split."""
    parts = [file.split("/")[:-1] for file in files]
    shared = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1 or of_side(level[0]):
            break
        shared.append(level[0])
    return "/".join(shared)
