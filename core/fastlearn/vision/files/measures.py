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
    return Measures(sharpness(gray, counts), float(dark), float(bright), float(high - low), entropy(counts))


def percentiles(counts: np.ndarray, wanted: Sequence[float]) -> np.ndarray:
    """The smallest grey values that at least so many percent of the pixels do not exceed; `counts` is `(256,)`."""
    return np.asarray(np.searchsorted(counts.cumsum(), np.asarray(wanted) / 100 * counts.sum()))


def sharpness(gray: np.ndarray, counts: np.ndarray) -> float:
    """Variance of the Laplacian in the sharpest tiles of `(H, W)`, as a share of the variance of the whole picture.

    `counts`, `(256,)`: how often there is each grey value. The share does not change with exposure or contrast. White
    noise has 20, photos 0.2 to 5, visibly blurred ones less than 0.05. NaN for a picture that is flat, or too small to
    tell.
    Source: Pertuz et al. 2013, "Analysis of focus measure operators", LAP4 (variance of Laplacian).
    """
    whole = variance(counts)
    if min(gray.shape) < SMALLEST_TILE + 2 or whole < FLAT:
        return float("nan")
    pixels = gray.astype(np.int16)
    laplacian = 4 * pixels[1:-1, 1:-1]
    for neighbour in (pixels[:-2, 1:-1], pixels[2:, 1:-1], pixels[1:-1, :-2], pixels[1:-1, 2:]):
        laplacian -= neighbour
    return percentile(tile_variances(laplacian), SHARPEST) / whole


def variance(counts: np.ndarray) -> float:
    """The variance of grey values, from their `counts`, `(256,)`."""
    values, n = np.arange(len(counts)), counts.sum()
    mean = counts @ values / n
    return float(counts @ np.square(values - mean) / n)


def percentile(values: np.ndarray, wanted: float) -> float:
    """As `numpy.percentile` of `(N,)`, which takes ten times as long for so few values."""
    ordered = np.sort(values)
    place = (len(ordered) - 1) * wanted / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (ordered[above] - ordered[below]) * (place - below))


def tile_variances(values: np.ndarray) -> np.ndarray:
    """The variance of each of the square tiles of `(H, W)`, whole numbers; what is left over at the right and below is
    not used. Sums along one axis after the other are several times as fast as along both.
    """
    side = max(SMALLEST_TILE, min(values.shape) // TILES)
    rows, columns = values.shape[0] // side, values.shape[1] // side
    used = values[: rows * side, : columns * side].astype(np.int32)
    sums, squares = (
        part.reshape(rows, side, -1).sum(1).reshape(rows, columns, side).sum(2) for part in (used, used * used)
    )
    n = side * side
    return np.asarray((squares / n - np.square(sums / n)).ravel())


def entropy(counts: np.ndarray) -> float:
    """Shannon entropy of grey values in bits, from their `counts`: 0 for a single value, 8 where all 256 are equal."""
    shares = counts[counts > 0] / counts.sum()
    return float(abs((shares * np.log2(shares)).sum()))
