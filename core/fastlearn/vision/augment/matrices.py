"""Matrices that say, for a place in the result, where to look in the source: places run from -1 to 1 on both axes.

A batch of them has shape `(B, 3, 3)` and acts on columns (x, y, 1). In a picture that is not square a turn has to
know the proportions: `fit_aspect` adapts a matrix that was made for a square.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from fastlearn.vision.augment.draws import (
    DrawWith,
    chosen,
    generator_or_new,
    given,
    one_each,
    uniform,
    whole_numbers,
)

# Source x and y of the eight symmetries of a square: none, mirrored left-right, mirrored top-bottom, a quarter turn to
# the left, half a turn, a quarter turn to the right, and mirrored about either diagonal.
SYMMETRIES = torch.tensor(
    [
        [[1, 0], [0, 1]],
        [[-1, 0], [0, 1]],
        [[1, 0], [0, -1]],
        [[0, -1], [1, 0]],
        [[-1, 0], [0, -1]],
        [[0, 1], [-1, 0]],
        [[0, 1], [1, 0]],
        [[0, -1], [-1, 0]],
    ],
    dtype=torch.float32,
)


def affine_mat(*ms: Tensor) -> Tensor:
    """The matrices whose first two rows are the six `ms`, each of shape `(B,)`: a, b, c, d, e, f."""
    if len(ms) != 6:
        raise ValueError(f"An affine matrix has six numbers in its first two rows, but got {len(ms)}.")
    zero, one = torch.zeros_like(ms[0]), torch.ones_like(ms[0])
    return torch.stack((*ms, zero, zero, one), dim=1).reshape(-1, 3, 3)


def identity(n: int) -> Tensor:
    """`n` matrices that change nothing."""
    return torch.eye(3).expand(n, 3, 3)


def symmetry(numbers: Tensor) -> Tensor:
    """The matrices of the symmetries `numbers`, `(B,)` of 0 to 7 in the order of `SYMMETRIES`."""
    matrix = identity(len(numbers)).clone()
    matrix[:, :2, :2] = SYMMETRIES[numbers.long()]
    return matrix


def rotation(degrees: Tensor) -> Tensor:
    """Turn the picture clockwise by `degrees`, `(B,)`."""
    turn = degrees * (math.pi / 180)
    cos, sin, zero = turn.cos(), turn.sin(), torch.zeros_like(turn)
    return affine_mat(cos, sin, zero, -sin, cos, zero)


def magnification(zoom: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Show the picture `zoom` times as large; `x` and `y` say from 0 to 1 where the free play goes. All `(B,)`."""
    share, zero = 1 / zoom, torch.zeros_like(zoom)
    return affine_mat(share, zero, (1 - share) * (2 * x - 1), zero, share, (1 - share) * (2 * y - 1))


def fit_aspect(matrix: Tensor, extent: tuple[float, float]) -> Tensor:
    """`matrix`, made for a square, for a picture of `extent`, (height, width): turns stay turns in it."""
    height, width = extent
    scale = matrix.new_ones(3, 3)
    scale[0, 1], scale[1, 0] = height / width, width / height
    return matrix * scale


def draw_flips(x: Tensor, p: float, draw: DrawWith, batch: bool, rng: torch.Generator) -> Tensor:
    """Which samples of the batch `x` are mirrored, bool of shape `(B,)`."""
    return chosen(len(x), p, rng, batch) if draw is None else given(draw, x) > 0


def draw_symmetries(x: Tensor, p: float, draw: DrawWith, batch: bool, rng: torch.Generator) -> Tensor:
    """The number of each sample's symmetry, `(B,)`: one of all eight with probability `p`, else 0.

    Raises: ValueError for a number that is none.
    """
    if draw is None:
        numbers = whole_numbers(len(x), 8, rng, batch)
        return torch.where(chosen(len(x), p, rng, batch), numbers, 0)
    numbers = given(draw, x)
    if bool(((numbers < 0) | (numbers > 7) | (numbers != numbers.round())).any()):
        raise ValueError(f"A symmetry has a number from 0 to 7, but `draw` gives {numbers.tolist()[:8]}.")
    return numbers.long()


def draw_zooms(
    x: Tensor,
    low: float,
    high: float,
    p: float,
    draw: DrawWith,
    draw_x: DrawWith,
    draw_y: DrawWith,
    batch: bool,
    rng: torch.Generator,
) -> tuple[Tensor, Tensor, Tensor]:
    """Zoom and place of each sample, three times `(B,)`."""
    zoom = one_each(x, low, high, p, 1.0, rng, draw, batch)
    places = [uniform(len(x), 0, 1, rng, batch) if d is None else given(d, x) for d in (draw_x, draw_y)]
    return zoom, places[0], places[1]


def flip_mat(
    x: Tensor, p: float = 0.5, draw: DrawWith = None, batch: bool = False, rng: torch.Generator | None = None
) -> Tensor:
    """Matrices that mirror samples of the batch `x` left to right, each with probability `p`."""
    flips = draw_flips(x, p, draw, batch, generator_or_new(rng))
    return symmetry(flips.long()).to(x.device)


def dihedral_mat(
    x: Tensor, p: float = 0.5, draw: DrawWith = None, batch: bool = False, rng: torch.Generator | None = None
) -> Tensor:
    """Matrices of one of the eight symmetries of a square, drawn with probability `p` for each sample of `x`."""
    return symmetry(draw_symmetries(x, p, draw, batch, generator_or_new(rng))).to(x.device)


def rotate_mat(
    x: Tensor,
    max_deg: float = 10,
    p: float = 0.5,
    draw: DrawWith = None,
    batch: bool = False,
    rng: torch.Generator | None = None,
) -> Tensor:
    """Matrices that turn samples of `x` by up to `max_deg` degrees either way, each with probability `p`."""
    return rotation(one_each(x, -max_deg, max_deg, p, 0.0, generator_or_new(rng), draw, batch)).to(x.device)


def zoom_mat(
    x: Tensor,
    min_zoom: float = 1.0,
    max_zoom: float = 1.1,
    p: float = 0.5,
    draw: DrawWith = None,
    draw_x: DrawWith = None,
    draw_y: DrawWith = None,
    batch: bool = False,
    rng: torch.Generator | None = None,
) -> Tensor:
    """Matrices that show samples of `x` larger (or smaller) at a random place, each with probability `p`."""
    drawn = draw_zooms(x, min_zoom, max_zoom, p, draw, draw_x, draw_y, batch, generator_or_new(rng))
    return magnification(*drawn).to(x.device)
