"""The rules of the learning-rate finder: what is new, what is suggested, what is chosen. No Jupyter here."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np

from fastwidgets.lr_finder.curve import Curve, finite, loss_range, rate_text, round_rate, widened
from fastwidgets.lr_finder.words import BY_HAND, PREPARING, outcome, reason_for

CALL = ".fit_one_cycle(5, lr_max={lr})"


class Finder(Protocol):
    """A running finder, as `fastlearn.train.lr_find` hands it to a display."""

    control: Any
    num_it: int
    start_lr: float
    end_lr: float
    result: Any

    def curve(self, start: int = 0) -> tuple[Any, Any]: ...


class FinderSession:
    """One search: the curve so far, and after its end the suggestions and the chosen rate.

    `status` is one of "ready", "running", "finished", "diverged", "nan", "stopped", "interrupted", "error";
    `message` says it in words. `markers` are the suggestions; `chosen` is the rate in the code line with the name of
    the suggestion that it was moved from, or "by hand" where there is none. Losses are in the loss's own unit.
    """

    def __init__(
        self, start_lr: float = 1e-7, end_lr: float = 10.0, num_it: int = 100, code: str = f"learn{CALL}"
    ) -> None:
        self.start_lr, self.end_lr, self.num_it, self.code = start_lr, end_lr, num_it, code
        self.status, self.message = "ready", ""
        self.markers: list[dict[str, Any]] = []
        self.chosen: dict[str, Any] | None = None
        self.curve: Curve = np.empty((2, 0))
        self._sent = 0
        self._losses = loss_range(self.curve)  # what the axis shows

    @property
    def lr(self) -> float | None:
        """The chosen rate, with two significant digits; None before anything is chosen."""
        return None if self.chosen is None else float(self.chosen["lr"])

    @property
    def line(self) -> str:
        """The line of code for the chosen rate; empty before anything is chosen."""
        return "" if self.lr is None else self.code.replace("{lr}", rate_text(self.lr))

    def call_it(self, name: str) -> None:
        """Let the line of code be about the learner that the user calls `name`."""
        self.code = f"{name}{CALL}"

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The suggestions and, where the chosen rate is none of them, that rate as one "by hand"."""
        if self.chosen is None or self.chosen["lr"] in (one["lr"] for one in self.markers):
            return self.markers
        return [*self.markers, marker(BY_HAND, self.chosen["lr"])]

    def start(self, finder: Finder) -> None:
        """Begin the search that `finder` runs; what an earlier one left is forgotten."""
        self.start_lr, self.end_lr, self.num_it = float(finder.start_lr), float(finder.end_lr), int(finder.num_it)
        self.curve, self._sent, self.markers, self.chosen = np.empty((2, 0)), 0, [], None
        self._losses = loss_range(self.curve)
        self.status, self.message = "running", PREPARING

    def grow(self, finder: Finder) -> None:
        """Read from `finder` the points that have come since the last call."""
        fresh = np.array(finder.curve(self.curve.shape[1]), np.float64).reshape(2, -1)
        self.curve = np.concatenate((self.curve, fresh), axis=1)
        n = self.curve.shape[1]
        if n:
            self._losses = widened(self._losses if n > fresh.shape[1] else None, loss_range(self.curve))
        if n and self.status == "running":
            lr, loss = self.curve[:, -1]
            self.message = f"Step {n} of {self.num_it}: learning rate {rate_text(lr)}, loss {loss:.4g}"

    def finish(self, result: Any) -> None:
        """Take over the end of the search: the whole curve, why it ended, and what is suggested."""
        curve = np.array((result.lrs, result.losses), np.float64).reshape(2, -1)
        if not np.array_equal(curve, self.curve, equal_nan=True):
            self.curve, self._sent = curve, 0
        lrs = finite(self.curve)[0]
        if self.status == "ready" and lrs.size > 1:  # a search that this session did not see running
            self.start_lr, self.end_lr = float(lrs.min()), float(lrs.max())
        self.status, self._losses = str(result.stopped), loss_range(self.curve)
        rates = suggested(result)
        self.markers = [marker(name, lr) for name, lr in rates.items()]
        self.chosen = {key: self.markers[0][key] for key in ("name", "lr")} if self.markers else None
        self.message = outcome(self.status, str(result.message), self.curve, rates)

    def choose(self, name: str, lr: float) -> None:
        """Take `lr` as the rate, reached by moving the marker called `name`; without suggestions it is "by hand".

        Raises: ValueError if there is no such marker, or `lr` is not a positive number.
        """
        names = [one["name"] for one in self.markers]
        if not names and finite(self.curve).shape[1] >= 2:
            names = [BY_HAND]
        if name not in names:
            raise ValueError(f"`name` is one of the markers {names}, but got {name!r}. Run the search to its end.")
        if not (math.isfinite(lr) and lr > 0):
            raise ValueError(f"`lr` is a positive learning rate, but got {lr!r}. Try 1e-3.")
        self.chosen = {"name": name, "lr": round_rate(lr)}

    def take(self) -> tuple[Curve, bool]:
        """The points not yet sent, shape `(2, n)`, and whether they replace all that was sent before."""
        start, self._sent = self._sent, self.curve.shape[1]
        return self.curve[:, start:], start == 0

    def lr_range(self) -> tuple[float, float]:
        """The rates an axis should show: all that were planned, so that it holds still from the first step on."""
        return self.start_lr, self.end_lr

    def loss_range(self) -> tuple[float, float]:
        """The losses an axis should show: it grows in steps while the search runs, and fits closely at its end."""
        return self._losses


def suggested(result: Any) -> dict[str, float]:
    """The rates that `result` suggests, by name; those that could not be found are left out."""
    rates = {str(name): lr for name, lr in dict(result.suggestions).items() if lr is not None}
    return {name: float(lr) for name, lr in rates.items() if math.isfinite(lr) and lr > 0}


def marker(name: str, lr: float) -> dict[str, Any]:
    """A suggestion as the browser gets it."""
    return {"name": name, "lr": round_rate(lr), "reason": reason_for(name)}
