"""Coloured shapes, none to three in a picture, with everything that can be asked of such a picture."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from fastlearn.data.made_up.canvas import Canvas, Outline, colour_of, fine, turned

SIZE = 96  # pixels
CODES = ("ground", "disc", "square", "star", "triangle")  # by their id in a mask
HUES = {"disc": (-0.1, 0.25), "square": (0.15, 0.5), "star": (0.4, 0.75), "triangle": (0.65, 1.0)}  # they overlap
GAP = 2  # pixels at least between two shapes, and between a shape and the edge
TRIES = 100  # places drawn before a picture is begun anew


class Shape(NamedTuple):
    """One shape in a picture. `id` is its place in CODES."""

    id: int
    outline: Outline

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom, in pixels."""
        (left, top), (right, bottom) = self.outline.min(axis=0), self.outline.max(axis=0)
        return float(left), float(top), float(right), float(bottom)


def write_shapes(folder: Path, n: int = 800, seed: int = 0) -> None:
    """Write `n` pictures of 96 by 96 pixels, each with up to three discs, squares, stars and triangles that are apart.

    Each kind has colours that it likes, but not alone: a red shape is a disc or a triangle.
    `images/<index>.jpg`, and for each `masks/<index>.png` (the class of every pixel, see `codes.txt`), its line in
    `labels.csv` (the kinds in it, with spaces between), and its boxes in `boxes.json`, written as COCO's are.
    """
    rng = np.random.default_rng(seed)
    (folder / "images").mkdir()
    (folder / "masks").mkdir()
    (folder / "codes.txt").write_text("\n".join(CODES) + "\n", encoding="utf-8")
    pictures = {f"{index:04d}": draw_picture(folder, f"{index:04d}", rng) for index in range(n)}
    write_labels(folder / "labels.csv", pictures)
    write_boxes(folder / "boxes.json", pictures)


def draw_picture(folder: Path, name: str, rng: np.random.Generator) -> list[Shape]:
    """Write a picture and its mask, and return what is in it."""
    canvas = Canvas(SIZE, rng)
    ids = Image.new("L", canvas.picture.size)
    shapes = placed(int(rng.choice(4, p=(0.04, 0.32, 0.32, 0.32))), rng)
    for shape in shapes:
        canvas.polygon(shape.outline, colour_of(rng, HUES[CODES[shape.id]]))
        ImageDraw.Draw(ids).polygon(fine(shape.outline), fill=shape.id)
    canvas.save(folder / "images" / f"{name}.jpg")
    ids.resize((SIZE, SIZE), Image.Resampling.NEAREST).save(folder / "masks" / f"{name}.png")
    return shapes


def placed(n: int, rng: np.random.Generator) -> list[Shape]:
    """`n` shapes of any kind, size and direction, whose boxes are `GAP` pixels apart."""
    shapes: list[Shape] = []
    tried = 0
    while len(shapes) < n:
        tried += 1
        if tried % TRIES == 0:  # the first ones may leave no room for another
            shapes = []
        kind, radius = int(rng.integers(1, len(CODES))), rng.uniform(13, 21)
        outline = turned(corners_of(kind) * radius, rng.uniform(0, 360))
        low, high = GAP - outline.min(axis=0), SIZE - GAP - outline.max(axis=0)
        shape = Shape(kind, outline + rng.uniform(low, high))
        if all(apart(shape, other) for other in shapes):
            shapes.append(shape)
    return shapes


def corners_of(kind: int) -> Outline:
    """The corners of a shape around (0, 0), whose farthest ones are at a distance of 1."""
    n = {"disc": 48, "square": 4, "star": 10, "triangle": 3}[CODES[kind]]
    angles = np.arange(n) * 2 * np.pi / n
    radius = np.where(np.arange(n) % 2, 0.42, 1.0) if CODES[kind] == "star" else np.ones(n)
    return np.stack((radius * np.cos(angles), radius * np.sin(angles)), axis=1)


def apart(a: Shape, b: Shape) -> bool:
    """Whether the boxes of `a` and `b` leave a gap."""
    left, top, right, bottom = a.box
    other_left, other_top, other_right, other_bottom = b.box
    beside = left - other_right > GAP or other_left - right > GAP
    return beside or top - other_bottom > GAP or other_top - bottom > GAP


def write_labels(file: Path, pictures: dict[str, list[Shape]]) -> None:
    """The kinds of shapes in each picture, each named once."""
    with file.open("w", newline="", encoding="utf-8") as table:
        rows = csv.writer(table)
        rows.writerow(("file", "labels"))
        for name, shapes in pictures.items():
            rows.writerow((f"{name}.jpg", " ".join(sorted({CODES[shape.id] for shape in shapes}))))


def write_boxes(file: Path, pictures: dict[str, list[Shape]]) -> None:
    """The boxes as COCO has them: left, top, width and height."""
    boxes = [(picture, shape) for picture, shapes in enumerate(pictures.values()) for shape in shapes]
    annotations = []
    for index, (picture, shape) in enumerate(boxes):
        left, top, right, bottom = (round(edge, 1) for edge in shape.box)
        box = [left, top, round(right - left, 1), round(bottom - top, 1)]
        annotations.append({"id": index, "image_id": picture, "category_id": shape.id, "bbox": box})
    images = [{"id": i, "file_name": f"{name}.jpg", "width": SIZE, "height": SIZE} for i, name in enumerate(pictures)]
    kinds = [{"id": i, "name": name} for i, name in enumerate(CODES) if i]
    file.write_text(json.dumps({"images": images, "categories": kinds, "annotations": annotations}), encoding="utf-8")
