"""Where a crop, a padding or a resize looks in a picture, and moving pictures, points and boxes into that view."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

Size = tuple[int, int]  # width, height
Place = tuple[float, ...]  # 0..1 of the free play to the left and above: (0.5, 0.5) is the centre
NUMPY_PAD = {"zeros": "constant", "border": "edge", "reflection": "reflect"}


class Window(NamedTuple):
    """A rectangle in pixels of a picture; it may reach beyond the picture, which is then padded."""

    left: float
    top: float
    right: float
    bottom: float

    def scaled(self, x: float, y: float) -> Window:
        """The same view of a picture that is `x` times as wide and `y` times as high."""
        return Window(self.left * x, self.top * y, self.right * x, self.bottom * y)


def whole(size: Size) -> Window:
    """All of a picture."""
    return Window(0, 0, *size)


def placed(size: Size, extent: tuple[float, float], place: Place) -> Window:
    """A window of width and height `extent`, at `place` of its play in a picture of `size` (negative play: outside)."""
    left, top = place[0] * (size[0] - extent[0]), place[1] * (size[1] - extent[1])
    return Window(left, top, left + extent[0], top + extent[1])


def largest_inside(size: Size, out: Size, place: Place) -> Window:
    """The largest window of the shape of `out` inside a picture of `size`: what a crop keeps."""
    scale = min(size[0] / out[0], size[1] / out[1])
    return placed(size, (out[0] * scale, out[1] * scale), place)


def smallest_around(size: Size, out: Size, place: Place) -> Window:
    """The smallest window of the shape of `out` around a picture of `size`: what padding fills up."""
    scale = max(size[0] / out[0], size[1] / out[1])
    return placed(size, (out[0] * scale, out[1] * scale), place)


def whole_pixels(window: Window) -> Window:
    """The window moved to the nearest whole pixel above and left, its extent unchanged."""
    left, top = int(window.left // 1), int(window.top // 1)
    return Window(left, top, left + window.right - window.left, top + window.bottom - window.top)


def view_picture(im: Image.Image, window: Window, out: Size, resample: int, pad_mode: str) -> Image.Image:
    """What `window` shows of `im`, as a picture of size `out`; what lies outside `im` is filled by `pad_mode`."""
    if window == whole(im.size) and out == im.size:
        return im.copy()
    inside = _clip(window, im.size)
    if _same(inside, window):
        return im.resize(out, resample=resample, box=inside)
    left, top, right, bottom = _place_in_view(inside, window, out)
    shown = im.resize((right - left, bottom - top), resample=resample, box=inside)
    return Image.fromarray(_pad(np.asarray(shown), (top, out[1] - bottom), (left, out[0] - right), pad_mode))


def view_tensor(x: Tensor, window: Window, out: Size, smooth: bool, pad_mode: str) -> Tensor:
    """As `view_picture` for a tensor of shape `(..., H, W)`, to the nearest pixel; same dtype."""
    size = (x.shape[-1], x.shape[-2])
    inside = _clip(window, size)
    left, top, right, bottom = _place_in_view(inside, window, out)
    x0, y0, x1, y1 = (round(edge) for edge in inside)
    x0, y0 = min(x0, size[0] - 1), min(y0, size[1] - 1)  # half a pixel at the end rounds beyond it
    shown = _resize_tensor(x[..., y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)], (right - left, bottom - top), smooth)
    if _same(inside, window):
        return shown
    padded = _pad(shown.movedim((-2, -1), (0, 1)).numpy(), (top, out[1] - bottom), (left, out[0] - right), pad_mode)
    return torch.from_numpy(padded).movedim((0, 1), (-2, -1)).contiguous()


def view_points(points: Tensor, window: Window, out: Size) -> Tensor:
    """Points of shape `(N, 2)`, x and y in pixels of the picture, in pixels of the view; they may fall outside it."""
    origin, scale = _origin_and_scale(points, window, out)
    return (points - origin) * scale


def view_boxes(boxes: Tensor, window: Window, out: Size) -> Tensor:
    """Boxes of shape `(N, 4)`, x1, y1, x2, y2 in pixels, in the view and cut at its border (empty where outside)."""
    corners = view_points(boxes.reshape(-1, 2), window, out)
    return corners.clamp(min=corners.new_zeros(2), max=corners.new_tensor(out)).reshape(boxes.shape)


def _origin_and_scale(points: Tensor, window: Window, out: Size) -> tuple[Tensor, Tensor]:
    extent = (window.right - window.left, window.bottom - window.top)
    dtype = points.dtype if points.is_floating_point() else torch.get_default_dtype()
    origin = torch.tensor(window[:2], dtype=dtype, device=points.device)
    return origin, torch.tensor([out[0] / extent[0], out[1] / extent[1]], dtype=dtype, device=points.device)


def _clip(window: Window, size: Size) -> Window:
    """The part of `window` inside a picture of `size`."""
    width, height = size
    return Window(max(window.left, 0), max(window.top, 0), min(window.right, width), min(window.bottom, height))


def _same(a: Window, b: Window) -> bool:
    """Equal but for rounding errors, which must not cost a picture a row of padding."""
    return all(abs(p - q) <= 1e-6 * max(1, abs(q)) for p, q in zip(a, b, strict=True))


def _place_in_view(inside: Window, window: Window, out: Size) -> tuple[int, int, int, int]:
    """Where `inside` lies in the view of `window`, in whole pixels of the view, at least one pixel wide and high."""
    x, y = out[0] / (window.right - window.left), out[1] / (window.bottom - window.top)
    left, right = round((inside.left - window.left) * x), round((inside.right - window.left) * x)
    top, bottom = round((inside.top - window.top) * y), round((inside.bottom - window.top) * y)
    left, top = min(left, out[0] - 1), min(top, out[1] - 1)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _pad(pixels: np.ndarray, rows: tuple[int, int], columns: tuple[int, int], pad_mode: str) -> np.ndarray:
    widths = [rows, columns, *[(0, 0)] * (pixels.ndim - 2)]
    return np.pad(pixels, widths, mode=NUMPY_PAD[pad_mode])  # type: ignore[call-overload, no-any-return]


def _resize_tensor(x: Tensor, size: Size, smooth: bool) -> Tensor:
    stack = x.reshape(1, -1, *x.shape[-2:]).float()  # (1, C, H, W)
    target = size[::-1]
    done = F.interpolate(stack, target, mode="bilinear", antialias=True) if smooth else F.interpolate(stack, target)
    done = done.reshape(*x.shape[:-2], *target)
    return done.to(x.dtype) if x.is_floating_point() else done.round().to(x.dtype)
