"""What a header says about the pixels, checked before anything is read or decoded."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from PIL import Image

from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.names import named

PIXEL_ELEMENTS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
NEEDED = ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated", "PhotometricInterpretation")
FRAMES = "NumberOfFrames"
OPTIONAL = ("BitsStored", "HighBit", "PixelRepresentation", FRAMES)
MOST_SIDE = 65535  # Rows and Columns are 16-bit numbers
MOST_BYTES = 8 * 2**30  # of all frames at once, decoded


class Layout(NamedTuple):
    """The shape and depth of the pixels of one file."""

    rows: int
    columns: int
    samples: int
    frames: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame, uncompressed."""
        return (self.rows * self.columns * self.samples * self.bits_allocated + 7) // 8

    @property
    def bytes_of_all(self) -> int:
        """Bytes of all frames; pictures of single bits follow each other without a gap."""
        return (self.frames * self.rows * self.columns * self.samples * self.bits_allocated + 7) // 8

    @property
    def colour(self) -> bool:
        """Whether the pixels are colours, of their own or of a palette."""
        return self.samples > 1 or self.photometric == "PALETTE COLOR"

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one frame: `(H, W)`, or `(H, W, C)` in colour."""
        return (self.rows, self.columns) if self.samples == 1 else (self.rows, self.columns, self.samples)


def layout_of(ds: Any) -> Layout:
    """The layout that the header of `ds` states.

    Raises: DataError where elements are missing, contradict each other, or ask for an absurd amount of memory.
    """
    header = {name: ds.get(name) for name in NEEDED + OPTIONAL}
    missing = [name for name in NEEDED if header[name] is None]
    if missing:
        raise DataError(f"{named(ds)} has no picture that can be read: {', '.join(missing)} "
                        f"{'is' if len(missing) == 1 else 'are'} missing from its header. {_sort(ds)}")  # fmt: skip
    number = partial(_whole, ds, header)
    allocated = number("BitsAllocated")
    stored = number("BitsStored", allocated)
    found = Layout(
        number("Rows"), number("Columns"), number("SamplesPerPixel"), number(FRAMES, 1), allocated, stored,
        number("HighBit", stored - 1), number("PixelRepresentation", 0) == 1,
        str(header["PhotometricInterpretation"]).strip().upper(),
    )  # fmt: skip
    _check(found, ds)
    return found


def n_frames(ds: Any) -> int:
    """How many frames the header states; 1 where it says nothing."""
    return _whole(ds, {FRAMES: ds.get(FRAMES)}, FRAMES, 1)


def check_pixels(ds: Any, layout: Layout, all_frames: bool) -> None:
    """Check that the pixels are there and whole, and that decoding them fits into memory.

    Raises: DataError if there are none, fewer bytes than the header asks for, or too many to decode at once.
    """
    name = next((name for name in PIXEL_ELEMENTS if name in ds), None)
    if name is None:
        raise DataError(f"{named(ds)} has a header but no pixel data. {_sort(ds)} Leave it out of the pictures.")
    if all_frames and layout.frames * layout.frame_bytes > MOST_BYTES:
        raise DataError(f"{named(ds)} says that it has {layout.frames} frames of {layout.rows} x {layout.columns}, "
                        f"{layout.frames * layout.frame_bytes / 2**30:.1f} GiB once decoded, more than the limit of "
                        f"{MOST_BYTES // 2**30} GiB. Read it frame by frame: frame=0.")  # fmt: skip
    have = len(ds[name].value or b"")
    need = layout.frames if is_compressed(ds) else (layout.bytes_of_all if _is_plain(layout) else 1)
    if have < need:
        raise DataError(f"{named(ds)} is cut short: its header asks for {need} bytes of pixels "
                        f"({layout.frames} frame(s) of {layout.rows} x {layout.columns}), but it holds {have}. Get it "
                        "again, or leave it out.")  # fmt: skip


def is_compressed(ds: Any) -> bool:
    """Whether the transfer syntax compresses the pixels."""
    uid: Any = getattr(getattr(ds, "file_meta", None), "TransferSyntaxUID", None)
    return bool(uid is not None and uid.is_transfer_syntax and uid.is_encapsulated)


def _is_plain(layout: Layout) -> bool:
    """Whether uncompressed pixels take what the shape says; YBR_FULL_422 shares its colours between neighbours."""
    return layout.photometric != "YBR_FULL_422"


def _whole(ds: Any, header: dict[str, Any], name: str, default: int | None = None) -> int:
    value = header[name]
    try:
        return int(default if value is None and default is not None else value)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{named(ds)}: {name} in its header is no whole number. The file is damaged; get it again, or "
                        "leave it out.") from error  # fmt: skip


def _check(found: Layout, ds: Any) -> None:
    reason = ""
    if not (1 <= found.rows <= MOST_SIDE and 1 <= found.columns <= MOST_SIDE):
        reason = f"it says that it has {found.rows} rows and {found.columns} columns"
    elif found.samples not in (1, 3, 4):
        reason = f"it says that a pixel has {found.samples} samples, where 1 (gray), 3 or 4 (colour) are known"
    elif found.bits_allocated not in (1, 8, 16, 32, 64):
        reason = f"it says that a sample takes {found.bits_allocated} bits, where 1, 8, 16, 32 or 64 are known"
    elif not 1 <= found.bits_stored <= found.bits_allocated:
        reason = f"it says that {found.bits_stored} of {found.bits_allocated} bits are used"
    elif found.frames < 1:
        reason = f"it says that it has {found.frames} frames"
    if reason:
        raise DataError(f"{named(ds)} has an impossible header: {reason}. The file is damaged; get it again, or leave "
                        "it out.")  # fmt: skip
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and found.rows * found.columns > 2 * limit:
        raise DataError(f"{named(ds)} was not decoded: its header asks for {found.rows} x {found.columns} pixels, the "
                        f"limit is {2 * limit} pixels. If you trust it, raise `PIL.Image.MAX_IMAGE_PIXELS`; otherwise "
                        "leave it out.")  # fmt: skip


def _sort(ds: Any) -> str:
    """What sort of object this is, by the name of its SOP class, which tells nothing about the patient."""
    uid = ds.get("SOPClassUID")
    name = getattr(uid, "name", "")
    return f"It is a {name!r} object." if name else "It names no SOP class."
