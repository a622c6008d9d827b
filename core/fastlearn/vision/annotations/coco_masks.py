"""Masks of class ids from COCO's polygons and run lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

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
    """The inside of polygons, `[x0, y0, x1, y1, …]` each, as bool `(H, W)`."""
    im = Image.new("1", size)
    pen = ImageDraw.Draw(im)
    for polygon in polygons:
        pen.polygon([(float(x) - 0.5, float(y) - 0.5) for x, y in zip(polygon[::2], polygon[1::2], strict=True)],
                    fill=1)  # fmt: skip
    return np.asarray(im)


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
