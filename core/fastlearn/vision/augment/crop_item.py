"""Item transforms whose window or size depends on the picture: `RandomResizedCrop` and `RatioResize`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image

from fastlearn.data.transform import Kinds
from fastlearn.keywords import check_keywords
from fastlearn.vision.augment.crops import check_crop, random_window
from fastlearn.vision.resize import CENTRE, Drawn, PadMode, ViewTransform, canvas_of
from fastlearn.vision.window import Place, Size, Window, placed, whole

RESAMPLES = (Image.Resampling.BILINEAR, Image.Resampling.NEAREST)


class RandomResizedCrop(ViewTransform):
    """A random part of the picture, `min_scale` to `max_scale` of its area and width / height in `ratio`, in `size`.

    After ten attempts that do not fit, the largest part in the middle with a ratio that is allowed. Validation resizes
    the picture to `size` and a border of about `val_xtra` of it, and cuts out the centre. Where the picture may be
    decoded smaller, it is still large enough for the smallest part; with `full_decode` it never is.
    """

    @check_keywords
    def __init__(
        self,
        size: int | Sequence[int],
        min_scale: float = 0.08,
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
        resamples: tuple[int, int] = RESAMPLES,
        val_xtra: float = 0.14,
        max_scale: float = 1.0,
        full_decode: bool = False,
    ) -> None:
        super().__init__(size, PadMode.Reflection, resamples)
        check_crop(min_scale, max_scale, ratio)
        if val_xtra < 0:
            raise ValueError(f"`val_xtra` is a share of the size, 0 or more, but got {val_xtra!r}. Try 0.14.")
        self.min_scale, self.max_scale, self.ratio = min_scale, max_scale, (ratio[0], ratio[1])
        self.val_xtra, self.full_decode = val_xtra, full_decode

    @property
    def border(self) -> int:
        """By how many pixels the picture is larger than `size` in validation, a multiple of 8."""
        return math.ceil(max(self.size) * self.val_xtra / 8) * 8

    @property
    def decode_at_least(self) -> Size | None:
        """(width, height) of which even the smallest part has `size` pixels; None where all of it is wanted."""
        if self.full_decode:
            return None
        width, height = self.out
        drawn = max(
            width / math.sqrt(self.min_scale * self.ratio[0]), height * math.sqrt(self.ratio[1] / self.min_scale)
        )
        return max(math.ceil(drawn), width + self.border), max(math.ceil(drawn), height + self.border)

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Drawn:
        """A window in the sample's first picture, as shares of its sides, so that it fits the other parts too."""
        canvas = canvas_of(parts, kinds)
        if canvas is None:
            return Drawn(CENTRE, None)
        window = random_window(canvas, self.min_scale, self.max_scale, self.ratio, rng)
        return Drawn(tuple(window.scaled(1 / canvas[0], 1 / canvas[1])), canvas)

    def window_in(self, size: Size, place: Place) -> Window:
        """The window that was drawn, or what is left in validation of the picture without its border."""
        if len(place) == 4:
            return Window(*place).scaled(*size)
        kept = (side * out / (out + self.border) for side, out in zip(size, self.out, strict=True))
        return placed(size, (next(kept), next(kept)), place)


class RatioResize(ViewTransform):
    """Resize so that the longer side has `max_sz` pixels and the proportions stay.

    Pictures of one batch must then have the same shape; a later step, or a batch of one, sees to that.
    """

    @check_keywords
    def __init__(self, max_sz: int, resamples: tuple[int, int] = RESAMPLES) -> None:
        super().__init__(max_sz, PadMode.Reflection, resamples)
        self.max_sz = max_sz

    @property
    def decode_at_least(self) -> Size | None:
        """(width, height) that suffice."""
        return self.out

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Drawn:
        """Nothing is random."""
        return self.draw_valid(parts, kinds, rng)

    def window_in(self, size: Size, place: Place) -> Window:
        """All of the picture."""
        return whole(size)

    def out_of(self, canvas: Size) -> Size:
        """(width, height) of the result for a picture of `canvas`."""
        width, height = canvas
        longer = max(width, height)
        return max(1, int(width * self.max_sz / longer)), max(1, int(height * self.max_sz / longer))
