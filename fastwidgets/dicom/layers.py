"""What is laid over a slice: masks, boxes and words, the user's own or a model's."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fastlearn.data.problems import DataError, describe
from fastlearn.medical.dicom.slices import Slice

from fastwidgets.dicom.gallery import Entry

__all__ = ["Laid", "Layers"]

MOST_ID = 255


@dataclass(frozen=True)
class Laid:
    """One layer of one slice: a `mask` of ids `(H, W)`, uint8, 0 where nothing is; `boxes`; or `words`."""

    name: str
    mask: np.ndarray | None = None
    boxes: tuple[dict[str, Any], ...] = ()
    words: str = ""

    def header(self) -> dict[str, Any]:
        """What the browser is told of it besides the mask."""
        return {"name": self.name, "mask": self.mask is not None, "boxes": list(self.boxes), "words": self.words}


class Layers:
    """`sources` by name, each of them: a function of a slice (of its number, where there are no files); a mapping by
    SOPInstanceUID or path; or an array `(slices, H, W)` of the only series.

    What it gives for a slice: ids `(H, W)` as an array, a tensor or a picture file; a list of boxes (x1, y1, x2, y2,
    and a name if you like) in pixels; words; or None for nothing.
    """

    def __init__(self, sources: Mapping[str, Any], codes: Sequence[str] | None = None) -> None:
        self.sources = {name: source for name, source in sources.items() if source is not None}
        self.codes = [] if codes is None else [str(code) for code in codes]

    def __bool__(self) -> bool:
        return bool(self.sources)

    def of(self, entry: Entry, i: int, shape: tuple[int, int]) -> list[Laid]:
        """The layers of slice `i`, whose picture is `(H, W)`. Raises: DataError for what cannot be laid over it."""
        made = [_laid(name, _given(source, entry, i), shape) for name, source in self.sources.items()]
        return [one for one in made if one is not None]


def _given(source: Any, entry: Entry, i: int) -> Any:
    one = entry.slice(i)
    if callable(source):
        return source(i if one is None else one)
    if isinstance(source, Mapping):
        return source.get(i) if one is None else _by_uid_or_path(source, one)
    if hasattr(source, "shape") and len(source.shape) == 3:
        if len(source) != len(entry):
            raise DataError(f"A layer has {len(source)} slices, but {entry.name} has {len(entry)}. Give a function of "
                            "a slice, or a mapping by SOPInstanceUID, where there are several series.")  # fmt: skip
        return source[i]
    raise DataError("A layer is a function of a slice, a mapping by SOPInstanceUID or path, or an array (slices, rows, "
                    f"columns), but got {describe(source)}.")  # fmt: skip


def _by_uid_or_path(source: Mapping[Any, Any], one: Slice) -> Any:
    for key in (one.uid, one.path, str(one.path)):
        if key in source:
            return source[key]
    return None


def _laid(name: str, given: Any, shape: tuple[int, int]) -> Laid | None:
    if given is None:
        return None
    if isinstance(given, Path) or (isinstance(given, str) and os.path.isfile(given)):
        from PIL import Image

        given = np.asarray(Image.open(given))
    if isinstance(given, str):
        return Laid(name, words=given)
    # Four columns are boxes, unless the slice is no wider itself.
    if hasattr(given, "shape") and len(given.shape) == 2 and (given.shape[1] != 4 or tuple(given.shape) == shape):
        return Laid(name, mask=_ids(name, given, shape))
    if isinstance(given, list | tuple) or hasattr(given, "shape"):
        return Laid(name, boxes=tuple(_box(name, box) for box in given))
    raise DataError(f"{name}: a mask of ids, a list of boxes or words is expected for a slice, but got "
                    f"{describe(given)}.")  # fmt: skip


def _ids(name: str, given: Any, shape: tuple[int, int]) -> np.ndarray:
    mask = given.detach().cpu().numpy() if hasattr(given, "detach") else np.asarray(given)
    if mask.shape != shape:
        raise DataError(f"{name}: the mask is {mask.shape[0]} x {mask.shape[1]}, the slice {shape[0]} x {shape[1]}. "
                        "Lay over it what was made from the whole slice.")  # fmt: skip
    if mask.dtype.kind == "f" and not np.array_equal(mask, np.rint(mask)):
        raise DataError(f"{name}: a mask holds ids, whole numbers, but got fractions. Try (probability > 0.5).")
    if mask.size and (mask.min() < 0 or mask.max() > MOST_ID):
        raise DataError(f"{name}: ids are 0 to {MOST_ID}, but go from {mask.min():g} to {mask.max():g}.")
    return np.ascontiguousarray(mask, np.uint8)


def _box(name: str, given: Any) -> dict[str, Any]:
    listed = list(given)
    numbers = [float(side) for side in listed[:4]]
    if len(numbers) < 4 or not np.isfinite(numbers).all():
        raise DataError(f"{name}: a box is x1, y1, x2, y2 in pixels, and a name if you like, but got {given!r}.")
    return {"box": numbers, "label": str(listed[4]) if len(listed) > 4 else ""}
