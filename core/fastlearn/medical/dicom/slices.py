"""One picture of a series: where its pixels are, and where it lies in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fastlearn.medical.dicom.functional import functional
from fastlearn.medical.dicom.layout import layout_of, n_frames
from fastlearn.medical.dicom.quiet import unquoted
from fastlearn.medical.dicom.read import read_header

Vector = tuple[float, float, float]
HEADER_TAGS = (
    "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "PatientID", "IssuerOfPatientID",
    "Modality", "SeriesNumber", "InstanceNumber", "Rows", "Columns", "SamplesPerPixel", "BitsAllocated", "BitsStored",
    "HighBit", "PixelRepresentation", "PhotometricInterpretation", "NumberOfFrames", "ImagePositionPatient",
    "ImageOrientationPatient", "PixelSpacing", "ImagerPixelSpacing", "SpacingBetweenSlices", "SliceThickness",
    "PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence", "DirectoryRecordSequence",
    "RescaleSlope", "RescaleIntercept",
)  # fmt: skip


@dataclass(frozen=True)
class Slice:
    """One frame of one file; `number` is the InstanceNumber of the file.

    Lengths are in mm, in the patient's coordinates of DICOM (to the left, back and head).
    """

    path: Path
    frame: int
    uid: str
    number: int | None
    shape: tuple[int, ...]
    position: Vector | None  # of the centre of the first pixel
    along_rows: Vector | None  # direction in which the column number grows
    along_columns: Vector | None  # direction in which the row number grows
    spacing: tuple[float, float] | None  # between rows, between columns
    thickness: float | None

    @property
    def normal(self) -> Vector | None:
        """The direction that stands on the picture."""
        if self.along_rows is None or self.along_columns is None:
            return None
        x, y, z = np.cross(self.along_rows, self.along_columns).tolist()
        return x, y, z

    @property
    def height(self) -> float | None:
        """How far along the normal the slice lies; None where the header does not say where it is."""
        if self.normal is None or self.position is None:
            return None
        return float(np.dot(self.normal, self.position))

    def __str__(self) -> str:
        return str(self.path) if self.frame == 0 else f"{self.path} (frame {self.frame})"

    def __fspath__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class Placed:
    """A slice and what its file says about where it belongs."""

    slice: Slice
    series: str
    study: str
    patient: str
    modality: str
    series_number: int | None


@unquoted
def slices_of(path: Path, ds: Any = None) -> list[Placed]:
    """The frames of one file. Raises: DataError if it is no DICOM picture."""
    from fastlearn.data.problems import DataError
    from fastlearn.medical.dicom.names import named
    from fastlearn.medical.dicom.privacy import patient_key

    ds = read_header(path, HEADER_TAGS) if ds is None else ds
    if "DirectoryRecordSequence" in ds:
        raise DataError(f"{named(ds)} is a directory (DICOMDIR), which lists other files. Leave it out.")
    layout = layout_of(ds)
    series = str(ds.get("SeriesInstanceUID") or "").strip() or f"no series UID, folder {path.parent}"
    study, patient = str(ds.get("StudyInstanceUID") or "").strip(), patient_key(ds)
    modality, number = str(ds.get("Modality") or "").strip(), _whole(ds.get("SeriesNumber"))
    return [
        Placed(_slice(path, ds, frame, layout.shape), series, study, patient, modality, number)
        for frame in range(n_frames(ds))
    ]


def _slice(path: Path, ds: Any, frame: int, shape: tuple[int, ...]) -> Slice:
    position = numbers(functional(ds, "PlanePositionSequence", "ImagePositionPatient", frame), 3)
    turned = numbers(functional(ds, "PlaneOrientationSequence", "ImageOrientationPatient", frame), 6)
    spacing = numbers(functional(ds, "PixelMeasuresSequence", "PixelSpacing", frame), 2)
    spacing = spacing or numbers(ds.get("ImagerPixelSpacing"), 2)
    thickness = numbers(functional(ds, "PixelMeasuresSequence", "SliceThickness", frame), 1)
    return Slice(
        path, frame,
        str(ds.get("SOPInstanceUID") or ""), _whole(ds.get("InstanceNumber")), shape,
        None if position is None else (position[0], position[1], position[2]),
        None if turned is None else (turned[0], turned[1], turned[2]),
        None if turned is None else (turned[3], turned[4], turned[5]),
        None if spacing is None or min(spacing) <= 0 else (spacing[0], spacing[1]),
        thickness[0] if thickness and thickness[0] > 0 else None,
    )  # fmt: skip


def numbers(value: Any, n: int) -> list[float] | None:
    """`value` as `n` finite numbers; None where it is not."""
    if value is None:
        return None
    try:
        found = [float(v) for v in (value if hasattr(value, "__len__") and not isinstance(value, str) else [value])]
    except (TypeError, ValueError):
        return None
    return found if len(found) == n and all(np.isfinite(found)) else None


def _whole(value: Any) -> int | None:
    try:
        return None if value is None or value == "" else int(value)
    except (TypeError, ValueError):
        return None
