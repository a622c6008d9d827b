"""The schedules behind fit_one_cycle, fit_flat_cos and fit_sgdr."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from torch.optim import Optimizer

from fastlearn.callbacks.schedule import ParamScheduler
from fastlearn.optim.hypers import get_hyper, has_hyper
from fastlearn.optim.schedule import SchedCos, SchedNo, combine_scheds, combined_cos

__all__ = ["flat_cos", "one_cycle", "scheduler_for", "warm_restarts"]

Rates: TypeAlias = "float | NDArray[np.float64]"
Schedules: TypeAlias = dict[str, Callable[[Any], Any]]


def one_cycle(
    rates: Rates, div: float, div_final: float, pct_start: float, moms: tuple[float, float, float]
) -> Schedules:
    """The rate up and down again, momentum down and up.

    Raises: ValueError if `pct_start` is not a share, or there are not three momentums.
    """
    _check_share("pct_start", pct_start)
    if len(moms) != 3:
        raise ValueError(f"`moms` are three momentums (start, middle, end), but got {moms!r}. Try (0.95, 0.85, 0.95).")
    return {"lr": combined_cos(pct_start, rates / div, rates, rates / div_final), "mom": combined_cos(pct_start, *moms)}


def flat_cos(rates: Rates, div_final: float, pct_start: float) -> Schedules:
    """The rate flat for the share `pct_start`, then down."""
    _check_share("pct_start", pct_start)
    return {
        "lr": combine_scheds((pct_start, 1 - pct_start), (SchedNo(rates, rates), SchedCos(rates, rates / div_final)))
    }


def warm_restarts(rates: Rates, n_cycles: int, cycle_len: int, cycle_mult: int) -> tuple[int, Schedules]:
    """Cosines from the rate to 0, each `cycle_mult` times as long as the last; and how many epochs that makes."""
    counts = (n_cycles, cycle_len, cycle_mult)
    if not all(isinstance(n, Integral) and n >= 1 for n in counts):
        raise ValueError(
            f"`n_cycles`, `cycle_len` and `cycle_mult` are whole numbers of at least 1, but got {n_cycles}, "
            f"{cycle_len}, {cycle_mult}."
        )
    lengths = [cycle_len * cycle_mult**i for i in range(n_cycles)]
    shares = [length / sum(lengths) for length in lengths]
    return sum(lengths), {"lr": combine_scheds(shares, [SchedCos(rates, rates * 0.0)] * n_cycles)}


def scheduler_for(opt: Optimizer, scheds: Schedules) -> ParamScheduler:
    """A scheduler of what `opt` has: momentum is left alone in an optimizer that runs without it."""
    if "mom" in scheds and not (has_hyper(opt, "mom") and any(get_hyper(opt, "mom"))):
        scheds = {name: sched for name, sched in scheds.items() if name != "mom"}
    return ParamScheduler(scheds)


def _check_share(name: str, share: float) -> None:
    if not 0 <= share <= 1:
        raise ValueError(
            f"`{name}` is the share of the training spent on the first part, in [0, 1], but got {share!r}."
        )
