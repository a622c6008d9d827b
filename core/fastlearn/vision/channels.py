"""Pictures with any number of channels and any depth, which PIL has no mode for: TIFF, PNG, `.npy` and arrays."""

from __future__ import annotations

import io
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.data.transform import Transform
from fastlearn.vision.channel_arrays import check_size, of_picture, tidy
from fastlearn.vision.decode import explained, read_picture
from fastlearn.vision.tiff import open_tiff

TIFF_ENDINGS = (".tif", ".tiff")
TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
NUMPY_SIGNATURE = b"\x93NUMPY"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


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
    pages of a TIFF are channels where they are planes of one picture (see `open_tiff`). EXIF orientation is applied.
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


def _opened(source: Any, n_channels: int | None) -> Tensor:
    if isinstance(source, Image.Image):
        return of_picture(source)
    if isinstance(source, bytes | bytearray | memoryview):
        return _opened_bytes(bytes(source), n_channels)
    ending = Path(source).suffix.lower() if isinstance(source, str | PathLike) else ""
    if ending == ".npy":
        return tidy(np.load(source, mmap_mode="r", allow_pickle=False), source, n_channels)  # a header may lie
    if ending in TIFF_ENDINGS:
        return open_tiff(source, n_channels)
    return _opened_plain(source)


def _opened_bytes(content: bytes, n_channels: int | None) -> Tensor:
    if content.startswith(NUMPY_SIGNATURE):
        return tidy(np.load(io.BytesIO(content), allow_pickle=False), content, n_channels)
    if content.startswith(TIFF_SIGNATURES):
        return open_tiff(io.BytesIO(content), n_channels)
    return _opened_plain(content)


def _opened_plain(source: Any) -> Tensor:
    deep = _deep_png(source)
    return of_picture(read_picture(source)[0]) if deep is None else deep


def _deep_png(source: Any) -> Tensor | None:
    """A PNG of 16 bits per channel in colour, which PIL cuts to 8; None for any other file, or without a decoder."""
    if isinstance(source, str | PathLike):
        with open(source, "rb") as file:
            head = file.read(26)
    elif isinstance(source, bytes):
        head = source[:26]
    else:
        return None
    if len(head) < 26 or head[:8] != PNG_SIGNATURE or head[24] != 16 or head[25] not in (2, 4, 6):
        return None
    check_size(int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"))
    import torchvision

    decode = getattr(torchvision.io, "decode_image", None)  # its decoders are to move to torchcodec
    if decode is None:
        return None
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    pixels: Tensor = decode(torch.from_numpy(np.frombuffer(data, np.uint8).copy()), "UNCHANGED",
                            apply_exif_orientation=True)  # fmt: skip
    return pixels
