"""Round gauges with a hand: which number does it point to?"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from fastlearn.data.made_up.canvas import Canvas, Outline, colour_of, turned

SIZE = 64  # pixels
SWEEP = 270.0  # degrees from 0 to 100, clockwise, with the gap below
CIRCLE = np.linspace(0, 2 * np.pi, 90, endpoint=False)


def write_gauges(folder: Path, n: int = 800, seed: int = 0) -> None:
    """Write `n` pictures of 64 by 64 pixels as `<index>.jpg`, and `readings.csv` with the number that each shows.

    Readings are 0 to 100 and rounded to 0.1. Colours, size and place differ, and no gauge hangs quite straight.
    """
    rng = np.random.default_rng(seed)
    with (folder / "readings.csv").open("w", newline="", encoding="utf-8") as table:
        rows = csv.writer(table)
        rows.writerow(("file", "reading"))
        for index in range(n):
            reading = round(float(rng.uniform(0, 100)), 1)
            drawn(reading, rng).save(folder / f"{index:04d}.jpg")
            rows.writerow((f"{index:04d}.jpg", reading))


def drawn(reading: float, rng: np.random.Generator) -> Canvas:
    """A picture of a gauge that shows `reading`."""
    canvas = Canvas(SIZE, rng)
    radius, tilt, place = rng.uniform(22, 28), rng.uniform(-3, 3), SIZE / 2 + rng.uniform(-3, 3, 2)

    def on_canvas(part: Outline, degrees: float = 0.0) -> Outline:
        return turned(part * radius, degrees + tilt) + place

    circle = np.stack((np.cos(CIRCLE), np.sin(CIRCLE)), axis=1)
    light = int(rng.integers(200, 250))
    canvas.polygon(on_canvas(circle * 1.08), colour_of(rng))
    canvas.polygon(on_canvas(circle), (light, light, light))
    for mark in range(0, 101, 10):
        inner = 0.72 if mark % 50 == 0 else 0.82
        canvas.line(on_canvas(np.array([[0.0, -inner], [0.0, -0.94]]), direction_of(mark)), (70, 70, 70), 1)
    hand = np.array([[-0.07, 0.12], [0.0, -0.8], [0.07, 0.12]])
    canvas.polygon(on_canvas(hand, direction_of(reading)), colour_of(rng, hue=(-0.05, 0.05)))
    canvas.polygon(on_canvas(circle * 0.1), (40, 40, 40))
    return canvas


def direction_of(reading: float) -> float:
    """How far the hand is turned from upright, in degrees counter-clockwise."""
    return SWEEP * (0.5 - reading / 100)
