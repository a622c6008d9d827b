"""Decoding JPEG photos in one call, to the pixels that Pillow gives, sooner.

Both use libjpeg-turbo. Pillow opens a file and hands it to the decoder piece by piece in Python, which the threads that
read other pictures wait for.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageFile
from simplejpeg import decode_jpeg

from fastlearn.vision.jpeg_header import colour_header
from fastlearn.vision.orientation import FIRST_SIDEWAYS
from fastlearn.vision.shared_pixels import picture_over

Size = tuple[int, int]  # width, height
SCALES = (8, 4, 2, 1)  # at a half of its size and so on; Pillow knows no others
EIGHTH = 8  # libjpeg decodes at n/8 of a size; of a smaller picture, two scales can be the same size


def read_colour(content: bytes, at_least: Size) -> tuple[Image.Image, Size, int] | None:
    """The colour JPEG with this `content`, decoded as small as `at_least`, (width, height) when upright, allows.

    Returns: the picture as stored, without what its file says of it, its full size, and its EXIF orientation. None
    where Pillow must have a look, also to say what is wrong with the file.
    """
    header = colour_header(content) if min(at_least) > 0 else None
    if header is None or _may_be_a_bomb(header.size):
        return None
    (width, height), orientation = header
    least = at_least[::-1] if orientation >= FIRST_SIDEWAYS else at_least
    possible = min(width // least[0], height // least[1])
    scale = next((s for s in SCALES if s <= possible), 1)
    pixels = _decode(content, header.size, (-(-width // scale), -(-height // scale)))
    return None if pixels is None else (picture_over(pixels), header.size, orientation)


def decode_opened(im: ImageFile.ImageFile, full: Size) -> Image.Image | None:
    """The picture of the colour JPEG `im`, opened (and perhaps drafted; `full` is its size before) but not decoded.

    None where Pillow must decode it.
    """
    content = _content(im)
    pixels = None if content is None else _decode(content, full, im.size)
    if pixels is None:
        return None
    picture = picture_over(pixels)
    picture.info = im.info
    return picture


def _may_be_a_bomb(size: Size) -> bool:
    limit = Image.MAX_IMAGE_PIXELS
    return limit is not None and size[0] * size[1] > limit


def _decode(content: Any, full: Size, size: Size) -> np.ndarray | None:
    """The pixels at `size` of a file of (width, height) `full`: uint8, `(height, width, 4)`."""
    if max(full) < EIGHTH:
        return None
    least = {} if size == full else {"min_width": size[0], "min_height": size[1], "min_factor": 1}
    try:
        pixels: np.ndarray = decode_jpeg(content, "RGBX", **least)
    except ValueError:  # damaged, or of a kind that it does not know
        return None
    return pixels if pixels.shape == (size[1], size[0], 4) else None


def _content(im: ImageFile.ImageFile) -> Any:
    """The bytes of the file that `im` was opened from; None where that is some other object of the user's."""
    file: Any = im.fp
    if im.filename:  # Pillow opened it
        file.seek(0)
        return file.read()
    return file.getbuffer() if isinstance(file, io.BytesIO) else None
