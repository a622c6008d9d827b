"""A few numbers about the pixels of a file, taken from the stored values as they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from fastlearn.medical.dicom.layout import layout_of
from fastlearn.medical.dicom.rescale import modality_values
from fastlearn.medical.dicom.stored import stored_values
from fastlearn.medical.dicom.windows import inside_window

Window = tuple[float, float]  # width, level
BLOCK = 32768  # values taken at once: as doubles they stay in the cache, and need no fresh memory
ONES = np.ones(BLOCK)
SMALL = 2  # bytes of a value up to which sums are exact and each different value is rescaled once


def pixel_summary(ds: Any, window: Window) -> dict[str, float]:
    """`img_min`, `img_max`, `img_mean` and `img_std` of the stored values of the dataset `ds`, and `img_pct_window`,
    which part of its pixels lies inside `window`; nothing of colour pictures. Raises: DataError as `pixels` does.
    """
    layout = layout_of(ds)
    if layout.colour:
        return {}
    stored = stored_values(ds, layout=layout)
    least, most = stored.min().item(), stored.max().item()
    small = stored.dtype.kind != "f" and stored.dtype.itemsize <= SMALL
    mean, std = _of_sums(stored) if small else (float(stored.mean(dtype=float)), float(stored.std(dtype=float)))
    alike = small and "PerFrameFunctionalGroupsSequence" not in ds  # one rescaling for all frames
    inside = _inside_by_value(ds, stored, least, most, window) if alike else _inside_by_pixel(ds, stored, window)
    return {"img_min": least, "img_max": most, "img_mean": mean, "img_std": std,
            "img_pct_window": inside / stored.size}  # fmt: skip


def _of_sums(stored: np.ndarray) -> tuple[float, float]:
    """Mean and deviation. Sums of a block are whole numbers that doubles hold exactly, and so are Python's of all."""
    block = np.empty(BLOCK)
    total = squares = 0
    for part in _blocks(stored):
        values = block[: len(part)]
        values[:] = part
        total += int(np.dot(values, ONES[: len(part)]))
        squares += int(np.dot(values, values))
    n = stored.size
    return total / n, math.sqrt(n * squares - total * total) / n


def _blocks(stored: np.ndarray) -> Iterator[np.ndarray]:
    flat = stored.reshape(-1)
    return (flat[start : start + BLOCK] for start in range(0, len(flat), BLOCK))


def _inside_by_value(ds: Any, stored: np.ndarray, least: int, most: int, window: Window) -> int:
    """How many pixels lie inside `window`; each different value is rescaled once, and those inside mostly follow."""
    steps = np.arange(least, most + 1).astype(stored.dtype)
    inside = inside_window(modality_values(steps, ds), steps, ds, *window).numpy()
    found = np.flatnonzero(inside)
    if not len(found):
        return 0
    first, last = steps[found[0]], steps[found[-1]]
    if found[-1] - found[0] >= len(found):
        return int(np.count_nonzero(inside[np.subtract(stored, least, dtype=np.int64)]))
    return sum(int(np.count_nonzero(part <= last)) - int(np.count_nonzero(part < first)) for part in _blocks(stored))


def _inside_by_pixel(ds: Any, stored: np.ndarray, window: Window) -> int:
    return int(inside_window(modality_values(stored, ds), stored, ds, *window).sum())
