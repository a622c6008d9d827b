"""A colour picture of Pillow's and a numpy array over the same memory, so that no copy lies between file and tensor."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFile

MODE = "RGB"  # Pillow keeps it in four bytes a pixel


def share_pixels(im: ImageFile.ImageFile) -> np.ndarray:
    """Have `im`, opened in mode "RGB" and not decoded yet, be decoded into the array given back.

    Returns: uint8, `(height, width, 4)`; the fourth byte of a pixel means nothing.
    """
    pixels = np.zeros((im.height, im.width, 4), np.uint8)  # what a decoder leaves out is black, as in Pillow's memory
    im.im = Image.core.map_buffer(pixels, im.size, "raw", 0, (MODE, 0, 1))  # type: ignore[attr-defined]
    return pixels


def keep_pixels(picture: Image.Image, pixels: np.ndarray) -> None:
    """Note that `pixels` is the memory of `picture`."""
    picture._shared = (picture.im, pixels)  # type: ignore[attr-defined]


def pixels_of(picture: Image.Image) -> np.ndarray | None:
    """The memory of `picture`, as `share_pixels` made it; None where it has none, or has been given another since."""
    memory, pixels = getattr(picture, "_shared", (None, None))
    return pixels if memory is picture.im and picture.mode == MODE else None
