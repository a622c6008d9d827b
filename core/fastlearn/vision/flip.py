"""Mirroring: one item on the CPU, or a batch on its device with a choice for each sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.transform import Kinds, RandomTransform
from fastlearn.vision.open import PILBase
from fastlearn.vision.resize import canvas_of
from fastlearn.vision.window import Size


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


class BatchFlip(NamedTuple):
    """Which samples of a batch are mirrored, bool of shape `(B,)`, and in what picture."""

    flips: Tensor
    canvas: Size | None


class Flip(RandomTransform):
    """Mirror samples of a batch left to right, each with probability `p`, exactly (no interpolation).

    `draw`: in place of chance, a value (1: mirror, 0: leave), a list of one per sample, or a function of the first
    part of the batch that gives one per sample. `batch`: one choice for the whole batch.
    """

    order = 30

    def __init__(self, p: float = 0.5, draw: Any = None, batch: bool = False) -> None:
        super().__init__(p)
        self.draw_with, self.batch = draw, batch

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same step again."""
        return {"p": self.p, "draw": self.draw_with, "batch": self.batch}

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> BatchFlip:
        """One choice per sample, from `rng`."""
        n = len(parts[0])
        if self.draw_with is None:
            flips = torch.rand(1 if self.batch else n, generator=rng) < self.p
        else:
            values = self.draw_with(parts[0]) if callable(self.draw_with) else self.draw_with
            flips = torch.as_tensor(values).reshape(-1).cpu() > 0
        return BatchFlip(flips.expand(n), canvas_of(parts, kinds))

    def __repr__(self) -> str:  # `draw` is a method here, so the base cannot find the argument
        return f"Flip(p={self.p}, draw={self.draw_with!r}, batch={self.batch})"

    def apply_image(self, images: Tensor, drawn: BatchFlip) -> Tensor:
        """Images `(B, C, H, W)`, or masks `(B, H, W)`."""
        return _where(drawn, images, lambda chosen: chosen.flip(-1))

    apply_mask = apply_image

    def apply_points(self, points: Tensor, drawn: BatchFlip) -> Tensor:
        """Points `(B, N, 2)` in pixels."""
        return _where(drawn, points, lambda chosen: hflip_points(chosen, _width(drawn.canvas)))

    def apply_boxes(self, boxes: Tensor, drawn: BatchFlip) -> Tensor:
        """Boxes `(B, N, 4)` in pixels."""
        return _where(drawn, boxes, lambda chosen: hflip_boxes(chosen, _width(drawn.canvas)))


def _where(drawn: BatchFlip, batch: Tensor, mirror: Callable[[Tensor], Tensor]) -> Tensor:
    chosen = drawn.flips.nonzero()[:, 0].to(batch.device)
    result = batch.clone()
    result[chosen] = mirror(batch[chosen]).to(batch.dtype)
    return result


def _width(canvas: Size | None) -> int:
    if canvas is None:
        raise ValueError("Points and boxes are mirrored within their picture, but this sample has no picture. Put an "
                         "ImageBlock before them, or call the flip on (image, boxes).")  # fmt: skip
    return canvas[0]
