"""Stored pixel values as arrays: the plain files read in one step, every other kind by pydicom's decoders."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.decoders import cannot_decode
from fastlearn.medical.dicom.layout import Layout, check_pixels, layout_of
from fastlearn.medical.dicom.names import named
from fastlearn.medical.dicom.read import dcmread

LITTLE_ENDIAN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99")
GRAY = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")


def pixels(source: Any, frame: int | None = None) -> np.ndarray:
    """The stored values of `source`, a path or a pydicom dataset, before any rescaling.

    Shapes: `(H, W)` of one frame, `(H, W, 3)` in colour (YBR is turned into RGB; palette colours stay indices); with
    more frames and `frame=None` all of them, `(F, H, W)` or `(F, H, W, 3)`.
    Returns: an array of its own, signed as the file says; bits that are not in use are cleared.
    Raises: DataError for pixels that are missing, cut short, too large, or that no installed decoder reads.
    """
    values = stored_values(dcmread(source), frame)
    return values if values.flags.writeable else np.array(values)


def stored_values(ds: Any, frame: int | None = None, layout: Layout | None = None) -> np.ndarray:
    """As `pixels`, for those who only read: plain files give a read-only view of the bytes that `ds` holds.

    Half a megabyte of fresh memory costs more time than what is computed with it. `layout` is that of `ds`, if known.
    """
    layout = layout_of(ds) if layout is None else layout
    if frame is not None and not 0 <= frame < layout.frames:
        raise DataError(f"{named(ds)} has {layout.frames} frame(s), 0 to {layout.frames - 1}, but frame {frame} was "
                        "asked for.")  # fmt: skip
    check_pixels(ds, layout, all_frames=frame is None)
    return _plain(ds, layout, frame) if _is_plain(ds, layout) else decoded(ds, ds, frame)


def _is_plain(ds: Any, layout: Layout) -> bool:
    uid = getattr(getattr(ds, "file_meta", None), "TransferSyntaxUID", None)
    return uid in LITTLE_ENDIAN and layout.bits_allocated in (8, 16) and layout.photometric in GRAY and (
        layout.samples == 1 and "PixelData" in ds
    )  # fmt: skip


def _plain(ds: Any, layout: Layout, frame: int | None) -> np.ndarray:
    """Uncompressed gray: the bytes of the file seen as numbers."""
    kind = np.dtype(f"<{'i' if layout.signed else 'u'}{layout.bits_allocated // 8}")
    n = layout.rows * layout.columns
    first, count = (0, layout.frames) if frame is None else (frame, 1)
    flat = np.frombuffer(ds.PixelData, kind, count * n, first * layout.frame_bytes)
    flat.setflags(write=False)  # the bytes may be the caller's own, and changeable
    shape = layout.shape if count == 1 else (count, *layout.shape)
    return _used_bits(flat.reshape(shape), layout)


def _used_bits(values: np.ndarray, layout: Layout) -> np.ndarray:
    """`values` with the bits outside of BitsStored cleared, or filled with the sign; old files keep overlays there."""
    free = layout.bits_allocated - layout.bits_stored
    above = layout.bits_allocated - 1 - layout.high_bit
    above = above if 0 <= above <= free else free
    if not free or (above == free and _fit(values, layout)):
        return values
    shifted: np.ndarray = np.left_shift(values, above)
    shifted >>= free
    return shifted


def _fit(values: np.ndarray, layout: Layout) -> bool:
    """Whether all values are as the bits in use have them already, as in nearly every file."""
    if layout.signed:
        half = 2 ** (layout.bits_stored - 1)
        return bool(values.min() >= -half and values.max() < half)
    return bool(values.max() < 2**layout.bits_stored)


def decoded(source: Any, ds: Any, frame: int | None) -> np.ndarray:
    """What pydicom makes of the pixels in `source`, the dataset `ds` itself or its file; of one frame or of all.

    From a file pydicom reads that frame alone. Raises: DataError for pixels that no installed decoder reads.
    """
    from pydicom.pixels.utils import pixel_array

    try:
        values = np.asarray(pixel_array(source, index=frame))
    except MemoryError:
        raise
    except Exception as error:
        raise cannot_decode(ds, error) from error
    return np.require(values, values.dtype.newbyteorder("="), ["C", "W"])
