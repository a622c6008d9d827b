"""Schedules: functions from the fraction of training done, in [0, 1], to a hyper-parameter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Number: TypeAlias = "float | Array"  # a float, or an array: of positions, or of one value per layer group
Schedule: TypeAlias = Callable[[Any], Any]
Interpolation: TypeAlias = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True)
class Annealer:
    """`interpolate` between `start` and `end`.

    Shapes: a position that is a float gives a value like `start` (a float, or an array with one value per layer group);
    positions `(n,)` give `(n,)`, or `(n, groups)` where `start` or `end` is an array.
    """

    interpolate: Interpolation
    start: Number
    end: Number

    def __call__(self, pos: Number) -> Any:
        start, end = _plain(self.start), _plain(self.end)
        if isinstance(pos, np.ndarray) and pos.ndim and (np.ndim(start) or np.ndim(end)):
            pos = pos[:, None]
        value = self.interpolate(start, end, pos)
        return value if np.ndim(value) else float(value)


def annealer(interpolate: Interpolation) -> Callable[[Any, Any], Annealer]:
    """Turn `interpolate(start, end, pos)` into a schedule maker `(start, end) -> schedule`, as a decorator."""

    @functools.wraps(interpolate)
    def make(start: Number, end: Number) -> Annealer:
        return Annealer(interpolate, start, end)

    return make


@annealer
def SchedLin(start: Any, end: Any, pos: Any) -> Any:
    """A straight line from `start` to `end`."""
    return start + pos * (end - start)


@annealer
def SchedCos(start: Any, end: Any, pos: Any) -> Any:
    """Half a cosine wave from `start` to `end`: flat at both ends."""
    return start + (1 + np.cos(np.pi * (1 - pos))) * (end - start) / 2


@annealer
def SchedNo(start: Any, end: Any, pos: Any) -> Any:
    """`start` throughout."""
    return start + 0 * pos


@annealer
def SchedExp(start: Any, end: Any, pos: Any) -> Any:
    """From `start` to `end` by a constant factor per step: a straight line on a logarithmic axis."""
    return start * (end / start) ** pos


def SchedPoly(start: Number, end: Number, power: float) -> Annealer:
    """From `start` to `end` as `pos ** power`."""
    return Annealer(lambda start, end, pos: start + (end - start) * pos**power, start, end)


@dataclass(frozen=True)
class CombinedSchedule:
    """Schedules one after the other; phase `i` runs from `edges[i]` to `edges[i + 1]`."""

    edges: tuple[float, ...]
    scheds: tuple[Schedule, ...]

    def __call__(self, pos: Number) -> Any:
        phases = np.clip(np.searchsorted(self.edges, pos, side="right") - 1, 0, len(self.scheds) - 1)
        if not np.ndim(phases):
            return self._in_phase(int(phases), pos)
        positions = np.asarray(pos, dtype=float)
        parts = {int(i): np.asarray(self._in_phase(int(i), positions[phases == i])) for i in np.unique(phases)}
        tail = max((part.shape[1:] for part in parts.values()), key=len, default=())
        values = np.empty((len(positions), *tail))
        for i, part in parts.items():
            values[phases == i] = part
        return values

    def _in_phase(self, phase: int, pos: Number) -> Any:
        first, last = self.edges[phase], self.edges[phase + 1]
        return self.scheds[phase]((pos - first) / (last - first) if last > first else pos * 0 + 1.0)


def combine_scheds(pcts: Sequence[float], scheds: Sequence[Schedule]) -> CombinedSchedule:
    """Run each of `scheds` for its share `pcts` of the training.

    Raises: ValueError if there is not one share per schedule or the shares do not add up to 1.
    """
    if len(pcts) != len(scheds) or not scheds:
        raise ValueError(f"One share per schedule is needed, but got {len(pcts)} shares and {len(scheds)} schedules.")
    if any(p < 0 for p in pcts) or abs(sum(pcts) - 1) > 1e-6:
        raise ValueError(f"`pcts` are shares of the training that add up to 1, but {list(pcts)} gives {sum(pcts):g}.")
    edges = (0.0, *(float(e) for e in np.cumsum(pcts)[:-1]), 1.0)
    return CombinedSchedule(edges, tuple(scheds))


def combined_cos(pct: float, start: Number, middle: Number, end: Number) -> CombinedSchedule:
    """Cosine from `start` to `middle` over the share `pct`, then cosine to `end`: the one-cycle shape."""
    return combine_scheds((pct, 1 - pct), (SchedCos(start, middle), SchedCos(middle, end)))


def _plain(value: Any) -> Any:
    return np.asarray(value, dtype=float) if isinstance(value, (list, tuple)) else value
