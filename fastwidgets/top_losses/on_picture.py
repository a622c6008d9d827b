"""Where in a picture's file that lies which the model saw of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from fastlearn.vision.resize import ViewTransform
from fastlearn.vision.upright_size import size_of_upright
from fastlearn.vision.window import Window, whole
from numpy.typing import NDArray
from PIL import Image
from torch.nn import functional as F

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["laid_on", "seen_of", "upright_size"]

CENTRE = (0.5, 0.5)
Size = tuple[int, int]  # width, height


def upright_size(path: str | os.PathLike[str]) -> Size:
    """(width, height) of a picture, turned upright, without decoding it. Raises: OSError if it cannot be read."""
    with Image.open(path) as picture:
        return size_of_upright(picture)


def seen_of(learn: Learner, size: Size) -> Window:
    """The part of a picture of `size` that reaches the model: what the validation set's item transforms leave of it.

    Steps that follow on whole batches are taken to change nothing about it.
    """
    x, y, sx, sy = 0.0, 0.0, 1.0, 1.0  # a pixel (i, j) of the view is (x + sx * i, y + sy * j) of the picture
    for step in _item_steps(learn):
        if isinstance(step, ViewTransform) and not step.skips(1):
            window, out = step.window_in(size, CENTRE), step.out_of(size)
            x, y = x + sx * window.left, y + sy * window.top
            sx, sy = sx * (window.right - window.left) / out[0], sy * (window.bottom - window.top) / out[1]
            size = out
    return Window(x, y, x + sx * size[0], y + sy * size[1])


def laid_on(values: NDArray[Any], window: Window, size: Size, side: int, smooth: bool = True) -> NDArray[np.float32]:
    """`values` `(h, w)` of what the model saw, as an array of the shape of the picture, its longer side `side`.

    `window` is where that lies in the picture of `size`; outside of it there are zeros. `smooth` mixes neighbours.
    """
    scale = side / max(size)
    width, height = (max(1, round(scale * n)) for n in size)
    centres = [(np.arange(n) + 0.5) / n * full for n, full in ((width, size[0]), (height, size[1]))]
    across = 2 * (centres[0] - window.left) / (window.right - window.left) - 1
    down = 2 * (centres[1] - window.top) / (window.bottom - window.top) - 1
    grid = np.stack(np.meshgrid(across, down), axis=-1)[None].astype(np.float32)  # (1, height, width, 2)
    mode = "bilinear" if smooth else "nearest"
    source = torch.from_numpy(np.array(values, np.float32))[None, None]
    inside = (np.abs(grid[0]) <= 1).all(-1)
    found = F.grid_sample(source, torch.from_numpy(grid), mode, "border", align_corners=False)[0, 0].numpy()
    return np.where(inside, found, 0).astype(np.float32)


def _item_steps(learn: Learner) -> list[Any]:
    loader = learn.dls.valid if learn.dls.valid is not None else learn.dls.train
    return list(getattr(getattr(loader, "after_item", None), "fs", ()))


def window_of(learn: Learner | None, size: Size) -> Window:
    """`seen_of`, or all of the picture where there is no learner."""
    return whole(size) if learn is None else seen_of(learn, size)
