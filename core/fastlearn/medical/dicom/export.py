"""Pictures for other programs, 16-bit TIFF and JPEG: pixels alone, nothing of the header."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.burned_in import may_show_text
from fastlearn.medical.dicom.channels import Window, to_nchan
from fastlearn.medical.dicom.histogram import hist_scaled
from fastlearn.medical.dicom.names import named
from fastlearn.medical.dicom.read import dcmread
from fastlearn.medical.dicom.windows import pairs_of

WHITE = 65535


def to_uint16(source: Any, bins: Any = None, frame: int | None = 0) -> np.ndarray:
    """`source`, a path or a pydicom dataset, scaled by its histogram to 0..65535: `(H, W)`, uint16."""
    seen = hist_scaled(source, bins, frame=frame)
    return (seen.double() * WHITE).round().numpy().astype(np.uint16)


def save_tif16(
    source: Any,
    path: str | os.PathLike[str],
    bins: Any = None,
    compress: bool = True,
    frame: int = 0,
    burned_in: bool = False,
) -> Path:
    """Write one frame as a 16-bit gray TIFF, scaled by its histogram (see `to_uint16`), and return its path.

    Raises: DataError if text about the patient may be burned into the pixels, as the file says or is usual for its
    modality, unless `burned_in` allows it.
    """
    ds = _exportable(source, burned_in)
    target = Path(path)
    picture = Image.fromarray(to_uint16(ds, bins, frame))
    picture.save(target, format="TIFF", compression="tiff_adobe_deflate" if compress else None)
    return target


def save_jpg(
    source: Any,
    path: str | os.PathLike[str],
    wins: Sequence[Window] | Window,
    bins: Any = None,
    quality: int = 90,
    frame: int = 0,
    burned_in: bool = False,
) -> Path:
    """Write one frame as a JPEG whose channels are the windows `wins` and the histogram (see `to_nchan`).

    A JPEG has one channel or three: one window and `bins=0`, or two windows and the histogram, or three and `bins=0`.
    Raises: ValueError for another number of channels; DataError as `save_tif16` does.
    """
    ds = _exportable(source, burned_in)
    seen = (to_nchan(ds, wins, bins, frame) * 255).round().to(torch.uint8)  # (C, H, W)
    if len(seen) not in (1, 3):
        n = len(pairs_of(wins))
        what = f"{n} window{'' if n == 1 else 's'}{' and the histogram' if len(seen) > n else ''}"
        remedy = {1: "bins=0", 2: "two windows and the histogram"}.get(n, "three windows and bins=0")
        raise ValueError(f"A JPEG has 1 or 3 channels, but {what} are {len(seen)}. Try {remedy}.")
    target = Path(path)
    pixels = seen[0] if len(seen) == 1 else seen.permute(1, 2, 0)
    Image.fromarray(pixels.numpy()).save(target, format="JPEG", quality=quality)
    return target


def _exportable(source: Any, burned_in: bool) -> Any:
    ds = dcmread(source)
    if not burned_in and may_show_text(ds):
        raise DataError(f"Text about the patient may be part of the pixels of {named(ds)[0].lower()}{named(ds)[1:]} "
                        f"(BurnedInAnnotation is {ds.get('BurnedInAnnotation') or 'not given'}, the modality "
                        f"{ds.get('Modality') or 'unknown'}), and a picture of it would show it. If you have looked, "
                        "try burned_in=True.")  # fmt: skip
    return ds
