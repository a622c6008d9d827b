"""Where the answers come from: a learner, or answers that were stored; whether they still hold, and new ones."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from fastlearn.data.problems import DataError
from fastlearn.interpret import StoredAnswers

from fastwidgets.review import Review
from fastwidgets.review.names import ClassNames
from fastwidgets.review.source import SPLITS, Label, Source
from fastwidgets.top_losses.columns import distinct
from fastwidgets.top_losses.frozen import frozen

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["AnswerSource"]


class AnswerSource:
    """The answers of a learner, run now as far as they are not stored; or stored ones, by themselves or in a folder.

    With `update=False` the newest stored answers are taken as they are, if there are any, even where they are old.
    Raises: TypeError for anything else; DataError or FileNotFoundError where there are no answers to be had.
    """

    def __init__(self, given: Learner | StoredAnswers | str | os.PathLike[str], update: bool = True) -> None:
        self.learn: Learner | None = None
        if isinstance(given, StoredAnswers):
            self.answers, self.learn = given, given.learn
        elif isinstance(given, str | os.PathLike):
            self.answers = StoredAnswers.open(given)
        elif hasattr(given, "dls") and hasattr(given, "model"):
            self.learn = given
            kept = None if update else StoredAnswers.latest(given)
            self.answers = StoredAnswers.of(given) if kept is None else kept
        else:
            raise TypeError("Answers are those of a learner, stored ones, or a folder of stored ones, but got "
                            f"{type(given).__name__}. Try the learner itself.")  # fmt: skip

    def review(self, journal: str | os.PathLike[str] | None) -> Review:
        """The decisions about the items: the learner's own review, or one of these answers alone."""
        if self.learn is not None and not self.answers.of_own_loader:
            found = Review.of(self.learn, journal)
            if found.can_relabel or self.answers.task not in ("category", "multicategory"):
                return found  # else the data does not tell its labels, but the answers do
        return Review(_source_of(self.answers), journal)

    def staleness(self) -> str:
        """What has changed since the pass, in words; empty if nothing has. Looks at all files: may take a moment."""
        found = self.answers.stale(self.learn)
        return str(found) if found else ""

    def update(self) -> StoredAnswers:
        """Run a copy of the model on what has changed; the learner itself may go on meanwhile.

        Raises: DataError without a learner, and while it is being trained.
        """
        if self.learn is None:
            raise DataError("These answers were opened without their learner, so nothing can be run.")
        self.answers = self.answers.renewed_by(frozen(self.learn))
        return self.answers

    @property
    def weights(self) -> str:
        """The fingerprint of the model that gave the answers."""
        return self.answers.weights


def _source_of(answers: StoredAnswers) -> Source:
    """The items of answers whose data is not at hand."""
    names = distinct(answers.vocab or [])
    classes = ClassNames(names)
    task = answers.task if answers.task in ("category", "multicategory") else "other"
    return Source(
        names=list(answers.ids),
        paths=list(answers.paths),
        items=list(answers.ids),
        splits=[SPLITS[split] for split in answers.splits],
        labels=_labels(answers, names) if task != "other" else [None] * len(answers),
        classes=classes,
        task=task,
        root=_root(answers),
    )


def _labels(answers: StoredAnswers, names: list[str]) -> list[Label]:
    assert answers.targets is not None
    if answers.targets.ndim == 1:
        return [names[int(target)] for target in answers.targets]
    return [tuple(names[c] for c in np.flatnonzero(target)) for target in answers.targets]


def _root(answers: StoredAnswers) -> Path:
    """The folder of the data where it is still there; else that of the answers themselves."""
    return answers.data if answers.data is not None and answers.data.is_dir() else answers.folder
