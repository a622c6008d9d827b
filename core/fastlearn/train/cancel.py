"""Exceptions by which a callback ends one stage of training early; the stages around it go on.

Raising `CancelBatchException` in a callback skips the rest of that batch; the loop then fires `after_cancel_batch` and
`after_batch` and takes the next one. The six others do the same for their own stage.
"""

from __future__ import annotations

__all__ = [
    "CancelBackwardException",
    "CancelBatchException",
    "CancelEpochException",
    "CancelException",
    "CancelFitException",
    "CancelStepException",
    "CancelTrainException",
    "CancelValidException",
]


class CancelException(Exception):
    """What the seven cancel exceptions have in common: they steer the loop and are not errors."""


class CancelFitException(CancelException):
    """End the whole fit: on to `after_fit`."""


class CancelEpochException(CancelException):
    """End this epoch, its validation included: on to `after_epoch`."""


class CancelTrainException(CancelException):
    """End the training part of this epoch: on to `after_train`, then validation."""


class CancelValidException(CancelException):
    """End the validation part of this epoch: on to `after_validate`."""


class CancelBatchException(CancelException):
    """Skip the rest of this batch: on to `after_batch`."""


class CancelBackwardException(CancelException):
    """Skip the backward pass: on to `after_backward`; the optimizer still steps."""


class CancelStepException(CancelException):
    """Skip the optimizer step: on to `after_step` and the clearing of the gradients."""
