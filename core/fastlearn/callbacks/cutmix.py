"""CutMix: training on samples with a piece of another pasted in."""

from __future__ import annotations

import torch

from fastlearn.callbacks.mix import MixHandler
from fastlearn.metrics.base import batch_size

__all__ = ["CutMix"]


class CutMix(MixHandler):
    """A box of every image is replaced by that of another one; the targets are weighted by the areas.

    One box, and so one `lam`, for each batch. Inputs are images `(B, C, H, W)`.
    Source: Yun et al. 2019, "CutMix: Regularization Strategy to Train Strong Classifiers", equation 1 and algorithm 1.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__(alpha)

    def before_batch(self) -> None:
        learn = self.learn
        image = learn.xb[0]
        if image.ndim < 4:
            raise ValueError(f"CutMix pastes into images (B, C, H, W), but got {tuple(image.shape)}. Try MixUp.")
        n, (height, width) = batch_size(learn.xb), image.shape[-2:]
        order = self.draw_order(n).to(image.device)
        top, bottom, left, right = self.draw_box(height, width)
        pasted = image.clone()  # the loader's own batch stays as it is
        pasted[..., top:bottom, left:right] = image[order][..., top:bottom, left:right]
        learn.xb = (pasted, *learn.xb[1:])
        share = (bottom - top) * (right - left) / (height * width)
        self.blend_targets(torch.full((n,), 1 - share), order)

    def draw_box(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Top, bottom, left and right of a box with the share `1 - lam` of the area, cut at the border."""
        side = (1 - float(self.draw_lam(1))) ** 0.5
        y, x = (int(torch.randint(size, ())) for size in (height, width))
        half_y, half_x = int(height * side) // 2, int(width * side) // 2
        return max(0, y - half_y), min(height, y + half_y), max(0, x - half_x), min(width, x + half_x)
