"""How the pixels of a file are turned for viewing, as its EXIF (or XMP) tag asks."""

from __future__ import annotations

from collections.abc import Callable

from PIL import ExifTags, Image

UPRIGHT = {  # EXIF orientation → how the stored pixels are turned for viewing
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
FIRST_SIDEWAYS = 5  # from here on width and height change places
ORIENTATION_KEYS = ("exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp")


def upright(im: Image.Image, orientation: int) -> Image.Image:
    """A copy of `im`, turned as `orientation` asks, which no longer says that it has to be."""
    return turned(im if orientation in UPRIGHT else im.copy(), orientation)


def turned(im: Image.Image, orientation: int) -> Image.Image:
    """As `upright`, but `im` itself where it needs no turning."""
    picture = im.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else im
    for key in ORIENTATION_KEYS:
        picture.info.pop(key, None)
    return picture


def orientation_of(im: Image.Image) -> int:
    """The orientation, 1 to 8; 1, upright, where there is none or it cannot be read."""
    if im.format == "JPEG" and not any(key in im.info for key in ORIENTATION_KEYS):
        return 1
    return orientation_in(im.getexif)


def orientation_in(read: Callable[[], Image.Exif]) -> int:
    """The orientation among the tags that `read` gives, as `orientation_of`."""
    try:
        return int(read().get(ExifTags.Base.Orientation, 1))
    except Exception:  # a damaged tag must not cost the picture
        return 1
