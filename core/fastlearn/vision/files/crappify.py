"""`Crappify`: good pictures made bad on purpose, so that a model can learn the way back."""

from __future__ import annotations

import hashlib
import io
import string
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from fastlearn.data.find import StrPath, get_image_files
from fastlearn.data.problems import DataError
from fastlearn.vision.files.parallel import Cancel, Progress, Reporter, run_each
from fastlearn.vision.files.quiet import quiet_pillow
from fastlearn.vision.files.report import Report
from fastlearn.vision.files.resize import replace_file
from fastlearn.vision.open import PILImage

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Crappify"]

LETTERS = string.ascii_letters + string.digits
GOOD_QUALITY = 95  # of the JPEG files that a model is to come back to
BAD, GOOD = "bad", "good"


class Fault(NamedTuple):
    """What is done to one picture. `at` is the text's upper left corner, `colour` its RGB."""

    quality: int
    brightness: float
    text: str
    at: tuple[int, int]
    height: int
    colour: tuple[int, int, int]


class Crappify:
    """Makes a picture smaller, brighter or darker, writes on it, and compresses it badly; each to a random degree.

    `size`: pixels of the shorter side (a smaller picture is not enlarged). `quality`: range of the JPEG quality.
    `brightness`: range of the factor, 1 for unchanged. `text`: share of the pictures that get a few letters.
    `good_size`: pixels of the shorter side of the good pictures, None for as they are. `seed`: with the same one, a
    picture of the same name is spoiled in the same way, whatever the others and the number of workers.
    Raises: ValueError for a range that is none.
    """

    def __init__(
        self,
        size: int = 96,
        quality: tuple[int, int] = (10, 70),
        brightness: tuple[float, float] = (0.8, 1.2),
        text: float = 1.0,
        good_size: int | None = None,
        seed: int = 0,
    ) -> None:
        self.size, self.good_size = _side("size", size), None if good_size is None else _side("good_size", good_size)
        low, high = _range("quality", quality, 1, 100)
        self.quality = int(low), int(high)
        self.brightness = _range("brightness", brightness, 0, float("inf"))
        self.text = _share("text", text)
        self.seed = seed

    def __call__(self, picture: Image.Image, rng: torch.Generator) -> PILImage:
        """A bad copy of `picture`, drawn from `rng`."""
        return PILImage.create(self.spoil(picture, rng))

    def spoil(self, picture: Image.Image, rng: torch.Generator) -> bytes:
        """A bad copy of `picture`, drawn from `rng`, as the bytes of a JPEG file."""
        small = shrunk(picture.convert("RGB"), self.size)
        fault = self.draw(small.size, rng)
        if fault.brightness != 1:
            small = ImageEnhance.Brightness(small).enhance(fault.brightness)
        if fault.text:
            font = ImageFont.load_default(fault.height)
            ImageDraw.Draw(small).text(fault.at, fault.text, fill=fault.colour, font=font)
        return as_jpeg(small, fault.quality)

    def draw(self, size: tuple[int, int], rng: torch.Generator) -> Fault:
        """How to spoil a picture of `size`, (width, height)."""
        chances = torch.rand(6, generator=rng).tolist()
        low, high = self.brightness
        height = max(6, round(min(size) * (0.08 + 0.12 * chances[2])))
        at = int(chances[3] * size[0] / 2), int(chances[4] * max(1, size[1] - height))
        letters = torch.randint(len(LETTERS), (2 + int(chances[5] * 5),), generator=rng).tolist()
        red, green, blue = torch.randint(256, (3,), generator=rng).tolist()
        quality = int(torch.randint(self.quality[0], self.quality[1] + 1, (), generator=rng))
        text = "".join(LETTERS[letter] for letter in letters) if chances[0] < self.text else ""
        return Fault(quality, low + (high - low) * chances[1], text, at, height, (red, green, blue))

    def pairs(
        self,
        path: StrPath,
        dest: StrPath,
        recurse: bool = True,
        n_workers: int | None = None,
        resume: bool = False,
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> pd.DataFrame:
        """Write `dest/bad/…` and `dest/good/…` for every picture below `path`, with the same names, as JPEG files.

        Folders below `path` are made anew. `n_workers` threads, by default one a core; with `resume`, pairs that are
        there already are left alone.
        Returns: one row per picture with `path`, `bad`, `good`, `status` ("done" or "failed") and `reason`; a warning
        sums up what failed.
        Raises: DataError if there are no pictures, or `dest` lies below `path` and so would be spoiled in turn.
        """
        source, target = Path(path).absolute(), Path(dest).absolute()
        if target == source or source in target.parents:
            raise DataError(f"`dest`, {str(target)!r}, lies inside {str(source)!r}, so that the next run would spoil "
                            "the pairs too. Try a folder beside it.")  # fmt: skip
        files = [file.relative_to(source) for file in get_image_files(source, recurse)]
        names = _names(files)
        report = Report(("path", "bad", "good", "status", "reason"))
        reporter = Reporter(progress, len(files))
        with quiet_pillow():
            work = partial(self._pair, source, target, resume)
            for index, (bad, good, reason) in run_each(
                work, list(zip(files, names, strict=True)), n_workers, cancel=cancel, piece=4
            ):
                report.add(source / files[index], bad, good, "failed" if reason else "done", reason)
                reporter.add()
        report.warn("pictures could not be read")
        return report.table()

    def _pair(
        self, source: Path, target: Path, resume: bool, names: tuple[Path, Path]
    ) -> tuple[Path | None, Path | None, str]:
        file, name = names
        bad, good = target / BAD / name, target / GOOD / name
        if resume and bad.exists() and good.exists():
            return bad, good, ""
        try:
            picture = PILImage.create(source / file)
            better = picture if self.good_size is None else shrunk(picture, self.good_size)
            spoiled, kept = self.spoil(picture, self._rng(file)), as_jpeg(better, GOOD_QUALITY)
            replace_file(good, lambda new: new.write_bytes(kept))
            replace_file(bad, lambda new: new.write_bytes(spoiled))
        except (DataError, OSError) as error:
            return None, None, str(error)
        return bad, good, ""

    def _rng(self, file: Path) -> torch.Generator:
        """A generator of the file's own."""
        digest = hashlib.blake2b(
            f"{self.seed}/{file.as_posix()}".encode(errors="surrogateescape"), digest_size=8
        ).digest()
        return torch.Generator().manual_seed(int.from_bytes(digest, "little"))


def shrunk(picture: Image.Image, size: int) -> Image.Image:
    """`picture` with a shorter side of `size` pixels, or as it is where it is smaller."""
    scale = size / min(picture.size)
    if scale >= 1:
        return picture.copy()
    width, height = round(picture.width * scale), round(picture.height * scale)
    return picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)


def as_jpeg(picture: Image.Image, quality: int) -> bytes:
    """The bytes of a JPEG file."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def _names(files: Sequence[Path]) -> list[Path]:
    """The names of the pairs: as the files', but as JPEG, and with the old extension in it where two would meet."""
    taken: dict[Path, int] = {}
    for file in files:
        taken[file.with_suffix(".jpg")] = taken.get(file.with_suffix(".jpg"), 0) + 1
    alone = (taken[file.with_suffix(".jpg")] == 1 for file in files)
    return [file.with_suffix(".jpg") if one else file.with_name(f"{file.name}.jpg")
            for file, one in zip(files, alone, strict=True)]  # fmt: skip


def _side(name: str, side: int) -> int:
    if isinstance(side, bool) or not isinstance(side, int) or side < 1:
        raise ValueError(f"`{name}` is a side in pixels, but got {side!r}. Try 96.")
    return side


def _share(name: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"`{name}` is a share between 0 and 1, but got {value!r}.")
    return float(value)


def _range(name: str, values: tuple[float, float], least: float, most: float) -> tuple[float, float]:
    try:
        low, high = (float(value) for value in values)
    except (TypeError, ValueError):
        low, high = 1.0, 0.0
    if not least <= low <= high <= most:
        raise ValueError(f"`{name}` is a range (low, high) between {least} and {most}, but got {values!r}.")
    return low, high
