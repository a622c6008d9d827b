"""A learner of its own for work in the background: what training does to the model meanwhile does not matter to it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from fastlearn.data.problems import DataError
from fastlearn.train.events import Events

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["frozen"]


def frozen(learn: Learner) -> Learner:
    """`learn` with a copy of its model, loss and callbacks as they are now, and with the same data.

    Raises: DataError while a fit is running, since the weights change in the middle of copying; and for a model that
    cannot be copied.
    """
    if learn.in_fit:
        raise DataError("The model is being trained. Ask again when the fit has ended.")
    twin = copy.copy(learn)
    try:
        twin.model, twin.loss_func = copy.deepcopy(learn.model), copy.deepcopy(learn.loss_func)
    except Exception as error:
        raise DataError(
            f"A copy of the model is needed, but it cannot be made ({type(error).__name__}: {error})."
        ) from (error)
    twin.compiled, twin.events, twin.cbs = None, Events(), []
    twin.add_cbs([copy.copy(cb) for cb in learn.cbs])
    return twin
