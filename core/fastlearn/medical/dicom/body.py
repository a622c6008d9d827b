"""Finding the head or body in a picture, and cutting it out: what is bright, blurred, is inside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from fastlearn.medical.dicom.windows import windowed


def uniform_blur2d(x: Tensor, s: int) -> Tensor:
    """The mean of `s` by `s` pixels around each pixel; `s` is odd, and outside of the picture is 0.

    Shapes: `(..., H, W)` floats, and the same comes back.
    """
    _check_odd(s)
    return _blur(x, torch.full((s,), 1 / s), "constant")


def gauss_blur2d(x: Tensor, s: float) -> Tensor:
    """`x` blurred by a Gaussian of standard deviation `s` in pixels, over `s / 2` pixels; borders are continued.

    Shapes: `(..., H, W)` floats, and the same comes back.
    """
    if not s > 0:
        raise ValueError(f"`s` is a positive number of pixels, but got {s!r}. Try s=20.")
    size = int(s / 4) * 2 + 1
    places = torch.arange(size) - size // 2
    weights = torch.exp(-0.5 * (places / s) ** 2)
    return _blur(x, weights / weights.sum(), "replicate")


def mask_from_blur(
    source: Any, window: tuple[float, float], sigma: float = 0.3, thresh: float = 0.05, remove_max: bool = True
) -> Tensor:
    """Where the picture is: its windowed brightness, blurred, is above `thresh`.

    `source` are values in Hounsfield units, or a DICOM file, a path or a dataset. `window` is (width, level), `sigma` a
    part of the width of the picture. `remove_max` takes what saturates, such as bone and the table, for nothing.
    Shapes: `(..., H, W)`, and booleans of the same come back.
    """
    seen = windowed(source, *window)
    if remove_max:
        seen = seen.masked_fill(seen == 1, 0.0)
    return gauss_blur2d(seen, sigma * seen.shape[-1]) > thresh


def mask2bbox(mask: Tensor) -> Tensor:
    """The smallest box around what is true in `mask`: first and last row, first and last column that hold any.

    Shapes: `(H, W)` gives `(2, 2)`, `[[top, left], [bottom, right]]`, all of them inside, so that the part is
    `x[top : bottom + 1, left : right + 1]`; `(B, H, W)` gives `(2, 2, B)`. An empty mask is boxed whole.
    """
    if mask.ndim not in (2, 3):
        raise ValueError(f"A mask has shape (H, W) or (B, H, W), but this one {tuple(mask.shape)}.")
    batch = (mask != 0).reshape(-1, *mask.shape[-2:])
    boxes = torch.stack([torch.stack((_ends(one.any(1)), _ends(one.any(0))), dim=1) for one in batch], dim=-1)
    return boxes[..., 0] if mask.ndim == 2 else boxes


def crop_resize(x: Tensor, crops: Tensor, new_sz: int | Sequence[int]) -> Tensor:
    """The part of each picture in its box, brought to `new_sz`, a side or (height, width), by linear interpolation.

    Shapes: `x` is `(B, H, W)` or `(B, C, H, W)` and `crops`, as from `mask2bbox`, `(2, 2, B)`; or one picture
    `(H, W)` and one box `(2, 2)`.
    """
    size = (new_sz, new_sz) if isinstance(new_sz, int) else (new_sz[0], new_sz[1])
    if x.ndim == 2:
        return crop_resize(x[None], crops[..., None], size)[0]
    if crops.shape != (2, 2, len(x)):
        raise ValueError(f"`crops` has a box for each of {len(x)} pictures, shape (2, 2, {len(x)}), but got "
                         f"{tuple(crops.shape)}. Try mask2bbox(masks).")  # fmt: skip
    return torch.cat([_part(one[None], crops[..., i].tolist(), size) for i, one in enumerate(x)])


def _part(x: Tensor, box: list[list[int]], size: tuple[int, int]) -> Tensor:
    (top, left), (bottom, right) = box
    part = x[..., top : bottom + 1, left : right + 1].float()
    planes = part[:, None] if part.ndim == 3 else part  # (1, C, h, w)
    shrinks = size[0] < planes.shape[-2] or size[1] < planes.shape[-1]
    done = F.interpolate(planes, size, mode="bilinear", align_corners=False, antialias=shrinks)
    return done[:, 0] if part.ndim == 3 else done


def _ends(some: Tensor) -> Tensor:
    """First and last true position, `(2,)`; all of it where none is."""
    found = some.nonzero().flatten()
    return torch.stack((found[0], found[-1])) if len(found) else torch.tensor([0, len(some) - 1], device=some.device)


def _blur(x: Tensor, weights: Tensor, mode: str) -> Tensor:
    """`x` blurred along rows, then along columns, by the same odd number of `weights`."""
    planes = x.reshape(-1, 1, *x.shape[-2:]).float()
    half, weights = len(weights) // 2, weights.to(planes)
    for kernel, widths in ((weights[None], (half, half, 0, 0)), (weights[:, None], (0, 0, half, half))):
        planes = F.conv2d(F.pad(planes, widths, mode=mode), kernel[None, None])
    return planes.reshape(x.shape)


def _check_odd(s: int) -> None:
    if s < 1 or s % 2 == 0 or not math.isfinite(s):
        raise ValueError(f"`s` is an odd number of pixels, but got {s!r}. Try s={max(1, int(s) | 1)}.")
