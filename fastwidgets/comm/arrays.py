"""Arrays on the wire: a small header in words, and the numbers as they lie in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

DTYPES = ("float32", "float64", "int16", "int32", "uint8", "uint16")  # what labextension/src/kit/buffers.ts can read


def pack_array(header: Mapping[str, Any], array: np.ndarray) -> tuple[dict[str, Any], bytes]:
    """`header` with the dtype and shape of `array` added, and its little-endian bytes in C order.

    Raises: ValueError for a dtype that the browser does not read.
    """
    if array.dtype.name not in DTYPES:
        raise ValueError(
            f"An array for the browser has one of the dtypes {', '.join(DTYPES)}, but got {array.dtype.name}. "
            "Try array.astype(np.float32)."
        )
    data = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return {**header, "dtype": array.dtype.name, "shape": list(array.shape)}, data.tobytes()


def number_or_word(value: float | None) -> float | str | None:
    """`value` as JSON can carry it, where NaN must not look like a number that is missing: "nan", "inf" or "-inf"."""
    return None if value is None else float(value) if np.isfinite(value) else str(float(value))


def number_or_none(value: float | None) -> float | None:
    """`value` as JSON can carry it: NaN and infinities become None."""
    return None if value is None or not np.isfinite(value) else float(value)
