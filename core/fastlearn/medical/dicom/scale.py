"""From values to brightness, a whole batch at once on its device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from fastlearn.data.problems import DataError, describe
from fastlearn.data.transform import Kinds, SampleTransform
from fastlearn.medical.dicom.histogram import hist_scaled
from fastlearn.medical.dicom.windows import pairs_of, window


class DicomScale(SampleTransform):
    """Values of a batch as brightness in `[0, 1]`: one channel for each window, and one by histogram.

    `windows` is a (width, level) pair or several; `bins` is None (no histogram), how many groups each picture is
    divided into by itself, or breaks that all share. With neither, it is `bins=100`. `jitter` shifts the level, and
    changes the width, of each training picture by up to that part of the width, which is how scanners and readers
    differ; brightness and contrast of photographs make no sense for densities.
    Shapes: `(B, 1, H, W)` floats become `(B, n, H, W)`; `(B, C, H, W)` of neighbouring slices take one window, or
    the histogram, and stay `(B, C, H, W)`. Bytes, which are brightness already, pass untouched.
    """

    order = 9  # before anything that takes images as 0 to 1

    def __init__(self, windows: Any = None, bins: Any = None, jitter: float = 0.0) -> None:
        super().__init__()
        self.windows = [] if windows is None else pairs_of(windows)
        self.bins = 100 if bins is None and not self.windows else bins
        if not 0 <= jitter < 1:
            raise ValueError(f"`jitter` is a part of the width of a window, below 1, but got {jitter!r}. Try 0.1.")
        self.jitter = jitter

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Tensor | None:
        """A change of width and a shift of level for each picture, `(B, 2)` in `[-1, 1]`."""
        batch = next((p for p, kind in zip(parts, kinds, strict=True) if kind == "image"), None)
        if not self.jitter or not isinstance(batch, Tensor):
            return None
        return torch.rand(len(batch), 2, generator=rng) * 2 - 1

    def draw_valid(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> None:
        """The windows as they are."""
        return None

    def apply_image(self, image: Any, params: Tensor | None) -> Any:
        """Shapes: `(B, C, H, W)`, or one picture without the batch."""
        if not isinstance(image, Tensor) or not image.is_floating_point():
            return image
        batch = image if image.ndim == 4 else image[None]
        made = self._scaled(batch, params)
        return made if image.ndim == 4 else made[0]

    def _scaled(self, batch: Tensor, params: Tensor | None) -> Tensor:
        n_views = len(self.windows) + (self.bins is not None)
        if batch.shape[1] > 1 and n_views > 1:
            raise DataError(f"{n_views} windows are for pictures of one channel, but got {describe(batch)}, "
                            "neighbouring slices. Try one window.")  # fmt: skip
        views = [self._windowed(batch, *pair, params) for pair in self.windows]
        if self.bins is not None:
            views.append(torch.stack([hist_scaled(one, self.bins) for one in batch]))
        return torch.cat(views, dim=1)

    def _windowed(self, batch: Tensor, w: float, level: float, params: Tensor | None) -> Tensor:
        if params is None:
            return window(batch, w, level)
        change = (params * self.jitter).to(batch)[:, :, None, None, None]  # (B, 2, 1, 1, 1)
        widths, levels = w * (1 + change[:, 0]), level + w * change[:, 1]
        return ((batch - levels) / widths + 0.5).clamp_(0, 1)
