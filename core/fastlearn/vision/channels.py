"""Pictures with any number of channels and any depth, which PIL has no mode for: TIFF, PNG, `.npy` and arrays."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.problems import DataError, describe
from fastlearn.data.transform import Transform
from fastlearn.vision.arrays import image2tensor
from fastlearn.vision.decode import explained, read_picture

TIFF_ENDINGS = (".tif", ".tiff")
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEPT_MODES = ("L", "LA", "RGB", "RGBA", "F")  # the others of PIL's become one of these


class OpenChannels(Transform):
    """Opens a picture as a tensor `(C, H, W)` of `n_channels` channels, its numbers as they are in the file.

    See `open_channels` for what can be opened.
    Raises: DataError for a picture with another number of channels.
    """

    kind = "image"
    whole = True

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        if isinstance(n_channels, bool) or not isinstance(n_channels, int) or n_channels < 1:
            raise ValueError(f"`n_channels` is a whole number of at least 1, but got {n_channels!r}.")
        self.n_channels = n_channels

    def encodes(self, x: Any) -> Tensor:
        return open_channels(x, self.n_channels)


def open_channels(source: Any, n_channels: int | None = None) -> Tensor:
    """The picture in `source` as a tensor `(C, H, W)`: uint8, uint16 or float32, as its file has it.

    `source` is a path, the bytes of a file, a PIL image, or an array or tensor. `.npy` files hold `(H, W)`, `(H, W, C)`
    or `(C, H, W)`: the channels are on the axis of length `n_channels`, or else on the shorter of first and last. The
    pages of a TIFF are channels where they are planes of one picture. Other files are opened as PIL does, EXIF applied.
    Raises: DataError for anything else, and where there are not `n_channels` channels.
    """
    if isinstance(source, Tensor):
        found = tidy(source.detach().cpu().numpy(), source, n_channels, first=True)
    elif isinstance(source, np.ndarray):
        found = tidy(source, source, n_channels)
    else:
        with explained(source):
            found = _opened(source, n_channels)
    if n_channels is not None and found.shape[0] != n_channels:
        named = f" {str(source)!r}" if isinstance(source, str | PathLike) else ""
        raise DataError(f"The picture{named} has {found.shape[0]} channels, but {n_channels} are expected of all. Try "
                        f"ImageBlock(n_channels={found.shape[0]}), or leave it out.")  # fmt: skip
    return found


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


def _opened(source: Any, n_channels: int | None) -> Tensor:
    if isinstance(source, Image.Image):
        return _of_picture(source)
    ending = Path(source).suffix.lower() if isinstance(source, str | PathLike) else ""
    if ending == ".npy":
        return tidy(np.load(source, mmap_mode="r", allow_pickle=False), source, n_channels)  # a header may lie
    if ending in TIFF_ENDINGS:
        return _opened_tiff(source, n_channels)
    deep = _deep_png(source)
    return _of_picture(read_picture(source)[0]) if deep is None else deep


def _of_picture(im: Image.Image) -> Tensor:
    """A PIL image with the channels that it has: palettes and CMYK become RGB, 16-bit gray stays 16-bit."""
    if im.mode.startswith("I"):
        return tidy(np.asarray(im), im)
    if im.mode not in KEPT_MODES:
        im = im.convert("L" if im.mode == "1" else "RGBA" if "A" in im.mode or "transparency" in im.info else "RGB")
    return image2tensor(im)


def _opened_tiff(source: Any, n_channels: int | None) -> Tensor:
    """A TIFF by tifffile where that is installed, which reads any depth and any number of channels; else by PIL."""
    try:
        import tifffile
    except ImportError:
        return _tiff_by_pil(source)
    with tifffile.TiffFile(source) as file:
        series = file.series[0]
        _check_size(*sorted(series.shape)[-2:])
        array, axes = series.asarray(), series.axes
    if array.ndim == 3 and axes[-1] == "S" and n_channels is None:
        return tidy(array.transpose(2, 0, 1), source, array.shape[-1], first=True)
    if array.ndim == 3 and n_channels is None:  # planes: pages, or channels stored one after another
        return tidy(array, source, array.shape[0], first=True)
    return tidy(array, source, n_channels)


def _tiff_by_pil(source: Any) -> Tensor:
    """The pages of a TIFF as channels, or its only page.

    Raises: DataError, naming the package that can, for a depth or a number of channels that PIL has no mode for.
    """
    try:
        with Image.open(source) as im:
            if getattr(im, "n_frames", 1) == 1:
                return _of_picture(read_picture(source)[0])
            pages = []
            for page in range(im.n_frames):
                im.seek(page)
                pages.append(_of_picture(im.copy()))
            return torch.cat(pages)
    except (OSError, ValueError, RuntimeError) as error:
        raise DataError(f"PIL does not open this TIFF ({error}). For more channels or other depths, try `pip install "
                        "tifffile`, or save it as .npy.") from error  # fmt: skip


def _deep_png(source: Any) -> Tensor | None:
    """A PNG of 16 bits per channel in colour, which PIL cuts to 8; None for any other file, or without a decoder."""
    if isinstance(source, str | PathLike):
        with open(source, "rb") as file:
            head = file.read(26)
    elif isinstance(source, bytes | bytearray | memoryview):
        head = bytes(source[:26])
    else:
        return None
    if len(head) < 26 or head[:8] != PNG_SIGNATURE or head[24] != 16 or head[25] not in (2, 4, 6):
        return None
    _check_size(int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"))
    import torchvision

    decode = getattr(torchvision.io, "decode_image", None)  # its decoders are to move to torchcodec
    if decode is None:
        return None
    data = Path(source).read_bytes() if isinstance(source, str | PathLike) else bytes(source)
    pixels: Tensor = decode(torch.from_numpy(np.frombuffer(data, np.uint8).copy()), "UNCHANGED")
    return pixels


def _check_size(width: int, height: int) -> None:
    """As PIL does for what it opens: refuse a picture that would fill the memory."""
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and width * height > 2 * limit:
        raise Image.DecompressionBombError(f"It has {width} x {height} pixels, the limit is {2 * limit} pixels.")
