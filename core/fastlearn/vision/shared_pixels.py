"""A colour picture of Pillow's over the memory of a numpy array, so that no copy lies between a file and a tensor."""

from __future__ import annotations

import numpy as np
from PIL import Image

MODE = "RGB"  # Pillow keeps it in four bytes a pixel


def picture_over(pixels: np.ndarray) -> Image.Image:
    """The colour picture whose memory is `pixels`: uint8, `(height, width, 4)`, where the fourth byte means nothing."""
    height, width, _ = pixels.shape
    memory = Image.core.map_buffer(pixels, (width, height), "raw", 0, (MODE, 0, 1))  # type: ignore[attr-defined]
    picture = Image.Image()._new(memory)
    picture._shared = (memory, pixels)  # type: ignore[attr-defined]
    return picture


def pixels_of(picture: Image.Image) -> np.ndarray | None:
    """The array that `picture` lies over; None where there is none, or where it has been given other memory since."""
    memory, pixels = getattr(picture, "_shared", (None, None))
    return pixels if memory is picture.im and picture.mode == MODE else None
