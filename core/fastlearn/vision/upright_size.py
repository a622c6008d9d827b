"""The size of a picture as it is shown, from the header of its file."""

from __future__ import annotations

import os

from PIL import Image

from fastlearn.vision.decode import Size, explained
from fastlearn.vision.orientation import FIRST_SIDEWAYS, orientation_of


def upright_size(file: str | os.PathLike[str]) -> Size:
    """(width, height) of a picture as it is shown, without decoding it.

    Raises: DataError, with the reason, where it is no picture; OSError where it cannot be opened.
    """
    with explained(file), Image.open(file) as im:
        return size_of_upright(im)


def size_of_upright(im: Image.Image) -> Size:
    """(width, height) of an opened picture as it is shown."""
    width, height = im.size
    sideways = orientation_of(im) >= FIRST_SIDEWAYS and im.format != "TIFF"  # whose size PIL gives as it is shown
    return (height, width) if sideways else (width, height)
