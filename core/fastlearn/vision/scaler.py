"""Points and boxes between the pixels of their picture and -1..1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from fastlearn.data.kinds import kinds_of_parts
from fastlearn.data.problems import DataError
from fastlearn.data.transform import Kinds, SampleTransform, remake_tuple
from fastlearn.vision.resize import canvas_of
from fastlearn.vision.window import Size

PLACES = ("points", "boxes")


class PointScaler(SampleTransform):
    """Points and boxes of a batch from pixels to -1..1 of the picture in the same batch, after all augmentation.

    Boxes are cut at the border; those that lie outside become padding: four zeros, and label 0. Decoding gives pixels.
    `do_scale=False` leaves everything as it is. Shapes: points `(B, N, 2)`, boxes `(B, N, 4)`, images `(B, C, H, W)`.
    """

    order = 98

    def __init__(self, do_scale: bool = True, y_first: bool = False) -> None:
        super().__init__()
        if y_first:
            raise ValueError("Points are turned around where they are opened, so that item transforms know x from y. "
                             "Try PointBlock(y_first=True).")  # fmt: skip
        self.do_scale, self.y_first = do_scale, y_first

    def __call__(
        self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None, rng: torch.Generator | None = None
    ) -> Any:
        if self.skips(split_idx) or not self.do_scale:
            return x
        done = super().__call__(x, split_idx, kinds, rng)
        if kinds is None or "boxes" not in kinds or "boxlabels" not in kinds:
            return done
        empty = is_empty(done[kinds.index("boxes")])
        parts = [p.masked_fill(empty, 0) if k == "boxlabels" else p for p, k in zip(done, kinds, strict=False)]
        return remake_tuple(done, parts)

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Size | None:
        """(width, height) of the picture."""
        if not any(kind in PLACES for kind in kinds):
            return None
        return _canvas(parts, kinds)

    def apply_points(self, points: Tensor, size: Size) -> Tensor:
        """Shapes: `(B, N, 2)`."""
        return scale_points(points, size)

    def apply_boxes(self, boxes: Tensor, size: Size) -> Tensor:
        """Shapes: `(B, N, 4)`."""
        scaled = scale_boxes(boxes, size).clamp(-1, 1)
        return scaled.masked_fill(is_empty(scaled)[..., None], 0.0)

    def decode(self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None) -> Any:
        """Pixels of the picture; predictions may be flat, `(B, 2 * N)`."""
        parts = x if isinstance(x, tuple) else (x,)
        kinds = kinds if kinds is not None and len(kinds) == len(parts) else kinds_of_parts(parts)
        if self.skips(split_idx) or not self.do_scale or not any(kind in PLACES for kind in kinds):
            return x
        size, batched = _canvas(parts, kinds), _is_batch(parts, kinds)
        done = [_decoded(part, kind, size, batched) for part, kind in zip(parts, kinds, strict=True)]
        return remake_tuple(x, done) if isinstance(x, tuple) else done[0]


def scale_points(points: Tensor, size: Size) -> Tensor:
    """Points `(..., 2)` in pixels of a picture of `size`, (width, height), as -1..1."""
    return points * (2 / points.new_tensor(size)) - 1


def scale_boxes(boxes: Tensor, size: Size) -> Tensor:
    """Boxes `(..., 4)` in pixels of a picture of `size`, (width, height), as -1..1."""
    return scale_points(boxes.reshape(-1, 2), size).reshape(boxes.shape)


def unscale_points(points: Tensor, size: Size) -> Tensor:
    """Points `(..., 2)` of -1..1 in pixels of a picture of `size`, (width, height)."""
    return (points + 1) * (points.new_tensor(size) / 2)


def unscale_boxes(boxes: Tensor, size: Size) -> Tensor:
    """Boxes `(..., 4)` of -1..1 in pixels of a picture of `size`, (width, height); padding stays zeros."""
    pixels = unscale_points(boxes.reshape(-1, 2), size).reshape(boxes.shape)
    return pixels.masked_fill(is_empty(boxes)[..., None], 0.0)


def is_empty(boxes: Tensor) -> Tensor:
    """Which boxes `(..., 4)` have no area: padding."""
    return (boxes[..., 2] <= boxes[..., 0]) | (boxes[..., 3] <= boxes[..., 1])


def _decoded(part: Any, kind: str, size: Size, batched: bool) -> Any:
    if kind not in PLACES or not isinstance(part, Tensor):
        return part
    width = 2 if kind == "points" else 4
    rows = part.reshape(len(part), -1, width) if batched else part.reshape(-1, width)
    rows = rows if rows.is_floating_point() else rows.float()
    return unscale_points(rows, size) if kind == "points" else unscale_boxes(rows, size)


def _canvas(parts: Sequence[Any], kinds: Kinds) -> Size:
    canvas = canvas_of(parts, kinds)
    if canvas is None:
        raise DataError("Points and boxes are scaled by the size of their picture, but this batch has no picture. Put "
                        "an ImageBlock before them, or try PointScaler(do_scale=False).")  # fmt: skip
    if min(canvas) < 1:
        raise DataError(f"Points and boxes are scaled by the size of their picture, but it is {canvas[0]}x{canvas[1]}.")
    return canvas


def _is_batch(parts: Sequence[Any], kinds: Kinds) -> bool:
    """Whether the parts are those of a batch and not of one sample: by the axes of the picture."""
    for part, kind in zip(parts, kinds, strict=True):
        if kind in ("image", "mask") and isinstance(part, Tensor):
            return part.ndim == (4 if kind == "image" else 3)
    return False
