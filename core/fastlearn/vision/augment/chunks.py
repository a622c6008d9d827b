"""All that happens to the pixels of a batch, a few pictures at a time: what one step leaves is still in the cache.

On a CPU, touching fresh memory for a whole batch costs more than the arithmetic on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fastlearn.vision.augment.changes import Changes
from fastlearn.vision.augment.curves import Stats, Table, curve_for, looked_up, table_of
from fastlearn.vision.augment.moves import Lines, Moves, Rows
from fastlearn.vision.augment.sampling import Sampling, read_at, sample, turned_each
from fastlearn.vision.buffers import CHUNK_BYTES, empty_batch

Level = tuple[int, int]
HALVES = (torch.float16, torch.bfloat16)  # too coarse for logits and places: such images are worked on as float32


@dataclass(frozen=True)
class Plan:
    """What to do with a batch of images, in this order: make floats, move, change colours, normalise."""

    floats: Callable[[Tensor], Tensor]
    moves: Moves | None = None
    how: Sampling | None = None
    changes: Changes | None = None
    stats: Stats | None = None


def through(images: Tensor, plan: Plan) -> Tensor:
    """Images `(B, C, H, W)` with all of `plan` done; the source stays as it is."""
    moves = plan.moves.on((images.shape[-2], images.shape[-1])) if plan.moves is not None else None
    size = images.shape[-2:] if moves is None else moves.size
    n = len(images)
    symmetries = None if moves is None else moves.symmetries(n)
    work = _work_for(images, plan, moves, symmetries)
    pieces = list(_pieces(images, moves if symmetries is None else None, plan))
    done: Tensor | None = None
    for rows, level in pieces:
        piece = work.done(images[rows], rows, level)
        if len(pieces) == 1:
            return piece
        if done is None:
            done = empty_batch((n, images.shape[1], *size), piece.dtype, images.device)
        done[rows] = piece
    return images if done is None else done


@dataclass(frozen=True)
class _Work:
    """A plan for one batch, with what its pieces share: made once, since small operations cost threads that wait for
    Python more than they take."""

    plan: Plan
    moves: Moves | None
    symmetries: Tensor | None
    lines: Lines | None
    table: Table | None

    def done(self, source: Tensor, rows: Rows, level: Level) -> Tensor:
        """The images `source`, which are `rows` of the batch, `level` smaller before they are sampled."""
        plan = self.plan
        x = plan.floats(source) if self.table is None else looked_up(source, self.table, rows)
        dtype = x.dtype
        x = x.float() if dtype in HALVES else x
        if self.symmetries is not None:
            x = turned_each(x, self.symmetries[rows])
        elif self.moves is not None and plan.how is not None:
            x = self._sampled(x, plan.how, rows, level)
        if plan.changes is not None:
            x = plan.changes.rows(rows).to(x.device)(x)
        if plan.stats is not None:
            mean, std = plan.stats
            x = torch.sub(x, mean).div_(std)
        return x.to(dtype)

    def _sampled(self, x: Tensor, how: Sampling, rows: Rows, level: Level) -> Tensor:
        assert self.moves is not None
        if self.lines is None or self.lines.along.dtype != x.dtype or level != (0, 0):
            return sample(x, self.moves.rows(rows), how, level)
        return read_at(x, self.lines.places(rows), how.mode, how)


def _work_for(images: Tensor, plan: Plan, moves: Moves | None, symmetries: Tensor | None) -> _Work:
    """`plan` for these images: the lighting of bytes is read from a table."""
    wide = torch.float64 if images.dtype == torch.float64 else torch.float32
    lines = None if moves is None or symmetries is not None else moves.lines(wide, images.device)
    curve = None if _overshoots(plan) else curve_for(images, plan.changes)
    if curve is None:
        return _Work(plan, moves, symmetries, lines, None)
    stats = plan.stats if _may_normalise_first(plan, images.shape[1]) else None
    table = table_of(len(images), plan.floats, curve, stats)
    left = replace(plan, changes=None, stats=plan.stats if stats is None else None)
    return _Work(left, moves, symmetries, lines, table)


def _overshoots(plan: Plan) -> bool:
    """Whether reading between pixels may leave 0 to 1, which lighting afterwards would mend."""
    return plan.how is not None and plan.how.mode == "bicubic"


def _may_normalise_first(plan: Plan, channels: int) -> bool:
    """Whether normalising comes to the same before the pictures move: not where black is put around them."""
    black = plan.how is not None and plan.how.pad_mode == "zeros"
    return plan.stats is not None and not black and all(stat.numel() in (1, channels) for stat in plan.stats)


def _pieces(images: Tensor, moves: Moves | None, plan: Plan) -> Iterator[tuple[Rows, Level]]:
    """Rows of the batch that are worked on together, and how much smaller they are made before they are sampled."""
    n = len(images)
    step = n if _needs_all(plan) else _images_at_once(images, moves)
    levels = None if moves is None or plan.how is None or plan.how.mode == "nearest" else moves.shrink_levels(n)
    found = [(0, 0)] if levels is None else sorted({(down, across) for down, across in levels.tolist()})
    for down, across in found:
        if len(found) == 1 or levels is None:
            yield from ((slice(start, start + step), (down, across)) for start in range(0, n, step))
            continue
        rows = (levels == levels.new_tensor([down, across])).all(1).nonzero()[:, 0]
        yield from ((some, (down, across)) for some in torch.split(rows, step))


def _needs_all(plan: Plan) -> bool:
    """Whether a function of the user's is among the work: it may know the batch as a whole."""
    return (plan.moves is not None and plan.moves.free) or (plan.changes is not None and plan.changes.free)


def _images_at_once(images: Tensor, moves: Moves | None) -> int:
    """How many images fit into the caches of the cores that share the work; all of them off the CPU."""
    if images.device.type != "cpu":
        return max(1, len(images))
    height, width = images.shape[-2:]
    pixels = max(height * width, 0 if moves is None else moves.size[0] * moves.size[1])
    return max(1, CHUNK_BYTES * torch.get_num_threads() // (4 * images.shape[1] * pixels))
