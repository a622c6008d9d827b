"""What a glance at a picture tells, as numbers: how sharp, how dark, how bright, how much there is to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

SIDE = 256  # pixels of the longer side that everything is measured at; smaller pictures are not enlarged
TILES = 8  # sharpness is judged in so many tiles along the shorter side
SMALLEST_TILE = 4  # pixels
SHARPEST = 95  # percentile of the tiles: one sharp thing before a soft background is a sharp picture
FLAT = 2.0  # variance of grey values (0..255) below which there is nothing that could be sharp


class Measures(NamedTuple):
    """All in `[0, 1]` but `sharpness` (a ratio of variances, `[0, 20]`) and `entropy` (bits, `[0, 8]`)."""

    sharpness: float
    dark_end: float  # the 5th percentile of brightness
    bright_end: float  # the 95th
    spread: float  # from the 2nd to the 98th
    entropy: float


UNMEASURED = Measures(*[float("nan")] * 5)


def measure(gray: np.ndarray) -> Measures:
    """Judge a grey picture `(H, W)` of dtype uint8, whose longer side is at most `SIDE` pixels."""
    counts = np.bincount(gray.ravel(), minlength=256)
    low, dark, bright, high = percentiles(counts, (2, 5, 95, 98)) / 255
    return Measures(sharpness(gray), float(dark), float(bright), float(high - low), entropy(counts))


def percentiles(counts: np.ndarray, wanted: Sequence[float]) -> np.ndarray:
    """The smallest grey values that at least so many percent of the pixels do not exceed; `counts` is `(256,)`."""
    return np.asarray(np.searchsorted(counts.cumsum(), np.asarray(wanted) / 100 * counts.sum()))


def sharpness(gray: np.ndarray) -> float:
    """Variance of the Laplacian in the sharpest tiles of `(H, W)`, as a share of the variance of the whole picture.

    The share does not change with exposure or contrast. White noise has 20, photos 0.2 to 5, visibly blurred ones less
    than 0.05. NaN for a picture that is flat, or too small to tell.
    Source: Pertuz et al. 2013, "Analysis of focus measure operators", LAP4 (variance of Laplacian).
    """
    pixels = gray.astype(np.float32)
    whole = float(pixels.var())
    if min(gray.shape) < SMALLEST_TILE + 2 or whole < FLAT:
        return float("nan")
    inner = pixels[1:-1, 1:-1]
    laplacian = 4 * inner - pixels[:-2, 1:-1] - pixels[2:, 1:-1] - pixels[1:-1, :-2] - pixels[1:-1, 2:]
    return float(np.percentile(tile_variances(laplacian), SHARPEST)) / whole


def tile_variances(values: np.ndarray) -> np.ndarray:
    """The variance of each of the square tiles of `(H, W)`; what is left over at the right and below is not used."""
    side = max(SMALLEST_TILE, min(values.shape) // TILES)
    rows, columns = values.shape[0] // side, values.shape[1] // side
    tiles = values[: rows * side, : columns * side].reshape(rows, side, columns, side)
    return np.asarray(tiles.var(axis=(1, 3)).ravel())


def entropy(counts: np.ndarray) -> float:
    """Shannon entropy of grey values in bits, from their `counts`: 0 for a single value, 8 where all 256 are equal."""
    shares = counts[counts > 0] / counts.sum()
    return float(abs((shares * np.log2(shares)).sum()))
