"""TIFF files as tensors `(C, H, W)`: what PIL has a mode for as PIL reads it, and all else by tifffile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from PIL import ExifTags, Image
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.vision.augment.sampling import turned
from fastlearn.vision.channel_arrays import check_size, of_picture, tidy
from fastlearn.vision.decode import read_picture
from fastlearn.vision.orientation import UPRIGHT

if TYPE_CHECKING:
    import tifffile

EIGHT_BIT = 8
BITS_PER_SAMPLE = int(ExifTags.Base.BitsPerSample)
ORIENTATION = int(ExifTags.Base.Orientation)
WHOLE_NUMBERS, FLOATS = 1, 3  # sample formats
GRAY = ((1, WHOLE_NUMBERS), (8, WHOLE_NUMBERS), (16, WHOLE_NUMBERS), (32, FLOATS))  # bits and format of PIL's modes
PLAIN_ALPHA = 2  # a kind of extra sample; of the others PIL drops one and multiplies by the other


def open_tiff(source: Any, n_channels: int | None = None) -> Tensor:
    """The picture in `source`, a path or an open file, upright, with its numbers as they are in the file.

    One page that PIL reads without loss is read by PIL, which knows every usual compression; so palettes, CMYK and
    inverted gray look as in any viewer. All else is read by tifffile where that is installed: pages, planes and more
    than four channels become channels. Without it PIL reads what it can.
    Raises: DataError, naming the package that can, for what neither reads.
    """
    try:
        import tifffile
    except ImportError:
        return _pages_by_pil(source, "tifffile")
    with tifffile.TiffFile(source) as file:
        plain = _is_plain(file)
        try:
            if not plain:
                return _by_tifffile(file, source, n_channels)
        except ValueError as error:
            if "imagecodecs" not in str(error):  # which it needs for some compressions
                raise
    return of_picture(read_picture(source)[0]) if plain else _pages_by_pil(source, "imagecodecs")


def _is_plain(file: tifffile.TiffFile) -> bool:
    """Whether the file is one page that PIL has a mode for, with all of its bits and channels."""
    page, axes = file.pages.first, file.series[0].axes
    if len(file.pages) > 1 or set(page.extrasamples) - {PLAIN_ALPHA}:
        return False
    if axes == "YX":
        return (page.bitspersample, page.sampleformat) in GRAY
    return axes == "YXS" and page.bitspersample == EIGHT_BIT and page.samplesperpixel in (3, 4)


def _by_tifffile(file: tifffile.TiffFile, source: Any, n_channels: int | None) -> Tensor:
    series = file.series[0]
    check_size(*sorted(series.shape)[-2:])
    array, axes = series.asarray(), series.axes
    if array.ndim == 3 and axes[-1] == "S" and n_channels is None:
        found = tidy(array.transpose(2, 0, 1), source, array.shape[-1], first=True)
    elif array.ndim == 3 and n_channels is None:  # planes: pages, or channels stored one after another
        found = tidy(array, source, array.shape[0], first=True)
    else:
        found = tidy(array, source, n_channels)
    how = UPRIGHT.get(file.pages.first.tags.valueof(ORIENTATION, 1))
    return found if how is None else turned(found, how + 1).contiguous()  # PIL counts from the first mirror image


def _pages_by_pil(source: Any, package: str) -> Tensor:
    """The pages of a TIFF as channels, or its only page."""
    try:
        with Image.open(source) as im:
            bits = im.tag_v2.get(BITS_PER_SAMPLE, (1,))  # type: ignore[attr-defined]
            if max(bits) > EIGHT_BIT and im.mode.startswith("RGB"):
                raise ValueError(f"it would cut its {max(bits)} bits to {EIGHT_BIT}")
            pages = []
            for page in range(getattr(im, "n_frames", 1)):
                im.seek(page)
                pages.append(of_picture(im.copy()))
            return torch.cat(pages)
    except (OSError, ValueError, RuntimeError) as error:
        raise DataError(f"PIL does not open this TIFF ({error}). For more channels or other depths, try `pip install "
                        f"{package}`, or save it as .npy.") from error  # fmt: skip
