"""Decoding a JPEG in one call: the pixels that Pillow gives, sooner.

Both use libjpeg-turbo. Pillow hands it the file piece by piece, and at each the threads that read other pictures change
places; one call leaves Python to them meanwhile, and scales better over threads.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import ImageFile
from simplejpeg import decode_jpeg

Size = tuple[int, int]  # width, height
EIGHTH = 8  # libjpeg decodes at n/8 of a size; a smaller side can be the same at two scales


def decode_at_once(im: ImageFile.ImageFile, full: Size, pixels: np.ndarray) -> bool:
    """Decode the colour JPEG `im`, opened and perhaps drafted, into `pixels`, uint8 `(height, width, 4)`.

    `full` is its (width, height) before the draft.
    Returns: whether that worked; if not, Pillow has the say, also over what is wrong with the file.
    """
    content = _content(im)
    if content is None or max(full) < EIGHTH:
        return False
    least = {} if im.size == full else {"min_width": im.width, "min_height": im.height, "min_factor": 1}
    try:
        decoded = decode_jpeg(content, "RGBX", buffer=pixels, **least)
    except ValueError:  # damaged, or of a kind that it does not know
        return False
    return bool(decoded.shape == pixels.shape)


def _content(im: ImageFile.ImageFile) -> Any:
    """The bytes of the file that `im` was opened from; None where that is some other object of the user's."""
    file: Any = im.fp
    if im.filename:  # Pillow opened it
        file.seek(0)
        return file.read()
    return file.getbuffer() if isinstance(file, io.BytesIO) else None
