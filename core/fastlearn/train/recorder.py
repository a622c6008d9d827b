"""The recorder: writes every training step and every epoch into the history, and plots them."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.data.batch import count_samples
from fastlearn.metrics.averages import AvgLoss
from fastlearn.metrics.base import Metric, as_number
from fastlearn.runs.callback_state import plain_attributes
from fastlearn.train.callback import Callback
from fastlearn.train.dispatch import name_error
from fastlearn.train.events import EpochEnded, EpochStarted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Recorder"]


class Recorder(Callback):
    """Keeps losses, learning rates and metrics of the latest fit; all of them live in `learn.history`.

    `values` has one row for each epoch: the smoothed training loss, the training metrics if asked for, the validation
    loss and the validation metrics. `losses` are smoothed (`beta` is the weight of the past), `lrs` are those of the
    last layer group, one per training step. A batch that a callback cancels before it has a loss is a step whose loss
    is NaN, and does not count in the averages; one that ends with its epoch, or fails, before it has a loss is no step.
    A metric that raises is None for its epoch; the other values are recorded, then its error is raised.
    """

    order = 50
    in_lr_find = False

    def __init__(
        self, add_time: bool = True, train_metrics: bool = False, valid_metrics: bool = True, beta: float = 0.98
    ) -> None:
        self.add_time, self.train_metrics, self.valid_metrics = add_time, train_metrics, valid_metrics
        self.beta = beta
        self.final: list[float | None] = []  # loss and metrics of the latest pass without training
        self._loss = AvgLoss()
        self._failed: dict[str, Exception] = {}
        self._in_fit = self._header = False
        self._active: list[Metric] = []  # the metrics of the pass that is running

    # Names and rows

    @property
    def metric_names(self) -> list[str]:
        """The columns of the table that is printed: epoch, losses, metrics, time."""
        return ["epoch", *self.value_names, *(["time"] if self.add_time else [])]

    @property
    def value_names(self) -> list[str]:
        """The columns of `values`."""
        names = [metric.name for metric in self.learn.metrics]
        train = [f"train_{name}" for name in names] if self.train_metrics else []
        valid = [f"valid_{name}" if self.train_metrics else name for name in names] if self.valid_metrics else []
        return ["train_loss", *train, "valid_loss", *valid]

    @property
    def values(self) -> list[list[float | None]]:
        """One row for each epoch of the latest fit."""
        if not self.history.fits:
            return []
        run = self.history.fits[-1]
        return [[row.get(name) for name in self.value_names] for row in self.history.epochs[run.start_row :]]

    @property
    def losses(self) -> NDArray[np.float32]:
        """Smoothed training losses of the latest fit, one per step."""
        return self._steps()["smooth_loss"]

    @property
    def lrs(self) -> NDArray[np.float32]:
        """Learning rates of the latest fit, one per step."""
        return self._steps()["lr"]

    @property
    def iters(self) -> list[int]:
        """The number of training steps in the latest fit at the end of each of its epochs."""
        if not self.history.fits:
            return []
        run = self.history.fits[-1]
        return [int(row["step"] or 0) - run.start_step for row in self.history.epochs[run.start_row :]]

    # Recording

    def before_fit(self) -> None:
        self.history.beta = self.beta
        group = self.opt.param_groups[-1]  # the last layer group: the head, whose rate people talk about
        self._group, self._has_betas = group, "betas" in group
        self._failed, self._in_fit, self._header = {}, True, False
        self._begin_row()

    def before_epoch(self) -> None:
        self._begin_row()
        self.learn.events.send(EpochStarted(self.epoch))

    def before_train(self) -> None:
        self._reset(self.train_metrics)

    def before_validate(self) -> None:
        self._reset(self.valid_metrics)

    def after_batch(self) -> None:
        learn = self.learn
        if learn.training:
            if learn.loss is None and learn.cleaning_up:
                return
            group = self._group
            mom = group["betas"][0] if self._has_betas else group.get("momentum", group.get("mom", np.nan))
            learn.history.add_step(
                learn.read_loss(),
                learn.epoch,
                float(group["lr"]),
                float(mom),
                perf_counter() - learn.fit_started,
                learn.wait,
                _n_items(learn.xb[0]),
                learn.batch_items,
            )
        elif learn.yb and learn.loss is not None:
            self._loss.accumulate(learn)
        if learn.pred is not None:
            for metric in self._active:
                self._accumulate(metric)

    def after_train(self) -> None:
        if self._in_fit:
            self._values["train_loss"] = _or_none(self.history.smooth_loss())
            self._collect("train_" if self.train_metrics else None)
        self._end_pass()

    def after_validate(self) -> None:
        metrics = self._collect(("valid_" if self.train_metrics else "") if self.valid_metrics else None)
        self.final = [self._loss.value, *metrics]
        self._end_pass()
        if self._in_fit:
            self._values["valid_loss"] = self.final[0]
        elif self._failed:
            self._raise_failed()

    def after_epoch(self) -> None:
        __tracebackhide__ = True
        if self.learn.cleaning_up:
            return  # stopped, interrupted or failed: half an epoch has no row
        seconds = perf_counter() - self._began - (self.control.held - self._held)
        self.history.add_epoch(self.epoch, self._values, seconds)
        self.learn.events.send(EpochEnded(self.epoch, self.history.n_steps, dict(self._values)))
        self._log(seconds)
        self._begin_row()  # a callback that comes before this one may cancel the next epoch unseen
        if self._failed:
            self._raise_failed()

    def after_fit(self) -> None:
        self._in_fit = False

    def _begin_row(self) -> None:
        self._began, self._held = perf_counter(), self.control.held
        self._values: dict[str, float | None] = dict.fromkeys(self.value_names)
        self._end_pass()

    def _end_pass(self) -> None:
        """Forget the pass, so that a next one that is cancelled before this callback hears of it is empty."""
        self._active = []
        self._loss.reset()

    def _log(self, seconds: float) -> None:
        if not self._header:
            self.learn.logger(self.metric_names)
            self._header = True
        numbers = ["" if value is None else f"{value:.6f}" for value in self._values.values()]
        time = [f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"] if self.add_time else []
        self.learn.logger([str(self.epoch + 1), *numbers, *time])  # for people, who count from 1; the history does not

    def state_dict(self) -> dict[str, Any]:
        """What the metrics of the pass have counted, for a run that goes on in the middle of it."""
        return {"metrics": [plain_attributes(metric) for metric in self._active]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on counting from there."""
        for metric, saved in zip(self._active, state["metrics"], strict=False):
            vars(metric).update(saved)

    # Metrics

    def _reset(self, active: bool) -> None:
        self._active = list(self.learn.metrics) if active else []
        for metric in self._active:
            metric.reset()

    def _accumulate(self, metric: Metric) -> None:
        __tracebackhide__ = True
        if metric.name in self._failed or not self.learn.yb:
            return
        try:
            metric.accumulate(self.learn)
        except Exception as error:
            self._failed[metric.name] = error

    def _collect(self, prefix: str | None) -> list[float | None]:
        """The values of the pass that has ended; with a prefix they enter the epoch's row under these names."""
        self._merge()
        values = []
        for metric in self._active:
            values.append(self._read(metric))
            if prefix is not None and self._in_fit:
                self._values[prefix + metric.name] = values[-1]
        return values

    def _merge(self) -> None:
        """Count what other processes have seen of the pass."""
        if self.learn.processes is None or self.learn.cleaning_up or not getattr(self.learn.dl, "share", None):
            return
        from fastlearn.distributed.merge import merge_metrics

        merge_metrics(self.learn.processes, [self._loss, *self._active])

    def _read(self, metric: Metric) -> float | None:
        __tracebackhide__ = True
        if metric.name in self._failed:
            return None
        try:
            value: Any = metric.value
            return None if value is None else as_number(value)
        except Exception as error:
            self._failed[metric.name] = error
            return None

    def _raise_failed(self) -> None:
        __tracebackhide__ = True
        name, error = next(iter(self._failed.items()))
        self._failed = {}
        name_error(error, f"The metric {name!r} failed in epoch {self.epoch + 1}; the epoch's other values are kept")
        raise error

    # Plots

    def plot_loss(
        self,
        skip_start: int = 5,
        with_valid: bool = True,
        log: bool = False,
        show_epochs: bool = False,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw the smoothed training loss of the latest fit and, `with_valid`, the validation loss of each epoch."""
        from fastlearn.train.plots import plot_loss

        self._check_something_to_plot()
        valid = [row[self.value_names.index("valid_loss")] for row in self.values] if with_valid else []
        return plot_loss(self.losses, self.iters, valid, skip_start, log, show_epochs, ax)

    def plot_sched(self, keys: list[str] | None = None, figsize: tuple[float, float] | None = None) -> Any:
        """Draw learning rate and momentum of the latest fit, one panel each; `keys` picks among "lr" and "mom"."""
        from fastlearn.train.plots import plot_columns

        self._check_something_to_plot()
        steps = self._steps()
        known = [key for key in ("lr", "mom") if np.isfinite(steps[key]).any()]
        return plot_columns({key: steps[key] for key in keys or known}, figsize)

    def _check_something_to_plot(self) -> None:
        if not self.history.n_steps:
            raise RuntimeError("There is nothing to plot before the first fit. Try learn.fit_one_cycle(1).")

    def _steps(self) -> dict[str, NDArray[Any]]:
        return self.history.steps(self.history.fits[-1].start_step if self.history.fits else 0)


def _n_items(first: Any) -> int:
    return first.shape[0] if isinstance(first, Tensor) and first.ndim else count_samples(first)


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None
