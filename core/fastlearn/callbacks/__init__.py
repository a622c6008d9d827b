"""Callbacks that change or follow training, one per file."""

from __future__ import annotations

import fastlearn.train  # noqa: F401  # first: its learner imports the default callbacks, which need its base class
from fastlearn.callbacks.check_outputs import CheckOutputs
from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.callbacks.gather import GatherPredsCallback
from fastlearn.callbacks.keep_best import KeepBest
from fastlearn.callbacks.progress import ProgressCallback
from fastlearn.callbacks.schedule import ParamScheduler
from fastlearn.callbacks.terminate_on_nan import TerminateOnNaNCallback
from fastlearn.callbacks.train_eval import TrainEvalCallback

__all__ = [
    "CheckOutputs",
    "CheckpointCallback",
    "GatherPredsCallback",
    "KeepBest",
    "ParamScheduler",
    "ProgressCallback",
    "TerminateOnNaNCallback",
    "TrainEvalCallback",
]
