"""What is drawn on a picture: boxes, points and polygons, in pixels of the picture as it is shown, upright."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["FEWEST", "ONE", "SHAPE_TASKS", "TASKS", "Shape", "shapes_of"]

TASKS = ("single", "multi", "boxes", "points", "polygons")
SHAPE_TASKS = TASKS[2:]
FEWEST = {"boxes": 2, "points": 1, "polygons": 3}  # points of a shape
ONE = {"boxes": "box", "points": "point", "polygons": "polygon"}
HUNDREDTHS = 2  # digits of a pixel that are kept

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """A shape of the class `label`: `points` (x, y) in pixels from the picture's left top corner.

    A box has two, its left top and its right bottom corner; a point one; a polygon its corners in their order.
    """

    label: str
    points: tuple[Point, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) of the smallest box around it."""
        xs, ys = zip(*self.points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def area(self) -> float:
        """Of a box or a polygon, in square pixels (the shoelace formula); 0 for a point."""
        if len(self.points) == 2:
            left, top, right, bottom = self.box
            return (right - left) * (bottom - top)
        around = zip(self.points, (*self.points[1:], self.points[0]), strict=True)
        return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in around)) / 2

    def plain(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {"label": self.label, "points": [list(point) for point in self.points]}

    def called(self, label: str) -> Shape:
        """The same of another class."""
        return replace(self, label=label)


def shapes_of(given: Iterable[Any], task: str, size: tuple[int, int] | None = None) -> tuple[Shape, ...]:
    """`given`, shapes or mappings with `label` and `points`, checked for `task`; cut off at the border of the picture
    where its `size`, (width, height), is known.

    Raises: ValueError, naming the shape, for another number of points, for what is no number, and for a box or polygon
    that has no area within the picture.
    """
    return tuple(_checked(one, number, task, size) for number, one in enumerate(given, start=1))


def _checked(given: Any, number: int, task: str, size: tuple[int, int] | None) -> Shape:
    where = f"Shape {number}"
    if not isinstance(given, Shape | Mapping):
        raise ValueError(f'{where} is a Shape or {{"label": …, "points": [[x, y], …]}}, but got {given!r}.')
    label, points = (given.label, given.points) if isinstance(given, Shape) else _parts(given, where)
    if not isinstance(label, str) or not label:
        raise ValueError(f"{where} has no class. Choose one first.")
    found = tuple(_point(point, where) for point in points)
    fits = len(found) >= FEWEST[task] if task == "polygons" else len(found) == FEWEST[task]
    if not fits:
        least = "at least " if task == "polygons" else ""
        raise ValueError(f"{where}, a {ONE[task]}, has {least}{FEWEST[task]} points, but got {len(found)}.")
    found = _cut(found, size)
    if task == "boxes":
        left, top, right, bottom = Shape(label, found).box
        found = ((left, top), (right, bottom))
    shape = Shape(label, found)
    if task != "points" and shape.area <= 0:
        raise ValueError(f"{where}, a {ONE[task]} of {label!r}, has no area within the picture. Draw it larger.")
    return shape


def _parts(given: Mapping[str, Any], where: str) -> tuple[Any, Sequence[Any]]:
    try:
        return given["label"], list(given["points"])
    except (KeyError, TypeError):
        raise ValueError(f'{where} has "label" and "points", but got {dict(given)!r}.') from None


def _point(given: Any, where: str) -> Point:
    try:
        x, y = (round(float(value), HUNDREDTHS) for value in given)
    except (TypeError, ValueError):
        raise ValueError(f"{where} has points (x, y) in pixels, but got {given!r}.") from None
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(f"{where} has a point that is no number: {given!r}.")
    return x, y


def _cut(points: tuple[Point, ...], size: tuple[int, int] | None) -> tuple[Point, ...]:
    if size is None:
        return points
    width, height = size
    return tuple((min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))) for x, y in points)
