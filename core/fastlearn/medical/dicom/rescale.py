"""From stored values to those that mean something: Hounsfield units in CT, counts, activity or dose elsewhere."""

from __future__ import annotations

import math
import warnings
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.functional import functional
from fastlearn.medical.dicom.lookup import Lookup
from fastlearn.medical.dicom.names import named
from fastlearn.medical.dicom.padding import padding_of
from fastlearn.medical.dicom.read import dcmread
from fastlearn.medical.dicom.stored import stored_values

GROUP = "PixelValueTransformationSequence"
SAID: dict[Any, Any] = {}  # Python's own register of warnings that were shown, so that each is shown once a process


class Rescale(NamedTuple):
    """`slope * stored + intercept` is the value in `unit`; `assumed` names what the header does not give."""

    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""
    assumed: tuple[str, ...] = ()


def rescale_of(ds: Any, frame: int = 0) -> Rescale:
    """Slope and intercept of one frame; a missing slope is 1, a missing intercept 0.

    Of a dose (RTDOSE) DoseGridScaling is the slope. Source: DICOM PS3.3, C.8.8.3.
    Raises: DataError for a slope or intercept that is no finite number, or a slope of 0.
    """
    given = {name: functional(ds, GROUP, name, frame) for name in ("RescaleSlope", "RescaleIntercept")}
    if "DoseGridScaling" in ds:
        given = {"DoseGridScaling": ds.DoseGridScaling, "RescaleIntercept": 0}
    assumed = tuple(name for name, value in given.items() if value is None)
    try:
        slope, intercept = (
            default if value is None else float(value)
            for value, default in zip(given.values(), (1.0, 0.0), strict=True)
        )
    except (TypeError, ValueError) as error:
        raise DataError(f"{named(ds)}: {' or '.join(given)} in its header is no number. Set it right, or "
                        "leave the file out.") from error  # fmt: skip
    if slope == 0 or not (math.isfinite(slope) and math.isfinite(intercept)):
        slope_name, intercept_name = given
        raise DataError(f"{named(ds)} has {slope_name} {slope} and {intercept_name} {intercept}, which gives no "
                        "values. Set them right, or leave the file out.")  # fmt: skip
    return Rescale(slope, intercept, _unit(ds, frame), assumed)


def scaled_px(source: Any, frame: int | None = None, padding: float | None = None) -> Tensor:
    """The values of `source`, a path or a pydicom dataset, in the unit of its modality: Hounsfield units for CT.

    Slope and intercept are applied, or the modality's lookup table where the file has one. Where a slope or intercept
    is missing, 1 and 0 are taken, and a warning says so once for each modality. `padding` replaces the pixels that the
    file marks as padding, outside of the picture; None leaves them as they are.
    Shapes: as `pixels`. Returns: a float32 tensor.
    Raises: DataError as `pixels` does, and for colour pictures, which have no such values.
    """
    ds = dcmread(source)
    stored = stored_values(ds, frame)
    check_gray(ds)
    values = modality_values(stored, ds, frame)
    if padding is not None:
        outside = padding_of(ds, stored)
        if outside is not None:
            values[torch.from_numpy(outside)] = padding
    return values


def modality_values(stored: np.ndarray, ds: Any, frame: int | None = None) -> Tensor:
    """`stored` values, of one frame or of all, in the unit of the modality: a new float32 tensor of the same shape."""
    table = ds.get("ModalityLUTSequence")
    if table:
        return torch.from_numpy(Lookup.of(table[0], ds).of_values(stored).astype(np.float32))
    if frame is None and stored.ndim == 3 and "PerFrameFunctionalGroupsSequence" in ds:
        return torch.stack([_rescaled(one, ds, i) for i, one in enumerate(stored)])
    return _rescaled(stored, ds, frame or 0)


def check_gray(ds: Any) -> None:
    """Raise DataError if `ds` is a colour picture."""
    kind = str(ds.get("PhotometricInterpretation", ""))
    if ds.get("SamplesPerPixel", 1) != 1 or kind.strip().upper() == "PALETTE COLOR":
        raise DataError(f"{named(ds)} is a colour picture ({kind}): its pixels are colours, no measured values. Open "
                        "it as a picture: PILImage.create(path).")  # fmt: skip


def say_what_is_assumed(ds: Any, rescale: Rescale) -> None:
    """Warn, once a process for each modality, that slope or intercept are missing."""
    if not rescale.assumed:
        return
    modality = str(ds.get("Modality") or "without a modality")
    text = (f"DICOM files ({modality}) without {' and '.join(rescale.assumed)}: slope {rescale.slope:g} and intercept "
            f"{rescale.intercept:g} are taken, so the values may be in no known unit. This is said once.")  # fmt: skip
    warnings.warn_explicit(text, RuntimeWarning, __file__, 0, __name__, registry=SAID)


def _rescaled(stored: np.ndarray, ds: Any, frame: int) -> Tensor:
    rescale = rescale_of(ds, frame)
    say_what_is_assumed(ds, rescale)
    return rescaled(stored, rescale)


def rescaled(stored: np.ndarray, rescale: Rescale) -> Tensor:
    """`slope * stored + intercept` as a new float32 tensor; 32-bit numbers are first scaled in double precision."""
    precise = np.float64 if stored.dtype.itemsize > 2 else np.float32
    values = stored.astype(precise)
    if rescale.slope != 1:
        values *= precise(rescale.slope)
    if rescale.intercept:
        values += precise(rescale.intercept)
    return torch.from_numpy(values.astype(np.float32, copy=False))


def _unit(ds: Any, frame: int) -> str:
    kind = functional(ds, GROUP, "RescaleType", frame)
    if kind is not None:
        return str(kind)
    if ds.get("Units"):  # of positron emission tomography
        return str(ds.Units)
    if "DoseGridScaling" in ds:
        given = str(ds.get("DoseUnits") or "").strip()
        return "Gy" if given.upper() == "GY" else given.lower()
    return "HU" if ds.get("Modality") == "CT" and "RescaleIntercept" in ds else ""
