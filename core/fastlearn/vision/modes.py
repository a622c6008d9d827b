"""Any PIL mode turned into 8-bit colour, 8-bit gray, or class ids, without clipping or hidden colours."""

from __future__ import annotations

import numpy as np
from PIL import Image

from fastlearn.data.problems import DataError

WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
SIXTEEN_BIT_MAX = 65535


def to_mode(im: Image.Image, mode: str) -> Image.Image:
    """`im` as a new picture in `mode`: 16-bit values are scaled to 8, transparent pixels are laid on white.

    Raises: DataError if 32-bit values lie outside what an 8-bit picture can stand for.
    """
    if im.mode.startswith(("I", "F")):
        im = scale_to_8_bit(im)
    elif im.mode in WITH_ALPHA or "transparency" in im.info:
        im = on_white(im)
    elif im.mode == "LAB":  # PIL knows the way to RGB only
        im = im.convert("RGB")
    return im.convert(mode)


def on_white(im: Image.Image) -> Image.Image:
    """`im` as a viewer shows it, over white; an alpha channel that hides every pixel is taken as unused."""
    rgba = im if im.mode == "RGBA" else _plain_alpha(im).convert("RGBA")
    least, most = rgba.getchannel("A").getextrema()
    if most == 0 or least == 255:
        return rgba.convert("RGB")
    return Image.alpha_composite(Image.new("RGBA", im.size, "white"), rgba).convert("RGB")


def scale_to_8_bit(im: Image.Image) -> Image.Image:
    """A gray picture of 16- or 32-bit values as `"L"`."""
    values = np.asarray(im)
    if im.mode == "F":
        return Image.fromarray(floats_to_bytes(values))
    return Image.fromarray(sixteen_to_eight(values))


def sixteen_to_eight(values: np.ndarray) -> np.ndarray:
    """Integers of 0..65535 as uint8 of 0..255, rounded, so that `257 * v` comes back as `v`."""
    least, most = int(values.min()), int(values.max())
    if least < 0 or most > SIXTEEN_BIT_MAX:
        raise DataError(f"A picture of integers holds 0..{SIXTEEN_BIT_MAX} (16 bit), but this one runs from {least} to "
                        f"{most}. Scale it with numpy and pass the uint8 array.")  # fmt: skip
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)


def floats_to_bytes(values: np.ndarray) -> np.ndarray:
    """Floats of 0..1 (or, where any is larger, of 0..255) as uint8, rounded."""
    least, most = float(values.min()), float(values.max())
    if not (least >= 0 and most <= 255):  # also catches NaN
        raise DataError(f"A picture of floats holds 0..1 or 0..255, but this one runs from {least:.4g} to {most:.4g}. "
                        "Scale it with numpy and pass the uint8 array, or read it as a tensor in get_x.")  # fmt: skip
    return np.asarray(np.rint(values * 255 if most <= 1 else values), np.uint8)


def to_ids(im: Image.Image) -> Image.Image:
    """The numbers in `im` as class ids, never scaled: palette indices, bits as 0 and 1, 16-bit ids beyond 255 as `"I"`.

    A colour picture has no ids in it; it becomes gray, as in fastai.
    """
    if im.mode == "L":
        return im.copy()
    if im.mode in ("P", "1") or im.mode.startswith(("I", "F")):
        return _ids_of(np.asarray(im))
    if im.mode in ("LA", "PA"):
        return to_ids(im.getchannel(0))
    return im.convert("L")


def _ids_of(values: np.ndarray) -> Image.Image:
    ids = values.astype(np.int64)
    if values.dtype.kind == "f" and not np.array_equal(ids, values):
        raise DataError("A mask holds whole numbers, one class id per pixel, but this one holds fractions. "
                        "Save it as an 8-bit PNG of class ids.")  # fmt: skip
    if ids.min() < 0:
        raise DataError(f"A mask holds class ids from 0 up, but this one holds {ids.min()}. Shift its ids.")
    eight_bit = ids.max() <= 255 and values.dtype != np.int32  # a crop of a mask in mode "I" stays in it
    return Image.fromarray(ids.astype(np.uint8 if eight_bit else np.int32))


def _plain_alpha(im: Image.Image) -> Image.Image:  # PIL converts premultiplied modes only to their plain sisters
    return im.convert({"La": "LA", "RGBa": "RGBA"}[im.mode]) if im.mode in ("La", "RGBa") else im
