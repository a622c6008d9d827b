"""Arrays and PIL images as pictures of any number of channels: tensors `(C, H, W)` of uint8, uint16 or float32."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.problems import DataError, describe
from fastlearn.vision.arrays import image2tensor
from fastlearn.vision.orientation import orientation_of, upright

KEPT_MODES = ("L", "LA", "RGB", "RGBA", "F")  # the others of PIL's become one of these


def tidy(array: np.ndarray, source: Any, n_channels: int | None = None, first: bool = False) -> Tensor:
    """`array` as a contiguous tensor `(C, H, W)` of uint8, uint16 or float32.

    `first` says that of two axes that could be the channels the first one is meant.
    Raises: DataError for other shapes, and for integers beyond 16 bit, which would lose their last digits.
    """
    if array.ndim not in (2, 3) or not array.size or array.dtype.kind not in "buif":
        raise DataError("A picture is an array of numbers of shape (H, W), (H, W, C) or (C, H, W), but got "
                        f"{describe(source if hasattr(source, 'shape') else array)}.")  # fmt: skip
    planes = array[None] if array.ndim == 2 else _channels_first(array, n_channels, first)
    return torch.from_numpy(np.array(_plain_dtype(planes), order="C"))


def _channels_first(array: np.ndarray, n_channels: int | None, first: bool) -> np.ndarray:
    ends = (array.shape[0], array.shape[-1])
    if n_channels in ends and ends[0] != ends[1]:
        first = ends[0] == n_channels
    elif ends[0] != ends[1]:
        first = ends[0] < ends[1]
    return array if first else array.transpose(2, 0, 1)


def _plain_dtype(array: np.ndarray) -> np.ndarray:
    """`array` in the machine's byte order, as uint8, uint16 or float32."""
    kind = array.dtype.kind
    if kind == "b":
        return array.astype(np.uint8) * 255
    if kind == "f":
        return array.astype(np.float32)
    least, most = int(array.min()), int(array.max())
    if least >= 0 and array.dtype.itemsize == 1:
        return array.astype(np.uint8)
    if least >= 0 and most <= np.iinfo(np.uint16).max:
        return array.astype(np.uint16)
    raise DataError(f"A picture of integers holds 0..65535, but this one runs from {least} to {most}. Save it as "
                    "float32, scaled as you want the model to see it.")  # fmt: skip


def of_picture(im: Image.Image) -> Tensor:
    """A PIL image, upright, with the channels that it has: palettes and CMYK become RGB, 16-bit gray stays 16-bit."""
    im.load()  # a TIFF is turned here, and only then no longer says that it has to be
    orientation = orientation_of(im)
    im = im if orientation == 1 else upright(im, orientation)
    if im.mode.startswith("I"):
        return tidy(np.asarray(im), im)
    if im.mode not in KEPT_MODES:
        im = im.convert("L" if im.mode == "1" else "RGBA" if "A" in im.mode or "transparency" in im.info else "RGB")
    return image2tensor(im)


def check_size(width: int, height: int) -> None:
    """As PIL does for what it opens: refuse a picture that would fill the memory."""
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and width * height > 2 * limit:
        raise Image.DecompressionBombError(f"It has {width} x {height} pixels, the limit is {2 * limit} pixels.")
