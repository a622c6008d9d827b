"""Perspective: the map that takes four corners to four others."""

from __future__ import annotations

import torch
from torch import Tensor

CORNERS = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
MOST_SKEW = 0.95  # of 1, where a corner would fall onto the line between its neighbours


def find_coeffs(p1: Tensor, p2: Tensor) -> Tensor:
    """The eight coefficients of the perspective map that takes the points `p2` to `p1`.

    Shapes: both `(B, 4, 2)` as x, y; the result is `(B, 8, 1)`: the matrix row by row without its last number, 1.
    Source: Heckbert 1989, "Fundamentals of Texture Mapping and Image Warping", section 2.2.3: u (g x + h y + 1) =
    a x + b y + c, and the same for v, at each of the four points.
    """
    (u, v), (x, y) = p1.unbind(-1), p2.unbind(-1)  # (B, 4) each
    zero, one = torch.zeros_like(x), torch.ones_like(x)
    of_u = torch.stack((x, y, one, zero, zero, zero, -u * x, -u * y), dim=-1)  # (B, 4, 8)
    of_v = torch.stack((zero, zero, zero, x, y, one, -v * x, -v * y), dim=-1)
    equations = torch.cat((of_u, of_v), dim=1).double()
    found: Tensor = torch.linalg.solve(equations, torch.cat((u, v), dim=1).double()[..., None])
    return found.to(p1.dtype)


def perspective_mat(coeffs: Tensor) -> Tensor:
    """The matrices `(B, 3, 3)` of coefficients `(B, 8, 1)`."""
    flat = coeffs.reshape(-1, 8)
    return torch.cat((flat, torch.ones_like(flat[:, :1])), dim=1).reshape(-1, 3, 3)


def apply_perspective(coords: Tensor, coeffs: Tensor) -> Tensor:
    """`coords`, `(B, ..., 2)` as x, y, moved by the map with `coeffs`, `(B, 8, 1)`."""
    moved = _homogeneous(coords.reshape(len(coords), -1, 2)) @ perspective_mat(coeffs).transpose(1, 2)
    return (moved[..., :2] / moved[..., 2:]).reshape(coords.shape)


def skew(x: Tensor, y: Tensor) -> Tensor:
    """The matrices of a picture seen from the side: its corners move to where `x` and `y`, `(B,)`, put them.

    A positive `y` makes the upper edge longer by that share and the lower one shorter, a positive `x` the left and the
    right one. Together they stay below the point where the picture would fold over itself.
    """
    limit = ((x.abs() + y.abs()) / MOST_SKEW).clamp(min=1)
    x, y = x / limit, y / limit
    across, down = CORNERS.unbind(-1)
    corners = torch.stack((across * (1 - y[:, None] * down), down * (1 - x[:, None] * across)), dim=-1)  # (B, 4, 2)
    matrix = perspective_mat(find_coeffs(CORNERS.expand_as(corners), corners))
    straight = ((x == 0) & (y == 0))[:, None, None]  # solving leaves rounding errors there
    return torch.where(straight, torch.eye(3), matrix)


def _homogeneous(coords: Tensor) -> Tensor:
    return torch.cat((coords, torch.ones_like(coords[..., :1])), dim=-1)
