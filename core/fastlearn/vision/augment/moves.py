"""Where every place of a batch of pictures moves to: matrices, multiplied as far as possible, and free maps of places.

Places are normalised: from -1 to 1 over the picture, between the centres of its outermost pixels with `align_corners`,
else between its edges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from fastlearn.vision.augment.matrices import SYMMETRIES, identity

Canvas = tuple[int, int]  # height, width
CoordFunction = Callable[..., Tensor]  # places (B, ..., 2) to places; with invert=True the way back
Rows = Any  # a slice, or positions of samples
LEVELS_PER_OCTAVE = 4  # how finely a picture is made smaller before it is sampled


class Lines(NamedTuple):
    """A matrix's part in every column, `(B, 3, 1, width)`, and in every row, `(B, 3, height, 1)`.

    Their sum is its product with the place of each pixel, without a matrix product a pixel.
    """

    along: Tensor
    down: Tensor

    def places(self, rows: Rows = slice(None)) -> Tensor:
        """Where the pixels of some samples come from, `(B, height, width, 2)`, two planes behind one another."""
        along, down = self.along[rows], self.down[rows]
        places = along[:, :2] + down[:, :2]
        places *= (along[:, 2:] + down[:, 2:]).reciprocal_()
        return places.permute(0, 2, 3, 1)


@dataclass(frozen=True)
class Moves:
    """What one or several steps do to the places of a batch.

    `maps`: from places of the result to places of the source, the last one first; matrices are `(B, 3, 3)` on the CPU.
    `canvas` is the size of the source, `size` that of the result, both (height, width); `resizes` says that a step
    asked for that size, so that every picture of a sample gets it.
    """

    maps: tuple[Tensor | CoordFunction, ...]
    canvas: Canvas
    size: Canvas
    align_corners: bool
    resizes: bool = False

    def then(self, after: Moves) -> Moves:
        """These moves, followed by those of `after` on what they made."""
        maps = multiplied((*self.maps, *after.maps))
        return replace(self, maps=maps, size=after.size, resizes=self.resizes or after.resizes)

    def rows(self, rows: Rows) -> Moves:
        """The moves of some samples."""
        return self._each(lambda matrix: matrix[rows])

    def to(self, device: torch.device) -> Moves:
        """The same with matrices on `device`."""
        return self._each(lambda matrix: matrix.to(device, non_blocking=True))

    def _each(self, change: Callable[[Tensor], Tensor]) -> Moves:
        return replace(self, maps=tuple(change(one) if isinstance(one, Tensor) else one for one in self.maps))

    def on(self, canvas: Canvas) -> Moves:
        """The moves of another picture of the samples, which is `canvas` large."""
        return replace(self, canvas=canvas, size=self.size if self.resizes else canvas)

    def reading(self, canvas: Canvas) -> Moves:
        """The same moves of the same pictures in another resolution, `canvas`."""
        before, after = extent(self.canvas, self.align_corners), extent(canvas, self.align_corners)
        down, across = (
            new / old * was / now for new, old, was, now in zip(canvas, self.canvas, before, after, strict=True)
        )
        scale = torch.diag(torch.tensor([across, down, 1.0]))[None]
        return replace(self, maps=multiplied((scale, *self.maps)), canvas=canvas)

    @property
    def still(self) -> bool:
        """Whether nothing moves."""
        return not self.maps and self.size == self.canvas

    @property
    def free(self) -> bool:
        """Whether there are maps other than matrices."""
        return any(not isinstance(one, Tensor) for one in self.maps)

    def matrix(self, n: int) -> Tensor:
        """The product of the matrices, `(n, 3, 3)`; free maps are left out."""
        product = identity(n)
        for one in self.maps:
            product = product @ one if isinstance(one, Tensor) else product
        return product

    def symmetries(self, n: int) -> Tensor | None:
        """The number of the symmetry that each sample's moves amount to, `(n,)`; None if they are anything else."""
        if self.free or self.size != self.canvas:
            return None
        matrix = self.matrix(n)
        plain = bool((matrix[:, 2] == matrix.new_tensor([0, 0, 1])).all() and (matrix[:, :2, 2] == 0).all())
        same = (matrix[:, None, :2, :2] == SYMMETRIES).flatten(2).all(-1) if plain else torch.zeros(n, 8).bool()  # n,8
        square = self.canvas[0] == self.canvas[1]
        numbers = same.int().argmax(1)
        turns = ((numbers == 3) | (numbers >= 5)).any()
        return numbers if bool(same.any(1).all()) and (square or not turns) else None

    def shrink_levels(self, n: int) -> Tensor:
        """How much smaller samples are drawn down and across, in quarter octaves, `(n, 2)`; 0 where they are not.

        0 also where they stay larger than half: reading between neighbours misses no pixel there, and smoothing before
        costs detail that pretrained networks count on.

        Measured at the centre: the distance in the source between neighbours in the result, by the map's derivative.
        """
        m = self.matrix(n).double()
        at, by = m[:, :2, 2], m[:, 2:, 2:]  # the image of the centre, (n, 2) and (n, 1, 1)
        slope = (m[:, :2, :2] * by - at[:, :, None] * m[:, 2:, :2]) / by**2  # (n, 2, 2): of source x, y by result x, y
        source, result = (extent(size, self.align_corners) for size in (self.canvas, self.size))
        pixels = slope * slope.new_tensor(source[::-1])[:, None] / slope.new_tensor(result[::-1])
        levels = (LEVELS_PER_OCTAVE * pixels.norm(dim=-1).clamp(min=1).log2() + 1e-4).floor()
        levels = torch.where(levels < LEVELS_PER_OCTAVE, 0, levels)
        return levels.int().flip(-1)

    def move_points(self, points: Tensor) -> Tensor:
        """Points `(B, N, 2)`, x and y in pixels of the source, in pixels of the result; they may fall outside it."""
        dtype = points.dtype if points.is_floating_point() else torch.float32
        wide = dtype if points.device.type == "mps" else torch.float64  # whole pixels stay whole
        places = normalised(points.to(wide), self.canvas, self.align_corners)
        for one in self.maps:
            places = _back(one, places)
        return in_pixels(places, self.size, self.align_corners).to(dtype)

    def move_boxes(self, boxes: Tensor) -> Tensor:
        """Boxes `(B, N, 4)`, x1, y1, x2, y2 in pixels: the upright ones around the moved corners, cut at the border."""
        x1, y1, x2, y2 = boxes.unbind(-1)
        corners = torch.stack((x1, y1, x2, y1, x1, y2, x2, y2), dim=-1).reshape(len(boxes), -1, 2)
        moved = self.move_points(corners).reshape(*boxes.shape[:-1], 4, 2)
        height, width = self.size
        limit = moved.new_tensor([width, height])
        least, most = (edge.clamp(moved.new_zeros(2), limit) for edge in (moved.amin(-2), moved.amax(-2)))
        return torch.cat((least, most), dim=-1)

    def source_places(self, n: int, dtype: torch.dtype, device: torch.device) -> Tensor:
        """Where each pixel of the result comes from, `(n, height, width, 2)`; `n` samples, maps on `device`."""
        maps = list(self.maps)
        last = maps[-1] if maps else None
        if isinstance(last, Tensor):
            maps.pop()
        else:
            last = identity(1).to(device)
        places = self._lines_of(last, dtype, device).places().expand(n, -1, -1, -1)
        for one in reversed(maps):
            places = _forward(one, places)
        return places

    def lines(self, dtype: torch.dtype, device: torch.device) -> Lines | None:
        """What the places of any sample are the sums of, where one matrix says them; None where they take more."""
        only = self.maps[0] if len(self.maps) == 1 else None
        return self._lines_of(only.to(device), dtype, device) if isinstance(only, Tensor) else None

    def _lines_of(self, matrix: Tensor, dtype: torch.dtype, device: torch.device) -> Lines:
        xs, ys = (_centres(side, self.align_corners, dtype, device) for side in self.size[::-1])
        matrix = matrix.to(dtype)
        along = matrix[:, :, 0, None] * xs
        down = matrix[:, :, 1, None] * ys + matrix[:, :, 2, None]
        return Lines(along[:, :, None], down[..., None])


def normalised(points: Tensor, canvas: Canvas, align_corners: bool) -> Tensor:
    """Places of points in pixels, whose whole numbers are the edges between pixels."""
    height, width = canvas
    tall, wide = extent(canvas, align_corners)
    return (2 * points - points.new_tensor([width, height])) / points.new_tensor([wide, tall])


def in_pixels(places: Tensor, canvas: Canvas, align_corners: bool) -> Tensor:
    """The other way."""
    height, width = canvas
    tall, wide = extent(canvas, align_corners)
    return (places * places.new_tensor([wide, tall]) + places.new_tensor([width, height])) / 2


def extent(canvas: Canvas, align_corners: bool) -> tuple[float, float]:
    """How many pixels lie between -1 and 1, down and across."""
    less = 1 if align_corners else 0
    return max(canvas[0] - less, 1), max(canvas[1] - less, 1)


@lru_cache(maxsize=64)
def _centres(side: int, align_corners: bool, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The places of pixel centres along one axis; not to be written into."""
    across = max(side - 1, 1) if align_corners else side
    return (2 * torch.arange(side, dtype=dtype, device=device) + (1 - side)) / across


def _forward(one: Tensor | CoordFunction, places: Tensor) -> Tensor:
    if not isinstance(one, Tensor):
        return one(places)
    flat = places.reshape(len(places), -1, 2)
    moved = torch.cat((flat, torch.ones_like(flat[..., :1])), dim=-1) @ one.to(places.dtype).transpose(1, 2)
    return (moved[..., :2] / moved[..., 2:]).reshape(places.shape)


def _back(one: Tensor | CoordFunction, places: Tensor) -> Tensor:
    if not isinstance(one, Tensor):
        return one(places, invert=True)
    inverse = torch.linalg.inv(one.double()).to(places.device, places.dtype)
    return _forward(inverse, places)


def multiplied(maps: Sequence[Tensor | CoordFunction]) -> tuple[Tensor | CoordFunction, ...]:
    """`maps` with neighbouring matrices multiplied."""
    done: list[Tensor | CoordFunction] = []
    for one in maps:
        last = done[-1] if done else None
        if isinstance(last, Tensor) and isinstance(one, Tensor):
            done[-1] = last.to(one.device) @ one
        else:
            done.append(one)
    return tuple(done)
