"""Masks of class ids from COCO's polygons and run lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fastlearn.data.problems import DataError
from fastlearn.vision.annotations.coco import StrPath, look_up, names_by_id, prefixed, read_coco

MOST_PIXELS = 178_956_970  # of one mask, as many as PIL opens


def get_coco_masks(
    fname: StrPath, prefix: StrPath | None = None, crowds: bool = True
) -> tuple[list[Any], MasksOf, list[str]]:
    """File names, the function from one of them to its mask, and the codes: "background", then the categories.

    For a DataBlock with `MaskBlock(codes)` the function is `get_y`. A mask is drawn when it is asked for; smaller
    objects lie over larger ones. Regions marked as crowds are left out with `crowds=False`.
    Raises: DataError, naming the file, for sizes that are missing; and when a mask is drawn, for a bad outline.
    """
    table = read_coco(fname)
    names = names_by_id(table["categories"], "categories", "name", fname)
    files = names_by_id(table["images"], "images", "file_name", fname)
    ids = {category: i for i, category in enumerate(names, start=1)}
    outlines: dict[Any, list[tuple[float, int, Any]]] = {image: [] for image in files}
    for place, one in enumerate(table["annotations"]):
        image, category = look_up(one, place, files, names, fname)
        if one.get("segmentation") and (crowds or not one.get("iscrowd")):
            outlines[image].append((float(one.get("area") or 0), ids[category], one["segmentation"]))
    sizes = {row["id"]: (row.get("width"), row.get("height")) for row in table["images"]}
    found = [prefixed(name, prefix) for name in files.values()]
    masks = [CocoMask(files[image], sizes[image], outlines[image]) for image in files]
    return found, MasksOf(dict(zip(map(str, found), masks, strict=True))), ["background", *names.values()]


class MasksOf:
    """The mask of a picture as class ids `(H, W)`, by its file, or by its name where there are bare names."""

    def __init__(self, masks: Mapping[str, CocoMask]) -> None:
        self.masks = masks

    def __call__(self, file: Any) -> np.ndarray:
        mask = self.masks.get(str(file)) or self.masks.get(Path(str(file)).name)
        if mask is None:
            example = next(iter(self.masks), "")
            raise DataError(f"There is no mask of {str(file)!r}; those there are like {example!r}.")
        return mask.ids()

    def __repr__(self) -> str:
        return f"MasksOf({len(self.masks)} files)"


class CocoMask:
    """The outlines of one picture, which can be drawn."""

    def __init__(self, name: str, size: tuple[Any, Any], outlines: Sequence[tuple[float, int, Any]]) -> None:
        if not all(isinstance(side, int) and side > 0 for side in size) or size[0] * size[1] > MOST_PIXELS:
            raise DataError(f"The picture {name!r} has width and height {size!r} in its COCO file, so its mask cannot "
                            "be drawn.")  # fmt: skip
        self.name, self.size = name, size
        self.outlines = sorted(outlines, key=lambda outline: -outline[0])

    def ids(self) -> np.ndarray:
        """Class ids `(H, W)`, uint8, or int32 beyond 255; 0 is the background."""
        most = max((number for _, number, _ in self.outlines), default=0)
        ids = np.zeros(self.size[::-1], np.uint8 if most <= 255 else np.int32)
        for _, number, outline in self.outlines:
            ids[self._inside(outline)] = number
        return ids

    def _inside(self, outline: Any) -> np.ndarray:
        try:
            if isinstance(outline, Mapping):
                return filled(outline["counts"], outline["size"], self.size)
            return drawn(outline, self.size)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise DataError(f"An outline of {Path(self.name).name!r} is neither a list of polygons nor run lengths: "
                            f"{error}.") from error  # fmt: skip

    def __repr__(self) -> str:
        return f"CocoMask({self.name!r}, {len(self.outlines)} objects)"


def drawn(polygons: Sequence[Sequence[float]], size: tuple[int, int]) -> np.ndarray:
    """The pixels whose centres lie in any of the polygons, `[x0, y0, x1, y1, …]` each, as bool `(H, W)`."""
    inside = np.zeros(size[::-1], bool)
    for polygon in polygons:
        corners = np.asarray(polygon, np.float64)
        if corners.ndim != 1 or len(corners) % 2 or len(corners) < 6 or not np.isfinite(corners).all():
            raise ValueError(f"a polygon is at least three points x, y, but one has {len(polygon)} numbers")
        _fill(inside, corners.reshape(-1, 2))
    return inside


def _fill(inside: np.ndarray, corners: np.ndarray) -> None:
    """Add a polygon `(N, 2)` to `inside`: along a row of pixels each side that is crossed leads in, or out again."""
    height, width = inside.shape
    (x0, y0), (x1, y1) = corners.T, np.roll(corners, -1, axis=0).T
    first, end = (np.ceil(edge(y0, y1) - 0.5).clip(0, height).astype(int) for edge in (np.minimum, np.maximum))
    sides = np.repeat(np.arange(len(corners)), end - first)  # one entry for each row that a side crosses
    if not len(sides):
        return
    rows = np.arange(len(sides)) - np.repeat(np.cumsum(end - first) - end, end - first)
    slope = (x1 - x0)[sides] / (y1 - y0)[sides]
    columns = np.ceil(x0[sides] + (rows + 0.5 - y0[sides]) * slope - 0.5).clip(0, width).astype(int)
    (top, bottom), (left, right) = ((some.min(), some.max()) for some in (rows, columns))
    crossings = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    np.add.at(crossings, (rows - top, columns - left), 1)
    within = np.cumsum(crossings, axis=1, dtype=np.uint8)[:, :-1] % 2 == 1  # what overflows, 256, is even as well
    inside[top : bottom + 1, left:right] |= within


def filled(counts: Sequence[int] | str, given: Sequence[int], size: tuple[int, int]) -> np.ndarray:
    """Run lengths, down the columns, outside first, as bool `(H, W)`; a text holds them in COCO's short form."""
    if tuple(given) != size[::-1]:
        raise ValueError(f"it is {tuple(given)} (rows, columns), the picture is {size[::-1]}")
    runs = np.asarray(unpacked(counts) if isinstance(counts, str) else counts, np.int64)
    if runs.ndim != 1 or (runs < 0).any() or runs.sum() != size[0] * size[1]:
        raise ValueError(f"its run lengths add up to {runs.sum()}, the picture has {size[0] * size[1]} pixels")
    inside = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return np.transpose(inside.reshape(size))


def unpacked(text: str) -> list[int]:
    """COCO's short form of run lengths: five bits a character, and from the third on the change since two before.

    Source: pycocotools, maskApi.c, rleFrString.
    """
    runs: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:  # negative
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    return runs
