"""Interpretations out of stored answers, without a pass."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.interpret.answer_pass import clean_items
from fastlearn.interpret.classification import ClassificationInterpretation
from fastlearn.interpret.interpretation import Interpretation
from fastlearn.losses.reading import decodes_of

if TYPE_CHECKING:
    from fastlearn.interpret.stored_answers import StoredAnswers
    from fastlearn.train.learner import Learner

__all__ = ["interpretation_of"]


def interpretation_of(answers: StoredAnswers, learn: Learner, split: int) -> Interpretation:
    """See `StoredAnswers.interpretation`."""
    rows = answers.rows(split)
    if answers.preds is None or answers.targets is None:
        raise DataError(
            f"Of a task {answers.task!r} the predictions are not stored. Try Interpretation.from_learner(learn)."
        )
    if not len(rows):
        raise DataError(f"There are no answers for split {split}. Try split={1 - split}.")
    loader = clean_items(learn.dls[split])
    preds = torch.from_numpy(np.asarray(answers.preds[rows], np.float32))
    targets: Any = np.asarray(answers.targets[rows])
    classes = answers.task != "regression"
    made = ClassificationInterpretation if classes else Interpretation
    return made(
        loader,
        preds,
        torch.from_numpy(targets.astype(np.float32) if targets.dtype == bool else targets),
        torch.from_numpy(np.array(answers.losses[rows])),
        np.array(answers.positions[rows]),
        _largest if answers.task == "category" else decodes_of(learn.loss_func),
        Path(getattr(learn.dls, "path", ".")),
    )


def _largest(preds: Tensor) -> Tensor:
    return preds.argmax(1)  # also where the loss reads one score an item, which is stored as two probabilities
