"""What pydicom itself makes of a picture, to compare with."""

from __future__ import annotations

import numpy as np
from fastlearn.medical.dicom.layout import layout_of
from fastlearn.medical.dicom.picture import is_inverted
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut


def seen_by_pydicom(ds, stored: np.ndarray) -> np.ndarray:
    """Brightness, 0 to 1, by pydicom's modality and VOI transforms."""
    shown = np.asarray(apply_voi_lut(apply_modality_lut(stored, ds), ds), np.float64)
    if ds.get("VOILUTSequence"):
        shown /= 2 ** int(ds.VOILUTSequence[0].LUTDescriptor[2]) - 1
    else:
        layout = layout_of(ds)
        least = -(2 ** (layout.bits_stored - 1)) if layout.signed else 0
        ends = [least, least + 2**layout.bits_stored - 1]
        if "ModalityLUTSequence" in ds:
            ends = [0, 2 ** int(ds.ModalityLUTSequence[0].LUTDescriptor[2]) - 1]
        elif "RescaleSlope" in ds and "RescaleIntercept" in ds:
            ends = [end * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for end in ends]
        shown = (shown - ends[0]) / (ends[1] - ends[0])
    return 1 - shown if is_inverted(ds) else shown
