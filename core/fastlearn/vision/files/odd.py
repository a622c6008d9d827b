"""Files that differ from the rest of their set: in size, proportions or channels, or from their own name."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath

import numpy as np
from PIL import Image

FEWEST = 10  # pictures that make a set of which one can be odd
FAR = 3.5  # modified z-scores
CHANNELS = {  # PIL's mode → what we call it
    "1": "black and white", "L": "grey", "P": "palette", "RGB": "colour", "LA": "grey with alpha", "La": "grey with "
    "alpha", "PA": "palette with alpha", "RGBA": "colour with alpha", "RGBa": "colour with alpha", "RGBX": "colour",
    "CMYK": "CMYK", "YCbCr": "colour", "LAB": "Lab", "HSV": "HSV", "F": "grey in floats",
}  # fmt: skip
SAME_FORMAT = {"MPO": "JPEG", "DIB": "BMP"}


def odd_ratios(values: np.ndarray, least: float) -> tuple[np.ndarray, float]:
    """Which of `(N,)` positive values are odd, and their median.

    Odd is a value that is at least `least` times larger or smaller than the median, and whose logarithm is also `FAR`
    robust standard deviations away from it; NaN is not odd. Among fewer than `FEWEST` values none is.
    Source: Iglewicz and Hoaglin 1993, "How to detect and handle outliers" (modified z-score).
    """
    known = values[np.isfinite(values)]
    if len(known) < FEWEST:
        return np.zeros(len(values), bool), float("nan")
    logs, middle = np.log(values), float(np.median(np.log(known)))
    away = np.abs(logs - middle)
    usual = 1.4826 * float(np.nanmedian(away))
    with np.errstate(invalid="ignore"):
        return (away >= np.log(max(least, 1.0))) & (away > FAR * usual), float(np.exp(middle))


def channels_of(mode: str) -> str:
    """PIL's `mode` in words."""
    return CHANNELS.get(mode, "grey with 16 bits or more" if mode.startswith("I") else mode)


def odd_modes(modes: np.ndarray) -> tuple[np.ndarray, str]:
    """Which of `(N,)` PIL modes, `""` for unknown, are not of the kind that most are; and that kind in words."""
    kinds = np.array([channels_of(mode) if mode else "" for mode in modes], object)
    counts = Counter(kind for kind in kinds if kind)
    if not counts:
        return np.zeros(len(modes), bool), ""
    usual = max(sorted(counts), key=counts.__getitem__)
    return (kinds != usual) & (kinds != ""), usual


def format_of_name(path: PurePath) -> str:
    """The format that the file's extension stands for, `""` if it is none that Pillow knows."""
    return _same(Image.registered_extensions().get(path.suffix.lower(), ""))


def is_format(found: str, named: str) -> bool:
    """Whether a file of Pillow's format `found` may have an extension of the format `named`."""
    return not named or _same(found) == named


def _same(name: str) -> str:
    return SAME_FORMAT.get(name, name)
