"""Mirroring one sample, before it joins a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.transform import Kinds, RandomTransform
from fastlearn.vision.augment.geometric import Flip  # bundles made before it moved there name it by this module
from fastlearn.vision.open import PILBase
from fastlearn.vision.resize import canvas_of
from fastlearn.vision.window import Size

__all__ = ["Flip", "FlipItem", "ItemFlip", "hflip_boxes", "hflip_points"]


def hflip_boxes(boxes: Tensor, width: float) -> Tensor:
    """Mirror boxes of shape `(..., 4)`, x1, y1, x2, y2 in pixels, in a picture `width` pixels wide."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    return torch.stack((width - x2, y1, width - x1, y2), dim=-1)


def hflip_points(points: Tensor, width: float) -> Tensor:
    """Mirror points of shape `(..., 2)`, x and y in pixels, in a picture `width` pixels wide."""
    x, y = points.unbind(-1)
    return torch.stack((width - x, y), dim=-1)


class ItemFlip(NamedTuple):
    """Whether one sample is mirrored, and in what picture its points and boxes lie."""

    flip: bool
    canvas: Size | None


class FlipItem(RandomTransform):
    """Mirror a whole sample left to right with probability `p`: pictures, masks, points and boxes stay aligned.

    Runs after `Resize`, where there is less to move, with the same result.
    """

    order = 2

    def __init__(self, p: float = 0.5) -> None:
        super().__init__(p)

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> ItemFlip:
        """Once per sample."""
        return ItemFlip(self.happens(rng), canvas_of(parts, kinds))

    def apply_image(self, image: Any, drawn: ItemFlip) -> Any:
        """A PIL image or a tensor `(..., H, W)`."""
        if not drawn.flip:
            return image
        if isinstance(image, Tensor):
            return image.flip(-1)
        mirrored = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return type(image).adopt(mirrored, image.full_size) if isinstance(image, PILBase) else mirrored

    apply_mask = apply_image

    def apply_points(self, points: Tensor, drawn: ItemFlip) -> Tensor:
        """Points `(N, 2)` in pixels."""
        return hflip_points(points, _width(drawn.canvas)) if drawn.flip else points

    def apply_boxes(self, boxes: Tensor, drawn: ItemFlip) -> Tensor:
        """Boxes `(N, 4)` in pixels."""
        return hflip_boxes(boxes, _width(drawn.canvas)) if drawn.flip else boxes


def _width(canvas: Size | None) -> int:
    if canvas is None:
        raise ValueError("Points and boxes are mirrored within their picture, but this sample has no picture. Put an "
                         "ImageBlock before them, or call the flip on (image, boxes).")  # fmt: skip
    return canvas[0]
