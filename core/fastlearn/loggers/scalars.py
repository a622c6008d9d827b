"""Passing the numbers of a run on to somebody who draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastlearn.train.callback import Callback
from fastlearn.train.events import BatchEnded, EpochEnded
from fastlearn.warn import warn_user

__all__ = ["ScalarLogger"]

OF_A_STEP = ("loss", "smooth_loss", "lr", "mom")


class ScalarLogger(Callback):
    """Calls `log(values, step)` for each training step, in blocks of at most one in `seconds`, and for each epoch.

    A subclass writes `log`, and `open` and `close` if it needs them. It listens to the events: if it raises, it is
    reported once and dropped, and the training goes on. `close` is called however the fit ends.
    """

    order = 51
    remove_on_fetch = True
    in_lr_find = False
    first_process_only = True

    def __init__(self, seconds: float = 1.0) -> None:
        self.seconds = seconds
        self._end: Callable[[], None] | None = None

    def open(self) -> None:
        """Get ready for a fit."""

    def log(self, values: dict[str, float], step: int) -> None:
        """Take the numbers of training step `step`, which counts all fits of the learner."""
        raise NotImplementedError(f"{type(self).__name__} needs a method log(self, values, step).")

    def close(self) -> None:
        """The fit is over."""

    def before_fit(self) -> None:
        self._next, self._broken = self.history.n_steps, False
        self.open()
        self._end = self.learn.events.subscribe(self._hear, every=self.seconds)

    def after_fit(self) -> None:
        if self._end is None:
            return
        self._end()
        self._end = None
        for work in (self.close,) if self._broken else (self._log_steps, self.close):
            try:
                work()
            except Exception as error:
                warn_user(f"{type(self).__name__} raised {type(error).__name__} at the end of the fit: {error}")

    def state_dict(self) -> dict[str, Any]:
        """Nothing: what was logged is where it was logged."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to load."""

    def _hear(self, event: object) -> None:
        try:
            self._pass_on(event)
        except Exception:
            self._broken = True  # the events report it, and call no more
            raise

    def _pass_on(self, event: object) -> None:
        if isinstance(event, BatchEnded):
            self._log_steps()
        elif isinstance(event, EpochEnded):
            self._log_steps()
            values = {name: value for name, value in event.values.items() if value is not None}
            self.log({**values, "epoch": float(event.epoch)}, event.step)

    def _log_steps(self) -> None:
        steps = self.history.steps(self._next)
        for i, step in enumerate(steps["step"].tolist()):
            values = {name: float(steps[name][i]) for name in OF_A_STEP}
            self.log({f"train/{name}": value for name, value in values.items() if value == value}, step + 1)
        self._next += len(steps["step"])
