"""Between pictures and arrays: `(H, W)` or `(H, W, C)` on numpy's and PIL's side, `(C, H, W)` on torch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.problems import DataError, describe
from fastlearn.vision.modes import floats_to_bytes, sixteen_to_eight

LINE_PACKED = {"RGB": "RGB;L"}  # PIL packs these row by row in planes, so that (C, H, W) needs no per-pixel shuffle


def image2tensor(img: Any) -> Tensor:
    """The pixels of a PIL image (or array) as a new uint8 tensor of shape `(C, H, W)`; other modes keep their dtype."""
    if isinstance(img, Image.Image) and img.mode in LINE_PACKED:
        rows = np.frombuffer(img.tobytes("raw", LINE_PACKED[img.mode]), np.uint8)  # H rows of C lines of W bytes
        planes = rows.reshape(img.height, len(img.mode), img.width).transpose(1, 0, 2)
    else:
        pixels = np.asarray(img)
        planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    return torch.from_numpy(np.array(planes, order="C"))


def to_image(x: Any) -> Image.Image:
    """A PIL image of an array `(H, W)` or `(H, W, C)`, or of a tensor `(H, W)` or `(C, H, W)`, with 1, 3 or 4 channels.

    Colour is made 8-bit (floats are 0..1 or 0..255, uint16 the full 16-bit range); one channel keeps its numbers, for
    the class that opens it to scale (`PILImage`) or to keep (`PILMask`). A PIL image is returned as it is.
    """
    if isinstance(x, Image.Image):
        return x
    array = _rows_columns_channels(x)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    return _gray_image(array) if array.ndim == 2 else Image.fromarray(_bytes_of(array))


def _rows_columns_channels(x: Any) -> np.ndarray:
    array = np.asarray(x.detach().cpu() if isinstance(x, Tensor) else x)
    if isinstance(x, Tensor) and array.ndim == 3:
        array = array.transpose(1, 2, 0)
    if array.size and (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (1, 3, 4))):
        return np.ascontiguousarray(array)
    raise DataError("A picture is an array of shape (H, W) or (H, W, C), or a tensor of shape (H, W) or (C, H, W), "
                    f"with C = 1, 3 or 4, but got {describe(x)}. Transpose it, or choose three channels.")  # fmt: skip


def _gray_image(array: np.ndarray) -> Image.Image:
    if array.dtype.kind == "f":
        return Image.fromarray(array.astype(np.float32))
    if array.dtype in (np.dtype(bool), np.dtype(np.uint8), np.dtype(np.uint16)):
        return Image.fromarray(array)
    eight_bit = array.min() >= 0 and array.max() <= 255
    return Image.fromarray(array.astype(np.uint8 if eight_bit else np.int32))


def _bytes_of(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind == "f":
        return floats_to_bytes(array)
    if array.dtype.kind == "b":
        return np.asarray(array * 255, np.uint8)
    return sixteen_to_eight(array) if array.dtype == np.uint16 or array.max() > 255 else array.astype(np.uint8)
