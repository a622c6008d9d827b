"""One fish to a picture: where are its nose, the tip of its fin, and its tail?"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from fastlearn.data.made_up.canvas import Canvas, Outline, colour_of, darker, turned

SIZE = 96  # pixels
POINTS = ("nose", "fin", "tail")
CIRCLE = np.linspace(0, 2 * np.pi, 90, endpoint=False)


def write_fish(folder: Path, n: int = 500, seed: int = 0) -> None:
    """Write `n` pictures of 96 by 96 pixels as `<index>.jpg`, and `points.csv` with x and y of three points of each.

    The columns are `file`, `nose_x`, `nose_y`, `fin_x`, `fin_y`, `tail_x` and `tail_y`, in pixels from the upper left
    corner. Fish swim to the left or to the right, up or down by at most 40 degrees.
    """
    rng = np.random.default_rng(seed)
    with (folder / "points.csv").open("w", newline="", encoding="utf-8") as table:
        rows = csv.writer(table)
        rows.writerow(("file", *(f"{name}_{axis}" for name in POINTS for axis in "xy")))
        for index in range(n):
            canvas, points = drawn(rng)
            canvas.save(folder / f"{index:04d}.jpg")
            rows.writerow((f"{index:04d}.jpg", *(round(float(value), 1) for value in points.flatten())))


def drawn(rng: np.random.Generator) -> tuple[Canvas, Outline]:
    """A picture of a fish, and its points, `(3, 2)`."""
    canvas = Canvas(SIZE, rng)
    length, direction = rng.uniform(20, 28), rng.uniform(-40, 40)
    high, fin, tail = rng.uniform(0.35, 0.6), rng.uniform(-0.25, 0.25), rng.uniform(0.3, 0.5)
    side, place = rng.choice((-1.0, 1.0)), SIZE / 2 + rng.uniform(-8, 8, 2)

    def on_canvas(part: Outline) -> Outline:  # a fish swims to the left, from x = -1 to 1.5, if it is not mirrored
        return turned(part * length * (side, 1), direction) + place

    body = np.stack((np.cos(CIRCLE), high * np.sin(CIRCLE)), axis=1)
    fin_tip = np.array([fin + 0.3, -high - 0.4])
    colour = colour_of(rng)
    canvas.polygon(on_canvas(np.array([[fin - 0.35, -high * 0.8], fin_tip, [fin + 0.3, -high * 0.7]])), darker(colour))
    canvas.polygon(on_canvas(np.array([[0.8, 0.0], [1.5, -tail], [1.35, 0.0], [1.5, tail]])), darker(colour, 0.75))
    canvas.polygon(on_canvas(body), colour)
    canvas.polygon(on_canvas(body * (0.09, 0.09 / high) + (-0.6, -0.12)), (20, 20, 20))
    return canvas, on_canvas(np.array([[-1.0, 0.0], fin_tip, [1.35, 0.0]]))
