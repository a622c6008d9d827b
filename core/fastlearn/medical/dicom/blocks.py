"""Data blocks of DICOM files: measured values per item, brightness per batch, on the device."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from fastlearn.data.block import TransformBlock
from fastlearn.data.transform import Transform
from fastlearn.keywords import check_keywords
from fastlearn.medical.dicom.layout import layout_of, n_frames
from fastlearn.medical.dicom.padding import padding_of
from fastlearn.medical.dicom.patients import PatientSplitter, check_patients
from fastlearn.medical.dicom.picture import is_inverted
from fastlearn.medical.dicom.read import dcmread
from fastlearn.medical.dicom.rescale import SAID, check_gray, modality_values
from fastlearn.medical.dicom.scale import DicomScale
from fastlearn.medical.dicom.slices import Slice
from fastlearn.medical.dicom.stacks import Stack
from fastlearn.medical.dicom.stored import stored_values
from fastlearn.medical.dicom.windows import VALUE_TAGS

TAGS = (*VALUE_TAGS, "PresentationLUTShape")


class OpenDicom(Transform):
    """Opens a DICOM file (a path, a dataset, a `Slice` or a `Stack`) as its values, float32 `(C, H, W)`.

    The values are those of `scaled_px`, Hounsfield units for CT. Pixels that the file marks as padding become the
    least value that is none. MONOCHROME1, where low values are bright, is mirrored within the range of its bits, so
    that high is bright in all pictures. A file of several frames gives `frame`; None is the first, with a warning.
    Raises: DataError as `scaled_px` does; and, when loaders are made, if a patient stands on both sides of the split.
    """

    kind = "image"
    whole = True
    train_setup = False  # both sides are looked at

    def __init__(self, frame: int | None = None, check_patients: bool = True) -> None:
        super().__init__()
        self.frame, self.check_patients = frame, check_patients

    def setups(self, items: Any) -> None:
        if self.check_patients and getattr(items, "splits", None) is not None:
            check_patients(_all_of(items.train), _all_of(items.valid))

    def encodes(self, x: Any) -> Tensor:
        if isinstance(x, Stack):
            return torch.stack([bright_values(one.path, one.frame) for one in x.slices])
        if isinstance(x, Slice):
            return bright_values(x.path, x.frame)[None]
        return bright_values(x, self.frame)[None]


def bright_values(source: Any, frame: int | None = None) -> Tensor:
    """The values of one frame as `OpenDicom` has them, `(H, W)`, float32."""
    ds = dcmread(source, TAGS)
    check_gray(ds)
    stored = stored_values(ds, frame or 0)
    if frame is None:
        _say_which_frame(ds)
    outside = padding_of(ds, stored)
    if is_inverted(ds) and stored.dtype.kind != "f":
        layout = layout_of(ds)
        total = -1 if layout.signed else 2**layout.bits_stored - 1  # least + greatest
        stored = (total - stored.astype("int64")).astype(stored.dtype)
    values = modality_values(stored, ds, frame)
    if outside is not None and outside.any():
        mask = torch.from_numpy(outside)
        values[mask] = values[~mask].min() if not outside.all() else 0.0
    return values


def _say_which_frame(ds: Any) -> None:
    """Warn, once a process, where a file has more frames than the one that is taken."""
    n = n_frames(ds)
    if n > 1:
        text = (f"A DICOM file has {n} frames, of which the first is taken as the picture. For all of them, let the "
                "items be slices: [one for series in find_series(folder).series for one in series.slices]; frame=0 "
                "says that the first is meant. This is said once.")  # fmt: skip
        warnings.warn_explicit(text, RuntimeWarning, __file__, 0, __name__, registry=SAID)


class DicomBlock(TransformBlock):
    """DICOM pictures: values in Hounsfield units per item, and per batch, on the device, brightness in `[0, 1]`.

    `windows` are (width, level) pairs, one channel each; `bins` adds a channel scaled by histogram: breaks as
    `freqhist_bins` makes them, or how many, for each picture its own. Without either it is the histogram with 100.
    Files of neighbouring slices (`neighbouring_slices`) have as many channels as slices, and take one window.
    Item transforms see Hounsfield units: see `ResizeHU`. Without a splitter the split is by patient; with one of yours
    an error tells if a patient is on both sides, unless `check_patients` is False.
    """

    kind = "image"

    @check_keywords
    def __init__(
        self,
        windows: Sequence[tuple[float, float]] | tuple[float, float] | None = None,
        bins: Any = None,
        frame: int | None = None,
        check_patients: bool = True,
    ) -> None:
        super().__init__(
            type_tfms=[OpenDicom(frame, check_patients)], item_tfms=[], batch_tfms=[DicomScale(windows, bins)]
        )

    def default_splitter(self, getter: Callable[[Any], Any] | None, seed: int | None) -> PatientSplitter:
        """A fifth of the items for validation, patients kept whole."""
        return PatientSplitter(seed=seed, get=getter)


def _all_of(part: Any) -> list[Any]:
    """The values of a split as the steps before this one leave them: files."""
    return [part[i] for i in range(len(part))]
