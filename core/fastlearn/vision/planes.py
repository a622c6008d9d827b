"""Resizing a colour picture straight into the planes of a tensor, by torch's vectorised kernel.

It does what Pillow's bilinear filter does, to two levels of 255 at most (one on photos), in about half the time, and
leaves the pixels where a tensor has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from fastlearn.data.transform import SampleTransform, Transform
from fastlearn.vision.shared_pixels import pixels_of
from fastlearn.vision.window import Size, Window

if TYPE_CHECKING:
    from fastlearn.vision.tensors import ToTensor

WHOLE = 1e-4  # of a pixel of the view: so near to a whole number a window's edge counts as one
NUDGE = 1e-7  # so that 128.0 pixels are not taken for 127


def view_planes(im: Any, window: Window, out: Size) -> Tensor | None:
    """What `window` shows of the colour picture `im` in `out`, (width, height), smoothed: uint8, `(3, height, width)`.

    None where it lies a part of the view's pixel off the picture's left or upper edge, or beyond the picture: the
    kernel resizes whole pictures, of which this cuts. Also None for pictures that are not of mode "RGB".
    """
    if not isinstance(im, Image.Image) or im.mode != "RGB" or out == im.size:
        return None
    (width, height), (left, top, right, bottom) = im.size, window
    across, down = (right - left) / out[0], (bottom - top) / out[1]  # the picture's pixels in one of the view's
    x, y = round(left / across), round(top / down)
    if min(x, y) < 0 or abs(left / across - x) > WHOLE or abs(top / down - y) > WHOLE:
        return None
    if right > width + WHOLE * across or bottom > height + WHOLE * down:
        return None
    if _looks_unscaled(width, across) or _looks_unscaled(height, down):
        return None
    # Axes are moved by numpy: around each of torch's operations, threads that read other pictures change places.
    pixels = torch.from_numpy(_four_channels(im)[None].transpose(0, 3, 1, 2))
    factors = [(1 + NUDGE) / down, (1 + NUDGE) / across]
    whole = F.interpolate(pixels, scale_factor=factors, mode="bilinear", antialias=True).numpy()
    view = whole[0, :3, y : y + out[1], x : x + out[0]]
    return torch.from_numpy(view) if view.shape[1:] == out[::-1] else None


def _looks_unscaled(n: int, scale: float) -> bool:
    """Whether the kernel takes an axis of `n` pixels, which keeps their number, for one that keeps its scale."""
    return scale != 1 and int(n * (1 + NUDGE) / scale) == n


def _four_channels(im: Image.Image) -> np.ndarray:
    """The pixels as Pillow has them, `(H, W, 4)`: a fourth channel costs less than taking it out."""
    pixels = pixels_of(im)
    if pixels is None:
        four = bytearray(im.tobytes("raw", "RGBX"))  # torch wants memory that could be written to
        pixels = np.frombuffer(four, np.uint8).reshape(im.height, im.width, 4)
    return pixels


def picture_of(planes: Tensor) -> Image.Image:
    """The colour picture with these planes, uint8 `(3, H, W)`."""
    return Image.fromarray(np.ascontiguousarray(planes.permute(1, 2, 0).numpy()))


class ViewToTensor(SampleTransform):
    """A step that shows pictures through a window and `ToTensor`, in one: without a picture in between."""

    def __init__(self, view: Any, to_tensor: ToTensor) -> None:
        super().__init__(split_idx=view.split_idx)
        self.view, self.to_tensor = view, to_tensor
        self.draw, self.draw_valid, self.own_rng = view.draw, view.draw_valid, view.own_rng  # type: ignore[method-assign]

    def _apply(self, prefix: str, kind: str, part: Any, *params: Any) -> Any:
        planes = self.view.planes_of(part, *params) if kind == "image" else None
        return self.to_tensor(self.view._apply(prefix, kind, part, *params)) if planes is None else planes

    @property
    def name(self) -> str:
        """The names of both."""
        return f"{self.view.name} + {self.to_tensor.name}"


def with_tensor(view: Any, following: Transform) -> Transform | None:
    """`view` and `following` in one where that is `ToTensor` and nothing else; None where it is not."""
    from fastlearn.vision.tensors import ToTensor

    plain = type(following) is ToTensor and following.split_idx is None and view.split_idx is None
    return ViewToTensor(view, following) if plain else None  # type: ignore[arg-type]
