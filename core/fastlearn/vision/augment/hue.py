"""Steps in the space of hue, saturation and value."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from fastlearn.keywords import check_keywords
from fastlearn.vision.augment.base import check_probability
from fastlearn.vision.augment.changes import Change, TurnHue
from fastlearn.vision.augment.draws import DrawWith, chosen, given, uniform
from fastlearn.vision.augment.lighting import SpaceTfm
from fastlearn.vision.augment.spaces import hsv


class HSVTfm(SpaceTfm):
    """Applies `fs` to the images as hue, saturation and value, `(B, 3, H, W)`, all of 0 to 1."""

    def __init__(self, fs: Any = None) -> None:
        super().__init__(fs, hsv)


class Hue(HSVTfm):
    """The hue of each sample moved on with probability `p`, by up to `max_hue` of the colour circle either way.

    One turn and the shift have a uniform logarithm between those of `1 - max_hue` and `1 / (1 - max_hue)`: shifts are
    of `-max_hue` to `max_hue / (1 - max_hue)` turns. `draw` gives the shift in turns. Gray images stay.
    """

    @check_keywords
    def __init__(self, max_hue: float = 0.1, p: float = 0.75, draw: DrawWith = None, batch: bool = False) -> None:
        super().__init__()
        if not 0 <= max_hue < 1:
            raise ValueError(f"`max_hue` is a share of the colour circle from 0 up to, but not including, 1, but got "
                             f"{max_hue!r}. Try 0.1.")  # fmt: skip
        self.max_hue, self.p, self.draw_with, self.batch = max_hue, check_probability(p), draw, batch

    def change(self, x: Tensor, rng: torch.Generator) -> Change:
        if self.draw_with is not None:
            return TurnHue(given(self.draw_with, x))
        most, n = -math.log(1 - self.max_hue), len(x)
        turns = uniform(n, -most, most, rng, self.batch).exp() - 1
        return TurnHue(torch.where(chosen(n, self.p, rng, self.batch), turns, 0.0))
