"""Boxes from YOLO's text files, one a picture."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from fastlearn.data.find import get_image_files
from fastlearn.data.problems import DataError
from fastlearn.vision.annotations.boxed import Box, Boxed
from fastlearn.vision.upright_size import upright_size

StrPath = str | os.PathLike[str]
CLASS_FILES = ("classes.txt", "obj.names", "_darknet.labels", "data.yaml", "dataset.yaml")
YAML_LIST = re.compile(r"^names:\s*\[(.*?)\]", re.M | re.S)
YAML_COMMENT = re.compile(r"""(^|[ \t])#.*|("[^"]*"|'[^']*')""", re.M)  # what is quoted stays
BEYOND = 1e-3  # of the picture: so far may rounding bring a box outside
YAML_LINES = re.compile(r"^names:\s*\n((?:[ \t]*(?:-|\d+:)[ \t].*\n?)+)", re.M)


def get_yolo_annotations(
    images: StrPath,
    labels: StrPath | None = None,
    classes: StrPath | Sequence[str] | None = None,
    with_empty: bool = False,
) -> tuple[list[Path], list[Boxed]]:
    """Picture files, and for each `(boxes, labels)`: boxes are `[left, top, right, bottom]` in pixels.

    A line is `class x y width height`, the last four as shares of the picture, whose size is read from its header.
    `labels` is the folder of the text files: by default `labels` for `images` (the last folder of that name), or else
    that of the pictures; each side of a split may have both, as in `train/images` and `train/labels`. `classes` are the
    names, or the file with one a line; by default a `classes.txt` in one of the folders or beside them, or the names in
    a `data.yaml`. Pictures without boxes, or without a text file, are left out unless `with_empty`.
    Raises: DataError, naming the file and the line.
    """
    root = Path(images)
    folder = Path(labels) if labels is not None else labels_beside(root)
    names = _class_names(classes, [folder, root, folder.parent, root.parent])
    files, found = [], []
    for file in get_image_files(root):
        text = (folder / file.relative_to(root)).with_suffix(".txt")
        if labels is None and not text.is_file():
            text = (labels_beside(file.parent) / file.name).with_suffix(".txt")
        boxed = _read(text, file, names) if text.is_file() else ([], [])
        if with_empty or boxed[0]:
            files.append(file)
            found.append(boxed)
    if not files:
        raise DataError(f"None of the pictures in {str(root)!r} has boxes in {str(folder)!r}. Try labels= with the "
                        "folder of the .txt files.")  # fmt: skip
    return files, found


def labels_beside(images: Path) -> Path:
    """`…/labels/…` for `…/images/…` where that folder is there, else the folder itself."""
    parts = list(images.parts)
    if "images" in parts:
        last = len(parts) - 1 - parts[::-1].index("images")
        other = Path(*parts[:last], "labels", *parts[last + 1 :])
        if other.is_dir():
            return other
    inside = images / "labels"
    return inside if inside.is_dir() else images


def _class_names(classes: StrPath | Sequence[str] | None, folders: Iterable[Path]) -> list[str]:
    if classes is None:
        places = [folder / name for folder in folders for name in CLASS_FILES]
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            raise DataError(f"The classes have numbers here, and there is no {CLASS_FILES[0]} with their names in "
                            f"{str(places[0].parent)!r} or beside it. Try classes=[...].")  # fmt: skip
        classes = found
    if isinstance(classes, str | os.PathLike) and Path(classes).suffix in (".yaml", ".yml"):
        return _yaml_names(Path(classes))
    if isinstance(classes, str | os.PathLike):
        lines = Path(classes).read_text(encoding="utf-8").splitlines()
        return [line.strip() for line in lines if line.strip()]
    return [str(name) for name in classes]


def _yaml_names(file: Path) -> list[str]:
    """The `names` of a YOLO data file: a list in brackets, or one a line with a dash or a number before it."""
    plain = YAML_COMMENT.sub(lambda found: found[2] or "", file.read_text(encoding="utf-8"))
    text = "\n".join(line for line in plain.splitlines() if line.strip())
    in_brackets, in_lines = YAML_LIST.search(text), YAML_LINES.search(text)
    if in_brackets:
        found = in_brackets[1].split(",")
    elif in_lines:
        found = [re.sub(r"^\s*(?:-|\d+:)\s+", "", line) for line in in_lines[1].splitlines()]
    else:
        raise DataError(f"{str(file)!r} has no list `names` of the classes. Try classes=[...].")
    return [name.strip().strip("'\"") for name in found if name.strip()]


def _read(text: Path, file: Path, names: Sequence[str]) -> Boxed:
    boxes: list[Box] = []
    labels: list[str] = []
    lines = [(i, line.split()) for i, line in enumerate(text.read_text(encoding="utf-8").splitlines(), start=1)]
    lines = [(i, words) for i, words in lines if words]
    width, height = upright_size(file) if lines else (0, 0)
    for i, words in lines:
        number, (x, y, w, h) = _numbers(words, i, text, len(names))
        boxes.append([(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height])
        labels.append(names[number])
    return boxes, labels


def _numbers(words: Sequence[str], line: int, text: Path, n_classes: int) -> tuple[int, list[float]]:
    where = f"{str(text)!r}, line {line}: "
    try:
        number, place = int(words[0]), [float(word) for word in words[1:5]]
        good = len(words) == 5 and all(-BEYOND <= value <= 1 + BEYOND for value in place)  # NaN is not
    except (ValueError, IndexError):
        good = False
    if not good:
        raise DataError(f"{where}a box is `class x y width height`, the last four between 0 and 1, but got "
                        f"{' '.join(words)[:80]!r}. Outlines of objects are no boxes.")  # fmt: skip
    if not 0 <= number < n_classes:
        raise DataError(f"{where}there is no class {number}, the {n_classes} names are numbered from 0.")
    return number, place
