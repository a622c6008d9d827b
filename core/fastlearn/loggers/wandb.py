"""Runs on Weights & Biases."""

from __future__ import annotations

from typing import Any

from fastlearn.loggers.numbers_only import without_fastais
from fastlearn.loggers.scalars import ScalarLogger
from fastlearn.runs.describe import describe

__all__ = ["WandbCallback"]


class WandbCallback(ScalarLogger):
    """Sends losses, rates and metrics to a run of Weights & Biases, and the settings of the fit as its configuration.

    A run that is under way (`wandb.init`) is used and left open, and its steps are counted on; otherwise one is begun
    with `init` as the arguments of `wandb.init` (`mode="offline"` keeps it on this machine), and ended with the fit.
    Needs the extra `fastwidgets[wandb]`. fastai's arguments for pictures, models and data sets may be switched off.
    """

    def __init__(self, seconds: float = 1.0, **init: Any) -> None:
        super().__init__(seconds)
        self.init = without_fastais("WandbCallback", init)
        self._own = False

    def open(self) -> None:
        try:
            import wandb
        except ImportError as error:
            raise ImportError("wandb is not installed. Try pip install 'fastwidgets[wandb]'.") from error
        self._own = wandb.run is None
        self._run: Any = wandb.run or wandb.init(**{"dir": str(self.learn.path), **self.init})
        self._offset = max(0, self._run.step - self.history.n_steps)  # another learner may have logged there before
        config: Any = self._run.config
        config.update({"fastwidgets": describe(self.learn)}, allow_val_change=True)

    def log(self, values: dict[str, float], step: int) -> None:
        self._run.log(values, step=max(step + self._offset, self._run.step))  # W&B drops what lies before its step

    def close(self) -> None:
        if self._own:
            self._run.finish()
