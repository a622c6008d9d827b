"""Item transforms whose results are Hounsfield units again: what is padded is air, not water."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.transform import Kinds, RandomTransform, SampleTransform
from fastlearn.vision.resize import CropPad, Drawn, PadMode, Resize, ResizeMethod

AIR = -1024.0  # Hounsfield units


class ResizeHU(Resize):
    """`Resize` for values: linear interpolation, and with `pad_mode="zeros"` the surroundings are `fill`, air."""

    def __init__(
        self,
        size: int | Sequence[int],
        method: str = ResizeMethod.Pad,
        pad_mode: str = PadMode.Zeros,
        resamples: tuple[int, int] = (Image.Resampling.BILINEAR, Image.Resampling.NEAREST),
        fill: float = AIR,
    ) -> None:
        super().__init__(size, method, pad_mode, resamples)
        self.fill = fill

    def apply_image(self, image: Any, drawn: Drawn) -> Any:
        """Shapes: a tensor `(C, H, W)`."""
        return super().apply_image(image - self.fill, drawn) + self.fill


class CropPadHU(CropPad):
    """`CropPad` for values: cuts out the centre without resizing, and fills with `fill`, air."""

    def __init__(self, size: int | Sequence[int], pad_mode: str = PadMode.Zeros, fill: float = AIR) -> None:
        super().__init__(size, pad_mode)
        self.fill = fill

    def apply_image(self, image: Any, drawn: Drawn) -> Any:
        """Shapes: a tensor `(C, H, W)`."""
        return super().apply_image(image - self.fill, drawn) + self.fill


class ClampHU(SampleTransform):
    """Cuts values off at `low` and `high`: metal and the table, which would rule the contrast, become bone and air."""

    order = 0

    def __init__(self, low: float = AIR, high: float = 3071.0) -> None:
        super().__init__()
        if not low < high:
            raise ValueError(f"`low` is less than `high`, but got {low!r} and {high!r}. Try ClampHU(-1024, 3071).")
        self.low, self.high = low, high

    def apply_image(self, image: Tensor, params: None = None) -> Tensor:
        """Shapes: any."""
        return image.clamp(self.low, self.high)


class NoiseHU(RandomTransform):
    """Adds noise of standard deviation `sd` in Hounsfield units in training: dose differs from scan to scan."""

    order = 2

    def __init__(self, sd: float = 10.0, p: float = 0.5) -> None:
        super().__init__(p)
        if not sd >= 0:
            raise ValueError(f"`sd` is a standard deviation in Hounsfield units, but got {sd!r}. Try NoiseHU(10).")
        self.sd = sd

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Tensor | None:
        """Noise for the pictures of the sample, or None."""
        picture = next((part for part, kind in zip(parts, kinds, strict=True) if kind == "image"), None)
        if not isinstance(picture, Tensor) or not self.happens(rng):
            return None
        return torch.randn(picture.shape, generator=rng) * self.sd

    def apply_image(self, image: Tensor, noise: Tensor | None) -> Tensor:
        """Shapes: `(C, H, W)`."""
        return image if noise is None else image + noise
