"""Several views of the same values as the channels of one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from fastlearn.medical.dicom.histogram import hist_scaled
from fastlearn.medical.dicom.read import dcmread
from fastlearn.medical.dicom.windows import pairs_of, windowed

Window = tuple[float, float]  # width, level


def to_nchan(source: Any, wins: Sequence[Window] | Window, bins: Any = None, frame: int | None = 0) -> Tensor:
    """`source`, a path, a dataset, or values `(H, W)`, through each window of `wins`, and scaled by its histogram.

    `bins` are breaks for the histogram, or how many groups (see `hist_scaled`), and 0 leaves that channel out.
    Shapes: `(C, H, W)` with one channel for each window, and one for the histogram. Returns: float32 in `[0, 1]`.
    """
    pairs, with_histogram = pairs_of(wins), not (isinstance(bins, int) and bins == 0)
    if not pairs and not with_histogram:
        raise ValueError("A picture has at least one channel: give a window, such as wins=[dicom_windows.lungs].")
    ds = source if isinstance(source, Tensor) else dcmread(source)
    seen = [windowed(ds, *one, frame=frame) for one in pairs]
    if with_histogram:
        seen.append(hist_scaled(ds, bins, frame=frame))
    return torch.stack(seen)


def to_3chan(source: Any, win1: Window, win2: Window, bins: Any = None, frame: int | None = 0) -> Tensor:
    """Two windows and the histogram as three channels: see `to_nchan`."""
    return to_nchan(source, [win1, win2], bins, frame)
