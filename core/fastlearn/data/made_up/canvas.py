"""What all made-up pictures are drawn on: a soft ground, and shapes with smooth edges."""

from __future__ import annotations

import colorsys
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Colour: TypeAlias = tuple[int, int, int]
Outline: TypeAlias = NDArray[np.float64]  # (N, 2): x, y of the corners

FINE = 3  # pictures are drawn so many times larger and shrunk at the end, which smooths the edges
QUALITY = 92  # of the JPEG files


class Canvas:
    """A picture of `size` by `size` pixels to draw on; all that it is given is in pixels of the finished picture."""

    def __init__(self, size: int, rng: np.random.Generator, brightness: tuple[int, int] = (30, 120)) -> None:
        self.size = size
        patches = rng.integers(*brightness, (4, 4, 3), dtype=np.uint8)
        side = size * FINE
        self.picture = Image.fromarray(patches).resize((side, side), Image.Resampling.BICUBIC)
        self.pen = ImageDraw.Draw(self.picture)

    def polygon(self, outline: Outline, colour: Colour) -> None:
        """Fill the polygon with the corners `outline`."""
        self.pen.polygon(fine(outline), fill=colour)

    def line(self, outline: Outline, colour: Colour, width: float) -> None:
        """Draw a line of `width` through all of `outline`."""
        self.pen.line(fine(outline), fill=colour, width=max(1, round(width * FINE)), joint="curve")

    def save(self, file: Path) -> None:
        """Shrink the picture and write it as JPEG."""
        self.picture.resize((self.size, self.size), Image.Resampling.BOX).save(file, quality=QUALITY)


def fine(outline: Outline) -> list[tuple[float, float]]:
    """Corners as Pillow takes them, in pixels of the large picture."""
    return [(float(x), float(y)) for x, y in outline * FINE]


def turned(outline: Outline, degrees: float) -> Outline:
    """`outline` turned about (0, 0), counter-clockwise as seen in a picture, whose y axis points down."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn: Outline = np.array([[cos, -sin], [sin, cos]])
    return outline @ turn


def colour_of(rng: np.random.Generator, hue: tuple[float, float] = (0.0, 1.0)) -> Colour:
    """A bright colour; `hue` is the range of its hue, of 0..1."""
    shares = colorsys.hsv_to_rgb(rng.uniform(*hue) % 1, rng.uniform(0.55, 0.95), rng.uniform(0.7, 1.0))
    red, green, blue = (round(255 * share) for share in shares)
    return red, green, blue


def darker(colour: Colour, by: float = 0.6) -> Colour:
    """`colour` with `by` of its brightness."""
    red, green, blue = (round(value * by) for value in colour)
    return red, green, blue
