"""Spaces in which colours are changed: logits of 0 to 1, and hue, saturation, value."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from fastlearn.data.problems import DataError, describe

EPS = 1e-7  # black and white have no logit; this near they are taken to be
LUMA = (0.2989, 0.5870, 0.1140)


def lighting(x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """Images of 0 to 1 with `function` applied to their logits, where adding and scaling never leaves 0 to 1."""
    return function(torch.logit(x, EPS)).sigmoid()


def hsv(x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """Images of 0 to 1 with `function` applied to hue, saturation and value; gray ones have no hue and stay.

    A fourth channel, transparency or another, is left as it is. Raises: DataError for other numbers of channels.
    """
    colours = rgb_of(x, "Hue")
    if colours is None:
        return x
    done = hsv2rgb(function(rgb2hsv(colours)))
    return done if x.shape[1] == 3 else torch.cat((done, x[:, 3:]), dim=1)


def grayscale(x: Tensor) -> Tensor:
    """The brightness of RGB images, `(B, 3, H, W)` to `(B, 1, H, W)`. Source: ITU-R BT.601 luma."""
    red, green, blue = x.unbind(1)
    return (red * LUMA[0]).add_(green, alpha=LUMA[1]).add_(blue, alpha=LUMA[2])[:, None]


def rgb2hsv(img: Tensor) -> Tensor:
    """RGB of 0 to 1 to hue, saturation and value, all of 0 to 1; gray has hue and saturation 0. `(B, 3, H, W)`.

    Source: Smith 1978, "Color gamut transform pairs", the hexcone model.
    """
    red, green, blue = img.unbind(1)
    value, chroma = img.amax(1), img.amax(1) - img.amin(1)
    divisor = torch.where(chroma > 0, chroma, 1)
    of_red, of_green = ((green - blue) / divisor).remainder(6), (blue - red) / divisor + 2
    of_blue = (red - green) / divisor + 4
    hue = torch.where(value == red, of_red, torch.where(value == green, of_green, of_blue)) / 6
    hue = torch.where(chroma > 0, hue, 0)
    return torch.stack((hue, chroma / torch.where(value > 0, value, 1), value), dim=1)


def hsv2rgb(img: Tensor) -> Tensor:
    """Hue, saturation and value, all of 0 to 1, to RGB. Shapes: `(B, 3, H, W)`."""
    hue, saturation, value = img.unbind(1)
    planes = []
    for offset in (5, 3, 1):
        k = (hue * 6 + offset).remainder_(6)
        ramp = torch.minimum(k, 4 - k).clamp_(0, 1)
        planes.append(value - value * saturation * ramp)
    return torch.stack(planes, dim=1)


def rgb_of(x: Tensor, what: str) -> Tensor | None:
    """The channels of `x` that are red, green and blue, as a view; None for gray, which has no colour to change.

    Raises: DataError where the channels are neither gray, RGB, nor RGB and one more.
    """
    if x.shape[1] == 1:
        return None
    if x.shape[1] in (3, 4):
        return x[:, :3]
    raise DataError(f"{what} works on images with the channels red, green and blue, but got {describe(x)}. Leave it "
                    "out for other channels, or apply it to three of them in a function of your own.")  # fmt: skip
