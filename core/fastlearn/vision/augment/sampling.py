"""Pictures and masks drawn again where their places have moved: pixels are read from the source once."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from fastlearn.vision.augment.moves import LEVELS_PER_OCTAVE, Canvas, Moves

MODES = ("bilinear", "nearest", "bicubic")


class Sampling(NamedTuple):
    """How pixels are read: between neighbours (`mode`, and `mode_mask` for class ids), and outside the picture."""

    mode: str
    mode_mask: str
    pad_mode: str
    align_corners: bool


def sample(images: Tensor, moves: Moves, how: Sampling, level: tuple[int, int] = (0, 0)) -> Tensor:
    """Images `(B, C, H, W)` of floats, moved: `(B, C, *moves.size)`.

    `level` says how much smaller they are made before, down and across, in quarter octaves: where the result is
    coarser than the source, each of its pixels stands for several.
    """
    if level != (0, 0):
        images, moves = _smaller(images, moves, level)
    moves = moves.to(images.device)
    places = moves.source_places(len(images), images.dtype, images.device)
    return read_at(images, places, how.mode, how)


def sample_mask(masks: Tensor, moves: Moves, how: Sampling) -> Tensor:
    """Masks `(B, H, W)` or `(B, C, H, W)` of class ids (up to 2²⁴), floats or booleans, moved; dtype and axes stay."""
    planes = masks[:, None] if masks.ndim == 3 else masks
    values = planes if planes.dtype in (torch.float32, torch.float64) else planes.float()
    places = moves.to(masks.device).source_places(len(masks), values.dtype, masks.device)
    done = read_at(values, places, how.mode_mask, how).to(masks.dtype)
    return done[:, 0] if masks.ndim == 3 else done


def turned(images: Tensor, number: int) -> Tensor:
    """`images`, `(..., H, W)`, in the symmetry `number` of `SYMMETRIES`, pixel by pixel."""
    if number in (3, 5, 6, 7):
        images = images.transpose(-1, -2)
    flips = {1: (-1,), 2: (-2,), 3: (-2,), 4: (-2, -1), 5: (-1,), 7: (-2, -1)}.get(number, ())
    return images.flip(flips) if flips else images


def turned_each(images: Tensor, numbers: Tensor) -> Tensor:
    """Each sample of `(B, ..., H, W)` in its own symmetry, `numbers` of shape `(B,)` on the CPU."""
    used = sorted(set(numbers.tolist()))
    if used == [0]:
        return images
    if len(used) == 1:
        return turned(images, used[0])
    done = images.clone()
    for number in (number for number in used if number):
        rows = (numbers == number).nonzero()[:, 0].to(images.device)
        done[rows] = turned(images[rows], number)
    return done


def fold(places: Tensor, canvas: Canvas, pad_mode: str, align_corners: bool) -> Tensor:
    """Places outside of the picture brought to those inside that padding shows there.

    `grid_sample` does the same by itself on CPU and CUDA.
    """
    height, width = canvas
    last = places.new_tensor([1.0, 1.0] if align_corners else [1 - 1 / width, 1 - 1 / height])  # outermost centres
    if pad_mode == "reflection":
        places = (places - 1).remainder(4).sub(2).abs() - 1  # a triangle wave between -1 and 1
    return places.clamp(-last, last)


def read_at(source: Tensor, places: Tensor, mode: str, how: Sampling) -> Tensor:
    """The pixels of `source`, `(B, C, H, W)`, at `places`, `(B, h, w, 2)`."""
    pad_mode = how.pad_mode
    if source.device.type == "mps" and pad_mode != "zeros":  # Metal reads zeros outside, and nothing else
        places, pad_mode = fold(places, (source.shape[-2], source.shape[-1]), pad_mode, how.align_corners), "zeros"
    return F.grid_sample(source, places, mode=mode, padding_mode=pad_mode, align_corners=how.align_corners)


def _smaller(images: Tensor, moves: Moves, level: tuple[int, int]) -> tuple[Tensor, Moves]:
    """The images made smaller by `level`, without aliasing, and the moves for them."""
    height, width = (
        max(1, round(side / 2 ** (k / LEVELS_PER_OCTAVE))) for side, k in zip(moves.canvas, level, strict=True)
    )
    small = F.interpolate(images, (height, width), mode="bilinear", antialias=True)
    return small, moves.reading((height, width))
