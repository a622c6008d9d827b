"""Pixels that are no part of the picture: the file says which value marks them."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastlearn.medical.dicom.layout import layout_of


def padding_of(ds: Any, stored: np.ndarray) -> np.ndarray | None:
    """Which of the `stored` values are padding, as booleans of the same shape; None if the file marks none.

    PixelPaddingRangeLimit makes it a range, in either order. Source: DICOM PS3.3, C.7.5.1.1.2.
    """
    value = ds.get("PixelPaddingValue")
    if value is None or stored.dtype.kind == "f":
        return None
    layout = layout_of(ds)
    one = _as_stored(int(value), layout.bits_allocated, layout.signed)
    limit = ds.get("PixelPaddingRangeLimit")
    if limit is None:
        return np.asarray(stored == one)
    other = _as_stored(int(limit), layout.bits_allocated, layout.signed)
    return np.asarray((stored >= min(one, other)) & (stored <= max(one, other)))


def _as_stored(value: int, bits: int, signed: bool) -> int:
    """`value` with the sign that pixels have: writers, and readers, take the element for the other kind of number."""
    value %= 2**bits
    return value - 2**bits if signed and value >= 2 ** (bits - 1) else value
