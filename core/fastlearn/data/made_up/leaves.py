"""Leaves of four trees, one to a picture: which tree is it?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.made_up.canvas import Canvas, Outline, colour_of, darker, turned

SIZE = 96  # pixels
TREES = ("linden", "maple", "oak", "willow")
Angles = NDArray[np.float64]  # 0 is the tip of the leaf, +-pi its stem
CORNERS: Angles = np.linspace(-np.pi, np.pi, 160, endpoint=False)


def write_leaves(folder: Path, n: int = 150, seed: int = 0) -> None:
    """Write `n` leaves of each tree as `<tree>/<index>.jpg`, of 96 by 96 pixels, on grounds of any colour.

    The trees differ in their outline alone: colour, size, place and direction are drawn for each leaf.
    """
    rng = np.random.default_rng(seed)
    for tree in TREES:
        (folder / tree).mkdir()
        for index in range(n):
            drawn(tree, rng).save(folder / tree / f"{index:03d}.jpg")


def drawn(tree: str, rng: np.random.Generator) -> Canvas:
    """A picture of one leaf of `tree`."""
    canvas = Canvas(SIZE, rng)
    length, direction, place = rng.uniform(26, 40), rng.uniform(0, 360), SIZE / 2 + rng.uniform(-7, 7, 2)

    def on_canvas(part: Outline) -> Outline:
        return turned(part * length, direction) + place

    colour = colour_of(rng, hue=(0.05, 0.4))  # orange to green
    canvas.line(on_canvas(np.array([[0.0, 0.4], [0.0, 1.25]])), darker(colour, 0.45), 2)
    canvas.polygon(on_canvas(outline_of(tree, rng)), colour)
    canvas.line(on_canvas(np.array([[0.0, -0.75], [0.0, 1.0]])), darker(colour), 1)
    return canvas


def outline_of(tree: str, rng: np.random.Generator) -> Outline:
    """The outline of a leaf with its tip at (0, -1), a little other than that of the one before."""
    radius = OUTLINES[tree](CORNERS) * (1 + rng.uniform(0.02, 0.06) * np.cos(CORNERS * 3 + rng.uniform(0, 6.3)))
    width = WIDTHS[tree] * rng.uniform(0.85, 1.15)
    return np.stack((radius * np.sin(CORNERS) * width, -radius * np.cos(CORNERS)), axis=1)


def linden(angles: Angles) -> Angles:
    """A heart: broad, with a notch at the stem."""
    return 0.8 + 0.2 * np.cos(angles) ** 9 - 0.35 * np.exp(-(((np.abs(angles) - np.pi) / 0.45) ** 2))


def maple(angles: Angles) -> Angles:
    """Five points."""
    return 0.42 + 0.58 * np.abs(np.cos(angles * 2.5)) ** 1.5


def oak(angles: Angles) -> Angles:
    """Round lobes all along both sides."""
    return 0.85 + 0.13 * np.cos(angles * 9)


def willow(angles: Angles) -> Angles:
    """A smooth oval; it is its width that makes it a willow's."""
    return np.ones_like(angles)


OUTLINES: dict[str, Callable[[Angles], Angles]] = {"linden": linden, "maple": maple, "oak": oak, "willow": willow}
WIDTHS = {"linden": 0.95, "maple": 1.0, "oak": 0.62, "willow": 0.35}
