"""Whether a mask has the shape of its picture, found out before training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from fastlearn.data.problems import DataError
from fastlearn.data.transform import Kinds, SampleTransform
from fastlearn.vision.resize import size_of
from fastlearn.vision.window import Size


class CheckMaskShape(SampleTransform):
    """Compares a mask with its picture, before anything moves them: it may be smaller or larger, in proportion.

    Raises: DataError for a mask of another shape, which would be cut at another place than its picture. Most often one
    of the two lies on its side.
    """

    order = -10
    only_checks = True  # and asks only for the full size, so that pictures may be decoded smaller

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Size | None:
        """(width, height) of the sample's first picture."""
        return next((size_of(part) for part, kind in zip(parts, kinds, strict=True) if kind == "image"), None)

    def apply_mask(self, mask: Any, size: Size | None) -> Any:
        """The mask as it is."""
        if size is not None and not in_proportion(size_of(mask), size):
            width, height = size_of(mask)
            raise DataError(
                f"The mask is {width}x{height} pixels and its picture {size[0]}x{size[1]}: of another shape, it would "
                "be cut at other places. Is it the mask of this picture? Photos are turned as their EXIF orientation "
                "says; save the mask turned the same way."
            )
        return mask


def in_proportion(size: Size, other: Size) -> bool:
    """Whether one of two sizes, (width, height), is the other made smaller, to a pixel."""
    (width, height), (full_width, full_height) = sorted((size, other))
    wide, high = ((side - 1) / full for side, full in ((width, full_width), (height, full_height)))
    return wide <= (height + 1) / full_height and high <= (width + 1) / full_width
