"""One number per sample of a batch: drawn by chance, or given by the user in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from fastlearn.data.problems import describe
from fastlearn.seed import ambient_seed, new_generator

DrawWith = float | Sequence[float] | Tensor | Callable[[Tensor], Any] | None


def uniform(n: int, low: float, high: float, rng: torch.Generator, batch: bool = False) -> Tensor:
    """`n` numbers between `low` and `high`, shape `(n,)` on the CPU; with `batch` one number, `n` times."""
    drawn = torch.rand(1 if batch else n, generator=rng, device=rng.device).cpu()
    return (low + (high - low) * drawn).expand(n)


def whole_numbers(n: int, below: int, rng: torch.Generator, batch: bool = False) -> Tensor:
    """`n` whole numbers from 0 up to `below`, which is not reached, int64 of shape `(n,)` on the CPU."""
    return torch.randint(below, (1 if batch else n,), generator=rng, device=rng.device).cpu().expand(n)


def chosen(n: int, p: float, rng: torch.Generator, batch: bool = False) -> Tensor:
    """Which of `n` samples are changed, each with probability `p`: bool of shape `(n,)` on the CPU."""
    return uniform(n, 0.0, 1.0, rng, batch) < p


def one_each(
    x: Tensor,
    low: float,
    high: float,
    p: float,
    neutral: float,
    rng: torch.Generator,
    draw: DrawWith = None,
    batch: bool = False,
) -> Tensor:
    """A number between `low` and `high` for each sample of the batch `x`, or `neutral` with probability `1 - p`.

    A given `draw` decides alone: neither the range nor `p` has a say.
    """
    if draw is not None:
        return given(draw, x)
    values = uniform(len(x), low, high, rng, batch)
    return torch.where(chosen(len(x), p, rng, batch), values, neutral)


def given(draw: DrawWith, x: Tensor) -> Tensor:
    """The user's numbers for the batch `x`, float32 of shape `(B,)` on the CPU.

    `draw` is one number for all, a sequence with at least one for each sample, or a function of `x` that gives either.
    Raises: ValueError if there are fewer numbers than samples.
    """
    n = len(x)
    made = draw(x) if callable(draw) else draw
    values = torch.as_tensor(made, dtype=torch.float32).detach().cpu().reshape(-1)
    if len(values) == 1:
        return values.expand(n)
    if len(values) < n:
        raise ValueError(f"`draw` gives one number, or one for each sample, but got {len(values)} for a batch of {n} "
                         f"({describe(draw)}). Try a function of the batch, which can count its samples.")  # fmt: skip
    return values[:n]


def looks_at_images(draw: Any) -> bool:
    """Whether `draw` is a function that may read the pictures, not only count them."""
    return callable(draw) and not isinstance(draw, DeterministicDraw)


def generator_or_new(rng: torch.Generator | None) -> torch.Generator:
    """`rng`, or where none is given a new generator that follows `torch.manual_seed`."""
    return new_generator(ambient_seed()) if rng is None else rng


class DeterministicDraw:
    """A `draw` that goes through `vals`, one value for the whole batch at each call, and starts again after the last.

    While it is held, it stays at one value: test-time augmentation holds it through each pass over the data, so that
    every sample sees another value in every pass.
    """

    def __init__(self, vals: Sequence[float]) -> None:
        if not len(vals):
            raise ValueError("`vals` holds the values to go through, at least one. Try DeterministicDraw([0, 1]).")
        self.vals = list(vals)
        self.count = -1
        self._held: int | None = None

    def hold(self, number: int | None) -> None:
        """Stay at value `number`, counted on past the last one; None: go on from call to call."""
        self._held = number

    def __call__(self, x: Tensor) -> Tensor:
        if self._held is None:
            self.count += 1
        number = self.count if self._held is None else self._held
        return torch.full((len(x),), float(self.vals[number % len(self.vals)]))

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same draw again."""
        return {"vals": self.vals}

    def __repr__(self) -> str:
        return f"DeterministicDraw({self.vals})"


def mask_tensor(
    x: Tensor, p: float = 0.5, neutral: float = 0.0, batch: bool = False, rng: torch.Generator | None = None
) -> Tensor:
    """`x` with its elements replaced by `neutral` with probability `1 - p`, all or none of them with `batch`."""
    rng = generator_or_new(rng)
    kept = torch.rand((1,) if batch else x.shape, generator=rng, device=rng.device).to(x.device) < p
    return torch.where(kept, x, torch.as_tensor(neutral, dtype=x.dtype, device=x.device))
