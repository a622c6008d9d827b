"""Made-up pictures for the notebooks of these tests: numbered tiles, files with faults, names that look like markup."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

NASTY = ["<b>bold.jpg", "q\"uo'te.jpg", "emoji😀.jpg", "new\nline.jpg", "<img src=x onerror=alert(1)>.jpg"]
SIZES = [(160, 120), (120, 160), (200, 200), (300, 90)]


def numbered(folder: Path, n: int, classes: tuple[str, ...] = ("cat", "dog", "owl")) -> None:
    """`n` pictures with their number on them, in a folder for each class."""
    for i in range(n):
        path = folder / classes[i % len(classes)] / f"{i:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.new("RGB", SIZES[i % len(SIZES)], ((37 * i) % 200, (59 * i) % 200, (83 * i) % 200))
        ImageDraw.Draw(picture).text((12, 12), str(i), fill="white", font_size=40)
        picture.save(path)


def faulty(folder: Path) -> None:
    """Files without a picture in them, and names that must not be taken for anything else."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    for name in NASTY:
        Image.fromarray(noise).save(folder / name)
    Image.fromarray(noise).save(folder / "cut.jpg")
    (folder / "cut.jpg").write_bytes((folder / "cut.jpg").read_bytes()[:900])
    (folder / "text.jpg").write_text("<html>not found</html>")
    (folder / "empty.jpg").write_bytes(b"")
