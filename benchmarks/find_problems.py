"""How fast `find_problems` is and how much memory it takes, on many small files with planted faults.

    make bench, or: python benchmarks/find_problems.py [N_FILES] [N_WORKERS]

Figure to reach: 100,000 small files in under 10 minutes on 2 cores, with memory that does not grow with the pixels, and
10,000 unreadable or odd files without a crash. The files, JPEGs and PNGs of 64 × 48 to 320 × 240 pixels, are made in a
temporary folder: of a hundred, 80 are different photos, 5 unreadable in some way, 5 odd, 5 exact and 5 near duplicates.
A last row scans as many unreadable or odd files and nothing else.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
from fastlearn.vision.files import find_problems
from harness import table
from PIL import Image, ImageFilter

WANTED_FILES, WANTED_SECONDS = 100_000, 600


def scenes(count: int = 40, side: int = 640) -> list[Image.Image]:
    """Large pictures with the statistics of photos, to cut small ones out of."""
    rng = np.random.default_rng(0)
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    frequency[0, 0] = 1
    made = []
    for _ in range(count):
        noise = rng.normal(size=(3, *frequency.shape)) + 1j * rng.normal(size=(3, *frequency.shape))
        layers = np.fft.irfft2(noise / frequency**1.4, s=(side, side))
        layers /= layers.std(axis=(1, 2), keepdims=True)
        colours = np.stack([layers[0], layers[0] + 0.3 * layers[1], layers[0] + 0.3 * layers[2]], axis=-1)
        made.append(Image.fromarray((128 + 45 * colours).clip(0, 255).astype(np.uint8)))
    return made


def photo(source: list[Image.Image], rng: np.random.Generator) -> Image.Image:
    """A random part of a random scene."""
    scene, width = source[rng.integers(len(source))], int(rng.choice([64, 128, 200, 320]))
    height = width * 3 // 4
    left, top = rng.integers(0, scene.width - width), rng.integers(0, scene.height - height)
    return scene.crop((left, top, left + width, top + height)).transpose(Image.Transpose(int(rng.integers(5))))


def spoiled(path: Path, kind: int, rng: np.random.Generator) -> None:
    """Make a file at `path` bad: empty, text, cut short, damaged, a bomb, blurry, black, pale, tiny, a strip."""
    content = path.read_bytes()
    if kind < 5:
        damaged = bytearray(content)
        damaged[len(content) // 3] ^= 255
        path.write_bytes(
            [b"", b"<html>not found</html>", content[: len(content) // 2], damaged[:-9], content[:20]][kind]
        )
        return
    im = Image.open(path).convert("RGB")
    changed = [
        im.filter(ImageFilter.GaussianBlur(im.width / 20)), Image.new("L", im.size), im.point(lambda v: 120 + v // 20),
        im.resize((1, 1)), im.resize((2000, 8)),
    ][kind - 5]  # fmt: skip
    changed.save(path)


def make_files(folder: Path, count: int, only_bad: bool = False) -> None:
    """`count` files in folders of a thousand."""
    rng, source = np.random.default_rng(1), scenes()
    last = folder
    for number in range(count):
        path = folder / f"{number // 1000:03}" / f"{number:06}.{'png' if number % 4 == 3 else 'jpg'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        place = number % 10 if only_bad else number % 100
        if place in range(90, 95) and not only_bad:
            shutil.copy(last, path)
        elif place >= 95:
            with Image.open(last) as im:
                im.resize((im.width * 3 // 4, im.height * 3 // 4)).convert("RGB").save(path)
        else:
            photo(source, rng).save(path)
            if only_bad or place >= 80:
                spoiled(path, place % 10, rng)
            else:
                last = path


class PeakMemory:
    """The growth of this process's memory while it is watched, in MB."""

    def __enter__(self) -> PeakMemory:
        self._process, self._ended = psutil.Process(), threading.Event()
        self._before = self._peak = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            self._peak = max(self._peak, self._process.memory_info().rss)

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def grown(self) -> float:
        return (self._peak - self._before) / 1e6


def measured(name: str, folder: Path, **settings: object) -> list[object]:
    """One row: what was scanned, how fast, and the memory it took."""
    start = time.perf_counter()
    with PeakMemory() as memory:
        found = find_problems(folder, **settings)
    seconds = time.perf_counter() - start
    n_files = found.attrs["n_files"]
    whole = seconds * WANTED_FILES / n_files
    verdict = "yes" if whole < WANTED_SECONDS else "no"
    speed = [f"{n_files:,}", f"{seconds:.1f}", f"{n_files / seconds:.0f}"]
    return [name, *speed, f"{memory.grown:.0f}", f"{len(found):,}", f"{whole / 60:.1f}", verdict]


def main(count: int = 10_000, n_workers: int = 2) -> None:
    head = ["scan", "files", "s", "files/s", "MB more", "findings", f"min for {WANTED_FILES:,}", "reached"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_files(folder / "small", count)
        make_files(folder / "bad", count, only_bad=True)
        cached = {"n_workers": n_workers, "cache": folder / "cache"}
        find_problems(folder / "small" / "000", n_workers=n_workers)  # what is imported when first needed
        rows = [
            measured(f"{n_workers} threads, new cache", folder / "small", **cached),
            measured(f"{n_workers} threads, again", folder / "small", **cached),
            measured(f"{n_workers} threads, no cache", folder / "small", n_workers=n_workers),
            measured("unreadable or odd only", folder / "bad", n_workers=n_workers),
        ]
    table(f"find_problems on {count:,} small files", head, rows)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
