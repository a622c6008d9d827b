"""A DICOM file as a picture of 8 bits, as a viewer shows it, for everything that takes pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from fastlearn.medical.dicom.layout import layout_of
from fastlearn.medical.dicom.read import dcmread
from fastlearn.medical.dicom.rescale import modality_values
from fastlearn.medical.dicom.stored import stored_values
from fastlearn.medical.dicom.voi import shown_values
from fastlearn.medical.dicom.windows import window as through

Window = tuple[float, float]  # width, level


def dicom_picture(source: Any, frame: int = 0, window: Window | None = None) -> Image.Image:
    """One frame of `source`, a path, bytes or a pydicom dataset, as an 8-bit picture: gray ("L") or colour ("RGB").

    Gray files are shown through `window`, (width, level), or else through the window or table that the file itself
    names, or else from their least to their greatest value. MONOCHROME1, where low values are bright, is turned
    around. Of the header nothing is in the picture.
    Raises: DataError as `pixels` does.
    """
    ds = dcmread(source)
    if is_colour(ds):
        return Image.fromarray(colours(ds, stored_values(ds, frame)))
    seen, _ = seen_frame(ds, frame, window)
    return Image.fromarray((seen * 255).round().to(torch.uint8).numpy())


def seen_frame(source: Any, frame: int = 0, window: Window | None = None) -> tuple[Tensor, str]:
    """Brightness of one gray frame as a viewer shows it, `(H, W)` in `[0, 1]`, and in words what was followed.

    Padding is shown as any other value, as the standard has it for viewers.
    """
    ds = dcmread(source)
    values = modality_values(stored_values(ds, frame), ds, frame)
    if window is None:
        seen, how = shown_values(values, ds, frame)
    else:
        seen, how = through(values, *window), f"LINEAR_EXACT, width {window[0]:g}, level {window[1]:g}"
    if is_inverted(ds):
        return 1 - seen, how + ", low values bright (MONOCHROME1)"
    return seen, how


def is_inverted(ds: Any) -> bool:
    """Whether low values are meant to be bright."""
    shape = str(ds.get("PresentationLUTShape") or "").strip().upper()
    return str(ds.get("PhotometricInterpretation", "")).strip().upper() == "MONOCHROME1" or shape == "INVERSE"


def is_colour(ds: Any) -> bool:
    """Whether the pixels are colours, of their own or of a palette."""
    return layout_of(ds).colour


def colours(ds: Any, values: np.ndarray) -> np.ndarray:
    """The colours `(H, W, 3)`, uint8, of a frame's stored `values`; deeper ones are scaled by the bits in use."""
    layout = layout_of(ds)
    bits = layout.bits_stored
    if layout.photometric == "PALETTE COLOR":
        from pydicom.pixels.processing import apply_color_lut

        values = np.asarray(apply_color_lut(values, ds))
        bits = 8 * values.dtype.itemsize
    values = values[..., :3]
    if values.dtype == np.uint8 and bits == 8:
        return np.ascontiguousarray(values)
    scaled = np.clip(np.rint(values.astype(np.float64) * (255 / (2**bits - 1))), 0, 255)
    return np.asarray(scaled, np.uint8)
