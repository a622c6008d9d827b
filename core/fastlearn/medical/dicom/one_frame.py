"""One frame of a file with many, without reading or decoding the others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.layout import PIXEL_ELEMENTS, layout_of
from fastlearn.medical.dicom.names import named
from fastlearn.medical.dicom.read import dcmread
from fastlearn.medical.dicom.stored import decoded, stored_values


def read_frame(path: str | os.PathLike[str], frame: int, tags: tuple[str, ...]) -> tuple[Any, np.ndarray]:
    """The elements `tags` of the file `path`, which include its pixels, and the stored values of one frame.

    Of a file with many frames only the bytes of that one are read, so that a file larger than memory can be looked at.
    Returns: a pydicom dataset and an array as `pixels` gives it. Raises: DataError as `pixels` does.
    """
    header = dcmread(path, [tag for tag in tags if tag not in PIXEL_ELEMENTS])
    frames = layout_of(header).frames
    if frames == 1:
        ds = dcmread(path, tags)
        return ds, stored_values(ds, frame)
    if not 0 <= frame < frames:
        raise DataError(f"{named(path)} has {frames} frame(s), 0 to {frames - 1}, but frame {frame} was asked for.")
    return header, decoded(Path(path), header, frame)
