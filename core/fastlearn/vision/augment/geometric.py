"""Steps that mirror, turn, zoom and tilt the pictures of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from fastlearn.keywords import check_keywords
from fastlearn.vision.augment.affine import AffineCoordTfm
from fastlearn.vision.augment.base import check_probability
from fastlearn.vision.augment.draws import DrawWith, one_each
from fastlearn.vision.augment.matrices import (
    draw_flips,
    draw_symmetries,
    draw_zooms,
    fit_aspect,
    magnification,
    rotation,
    symmetry,
)
from fastlearn.vision.augment.moves import Canvas, extent
from fastlearn.vision.augment.perspective import skew
from fastlearn.vision.resize import PadMode

SizeOrSide = int | Sequence[int] | None


class DrawnAffine(AffineCoordTfm):
    """One kind of move, drawn for each sample; what the steps below share.

    `draw`, in place of chance: a value for all, a sequence of one for each sample, or a function of the images that
    gives them. `batch`: one draw for the whole batch.
    """

    def __init__(
        self,
        p: float,
        draw: DrawWith,
        size: SizeOrSide,
        mode: str,
        pad_mode: str,
        align_corners: bool | None,
        batch: bool,
    ) -> None:
        super().__init__(size=size, mode=mode, pad_mode=pad_mode, align_corners=align_corners)
        self.p, self.draw_with, self.batch = check_probability(p), draw, batch


class Flip(DrawnAffine):
    """Mirror samples left to right, each with probability `p`, exactly; `draw` gives 1 to mirror, 0 to leave."""

    @check_keywords
    def __init__(
        self,
        p: float = 0.5,
        draw: DrawWith = None,
        size: SizeOrSide = None,
        mode: str = "bilinear",
        pad_mode: str = PadMode.Reflection,
        align_corners: bool | None = True,
        batch: bool = False,
    ) -> None:
        super().__init__(p, draw, size, mode, pad_mode, align_corners, batch)

    def matrix(self, x: Tensor, canvas: Canvas, rng: torch.Generator) -> Tensor:
        return symmetry(draw_flips(x, self.p, self.draw_with, self.batch, rng).long())


class Dihedral(DrawnAffine):
    """One of the eight symmetries of a square for samples drawn with probability `p`; `draw` gives their numbers.

    0 leaves, 1 mirrors left-right, 2 top-bottom, 3 turns a quarter to the left, 4 half, 5 a quarter to the right, 6 and
    7 mirror about the diagonals. A picture that is not square keeps its shape: a quarter turn shows its middle.
    """

    @check_keywords
    def __init__(
        self,
        p: float = 0.5,
        draw: DrawWith = None,
        size: SizeOrSide = None,
        mode: str = "bilinear",
        pad_mode: str = PadMode.Reflection,
        batch: bool = False,
        align_corners: bool | None = True,
    ) -> None:
        super().__init__(p, draw, size, mode, pad_mode, align_corners, batch)

    def matrix(self, x: Tensor, canvas: Canvas, rng: torch.Generator) -> Tensor:
        matrix = symmetry(draw_symmetries(x, self.p, self.draw_with, self.batch, rng))
        return fit_aspect(matrix, extent(canvas, self.align_corners))


class Rotate(DrawnAffine):
    """Turn samples by up to `max_deg` degrees, each with probability `p`; `draw` gives degrees, clockwise."""

    @check_keywords
    def __init__(
        self,
        max_deg: float = 10,
        p: float = 0.5,
        draw: DrawWith = None,
        size: SizeOrSide = None,
        mode: str = "bilinear",
        pad_mode: str = PadMode.Reflection,
        align_corners: bool | None = True,
        batch: bool = False,
    ) -> None:
        super().__init__(p, draw, size, mode, pad_mode, align_corners, batch)
        self.max_deg = max_deg

    def matrix(self, x: Tensor, canvas: Canvas, rng: torch.Generator) -> Tensor:
        degrees = one_each(x, -self.max_deg, self.max_deg, self.p, 0.0, rng, self.draw_with, self.batch)
        return fit_aspect(rotation(degrees), extent(canvas, self.align_corners))


class Zoom(DrawnAffine):
    """Show samples `min_zoom` to `max_zoom` times as large, each with probability `p`, at a random place.

    `draw` gives the factor; `draw_x` and `draw_y` say where what is shown lies: 0 at the left or top, 1 at the right or
    bottom, 0.5 in the middle.
    """

    @check_keywords
    def __init__(
        self,
        min_zoom: float = 1.0,
        max_zoom: float = 1.1,
        p: float = 0.5,
        draw: DrawWith = None,
        draw_x: DrawWith = None,
        draw_y: DrawWith = None,
        size: SizeOrSide = None,
        mode: str = "bilinear",
        pad_mode: str = PadMode.Reflection,
        batch: bool = False,
        align_corners: bool | None = True,
    ) -> None:
        super().__init__(p, draw, size, mode, pad_mode, align_corners, batch)
        if not 0 < min_zoom <= max_zoom:
            raise ValueError("Zoom goes from `min_zoom`, which is positive, up to `max_zoom`, but got "
                             f"{min_zoom!r} and {max_zoom!r}. Try 1.0 and 1.1.")  # fmt: skip
        self.min_zoom, self.max_zoom, self.draw_x, self.draw_y = min_zoom, max_zoom, draw_x, draw_y

    def draws(self) -> tuple[Any, ...]:
        """What the user gave in the place of chance."""
        return self.draw_with, self.draw_x, self.draw_y

    def matrix(self, x: Tensor, canvas: Canvas, rng: torch.Generator) -> Tensor:
        drawn = draw_zooms(
            x, self.min_zoom, self.max_zoom, self.p, self.draw_with, self.draw_x, self.draw_y, self.batch, rng
        )
        return magnification(*drawn)


class Warp(DrawnAffine):
    """Show samples as if seen from the side or from above, by up to `magnitude` and each way with probability `p`.

    `draw_x` and `draw_y` give by which share the left (upper) edge grows while the right (lower) one shrinks.
    """

    @check_keywords
    def __init__(
        self,
        magnitude: float = 0.2,
        p: float = 0.5,
        draw_x: DrawWith = None,
        draw_y: DrawWith = None,
        size: SizeOrSide = None,
        mode: str = "bilinear",
        pad_mode: str = PadMode.Reflection,
        batch: bool = False,
        align_corners: bool | None = True,
    ) -> None:
        super().__init__(p, None, size, mode, pad_mode, align_corners, batch)
        self.magnitude, self.draw_x, self.draw_y = magnitude, draw_x, draw_y

    def draws(self) -> tuple[Any, ...]:
        """What the user gave in the place of chance."""
        return self.draw_x, self.draw_y

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same step again."""
        return {name: value for name, value in super().constructor_arguments().items() if name != "draw"}

    def matrix(self, x: Tensor, canvas: Canvas, rng: torch.Generator) -> Tensor:
        across, down = (
            one_each(x, -self.magnitude, self.magnitude, self.p, 0.0, rng, draw, self.batch)
            for draw in (self.draw_x, self.draw_y)
        )
        return skew(across, down)
