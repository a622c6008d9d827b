"""Where else a run can be watched: each listens to the events, and none changes the training."""

from __future__ import annotations

from fastlearn.loggers.scalars import ScalarLogger
from fastlearn.loggers.tensorboard import TensorBoardCallback
from fastlearn.loggers.wandb import WandbCallback

__all__ = ["ScalarLogger", "TensorBoardCallback", "WandbCallback"]
