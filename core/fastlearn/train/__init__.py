"""The training loop, the learner around it, and what watches and steers them."""

from __future__ import annotations

from fastlearn.train.callback import Callback
from fastlearn.train.cancel import (
    CancelBackwardException,
    CancelBatchException,
    CancelEpochException,
    CancelException,
    CancelFitException,
    CancelStepException,
    CancelTrainException,
    CancelValidException,
)
from fastlearn.train.control import FitControl
from fastlearn.train.events import (
    BatchEnded,
    EpochEnded,
    EpochStarted,
    Events,
    FitEnded,
    FitStarted,
    LRFindEnded,
    LRFindProgress,
    LRFindStarted,
    NoteAdded,
    ValidationProgress,
)
from fastlearn.train.history import History, Note
from fastlearn.train.learner import Learner
from fastlearn.train.lr_find import LRFinder, LRFindResult
from fastlearn.train.recorder import Recorder
from fastlearn.train.suggest import minimum, slide, steep, valley

__all__ = [
    "BatchEnded",
    "Callback",
    "CancelBackwardException",
    "CancelBatchException",
    "CancelEpochException",
    "CancelException",
    "CancelFitException",
    "CancelStepException",
    "CancelTrainException",
    "CancelValidException",
    "EpochEnded",
    "EpochStarted",
    "Events",
    "FitControl",
    "FitEnded",
    "FitStarted",
    "History",
    "LRFindEnded",
    "LRFindProgress",
    "LRFindResult",
    "LRFindStarted",
    "LRFinder",
    "Learner",
    "Note",
    "NoteAdded",
    "Recorder",
    "ValidationProgress",
    "minimum",
    "slide",
    "steep",
    "valley",
]
