"""Any of torch's learning-rate schedulers, as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from fastlearn.runs.callback_state import plain_attributes
from fastlearn.train.callback import Callback

__all__ = ["TorchScheduler"]


class TorchScheduler(Callback):
    """Runs the scheduler that `make(optimizer)` returns, a step after each training batch or each epoch.

    With `monitor`, the name of a loss or metric, each step is given its value, as `ReduceLROnPlateau` wants it. What
    `learn.control` scales the learning rate by multiplies what the scheduler sets from then on.
    """

    order = 60
    in_lr_find = False
    run_valid = False

    def __init__(
        self, make: Callable[[Any], Any], every: Literal["batch", "epoch"] = "batch", monitor: str | None = None
    ) -> None:
        if every not in ("batch", "epoch"):
            raise ValueError(f"`every` is 'batch' or 'epoch', but got {every!r}.")
        self.make, self.monitor = make, monitor
        self.every = "epoch" if monitor is not None else every

    def before_fit(self) -> None:
        for group in self.opt.param_groups:
            group.pop("initial_lr", None)  # of an earlier fit: the scheduler would begin there
        self.scheduler = self.make(self.opt)
        self._plain = [group["lr"] for group in self.opt.param_groups]

    def after_batch(self) -> None:
        if self.every == "batch" and not self.learn.cleaning_up:
            self._step()

    def after_epoch(self) -> None:
        if self.every == "epoch" and not self.learn.cleaning_up:
            self._step()

    def state_dict(self) -> dict[str, Any]:
        """Where the scheduler stands."""
        return {"scheduler": plain_attributes(self.scheduler), "plain": self._plain}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        vars(self.scheduler).update(state["scheduler"])
        self._plain = list(state["plain"])

    def _step(self) -> None:
        """One step on rates without the user's factor, which then comes back."""
        groups = self.opt.param_groups
        for group, lr in zip(groups, self._plain, strict=True):
            group["lr"] = lr
        self.scheduler.step(*([self.history.last(self.monitor)] if self.monitor is not None else []))
        self._plain = [group["lr"] for group in groups]
        for group in groups:
            group["lr"] = group["lr"] * self.control.applied_lr_scale
