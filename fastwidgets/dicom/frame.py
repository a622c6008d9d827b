"""One picture as it travels: the stored numbers, and how they become values and brightness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.lookup import Lookup
from fastlearn.medical.dicom.one_frame import read_frame
from fastlearn.medical.dicom.picture import colours, is_colour, is_inverted
from fastlearn.medical.dicom.quiet import silent
from fastlearn.medical.dicom.rescale import modality_values, rescale_of
from fastlearn.medical.dicom.slices import Slice
from fastlearn.medical.dicom.voi import Voi, voi_table, windows_of
from fastlearn.medical.dicom.windows import VALUE_TAGS

__all__ = ["Frame", "frame_of_slice", "frame_of_values"]

PALETTE = tuple(
    f"{colour}PaletteColorLookupTable{part}" for colour in ("Red", "Green", "Blue") for part in ("Descriptor", "Data")
)
TAGS = (*VALUE_TAGS, *PALETTE, "WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction",
        "VOILUTSequence", "PresentationLUTShape")  # fmt: skip
AS_STORED = ("uint8", "int16", "uint16")  # what the browser turns into values by itself
SMALL = (*AS_STORED, "int8")


@dataclass(frozen=True)
class Frame:
    """`pixels` are `(H, W)`, numbers of which `slope * number + intercept` is the value, or `(H, W, 3)` colours, uint8.

    `windows` are those of the file, `table` its lookup table of brightness; `least` and `most` are values. `inverted`:
    low values are bright. `told` says what was taken for granted, or could not be followed.
    """

    pixels: np.ndarray
    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""
    inverted: bool = False
    windows: tuple[Voi, ...] = ()
    table: Lookup | None = None
    least: float = 0.0
    most: float = 0.0
    told: str = ""

    @property
    def nbytes(self) -> int:
        """Bytes that it takes in memory."""
        return int(self.pixels.nbytes) + (0 if self.table is None else int(self.table.table.nbytes))

    def header(self) -> dict[str, Any]:
        """What the browser is told of it besides the pixels."""
        rows, columns = self.pixels.shape[:2]
        table = None if self.table is None else {"first": self.table.first, "bits": self.table.bits}
        return {
            "rows": rows, "columns": columns, "colour": self.pixels.ndim == 3, "slope": self.slope,
            "intercept": self.intercept, "unit": self.unit, "inverted": self.inverted,
            "windows": [voi._asdict() for voi in self.windows], "table": table, "least": self.least,
            "most": self.most, "told": self.told,
        }  # fmt: skip


@silent
def frame_of_slice(one: Slice) -> Frame:
    """The picture of a slice. Raises: DataError, saying why it cannot be shown; OSError."""
    ds, stored = read_frame(one.path, one.frame, TAGS)
    if is_colour(ds):
        return Frame(colours(ds, stored))
    rescale = rescale_of(ds, one.frame)
    windows, told = _windows(ds, one.frame)
    own = Frame(stored, rescale.slope, rescale.intercept, rescale.unit, is_inverted(ds), windows,
                voi_table(ds, one.frame))  # fmt: skip
    if ds.get("ModalityLUTSequence") or stored.dtype.name not in SMALL:
        own = replace(own, pixels=modality_values(stored, ds, one.frame).numpy(), slope=1.0, intercept=0.0)
    elif stored.dtype == np.int8:
        own = replace(own, pixels=stored.astype(np.int16))
    if rescale.assumed and not ds.get("ModalityLUTSequence"):
        told.append(f"without {' and '.join(rescale.assumed)}: {rescale.slope:g} and {rescale.intercept:g} are taken")
    return _with_ends(replace(own, told="; ".join(told)))


def frame_of_values(values: np.ndarray, unit: str = "") -> Frame:
    """The picture of `values`, `(H, W)` of any real dtype, which has no file."""
    if values.dtype.name not in AS_STORED:
        values = values.astype(np.float32)
    return _with_ends(Frame(np.ascontiguousarray(values), unit=unit))


def _windows(ds: Any, frame: int) -> tuple[tuple[Voi, ...], list[str]]:
    """The windows of the file; where they cannot be followed none, and why."""
    try:
        return tuple(windows_of(ds, frame)), []
    except DataError as error:
        return (), [str(error)]


def _with_ends(frame: Frame) -> Frame:
    known = frame.pixels if frame.pixels.dtype.kind != "f" else frame.pixels[np.isfinite(frame.pixels)]
    if not known.size:
        return frame
    ends = sorted(float(end) * frame.slope + frame.intercept for end in (known.min(), known.max()))
    return replace(frame, least=ends[0], most=ends[1])
