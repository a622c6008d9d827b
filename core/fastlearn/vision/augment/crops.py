"""The window of a random resized crop: a share of the area and a ratio of the sides, drawn until they fit."""

from __future__ import annotations

import math

import torch

from fastlearn.vision.window import Size, Window

ATTEMPTS = 10


def random_window(
    size: Size, min_scale: float, max_scale: float, ratio: tuple[float, float], rng: torch.Generator
) -> Window:
    """A window of whole pixels in a picture of `size`, (width, height); after ten attempts `central_window`."""
    width, height = size
    for share, shape in torch.rand(ATTEMPTS, 2, generator=rng).tolist():
        area = width * height * (min_scale + (max_scale - min_scale) * share)
        low, high = math.log(ratio[0]), math.log(ratio[1])
        aspect = math.exp(low + (high - low) * shape)
        wide, tall = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 1 <= wide <= width and 1 <= tall <= height:
            left, top = (
                min(play, int(place * (play + 1)))
                for place, play in zip(
                    torch.rand(2, generator=rng).tolist(), (width - wide, height - tall), strict=True
                )
            )
            return Window(left, top, left + wide, top + tall)
    return central_window(size, ratio)


def central_window(size: Size, ratio: tuple[float, float]) -> Window:
    """The largest window in the middle whose width / height is allowed."""
    wide, tall = fallback(size, ratio)
    left, top = (size[0] - wide) // 2, (size[1] - tall) // 2
    return Window(left, top, left + wide, top + tall)


def fallback(size: Size, ratio: tuple[float, float]) -> Size:
    """Width and height of the largest part of a picture of `size` with width / height in `ratio`."""
    width, height = size
    if width / height < ratio[0]:
        return width, max(1, int(width / ratio[0]))
    if width / height > ratio[1]:
        return max(1, int(height * ratio[1])), height
    return width, height


def check_crop(min_scale: float, max_scale: float, ratio: tuple[float, float]) -> None:
    """Raises: ValueError unless the scales are shares and the ratios positive, each pair in its order."""
    if not 0 < min_scale <= max_scale <= 1:
        raise ValueError("`min_scale` and `max_scale` are shares of the area, above 0, up to 1 and in this order, but "
                         f"got {min_scale!r} and {max_scale!r}. Try 0.08 and 1.0.")  # fmt: skip
    if len(ratio) != 2 or not 0 < ratio[0] <= ratio[1]:
        raise ValueError(f"`ratio` is the least and the greatest width / height, but got {ratio!r}. Try (3/4, 4/3).")
