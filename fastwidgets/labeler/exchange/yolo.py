"""A YOLO data set: `images/<split>/…`, `labels/<split>/….txt`, `classes.txt` and `data.yaml`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from fastlearn.vision.annotations.yolo import CLASS_FILES
from fastlearn.vision.upright_size import upright_size

from fastwidgets.labeler.exchange.words import as_record, beside, drawn, relative, safe_place, write_text
from fastwidgets.labeler.records import Record
from fastwidgets.labeler.shapes import Shape, shapes_of

__all__ = ["read", "write"]

DIGITS = 10  # of a share of the picture: exact to a hundredth of a pixel in any picture
USUAL = {"valid": "val"}  # what data.yaml calls a split


def write(
    target: Path, records: Sequence[Record], classes: Sequence[str], task: str, copy_pictures: bool = True
) -> None:
    """Write the folder. A picture with nothing on it has an empty file of labels; one that nobody labelled has none.

    Pictures without a split are in the split "train". A class of a whole picture is a box around it; a point is a pose
    with one keypoint and a box without size.
    Raises: ValueError for two pictures with one name but for the ending, and for a labelled one that is unreadable.
    """
    places = beside(records, ".txt")
    for record, place in zip(records, places, strict=True):
        split = record.split or "train"
        if len(safe_place(split).parts) != 1:
            raise ValueError(f"The split {split!r} cannot be the name of a folder.")
        if copy_pictures:
            _copy(Path(record.file), target / "images" / split / safe_place(record.path))
        if record.labelled:
            write_text(target / "labels" / split / place, _lines(record, classes, task))
    write_text(target / "classes.txt", "".join(f"{name}\n" for name in classes))
    write_text(target / "data.yaml", _yaml(records, classes, task))


def read(source: Path, task: str, places: Sequence[str]) -> list[Record]:
    """The records of such a folder, with or without folders of splits; a picture is found by the file of labels.

    Raises: ValueError, naming the file and the line, for what cannot be read.
    """
    names = _names(source)
    labels = source / "labels" if (source / "labels").is_dir() else source
    pictures = {str(safe_place(place).with_suffix("")): place for place in places}
    found = []
    for file in sorted(labels.rglob("*.txt")):
        if file.name in CLASS_FILES:
            continue
        stem = relative(file, labels).removesuffix(".txt")
        split, _, rest = stem.partition("/")
        inside = stem not in pictures and rest in pictures
        place = pictures.get(rest if inside else stem, stem)
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        size = _size(source, split if inside else "", place) if lines else None
        shapes = [
            _shape(line.split(), names, size, task, f"{str(file)!r}, line {i}") for i, line in enumerate(lines, 1)
        ]
        if task == "single" and not shapes:
            continue
        found.append(as_record(place, task, shapes, size=size, split=split if inside else None))
    return found


def _lines(record: Record, classes: Sequence[str], task: str) -> str:
    shapes = drawn(record, task)
    size = record.dimensions() if shapes else None
    if size is None:
        return ""
    return "".join(f"{classes.index(shape.label)} {_shares(shape, size, task)}\n" for shape in shapes)


def _shares(shape: Shape, size: tuple[int, int], task: str) -> str:
    width, height = size
    left, top, right, bottom = shape.box
    if task == "polygons":
        flat = [value for x, y in shape.points for value in (x / width, y / height)]
    else:
        flat = [
            (left + right) / 2 / width,
            (top + bottom) / 2 / height,
            (right - left) / width,
            (bottom - top) / height,
        ]
    words = [f"{value:.{DIGITS}f}".rstrip("0").rstrip(".") for value in flat]
    return " ".join([*words, *words[:2], "2"] if task == "points" else words)


def _shape(words: list[str], names: Sequence[str], size: tuple[int, int] | None, task: str, where: str) -> Shape:
    if size is None:
        raise ValueError(f"{where}: the picture that it belongs to cannot be read, so its size is not known.")
    width, height = size
    try:
        label, values = names[int(words[0])], [float(word) for word in words[1:]]
        if task == "polygons":
            points = [(x * width, y * height) for x, y in zip(values[::2], values[1::2], strict=True)]
        elif task == "points":
            points = [(values[4] * width, values[5] * height)]
        else:
            x, y, w, h = values
            points = [((x - w / 2) * width, (y - h / 2) * height), ((x + w / 2) * width, (y + h / 2) * height)]
        kind = task if task in ("points", "polygons") else "boxes"
        return shapes_of([{"label": label, "points": points}], kind)[0]
    except (IndexError, ValueError) as error:
        raise ValueError(f"{where} cannot be read as one of {task}: {' '.join(words)[:80]!r} ({error}).") from None


def _size(source: Path, split: str, place: str) -> tuple[int, int] | None:
    for folder in (source / "images" / split, source):
        try:
            return upright_size(folder / place)
        except Exception:  # not there, or unreadable
            continue
    return None


def _names(source: Path) -> list[str]:
    for name in CLASS_FILES:
        if (source / name).is_file():
            lines = (source / name).read_text(encoding="utf-8").split("\n")
            return [line.strip() for line in lines if line.strip()]
    raise ValueError(f"The classes have numbers here, and {str(source)!r} has no {CLASS_FILES[0]} with their names.")


def _yaml(records: Sequence[Record], classes: Sequence[str], task: str) -> str:
    """JSON's texts are YAML's too, whatever is in a name."""
    splits = sorted({record.split or "train" for record in records})
    lines = ["path: ."]
    lines += [f"{json.dumps(USUAL.get(s, s), ensure_ascii=False)}: {json.dumps(f'images/{s}', ensure_ascii=False)}"
              for s in splits]  # fmt: skip
    lines += ["kpt_shape: [1, 3]"] if task == "points" else []
    lines += ["names:", *(f"  {c}: {json.dumps(name, ensure_ascii=False)}" for c, name in enumerate(classes))]
    return "\n".join(lines) + "\n"


def _copy(source: Path, target: Path) -> None:
    if source.is_file():  # one that is gone has nothing to copy
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
