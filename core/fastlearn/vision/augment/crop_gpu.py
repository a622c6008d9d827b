"""Random resized crops of a whole batch, another one for each sample, on the device."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from fastlearn.keywords import check_keywords
from fastlearn.vision.augment.affine import AffineCoordTfm
from fastlearn.vision.augment.crops import ATTEMPTS, check_crop, fallback
from fastlearn.vision.augment.matrices import affine_mat
from fastlearn.vision.augment.moves import Canvas, extent
from fastlearn.vision.resize import PadMode


class RandomResizedCropGPU(AffineCoordTfm):
    """A random part of each sample, `min_scale` to `max_scale` of its area and width / height in `ratio`, in `size`.

    After ten attempts that do not fit, the largest part in the middle with a ratio that is allowed. Validation takes
    that one too, `valid_scale` of each of its sides. `batch`: the same part for the whole batch.
    """

    @check_keywords
    def __init__(
        self,
        size: int | Sequence[int],
        min_scale: float = 0.08,
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
        mode: str = "bilinear",
        valid_scale: float = 1.0,
        max_scale: float = 1.0,
        mode_mask: str = "nearest",
        pad_mode: str = PadMode.Reflection,
        align_corners: bool | None = True,
        batch: bool = False,
    ) -> None:
        super().__init__(size=size, mode=mode, pad_mode=pad_mode, mode_mask=mode_mask, align_corners=align_corners)
        check_crop(min_scale, max_scale, ratio)
        if not 0 < valid_scale <= 1:
            raise ValueError(f"`valid_scale` is a share above 0 and up to 1, but got {valid_scale!r}. Try 1.0.")
        self.min_scale, self.max_scale, self.ratio = min_scale, max_scale, (ratio[0], ratio[1])
        self.valid_scale, self.batch = valid_scale, batch

    def matrix(self, x: Tensor, canvas: Canvas, rng: torch.Generator) -> Tensor:
        n = 1 if self.batch else len(x)
        height, width = canvas
        chance = torch.rand(n, 2 * ATTEMPTS + 2, generator=rng, device=rng.device).cpu()
        area = height * width * (self.min_scale + (self.max_scale - self.min_scale) * chance[:, :ATTEMPTS])
        low, high = (math.log(side) for side in self.ratio)
        ratio = (low + (high - low) * chance[:, ATTEMPTS:-2]).exp()
        wide, tall = (area * ratio).sqrt().round(), (area / ratio).sqrt().round()  # (n, ATTEMPTS) each
        fits = (wide <= width) & (tall <= height) & (wide >= 1) & (tall >= 1)
        first = fits.int().argmax(1, keepdim=True)
        most_wide, most_tall = fallback((width, height), self.ratio)
        found = fits.any(1)
        wide = torch.where(found, wide.gather(1, first)[:, 0], most_wide)
        tall = torch.where(found, tall.gather(1, first)[:, 0], most_tall)
        left, top = (
            torch.where(found, (place * (play + 1)).floor().minimum(play), (play / 2).floor())
            for place, play in ((chance[:, -2], width - wide), (chance[:, -1], height - tall))
        )
        return self._crop(left, top, wide, tall, canvas).expand(len(x), 3, 3)

    def matrix_valid(self, x: Tensor, canvas: Canvas) -> Tensor:
        height, width = canvas
        wide, tall = (max(1, int(side * self.valid_scale)) for side in fallback((width, height), self.ratio))
        window = ((width - wide) // 2, (height - tall) // 2, wide, tall)
        left, top, across, down = torch.tensor(window, dtype=torch.float32)[:, None]
        return self._crop(left, top, across, down, canvas).expand(len(x), 3, 3)

    def _crop(self, left: Tensor, top: Tensor, wide: Tensor, tall: Tensor, canvas: Canvas) -> Tensor:
        """The matrices that show windows of whole pixels, `(n,)` each, outermost pixel on outermost pixel."""
        height, width = canvas
        down, across = extent(canvas, self.align_corners)
        less = 1 if self.align_corners else 0
        zero = torch.zeros_like(left)
        x, y = (2 * left + wide - width) / across, (2 * top + tall - height) / down
        return affine_mat((wide - less) / across, zero, x, zero, (tall - less) / down, y)
