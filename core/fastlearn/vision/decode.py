"""Reading a picture file with care: upright, its first frame, not too large, and one clear error where it fails."""

from __future__ import annotations

import io
import os
import stat
import string
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import Any

from PIL import Image, ImageFile, UnidentifiedImageError

from fastlearn.data.find import image_extensions
from fastlearn.data.problems import DataError
from fastlearn.vision.jpeg import decode_opened, read_colour
from fastlearn.vision.orientation import FIRST_SIDEWAYS, orientation_of, turned

Size = tuple[int, int]  # width, height
DICOM_ENDINGS = (".dcm", ".dicom", ".dic")
PRINTABLE = set(string.printable.encode())
SMALL = 1 << 22  # bytes; a larger file may hold more than the frame that is wanted


def read_picture(source: Any, at_least: Size | None = None, gray: bool = False) -> tuple[Image.Image, Size]:
    """Decode the first frame of `source`, a path, the bytes of a file, or an open binary file, and turn it upright.

    A DICOM file is shown as a viewer does, by the window that it names itself (see `dicom_picture`).
    `at_least`: (width, height) that suffice. A JPEG may then be decoded at 1/2, 1/4 or 1/8 of its size (and, for
    `gray`, without its colours), which is much faster, as long as both sides stay at least that.
    What the file says besides its pixels (`info`) is then left out.
    Returns: the picture in the mode of its file, and its full (width, height) before any reduction.
    Raises: whatever Pillow's decoders raise; call it inside `explained(source)`.
    """
    if is_dicom(source):
        from fastlearn.medical.dicom.picture import dicom_picture

        medical = dicom_picture(source)
        return medical, medical.size
    content = _content_of(source)
    found = None if at_least is None or gray or content is None else read_colour(content, at_least)
    picture, full_size, orientation = _opened(source, content, at_least, gray) if found is None else found
    return turned(picture, orientation), full_size[::-1] if orientation >= FIRST_SIDEWAYS else full_size


def is_dicom(source: Any) -> bool:
    """Whether `source` is a medical picture: by the end of its name, or by four letters after 128 bytes."""
    if isinstance(source, str | PathLike):
        ending = os.path.splitext(source)[1].lower()
        return ending in DICOM_ENDINGS or (ending not in image_extensions() and _has_dicom_letters(source))
    return isinstance(source, bytes | bytearray | memoryview) and bytes(source[128:132]) == b"DICM"


def _has_dicom_letters(path: str | PathLike[str]) -> bool:
    with open(path, "rb") as file:
        return file.read(132)[128:] == b"DICM"


def _draft(im: ImageFile.ImageFile, at_least: Size | None, gray: bool) -> Size | None:
    """Ask the JPEG decoder for a smaller picture; returns the full size where that was possible."""
    if at_least is None or min(at_least) <= 0 or im.format not in ("JPEG", "MPO"):
        return None
    full_size = im.size
    sideways = orientation_of(im) >= FIRST_SIDEWAYS
    im.draft("L" if gray else None, at_least[::-1] if sideways else at_least)
    return full_size


def _opened(source: Any, content: bytes | None, at_least: Size | None, gray: bool) -> tuple[Image.Image, Size, int]:
    """The picture as stored, its full size, and its orientation, from Pillow."""
    with Image.open(_as_file(source, content)) as im:
        full_size = _draft(im, at_least, gray)
        picture = _decoded(im, full_size or im.size)
        # Some formats learn their size while they decode, and a PNG that is asked for its orientation before is loaded,
        # and its errors are swallowed.
        return picture, full_size or im.size, orientation_of(im)


def _decoded(im: ImageFile.ImageFile, full_size: Size) -> Image.Image:
    """The picture in `im`, free of its file."""
    picture = decode_opened(im, full_size) if im.format == "JPEG" and im.mode == "RGB" else None
    if picture is None:
        im.load()
        picture = im.copy() if im.readonly else im._new(im.im)  # read-only pixels lie in the file itself
    return picture


def _content_of(source: Any) -> bytes | None:
    """All bytes of a file that is small, or given as bytes; None for what is opened piece by piece."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    return _read_small(os.fspath(source)) if isinstance(source, str | PathLike) else None


def _as_file(source: Any, content: bytes | None) -> Any:
    if content is not None:
        return io.BytesIO(content)
    if isinstance(source, str | PathLike) or hasattr(source, "read"):
        return source
    raise DataError("A picture is opened from a path, the bytes of a file, an open file, an array, a tensor or a PIL "
                    f"image, but got {type(source).__name__}. Check what get_x (or get_items) gives.")  # fmt: skip


def _read_small(path: str) -> bytes | None:
    """All of a small file at once; None for what is large or no file.

    Pillow reads piece by piece, and at each the threads that read other pictures change places, which takes longer.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > SMALL:
            return None
        content = os.read(handle, facts.st_size)
        return content if len(content) == facts.st_size else None
    finally:
        os.close(handle)


@contextmanager
def explained(source: Any) -> Iterator[None]:
    """Turn whatever Pillow's many decoders raise into one kind of error with a reason and an advice."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, PermissionError, MemoryError):
        raise
    except Exception as error:
        raise DataError(f"Cannot read {_name(source)} as an image: {reason_for(error, source)}") from error


def reason_for(error: Exception, source: Any) -> str:
    """Why `source` could not be read, for somebody who sees `error` for the first time, and what to do about it."""
    if isinstance(error, Image.DecompressionBombError):
        return (f"it would be huge once decoded, so it was not decoded. {error} If you trust it, raise "
                "`PIL.Image.MAX_IMAGE_PIXELS`; otherwise leave it out.")  # fmt: skip
    if isinstance(error, DataError):
        return str(error)
    if not isinstance(error, UnidentifiedImageError):
        return f"it is damaged or cut short ({error or type(error).__name__}). Get it again, or leave it out."
    start = _first_bytes(source)
    if start == b"":
        return "it is empty (0 bytes). Get it again, or leave it out."
    text = start.isascii() and not set(start) - PRINTABLE
    looks = "it holds text, perhaps a saved error page" if text else "its content is in no format that Pillow knows"
    return f"{looks} (it starts with {start!r}). Get it again, or leave it out."


def _first_bytes(source: Any, count: int = 16) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source[:count])
    if hasattr(source, "read"):
        source.seek(0)
        return bytes(source.read(count))
    with open(source, "rb") as file:
        return file.read(count)


def _name(source: Any) -> str:
    if isinstance(source, bytes | bytearray | memoryview):
        return f"these {len(source)} bytes"
    if isinstance(source, str | PathLike):
        return repr(str(source))
    return f"this {type(source).__name__}"
