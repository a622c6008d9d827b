"""Neighbouring steps of a batch as one pass over its pictures, with the same draws and the same result.

What differs is what the pass saves: pixels are read between their neighbours once, and not once for each step. And
where the pictures are bytes, their lighting is changed before they move instead of after (see `curves`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from fastlearn.data.kinds import kinds_of_parts
from fastlearn.data.problems import note_stage
from fastlearn.data.transform import Kinds, SampleTransform, Transform, remake_tuple
from fastlearn.vision.augment.chunks import Plan, through

if TYPE_CHECKING:
    from fastlearn.vision.augment.affine import AffineCoordTfm
    from fastlearn.vision.augment.changes import Changes
    from fastlearn.vision.augment.erasing import Erased, RandomErasing
    from fastlearn.vision.augment.lighting import SpaceTfm
    from fastlearn.vision.augment.moves import Moves
    from fastlearn.vision.normalize import Normalize
    from fastlearn.vision.tensors import IntToFloatTensor

STAGES = ("floats", "moves", "changes", "normalises", "erases")
SEVERAL = ("moves", "changes")  # of the others a pass has one at most


def join(first: Transform, following: Transform) -> Transform | None:
    """One pass for both steps; None unless both are known to the last method and stand in the order of a pass."""
    steps = first.steps if isinstance(first, ImagePass) else (first,)
    before, after = getattr(steps[-1], "stage", None), getattr(following, "stage", None)
    if before not in STAGES or after not in STAGES or not (as_known(steps[-1]) and as_known(following)):
        return None
    apart = STAGES.index(after) - STAGES.index(before)
    return ImagePass((*steps, following)) if apart > 0 or (apart == 0 and after in SEVERAL) else None


def as_known(step: Transform) -> bool:
    """Whether `step` treats parts of a sample as the class that gave it its stage does: a subclass may not."""
    cls = type(step)
    base = next(one for one in cls.__mro__ if "stage" in vars(one))
    names = [name for name in dir(cls) if name.startswith("apply_")]
    names += ["__call__", "draw", "draw_valid", "floats", "moves", "changes", "erase"]
    return all(getattr(cls, name, None) is getattr(base, name, None) for name in names)


class ImagePass(Transform):
    """Several steps as one. It draws for them in their order, so that the numbers are those that they would draw."""

    whole = True

    def __init__(self, steps: Sequence[Transform]) -> None:
        super().__init__()
        self.steps = tuple(steps)

    def __call__(
        self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None, rng: torch.Generator | None = None
    ) -> Any:
        steps = [step for step in self.steps if not step.skips(split_idx)]
        if len(steps) < 2:
            return _one_by_one(x, steps, split_idx, kinds, rng)
        parts = x if isinstance(x, tuple) else (x,)
        known = kinds if kinds is not None and len(kinds) == len(parts) else kinds_of_parts(parts)
        images = [part for part, kind in zip(parts, known, strict=True) if kind == "image"]
        if not images or not _share_a_pass(steps, images):
            return _one_by_one(x, steps, split_idx, kinds, rng)
        done = Draws(steps, images[0], parts, known, split_idx, rng)
        result = [done.apply(part, kind) for part, kind in zip(parts, known, strict=True)]
        return remake_tuple(x, result) if isinstance(x, tuple) else result[0]

    def merged_with(self, following: Transform) -> Transform | None:
        """The pass with one more step."""
        return join(self, following)

    @property
    def name(self) -> str:
        """The names of the steps."""
        return " + ".join(step.name for step in self.steps)

    def __repr__(self) -> str:
        return " + ".join(map(repr, self.steps))


class Draws:
    """What the steps of a pass have drawn for one batch, and how it is applied to each part."""

    def __init__(
        self,
        steps: Sequence[Transform],
        first: Tensor,
        parts: Sequence[Any],
        kinds: Kinds,
        split_idx: int | None,
        rng: torch.Generator | None,
    ) -> None:
        self.steps, self.first, self.split_idx, self.given_rng = steps, first, split_idx, rng
        self.to_floats: IntToFloatTensor | None = None
        self.moves: Moves | None = None
        self.mover: AffineCoordTfm | None = None
        self.changes: Changes | None = None
        self.changer: SpaceTfm | None = None
        self.normalize: Normalize | None = None
        self.erasing: tuple[RandomErasing, Erased] | None = None
        self._floats: Tensor | None = None
        self.canvas = _canvas(parts, kinds)
        for step in steps:
            try:
                getattr(self, f"_draw_{step.stage}")(step)  # type: ignore[attr-defined]
            except Exception as error:
                note_stage(error, step, first)
                raise

    # Drawing.

    def _draw_floats(self, step: IntToFloatTensor) -> None:
        self.to_floats = step

    def _draw_moves(self, step: AffineCoordTfm) -> None:
        drawn = step.moves(self._seen_by(step), self.canvas, self._rng(step), valid=self.split_idx == 1)
        self.moves = drawn if self.moves is None else self.moves.then(drawn)
        self.mover, self.canvas = step, drawn.size

    def _draw_changes(self, step: SpaceTfm) -> None:
        if self.to_floats is None or self.first.is_floating_point():
            step.check_range(self.first)
        drawn = step.changes(self._seen_by(step), self._rng(step))
        self.changes = drawn if self.changes is None else self.changes.then(drawn)
        self.changer = step

    def _draw_normalises(self, step: Normalize) -> None:
        if step.is_of_bytes:
            step.check_scale(self._float_images())
        self.normalize = step

    def _draw_erases(self, step: RandomErasing) -> None:
        self.erasing = step, step.drawn(len(self.first), self._rng(step))

    def _rng(self, step: SampleTransform) -> torch.Generator:
        return step.own_rng() if self.given_rng is None else self.given_rng

    def _seen_by(self, step: AffineCoordTfm | SpaceTfm) -> Tensor:
        """The images for a step that only counts them, or as floats for one with a function of the user's."""
        return self._float_images() if step.reads_images else self.first

    def _float_images(self) -> Tensor:
        if self._floats is None:
            self._floats = self._as_floats(self.first)
        return self._floats

    # Applying.

    def apply(self, part: Any, kind: str) -> Any:
        """One part of the batch with all steps done."""
        if kind == "image":
            return self._image(part)
        if kind == "mask":
            ids = part if self.to_floats is None else self.to_floats.apply_mask(part)
            return ids if self.moves is None or self.mover is None else self.mover.apply_mask(ids, self.moves)
        if self.moves is None or self.mover is None or kind not in ("points", "boxes"):
            return part
        move = self.mover.apply_points if kind == "points" else self.mover.apply_boxes
        return move(part, self.moves)

    def _image(self, images: Tensor) -> Tensor:
        stats = None if self.normalize is None else self.normalize.stats_for(images.shape, images.device)
        how = None if self.mover is None else self.mover.sampling
        done = through(images, Plan(self._as_floats, self.moves, how, self.changes, stats))
        if self.erasing is None:
            return done
        step, drawn = self.erasing
        return step.erase(done.clone() if done.data_ptr() == images.data_ptr() else done, drawn)

    def _as_floats(self, images: Tensor) -> Tensor:
        if self.to_floats is not None:
            return cast(Tensor, self.to_floats.apply_image(images))
        step = self.mover or self.changer
        return images if step is None else step.floats(images)


def _share_a_pass(steps: Sequence[Transform], images: Sequence[Any]) -> bool:
    """Whether the batch is one that a pass can take whole, read in one way, in the order of the stages."""
    plain = all(isinstance(one, Tensor) and one.ndim == 4 and len(one) for one in images)
    ways = {step.sampling for step in steps if step.stage == "moves"}  # type: ignore[attr-defined]
    stages = [step.stage for step in steps]  # type: ignore[attr-defined]
    plain = plain and all(getattr(step, "same_for_all", True) for step in steps)
    floats = "floats" in stages or "moves" in stages or "changes" in stages
    return plain and len(ways) <= 1 and (floats or all(one.is_floating_point() for one in images))


def _one_by_one(
    x: Any, steps: Sequence[Transform], split_idx: int | None, kinds: Kinds | None, rng: torch.Generator | None
) -> Any:
    for step in steps:
        try:
            x = step(x, split_idx=split_idx, kinds=kinds, rng=rng)
        except Exception as error:
            note_stage(error, step, x)
            raise
    return x


def _canvas(parts: Sequence[Any], kinds: Kinds) -> tuple[int, int]:
    """Height and width of the first picture of the batch, mask or image."""
    first = next(part for part, kind in zip(parts, kinds, strict=True) if kind in ("image", "mask"))
    return first.shape[-2], first.shape[-1]
