"""A series as one block of values, with its place in the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fastlearn.data.problems import DataError, describe
from fastlearn.medical.dicom.layout import MOST_BYTES
from fastlearn.medical.dicom.padding import padding_of
from fastlearn.medical.dicom.read import dcmread
from fastlearn.medical.dicom.rescale import check_gray, modality_values
from fastlearn.medical.dicom.series import BY_POSITION, SAME_PLACE, Series, check_series
from fastlearn.medical.dicom.slices import Slice, Vector
from fastlearn.medical.dicom.stored import stored_values
from fastlearn.medical.dicom.windows import VALUE_TAGS

UNIT_AXES = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))


@dataclass(frozen=True)
class Volume:
    """Values `(Z, Y, X)` in the unit of `scaled_px`, Hounsfield units for CT, and where each of them lies.

    `spacing` is between slices, rows and columns in mm. `origin` is the centre of the first value, and the rows of
    `axes` are the directions in which z, y and x grow, in the patient's coordinates (to the left, back and head).
    """

    values: Tensor
    spacing: Vector
    origin: Vector
    axes: tuple[Vector, Vector, Vector]

    def position(self, z: float, y: float, x: float) -> Vector:
        """Where the value at `z`, `y`, `x` lies, in mm."""
        steps = np.multiply((z, y, x), self.spacing)
        a, b, c = (np.asarray(self.origin) + steps @ np.asarray(self.axes)).tolist()
        return a, b, c

    def index(self, position: Sequence[float]) -> Vector:
        """Which z, y and x lie at `position` in mm: the way back of `position`."""
        steps = (np.asarray(position) - np.asarray(self.origin)) @ np.linalg.inv(np.asarray(self.axes))
        a, b, c = (steps / np.asarray(self.spacing)).tolist()
        return a, b, c

    def __repr__(self) -> str:
        z, y, x = self.values.shape
        mm = " x ".join(f"{side:.4g}" for side in self.spacing)
        return f"Volume({z} x {y} x {x}, {mm} mm, {self.values.dtype})"


def read_slice(one: Slice, padding: float | None = None) -> Tensor:
    """The values of one slice in the unit of `scaled_px`, `(H, W)`, float32; `padding` as for that function."""
    if not isinstance(one, Slice):
        raise DataError(f"A slice of a series is read, a Slice, but got {describe(one)}. Try scaled_px(path), or "
                        "read_slice(series.slices[0]).")  # fmt: skip
    ds = dcmread(one.path, VALUE_TAGS)
    check_gray(ds)
    stored = stored_values(ds, one.frame)
    values = modality_values(stored, ds, one.frame)
    outside = None if padding is None else padding_of(ds, stored)
    if outside is not None and padding is not None:
        values[torch.from_numpy(outside)] = padding
    return values


def read_volume(series: Series, dtype: torch.dtype = torch.float32, padding: float | None = None) -> Volume:
    """All slices of `series` as one volume. Spacings that the header does not give are 1 mm.

    With `dtype=torch.int16` it takes half the memory, which suffices for CT. `padding` replaces values that the file
    marks as padding. One slice is held besides the volume itself.
    Raises: DataError if slices lie in one place, or would not fit into memory, or do not fit into `dtype`.
    """
    check_series(series)
    heights = [one.height for one in series.slices]
    if series.ordered_by == BY_POSITION:
        same = [i for i in range(len(heights) - 1) if (heights[i + 1] or 0.0) - (heights[i] or 0.0) <= SAME_PLACE]
        if same:
            raise DataError(f"{series.name}: slices {same[0]} and {same[0] + 1} lie in the same place ({len(same)} "
                            "such pairs), so they make no volume. They may be different times or echoes of one place: "
                            "choose among series.slices, and make a Series of those.")  # fmt: skip
    shape = (len(series), *series.slices[0].shape)
    size = int(np.prod(shape)) * dtype.itemsize
    if size > MOST_BYTES:
        raise DataError(f"{series.name} would take {size / 2**30:.1f} GiB, more than the limit of "
                        f"{MOST_BYTES // 2**30} GiB. Read it slice by slice: read_slice(one).")  # fmt: skip
    values = torch.empty(shape, dtype=dtype)
    for target, one in zip(values, series.slices, strict=True):
        target.copy_(_fitting(read_slice(one, padding), dtype, one))
    return Volume(values, *_place(series))


def _fitting(values: Tensor, dtype: torch.dtype, one: Slice) -> Tensor:
    if dtype.is_floating_point:
        return values
    limits = torch.iinfo(dtype)
    rounded = values.round()
    if not torch.equal(rounded, values) or values.min() < limits.min or values.max() > limits.max:
        raise DataError(f"The values of {str(one)!r} run from {values.min():g} to {values.max():g} and are not all "
                        f"whole numbers, so {dtype} cannot hold them. Try dtype=torch.float32.")  # fmt: skip
    return rounded


def _place(series: Series) -> tuple[Vector, Vector, tuple[Vector, Vector, Vector]]:
    first = series.slices[0]
    rows, columns = first.spacing or (1.0, 1.0)
    spacing = (series.distance or 1.0, rows, columns)
    if first.normal is None or first.along_rows is None or first.along_columns is None:
        return spacing, first.position or (0.0, 0.0, 0.0), UNIT_AXES
    along = first.normal
    if series.ordered_by == BY_POSITION and len(series) > 1:  # a tilted gantry moves slices sideways as well
        last = series.slices[-1]
        step = np.subtract(last.position or (0, 0, 0), first.position or (0, 0, 0))
        length = float(np.linalg.norm(step))
        a, b, c = (step / length).tolist()
        along = (a, b, c)
        spacing = (length / (len(series) - 1), rows, columns) if not _has_gaps(series) else spacing
    return spacing, first.position or (0.0, 0.0, 0.0), (along, first.along_columns, first.along_rows)


def _has_gaps(series: Series) -> bool:
    return any("gap" in problem for problem in series.problems)
