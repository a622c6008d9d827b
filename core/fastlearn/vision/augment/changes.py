"""Changes of colour, drawn for each sample and put together so that each colour space is entered once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

import torch
from torch import Tensor

from fastlearn.vision.augment.spaces import grayscale, rgb_of

SpaceFunction = Callable[[Tensor, Callable[[Tensor], Tensor]], Tensor]  # into a space, the function there, and back


class Change:
    """A change of floats `(B, C, H, W)` within a space; its tensors hold one number for each sample, on the CPU.

    It may write into the images that it gets: they are the space's own.
    """

    free = False  # a function of the user's, which may need the whole batch at once

    def __call__(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def then(self, after: Change) -> Change | None:
        """This change and `after` in one; None where that cannot be."""
        return None

    def rows(self, rows: Any) -> Change:
        """The change of some samples."""
        return self._each(lambda numbers: numbers[rows])

    def to(self, device: torch.device) -> Change:
        """The same with its numbers on `device`."""
        return self._each(lambda numbers: numbers.to(device, non_blocking=True))

    def _each(self, change: Callable[[Tensor], Tensor]) -> Change:
        return type(self)(*(change(getattr(self, field.name)) for field in fields(self)))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Linear(Change):
    """`scale * x + shift`, both `(B,)`: contrast and brightness of logits."""

    scale: Tensor
    shift: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        return x.mul_(_per_sample(self.scale, x)).add_(_per_sample(self.shift, x))

    def then(self, after: Change) -> Change | None:
        if not isinstance(after, Linear):
            return None
        return Linear(after.scale * self.scale, after.scale * self.shift + after.shift)


@dataclass(frozen=True)
class Saturate(Change):
    """Away from gray by the factor `amount`, `(B,)`: 0 is gray, 1 leaves the colours."""

    amount: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        colours = rgb_of(x, "Saturation")
        if colours is not None:
            amount = _per_sample(self.amount, x)
            gray = grayscale(colours).mul_(1 - amount)
            colours.mul_(amount).add_(gray)
        return x


@dataclass(frozen=True)
class TurnHue(Change):
    """The first channel moved on by `turn`, `(B,)`, in whole turns of the colour circle."""

    turn: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        x[:, 0].add_(self.turn.to(x.dtype)[:, None, None]).remainder_(1.0)
        return x

    def then(self, after: Change) -> Change | None:
        return TurnHue(self.turn + after.turn) if isinstance(after, TurnHue) else None


class Free(Change):
    """Functions of the user's, one after the other, on the whole batch."""

    free = True

    def __init__(self, functions: Sequence[Callable[[Tensor], Tensor]]) -> None:
        self.functions = tuple(functions)

    def __call__(self, x: Tensor) -> Tensor:
        for function in self.functions:
            x = function(x)
        return x

    def _each(self, change: Callable[[Tensor], Tensor]) -> Change:
        return self


@dataclass(frozen=True)
class Changes:
    """Changes in their order, each with the space that it happens in."""

    steps: tuple[tuple[SpaceFunction, Change], ...]

    @property
    def free(self) -> bool:
        """Whether there is a function of the user's among them."""
        return any(change.free for _, change in self.steps)

    def then(self, after: Changes) -> Changes:
        """These changes, followed by those of `after`, put together where that can be."""
        done = list(self.steps)
        for space, change in after.steps:
            both = done[-1][1].then(change) if done and done[-1][0] is space else None
            if both is None:
                done.append((space, change))
            else:
                done[-1] = (space, both)
        return Changes(tuple(done))

    def rows(self, rows: Any) -> Changes:
        """The changes of some samples."""
        return Changes(tuple((space, change.rows(rows)) for space, change in self.steps))

    def to(self, device: torch.device) -> Changes:
        """The same with their numbers on `device`."""
        return Changes(tuple((space, change.to(device)) for space, change in self.steps))

    def __call__(self, x: Tensor) -> Tensor:
        for space, steps in groupby(self.steps, key=lambda step: step[0]):
            x = space(x, _one_after_the_other([change for _, change in steps]))
        return x


def _one_after_the_other(changes: Sequence[Change]) -> Callable[[Tensor], Tensor]:
    def all_of_them(x: Tensor) -> Tensor:
        for change in changes:
            x = change(x)
        return x

    return all_of_them


def _per_sample(numbers: Tensor, x: Tensor) -> Tensor:
    return numbers.to(x.dtype)[:, None, None, None]
