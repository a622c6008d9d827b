"""The labels of a labeler for training: read from its journal, file by file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastwidgets.journal.journal import Journal
from fastwidgets.journal.overlay import Overlay
from fastwidgets.labeler.shapes import Shape

__all__ = ["Labels"]


class Labels(Overlay):
    """A `get_y` of what was labelled: `labels(path)` is the class, or the list of classes.

    `folder` is that of the journal, `root` that of the pictures where it is another one, `get_y` what the data set
    itself says. `labelled(files)` leaves those out that have no label. Boxes are `[left, top, right, bottom]`, points
    `[x, y]`, both in pixels of the upright picture. Read once, when it is made; it can be pickled.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        root: str | os.PathLike[str] | None = None,
        get_y: Callable[[Any], Any] | None = None,
        get_path: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(_nothing if get_y is None else get_y, Journal(folder, root), get_path)

    def labelled(self, items: Iterable[Any]) -> list[Any]:
        """The items with a label, be it that there is nothing on them; without those that were excluded."""
        return [item for item in items if self.keeps(item) and self._has(item)]

    def shapes(self, item: Any) -> list[Shape]:
        """What was drawn on the picture of `item`."""
        found = (self.decision(item) or {}).get("shapes") or []
        return [Shape(one["label"], tuple((float(x), float(y)) for x, y in one["points"])) for one in found]

    def boxes(self, item: Any) -> list[list[float]]:
        """The boxes on a picture; of polygons, those around them."""
        return [list(shape.box) for shape in self.shapes(item)]

    def names(self, item: Any) -> list[str]:
        """The class of each shape on a picture."""
        return [shape.label for shape in self.shapes(item)]

    def points(self, item: Any) -> list[list[float]]:
        """All points on a picture, in the order of its shapes."""
        return [list(point) for shape in self.shapes(item) for point in shape.points]

    def mask(self, item: Any, classes: tuple[str, ...]) -> NDArray[np.uint8]:
        """The polygons on a picture as class ids, `(H, W)`: 1 for the first of `classes`, 0 where there is none.

        Later shapes lie over earlier ones. Raises: ValueError for more than 255 classes.
        """
        if len(classes) > 255:
            raise ValueError(f"A mask tells at most 255 classes apart, but got {len(classes)}.")
        found = self.decision(item) or {}
        size = (found["width"], found["height"]) if found.get("width") else _upright_size(str(self._path(item)))
        return _drawn(size, [(classes.index(one.label) + 1, one.points) for one in self.shapes(item)])

    def _path(self, item: Any) -> Path:
        return Path(item if self.get_path is None else self.get_path(item))

    def _has(self, item: Any) -> bool:
        found = self.decision(item) or {}
        return found.get("label") is not None or found.get("shapes") is not None or self.get_y(item) is not None


def _nothing(item: Any) -> None:
    return None


@lru_cache(maxsize=1024)
def _upright_size(path: str) -> tuple[int, int]:
    from fastlearn.vision.upright_size import upright_size

    return upright_size(Path(path))


def _drawn(size: tuple[int, int], polygons: list[tuple[int, tuple[tuple[float, float], ...]]]) -> NDArray[np.uint8]:
    from fastlearn.vision.annotations.coco_masks import drawn

    mask = np.zeros(size[::-1], np.uint8)
    for number, points in polygons:
        mask[drawn([[side for point in points for side in point]], size)] = number
    return mask
