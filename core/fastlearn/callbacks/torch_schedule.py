"""Any of torch's learning-rate schedulers, as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Literal

from torch.optim.lr_scheduler import ReduceLROnPlateau

from fastlearn.runs.callback_state import is_plain, made_anew, state_of, warn_of_lost
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
        if not callable(make):
            name = type(make).__name__
            raise TypeError(
                f"`make` makes a scheduler of an optimizer, but got a {name} that is made already, perhaps of another "
                f"optimizer. Try TorchScheduler(partial({name}, ...))."
            )
        self.make, self.monitor = make, monitor
        self.every = "epoch" if monitor is not None else every

    def before_fit(self) -> None:
        for group in self.opt.param_groups:
            group.pop("initial_lr", None)  # of an earlier fit: the scheduler would begin there
        self.scheduler = self.make(self.opt)
        if self.monitor is None and isinstance(self.scheduler, ReduceLROnPlateau):
            raise ValueError(
                "ReduceLROnPlateau steps by a value, so it has to be told which. Try TorchScheduler(..., "
                "monitor='valid_loss')."
            )
        self._plain = [group["lr"] for group in self.opt.param_groups]
        self._warned = False

    def after_batch(self) -> None:
        if self.every == "batch" and not self.learn.cleaning_up:
            self._step()

    def after_epoch(self) -> None:
        if self.every == "epoch" and not self.learn.cleaning_up:
            self._step()

    def state_dict(self) -> dict[str, Any]:
        """Where the scheduler stands, and those in it. What no file can hold is left out, with a warning once a fit."""
        lost: list[str] = []
        state = _packable(state_of(self.scheduler), "scheduler", lost)
        if lost and not self._warned:
            self._warned = True
            warn_of_lost([f"TorchScheduler.{name}" for name in lost])
        return {"scheduler": state, "plain": self._plain}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        saved = _over(state["scheduler"], state_of(self.scheduler))
        if hasattr(self.scheduler, "load_state_dict"):
            self.scheduler.load_state_dict(saved)
        else:
            vars(self.scheduler).update(saved)
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


def _packable(value: Any, name: str, lost: list[str]) -> Any:
    """`value` without the parts that a file cannot hold; the names of those that matter are added to `lost`."""
    if is_plain(value):
        return value
    kept = {}
    for key, part in value.items():
        place = f"{name}.{key}"
        if is_plain(part) or (isinstance(part, dict) and part):
            kept[key] = _packable(part, place, lost)
        elif isinstance(part, list) and all(isinstance(one, dict) for one in part):  # the schedulers in a scheduler
            kept[key] = [_packable(one, f"{place}.{i}", lost) for i, one in enumerate(part)]
        elif not made_anew(part):
            lost.append(place)
    return kept


def _over(saved: Any, fresh: Any) -> Any:
    """`fresh` with all that was saved in its place, and with its counters as counters."""
    if isinstance(saved, dict) and isinstance(fresh, dict):
        if isinstance(fresh, Counter):
            return Counter(saved)
        return {**fresh, **{key: _over(value, fresh.get(key)) for key, value in saved.items()}}
    if isinstance(saved, list) and isinstance(fresh, list) and len(saved) == len(fresh):
        return [_over(one, other) for one, other in zip(saved, fresh, strict=True)]
    return saved
