"""The base of all steps that move the pixels of a batch: images, masks, points and boxes of a sample by one map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from fastlearn.data.pipeline import as_list
from fastlearn.data.problems import DataError, describe
from fastlearn.data.transform import Kinds, Transform
from fastlearn.keywords import check_keywords
from fastlearn.vision.augment.base import BatchTransform, call_with_rng
from fastlearn.vision.augment.chunks import Plan, through
from fastlearn.vision.augment.fusing import join
from fastlearn.vision.augment.matrices import fit_aspect
from fastlearn.vision.augment.moves import Canvas, Moves, extent
from fastlearn.vision.augment.sampling import MODES, Sampling, sample_mask, turned_each
from fastlearn.vision.resize import PadMode, as_size, canvas_of, one_of


class AffineCoordTfm(BatchTransform):
    """Moves the pixels of a batch by matrices, drawn for each sample, and by free maps of places.

    `aff_fs`: functions of the images that return matrices `(B, 3, 3)` for a square of -1 to 1 (`rotate_mat` and its
    like); they are multiplied. `coord_fs`: functions from places `(B, ..., 2)` to the places they show, which move
    points back when called with `invert=True`; a method `before_call(images)` is called once a batch. Either gets the
    generator if it takes `rng`. `size` is that of the result, (height, width) or one side; validation only resizes.

    Images are `(B, C, H, W)`; bytes become floats of 0 to 1. Masks `(B, H, W)` are read by `mode_mask`. Points
    `(B, N, 2)` and boxes `(B, N, 4)` are in pixels of the sample's first picture. Images are smoothed before where the
    result is half as fine as its source, or coarser. In a `Pipeline`, neighbouring steps read each pixel once.
    """

    order = 30
    split_idx: int | None = None  # validation resizes
    stage = "moves"

    @check_keywords
    def __init__(
        self,
        aff_fs: Any = None,
        coord_fs: Any = None,
        size: int | Sequence[int] | None = None,
        mode: str = "bilinear",
        pad_mode: str = PadMode.Reflection,
        mode_mask: str = "nearest",
        align_corners: bool | None = True,
    ) -> None:
        super().__init__()
        self.aff_fs, self.coord_fs = as_list(aff_fs), as_list(coord_fs)
        self.size = None if size is None else as_size(size)
        self.mode, self.mode_mask = (_check_mode(name, one) for name, one in (("mode", mode), ("mode_mask", mode_mask)))
        self.pad_mode, self.align_corners = one_of("pad_mode", pad_mode, PadMode), bool(align_corners)

    # What subclasses write.

    def matrix(self, x: Tensor, canvas: Canvas, rng: torch.Generator) -> Tensor | None:
        """For each sample of `x` where a place of the result is in the source: `(B, 3, 3)`, or None to leave them."""
        product: Tensor | None = None
        for function in self.aff_fs:
            made = call_with_rng(function, x, rng)
            if made is not None:
                made = _as_matrices(made, x).detach().cpu().float()
                product = made if product is None else product @ made
        return None if product is None else fit_aspect(product, extent(canvas, self.align_corners))

    def matrix_valid(self, x: Tensor, canvas: Canvas) -> Tensor | None:
        """The same while the validation split runs: by default nothing moves."""
        return None

    # What pipelines call.

    def moves(self, x: Tensor, canvas: Canvas, rng: torch.Generator, valid: bool = False) -> Moves:
        """What happens to the places of the batch `x`, which is `canvas` large (height, width)."""
        matrix = self.matrix_valid(x, canvas) if valid else self.matrix(x, canvas, rng)
        maps = [] if valid else list(self.coord_fs)
        for function in maps:
            if hasattr(function, "before_call"):
                call_with_rng(function.before_call, x, rng)
        maps += [] if matrix is None else [matrix]
        return Moves(tuple(maps), canvas, self.size or canvas, self.align_corners, self.size is not None)

    @property
    def sampling(self) -> Sampling:
        """How pixels are read."""
        return Sampling(self.mode, self.mode_mask, self.pad_mode, self.align_corners)

    @property
    def reads_images(self) -> bool:
        """Whether a function of the user's may look at the pictures, and not only count them."""
        return bool(self.aff_fs or self.coord_fs) or super().reads_images

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Moves:
        """The moves of each sample."""
        return self._drawn(parts, kinds, rng, valid=False)

    def draw_valid(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Moves:
        """In validation: a resize at most."""
        return self._drawn(parts, kinds, rng, valid=True)

    def _drawn(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator, valid: bool) -> Moves:
        width_height = canvas_of(parts, kinds)
        if width_height is None:
            if not any(kind in ("points", "boxes") for kind in kinds):
                return Moves((), (1, 1), (1, 1), self.align_corners)  # nothing to move
            raise DataError(f"{self.name} moves points and boxes within their picture, but this batch has no picture. "
                            "Put an ImageBlock before them, or call it on (images, boxes).")  # fmt: skip
        kind, first = next((k, part) for part, k in zip(parts, kinds, strict=True) if k in ("image", "mask"))
        x = self.floats(first) if self.reads_images and kind == "image" else first
        return self.moves(x, width_height[::-1], rng, valid)

    def apply_image(self, images: Tensor, moves: Moves) -> Tensor:
        """Images `(B, C, H, W)`."""
        return through(self.check_images(images), Plan(self.floats, moves, self.sampling))

    def apply_mask(self, masks: Tensor, moves: Moves) -> Tensor:
        """Masks `(B, H, W)` or `(B, C, H, W)`."""
        return move_mask(masks, moves, self.sampling)

    def apply_points(self, points: Any, moves: Moves) -> Any:
        """Points `(B, N, 2)`, or a list of `(N, 2)` for each sample."""
        return move_each(Moves.move_points, points, moves)

    def apply_boxes(self, boxes: Any, moves: Moves) -> Any:
        """Boxes `(B, N, 4)`, or a list of `(N, 4)` for each sample."""
        return move_each(Moves.move_boxes, boxes, moves)

    def merged_with(self, following: Transform) -> Transform | None:
        """One pass over the pictures for both, where `following` is of those that share one."""
        return join(self, following)


def move_mask(masks: Tensor, moves: Moves, how: Sampling) -> Tensor:
    """Masks moved: pixel by pixel where nothing has to be read between pixels."""
    moves = moves.on((masks.shape[-2], masks.shape[-1]))
    numbers = moves.symmetries(len(masks))
    return sample_mask(masks, moves, how) if numbers is None else turned_each(masks, numbers)


def move_each(move: Callable[[Moves, Tensor], Tensor], values: Any, moves: Moves) -> Any:
    """Points or boxes as one tensor, or as a list with another number of them for each sample."""
    if moves.still:
        return values
    if isinstance(values, Tensor):
        return move(moves, values)
    done = [move(moves.rows(slice(i, i + 1)), one[None])[0] for i, one in enumerate(values)]
    return type(values)(done)


def _as_matrices(made: Any, x: Tensor) -> Tensor:
    if isinstance(made, Tensor) and made.shape == (len(x), 3, 3):
        return made
    raise DataError(f"A function in `aff_fs` returns matrices of shape ({len(x)}, 3, 3), one for each sample, but got "
                    f"{describe(made)}. Try affine_mat(a, b, c, d, e, f).")  # fmt: skip


def _check_mode(name: str, mode: str) -> str:
    if mode not in MODES:
        raise ValueError(f"`{name}` is one of {', '.join(map(repr, MODES))}, but got {mode!r}. Try 'bilinear'.")
    return mode
