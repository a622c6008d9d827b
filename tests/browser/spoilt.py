"""A small data set of bars and rings in which wrong labels, copies, dark and broken files were planted."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


@dataclass(frozen=True)
class Planted:
    """`wrong`: the names of the files in the wrong folder; `total`: how many files there are."""

    wrong: list[str]
    total: int


def planted(folder: Path, n: int = 40, seed: int = 0) -> Planted:
    """`n` of `bars` and of `rings`; of each class 3 lie with the other. Three copies, four dark ones, one broken."""
    rng = np.random.default_rng(seed)
    wrong = []
    for i in range(2 * n):
        name, other = ("bars", "rings") if i % 2 else ("rings", "bars")
        moved = i in (10, 11, 30, 31, 50, 51)
        path = folder / (other if moved else name) / f"{i:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_one(name, rng, dark=i in (60, 61, 62, 63)).save(path)
        wrong += [f"{path.parent.name}/{path.name}"] if moved else []
    for i in (1, 3, 5):
        shutil.copy(folder / f"bars/{i:03}.png", folder / f"bars/{i:03}_copy.png")
    (folder / "bars/broken.png").write_bytes((folder / "bars/007.png").read_bytes()[:200])
    return Planted(sorted(wrong), 2 * n + 4)


def draw_one(name: str, rng: np.random.Generator, *, dark: bool) -> Image.Image:
    """Three bars across, or a ring, in a colour and at a place of its own on a background of noise."""
    noise = rng.integers(90, 150, (48, 48, 3), np.uint8)
    picture = Image.fromarray(noise)
    draw = ImageDraw.Draw(picture)
    x, y = (int(v) for v in rng.integers(4, 14, 2))
    ink = tuple(int(v) for v in rng.integers(200, 256, 3))
    if name == "bars":
        for k in range(3):
            draw.rectangle((x, y + 9 * k, x + 26, y + 9 * k + 4), fill=ink)
    else:
        draw.ellipse((x, y, x + 26, y + 26), outline=ink, width=5)
    return picture.point(lambda value: value // 8) if dark else picture
