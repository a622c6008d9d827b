"""Windows: a band of values spread over the whole range of brightness."""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches
from numbers import Real
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fastlearn.medical.dicom.padding import padding_of
from fastlearn.medical.dicom.read import dcmread
from fastlearn.medical.dicom.rescale import (
    Rescale,
    check_gray,
    modality_values,
    rescale_of,
    say_what_is_assumed,
)
from fastlearn.medical.dicom.stored import stored_values


class NamedWindows(SimpleNamespace):
    """Windows, (width, level) in Hounsfield units, by their names."""

    def __getattr__(self, name: str) -> tuple[float, float]:  # asked only for names that are not there
        known = vars(self)
        close = get_close_matches(name, known, n=1)
        meant = f" Did you mean {close[0]!r}?" if close else ""
        raise AttributeError(f"There is no window {name!r}.{meant} There are {', '.join(known)}; one of your own is a "
                             "pair, (width, level), such as (80, 40).")  # fmt: skip


# fastai's numbers
dicom_windows = NamedWindows(
    brain=(80, 40),
    subdural=(254, 100),
    stroke=(8, 32),
    brain_bone=(2800, 600),
    brain_soft=(375, 40),
    lungs=(1500, -600),
    mediastinum=(350, 50),
    abdomen_soft=(400, 50),
    liver=(150, 30),
    spine_soft=(250, 50),
    spine_bone=(1800, 400),
)
# All that turning pixels into values needs; reading no more than this from a file saves half of the time.
VALUE_TAGS = (
    "SOPClassUID", "SOPInstanceUID", "Modality", "Units", "Rows", "Columns", "SamplesPerPixel", "BitsAllocated",
    "BitsStored", "HighBit", "PixelRepresentation", "PhotometricInterpretation", "PlanarConfiguration",
    "NumberOfFrames", "RescaleSlope", "RescaleIntercept", "RescaleType", "DoseGridScaling", "DoseUnits",
    "ModalityLUTSequence", "PixelPaddingValue",
    "PixelPaddingRangeLimit", "PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence",
    "ExtendedOffsetTable", "ExtendedOffsetTableLengths", "FloatPixelData", "DoubleFloatPixelData", "PixelData",
)  # fmt: skip


def windowed(source: Any, w: float, l: float, frame: int | None = None) -> Tensor:  # noqa: E741
    """The band of `w` values around level `l` of `source` as brightness.

    `source` is a path, a pydicom dataset, or a tensor of values.
    Shapes: as `pixels`. Units: `w` and `l` as `scaled_px`, Hounsfield units for CT.
    Returns: float32 in `[0, 1]`; values outside the band saturate, and pixels marked as padding are 0.
    Raises: ValueError if `w` is not positive; DataError as `scaled_px` does.
    Source: DICOM PS3.3, C.11.2.1.3.2 (LINEAR_EXACT).
    """
    if isinstance(source, Tensor):
        return window(source.float(), w, l)
    check_window(w, l)
    ds = dcmread(source, VALUE_TAGS)
    check_gray(ds)
    stored = stored_values(ds, frame)
    if "ModalityLUTSequence" in ds or "PerFrameFunctionalGroupsSequence" in ds or stored.dtype.itemsize > 2:
        seen = window(modality_values(stored, ds, frame), w, l)
    else:
        rescale = rescale_of(ds)
        say_what_is_assumed(ds, rescale)
        seen = _in_one_step(stored, rescale, w, l)
    outside = padding_of(ds, stored)
    if outside is not None:
        seen[torch.from_numpy(outside)] = 0
    return seen


def window(values: Tensor, w: float, l: float) -> Tensor:  # noqa: E741
    """`values`, floats of any shape and on any device, as brightness in `[0, 1]`: see `windowed`."""
    check_window(w, l)
    return ((values - l) / w + 0.5).clamp_(0, 1)


def pct_in_window(source: Any, w: float, l: float, frame: int | None = None) -> float:  # noqa: E741
    """Which part of the pixels of `source` lies strictly inside the band of `w` values around `l`; 0 to 1.

    Padding counts as a pixel that lies outside.
    """
    check_window(w, l)
    ds = dcmread(source, VALUE_TAGS)
    stored = stored_values(ds, frame)
    check_gray(ds)
    values = modality_values(stored, ds, frame)
    return float(inside_window(values, stored, ds, w, l).float().mean())


def inside_window(values: Tensor, stored: np.ndarray, ds: Any, w: float, l: float) -> Tensor:  # noqa: E741
    """Which `values` lie inside a window, of which those that are padding by their `stored` value are none."""
    inside = (values > l - w / 2) & (values < l + w / 2)
    outside = padding_of(ds, stored)
    if outside is not None:
        inside &= ~torch.from_numpy(outside)
    return inside


def pairs_of(windows: Any) -> list[tuple[float, float]]:
    """`windows`, one (width, level) pair or several, as a list. Raises: ValueError for what is none."""
    listed = list(windows) if isinstance(windows, Iterable) and not isinstance(windows, str) else [windows]
    if listed and isinstance(listed[0], Real):
        listed = [listed]
    for pair in listed:
        if isinstance(pair, str) or not hasattr(pair, "__len__") or len(pair) != 2:
            raise ValueError(f"A window is a pair, (width, level), but got {pair!r}. Try dicom_windows.lungs.")
        check_window(*pair)
    return [(float(w), float(level)) for w, level in listed]


def check_window(w: float, l: float) -> None:  # noqa: E741
    """Raise ValueError unless `w` is a positive width and `l` a number."""
    if not (math.isfinite(w) and w > 0 and math.isfinite(l)):
        raise ValueError(f"A window has a positive width and a level, in that order, but got width {w!r} and level "
                         f"{l!r}. Try windowed(path, *dicom_windows.lungs).")  # fmt: skip


def _in_one_step(stored: np.ndarray, rescale: Rescale, w: float, l: float) -> Tensor:  # noqa: E741
    """Rescaling and windowing as one multiplication and one addition."""
    seen = stored.astype(np.float32)
    seen *= np.float32(rescale.slope / w)
    seen += np.float32((rescale.intercept - l) / w + 0.5)
    return torch.from_numpy(seen).clamp_(0, 1)
