"""A Pascal VOC data set: `Annotations/….xml`, `JPEGImages/…`, `ImageSets/Main/<split>.txt`."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from fastlearn.vision.annotations.voc import parse_xml

from fastwidgets.labeler.exchange.words import as_record, beside, drawn, number, relative, safe_place, write_text
from fastwidgets.labeler.records import Record
from fastwidgets.labeler.shapes import Shape, shapes_of

__all__ = ["read", "write"]

SIDES = ("xmin", "ymin", "xmax", "ymax")


def write(
    target: Path, records: Sequence[Record], classes: Sequence[str], task: str, copy_pictures: bool = True
) -> None:
    """Write the folder. Coordinates count from 0, as everywhere but in VOC's own files.

    A picture with nothing on it has a file without objects; one that nobody labelled has none, but is on the list of
    its split. A class of a whole picture is a box around it; points and polygons stand beside the box around them.
    Raises: ValueError for two pictures with one name but for the ending, for one that is labelled and unreadable, and
    for names that XML or a list of lines cannot hold.
    """
    places = beside(records, ".xml")
    lists: dict[str, list[str]] = {}
    for record, place in zip(records, places, strict=True):
        _check_name(record.path, split=record.split)
        stem = str(place.with_suffix(""))
        lists.setdefault(record.split or "trainval", []).append(stem)
        if copy_pictures and Path(record.file).is_file():
            picture = target / "JPEGImages" / safe_place(record.path)
            picture.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(record.file, picture)
        if record.labelled:
            write_text(target / "Annotations" / place, _xml(record, task))
    for split, stems in lists.items():
        write_text(target / "ImageSets" / "Main" / f"{split}.txt", "".join(f"{stem}\n" for stem in stems))
    write_text(target / "classes.txt", "".join(f"{name}\n" for name in classes))


def read(source: Path, task: str, places: Sequence[str]) -> list[Record]:
    """The records of such a folder, or of a folder of xml files.

    Raises: DataError or ValueError, naming the file, for what cannot be read.
    """
    folder = source / "Annotations" if (source / "Annotations").is_dir() else source
    pictures = {str(safe_place(place).with_suffix("")): place for place in places}
    splits = _splits(source)
    found = []
    for file in sorted(folder.rglob("*.xml")):
        stem = relative(file, folder).removesuffix(".xml")
        root = parse_xml(file)
        shapes = [_shape(one, task, f"{str(file)!r}: object {i}") for i, one in enumerate(root.iter("object"))]
        place = pictures.get(stem) or _text(root, "filename") or f"{stem}.jpg"
        if task == "single" and not shapes:
            continue
        found.append(as_record(place, task, shapes, size=_size(root), split=splits.get(stem)))
    return found


def _xml(record: Record, task: str) -> str:
    root = ET.Element("annotation")
    path = safe_place(record.path)
    _add(root, "folder", str(path.parent) if len(path.parts) > 1 else "JPEGImages")
    _add(root, "filename", path.name)
    size = _add(root, "size")
    for name, value in zip(("width", "height", "depth"), (*(record.dimensions() or (0, 0)), 3), strict=True):
        _add(size, name, str(value))
    _add(root, "segmented", "1" if task == "polygons" else "0")
    for shape in drawn(record, task):
        one = _add(root, "object")
        _add(one, "name", shape.label)
        for name, word in (("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")):
            _add(one, name, word)
        box = _add(one, "bndbox")
        for name, side in zip(SIDES, shape.box, strict=True):
            _add(box, name, str(number(side)))
        _add_points(one, shape, task)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _add(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = text
    return child


def _add_points(one: ET.Element, shape: Shape, task: str) -> None:
    if task == "points":
        point = _add(one, "point")
        for name, value in zip("xy", shape.points[0], strict=True):
            _add(point, name, str(number(value)))
    elif task == "polygons":
        polygon = _add(one, "polygon")
        for i, (x, y) in enumerate(shape.points, start=1):
            _add(polygon, f"x{i}", str(number(x)))
            _add(polygon, f"y{i}", str(number(y)))


def _shape(one: ET.Element, task: str, where: str) -> Shape:
    label = _text(one, "name")
    try:
        points: list[tuple[float, float]]
        if task == "points":
            point = _child(one, "point")
            points = [(_number(point, "x"), _number(point, "y"))]
        elif task == "polygons":
            polygon = _child(one, "polygon")
            points = [(_number(polygon, f"x{i}"), _number(polygon, f"y{i}")) for i in range(1, len(polygon) // 2 + 1)]
        else:
            left, top, right, bottom = (_number(_child(one, "bndbox"), side) for side in SIDES)
            points = [(left, top), (right, bottom)]
        kind = task if task in ("points", "polygons") else "boxes"
        return shapes_of([{"label": label, "points": points}], kind)[0]
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where} cannot be read as one of {task}: {error}") from None


def _child(element: ET.Element, tag: str) -> ET.Element:
    found = element.find(tag)
    if found is None:
        raise ValueError(f"it has no <{tag}>.")
    return found


def _number(element: ET.Element, tag: str) -> float:
    return float(_text(element, tag) or "missing")


def _text(element: ET.Element, tag: str) -> str | None:
    found = element.find(tag)
    return None if found is None or found.text is None else found.text.strip()


def _size(root: ET.Element) -> tuple[int, int] | None:
    width, height = root.findtext("size/width"), root.findtext("size/height")
    return (int(width), int(height)) if width and height and int(width) and int(height) else None


def _splits(source: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted((source / "ImageSets" / "Main").glob("*.txt")):
        if file.stem != "trainval":
            found |= {line.split()[0] if " " in line and line.split()[-1] in ("1", "-1", "0") else line: file.stem
                      for line in file.read_text(encoding="utf-8").splitlines() if line.strip()}  # fmt: skip
    return found


def _check_name(path: str, split: str | None) -> None:
    if any(ord(letter) < 32 for letter in path):
        raise ValueError(f"{path!r} has a line break or a control character in its name, which the lists of Pascal VOC "
                         'cannot hold. Rename it, or export as "jsonl", "coco" or "csv".')  # fmt: skip
    if split is not None and len(safe_place(split).parts) != 1:
        raise ValueError(f"The split {split!r} cannot be the name of a file.")
