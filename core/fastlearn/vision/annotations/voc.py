"""Boxes from Pascal VOC's xml, one file a picture."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.parsers import expat

from fastlearn.data.find import get_files
from fastlearn.data.problems import DataError
from fastlearn.vision.annotations.boxed import Box, Boxed

SIDES = ("xmin", "ymin", "xmax", "ymax")


def get_voc_annotations(
    folder: str | os.PathLike[str],
    images: str | os.PathLike[str] | None = None,
    with_empty: bool = False,
    difficult: bool = True,
) -> tuple[list[Path], list[Boxed]]:
    """Picture files, and for each `(boxes, labels)`: boxes are `[left, top, right, bottom]` in pixels.

    `folder` holds the xml files, or the usual `Annotations` and `JPEGImages`; `images` is the folder of the pictures
    if it is another one. Pictures without boxes are left out unless `with_empty`; objects marked as difficult stay
    unless `difficult=False`. Numbers stay as they are; in VOC's own files, which count pixels from 1, left and top are
    one pixel more than elsewhere.
    Raises: DataError, naming the file, and the line where it is no xml. Entities and document types are refused.
    """
    root = Path(folder)
    xml = root / "Annotations" if (root / "Annotations").is_dir() else root
    pictures = Path(images) if images is not None else _pictures_beside(xml)
    found = [(pictures / name, boxed) for name, boxed in (_read(file, difficult) for file in get_files(xml, ".xml"))]
    kept = [(file, boxed) for file, boxed in found if with_empty or boxed[0]]
    return [file for file, _ in kept], [boxed for _, boxed in kept]


def parse_xml(file: Path) -> ET.Element:
    """The root of an xml file. Raises: DataError, with the line; also for entities, which can fill any memory."""
    builder, parser = ET.TreeBuilder(), expat.ParserCreate()

    def refuse(*_: Any) -> None:
        raise DataError(f"{str(file)!r}, line {parser.CurrentLineNumber}: it declares a document type or entities, "
                        "which annotations never need, so it was not read.")  # fmt: skip

    parser.StartElementHandler = lambda tag, attributes: builder.start(tag, attributes)
    parser.EndElementHandler = lambda tag: builder.end(tag)
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(file.read_bytes(), True)
    except expat.ExpatError as error:
        raise DataError(f"{str(file)!r}, line {error.lineno}: it is no xml ({error}). Get it again, or leave it out."
                        ) from error  # fmt: skip
    return builder.close()


def _pictures_beside(xml: Path) -> Path:
    beside = xml.parent / "JPEGImages"
    return beside if xml.name == "Annotations" and beside.is_dir() else xml


def _read(file: Path, difficult: bool) -> tuple[str, Boxed]:
    root = parse_xml(file)
    name = _text(root, "filename") or f"{file.stem}.jpg"
    boxes: list[Box] = []
    labels: list[str] = []
    for number, one in enumerate(root.iter("object")):
        if not difficult and _text(one, "difficult") == "1":
            continue
        label = _text(one, "name")
        if not label:
            raise DataError(f"{str(file)!r}: object {number} has no name.")
        boxes.append(_box(one.find("bndbox"), number, file))
        labels.append(label)
    return Path(name.replace("\\", "/")).name, (boxes, labels)


def _box(element: ET.Element | None, number: int, file: Path) -> Box:
    sides = [None if element is None else _text(element, side) for side in SIDES]
    try:
        left, top, right, bottom = (float(side) for side in sides)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = dict(zip(SIDES, sides, strict=True))
        raise DataError(f"{str(file)!r}: object {number} has no box of numbers, but {found}.") from None
    return [left, top, right, bottom]


def _text(element: ET.Element, tag: str) -> str | None:
    found = element.find(tag)
    return None if found is None or found.text is None else found.text.strip()
