"""One picture file made small: upright, in eight bits, as the bytes of a JPEG or PNG."""

from __future__ import annotations

import io
from typing import NamedTuple

from fastlearn.vision.decode import explained, read_picture
from fastlearn.vision.modes import to_mode
from PIL import Image

__all__ = ["Rendered", "render", "why_unreadable"]

TINY = 64  # pixels; up to here a JPEG would show its blocks, and a PNG is as small
QUALITY = 85


class Rendered(NamedTuple):
    """`data`: a JPEG or PNG; `width` and `height`: of the picture in its file, turned upright."""

    data: bytes
    width: int
    height: int


def render(path: str, side: int) -> Rendered:
    """The picture in `path`, made to fit in `side` × `side` pixels; a smaller one stays as it is.

    Raises: DataError with the reason where no picture can be read; OSError where the file cannot be.
    """
    with explained(path):
        picture, (width, height) = read_picture(path, at_least=(side, side))
        picture = picture if picture.mode == "L" else to_mode(picture, "RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return Rendered(_encoded(picture), width, height)


def why_unreadable(path: str, error: Exception) -> str:
    """In few words, for a tile: why there is no picture of `path`."""
    if isinstance(error, FileNotFoundError):
        return "The file is gone."
    if isinstance(error, PermissionError):
        return "This user may not read the file."
    if isinstance(error, IsADirectoryError):
        return "It is a folder."
    if isinstance(error, MemoryError):
        return "There is not enough memory for it."
    whole = str(error) or type(error).__name__
    reason = whole.partition("as an image: ")[2] or whole
    return reason[:1].upper() + reason[1:]


def _encoded(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    if max(picture.size) <= TINY:
        picture.save(file, "PNG")
    else:
        picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
