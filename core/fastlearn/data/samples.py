"""Small data sets that need no network: real ones that come with installed packages, and made-up ones."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from PIL import Image

from fastlearn.data.config import Config, make_folder
from fastlearn.data.made_up import (
    write_fish,
    write_gauges,
    write_leaves,
    write_notes,
    write_ratings,
    write_scans,
    write_shapes,
)
from fastlearn.data.problems import DataError
from fastlearn.text.docstrings import write_docstrings

MARK = ".sample"  # a file in a finished sample; names that start with a dot are not found as data


def sample_data(name: str = "digits", folder: str | os.PathLike[str] | None = None) -> Path:
    """The folder of the sample data set `name`, written to `folder` if it is not there yet.

    Without `folder` it goes to `samples` in the folder of data sets (see `Config`), and stays until you delete it.
    `"digits"`: scikit-learn's 1,797 handwritten digits, each an 8x8 grey PNG at `digits/<label>/<index>.png`.
    `"docstrings"`: those of this Python's standard library in `docstrings.csv`, with columns package, name, text and
    is_valid: a corpus for a language model, and texts to tell which package they are from.
    `"notes"`: 200 made-up clinical notes of five specialties in `notes.csv`, with columns note, specialty, text and
    is_valid, and in `gold.json` the sections, findings, measurements and identifiers that are in each.
    The others are drawn, in a few seconds, the same everywhere. `"leaves"`: 600 leaves at `<tree>/<index>.jpg`.
    `"shapes"`: 800 pictures of up to three shapes, with masks, labels and boxes. `"gauges"`: 800 gauges and their
    readings. `"fish"`: 500 fish, each with three points. `"ratings"`: 30,000 ratings in `ratings.csv`, and
    what lies behind them in `films.csv` and `users.csv`. `"scans"`: 24 heads as DICOM series, some with a bleeding.
    Raises: ValueError, with the names there are, for another `name`; DataError if a folder of that name is in the way.
    """
    if name not in WRITERS:
        close = get_close_matches(name, WRITERS, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {sorted(WRITERS)}."
        raise ValueError(f"There is no sample data set {name!r}: {hint}")
    root = Config.load().data / "samples" if folder is None else Path(folder).expanduser().absolute()
    target = make_folder(root) / name
    if (target / MARK).exists():
        return target
    if target.exists():
        raise DataError(
            f"The sample {name!r} goes to {str(target)!r}, but something else is there. Try another folder=."
        )
    work = Path(tempfile.mkdtemp(dir=root, prefix=f".{name}."))
    try:
        made = work / name
        made.mkdir()
        WRITERS[name](made)
        (made / MARK).touch()
        if not target.exists():  # another process may have been quicker
            os.replace(made, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def write_digits(folder: Path) -> None:
    """Write the digit images as PNG files, one folder a digit.

    Source: UCI "Optical Recognition of Handwritten Digits" (test part), as packaged by scikit-learn; grey values 0..16.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    pixels = (digits.images * (255 / 16)).round().astype("uint8")  # (1797, 8, 8)
    for label in range(10):
        (folder / str(label)).mkdir()
    for index, (image, label) in enumerate(zip(pixels, digits.target, strict=True)):
        Image.fromarray(image).save(folder / str(label) / f"{index:04d}.png")


WRITERS: dict[str, Callable[[Path], None]] = {
    "digits": write_digits,
    "docstrings": write_docstrings,
    "fish": write_fish,
    "gauges": write_gauges,
    "leaves": write_leaves,
    "notes": write_notes,
    "ratings": write_ratings,
    "scans": write_scans,
    "shapes": write_shapes,
}
