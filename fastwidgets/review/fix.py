"""Fix and continue: training goes on with the corrected labels, and what came of it is said as it is."""

from __future__ import annotations

import html
import os
from dataclasses import dataclass, field
from typing import Any

from fastlearn.keywords import check_keywords
from fastlearn.runs.run import find_run

from fastwidgets.grid.words import count
from fastwidgets.review.before_after import Answered, Difference, answered, difference
from fastwidgets.review.corrected import corrected_loaders
from fastwidgets.review.new_classes import add_outputs
from fastwidgets.review.review import EXCLUDED, RELABELLED, Review

__all__ = ["Continued", "fix_and_continue", "go_on_code"]

METHODS = ("fit_one_cycle", "fit", "fine_tune", "fit_flat_cos")
SLOWER = 10  # the rate of a learner is for the beginning; what has been learnt is refined more gently


@dataclass(frozen=True)
class Yardstick:
    """Before and after by one set of labels of the validation items."""

    labels: str
    before: Answered
    after: Answered
    difference: Difference


@dataclass(frozen=True)
class Continued:
    """What `fix_and_continue` did. `yardsticks`: one, or two where labels of validation items were corrected."""

    n_relabelled: int
    n_excluded: int
    n_valid_relabelled: int
    n_valid_excluded: int
    n_epoch: int
    notes: list[str]
    yardsticks: list[Yardstick] = field(default_factory=list)

    def table(self) -> Any:
        """The metrics before and after as a dataframe."""
        import pandas as pd

        rows = {
            f"{when}, {one.labels}": values.metrics
            for one in self.yardsticks
            for when, values in (("before", one.before), ("after", one.after))
        }
        return pd.DataFrame(rows).T

    def __str__(self) -> str:
        return "\n".join([*self._words(), "", str(self.table())] if self.yardsticks else self._words())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{html.escape(line)}</p>" for line in self._words())
        return f"<div>{words}{self.table().to_html() if self.yardsticks else ''}</div>"

    def _words(self) -> list[str]:
        did = [f"Trained {count(self.n_epoch, 'epoch')} more with {count(self.n_relabelled, 'corrected label')} and "
               f"without {count(self.n_excluded, 'excluded item')}."]  # fmt: skip
        if self.n_valid_relabelled:
            did.append(f"{count(self.n_valid_relabelled, 'label')} of validation items {_was(self.n_valid_relabelled)} "
                       "corrected too, so the same answers are measured by both sets of labels.")  # fmt: skip
        if self.n_valid_excluded:
            did.append(f"{count(self.n_valid_excluded, 'validation item')} {_was(self.n_valid_excluded)} excluded, and "
                       "counts neither before nor after.")  # fmt: skip
        verdicts = [f"By {one.labels}: {one.difference.verdict}" for one in self.yardsticks]
        more = ["Part of any difference may come from the further training and not from the corrections."]
        return [*did, *self.notes, *verdicts, *(more if self.yardsticks else [])]


@check_keywords
def fix_and_continue(
    learn: Any,
    n_epoch: int = 1,
    lr: Any = None,
    journal: str | os.PathLike[str] | None = None,
    method: str = "fit_one_cycle",
    cbs: Any = None,
    compare: bool = True,
) -> Continued:
    """Go on training `learn` with what was decided about its items; `learn.dls` are the corrected loaders afterwards.

    Corrected labels are read, excluded items left out, each item stays on its side of the split. Training goes on from
    the weights that the learner has; where it was not trained in this kernel, from the newest checkpoint of its latest
    recorded run. `lr` is the rate of `method`, by default a tenth of the learner's. A class that was added gets an
    output of its own, and the optimizer begins anew then. With `compare` the validation items are answered before and
    after: the same items, and where their own labels were corrected, by both sets of labels.
    Raises: ValueError for another method; DataError where nothing is left to train on, or the model cannot be given
    another output.
    """
    if method not in METHODS:
        raise ValueError(f"`method` is one of {', '.join(METHODS)}, but got {method!r}.")
    review = Review.of(learn, journal)
    dls = corrected_loaders(review)
    notes = [*_last_weights(learn), *_new_outputs(learn, review, dls)]
    sticks = _yardsticks(review, dls) if compare else []
    before = [answered(learn, dl) for _, dl in sticks]
    learn.dls, review.corrected = dls, dls
    getattr(learn, method)(n_epoch, learn.lr / SLOWER if lr is None and isinstance(learn.lr, float) else lr, cbs=cbs)
    measured = []
    for (words, dl), first in zip(sticks, before, strict=True):
        then = answered(learn, dl)
        measured.append(Yardstick(words, first, then, difference(first, then)))
    if compare and not sticks:
        notes.append("There are no validation items, so nothing is compared.")
    valid = [i for i, split in enumerate(review.source.splits) if split == "valid"]
    return Continued(
        n_relabelled=review.decisions.count(RELABELLED),
        n_excluded=review.decisions.count(EXCLUDED),
        n_valid_relabelled=sum(review.decisions[i] == RELABELLED for i in valid),
        n_valid_excluded=sum(review.decisions[i] == EXCLUDED for i in valid),
        n_epoch=n_epoch,
        notes=notes,
        yardsticks=measured,
    )


def go_on_code(review: Review, n_epoch: int = 1) -> str:
    """The cell that goes on training with the decisions of `review`, which it reads from their journal."""
    folder = review.shared.journal.folder
    more = "" if folder == review.root else f", journal={str(folder)!r}"
    name = name_of(review.learn)
    return ("from fastwidgets.review import fix_and_continue\n\n"
            f"fixed = fix_and_continue({name}, n_epoch={n_epoch}{more})\nfixed")  # fmt: skip


def name_of(thing: Any, default: str = "learn") -> str:
    """What the notebook calls `thing`: its variable, or `default`."""
    try:
        from IPython import get_ipython

        shell = get_ipython()  # type: ignore[no-untyped-call]
        names = {} if shell is None else shell.user_ns
    except ImportError:
        return default
    found = [name for name, value in list(names.items()) if value is thing and not name.startswith("_")]
    return default if default in found or not found else found[0]


def _last_weights(learn: Any) -> list[str]:
    """Where the learner was not trained in this kernel, take the weights of its latest run."""
    if learn.history.fits:
        return []
    try:
        path = find_run(learn.path / "runs", None).latest_checkpoint()[0]
    except FileNotFoundError:
        return ["The learner was not trained in this kernel and there is no recorded run: it went on from the weights "
                "that it had."]  # fmt: skip
    learn.load(path.absolute(), with_opt=False)
    return [f"It went on from {path.parent.parent.name}/{path.name}."]


def _new_outputs(learn: Any, review: Review, dls: Any) -> list[str]:
    n_old, n_new = learn.dls.c, dls.c
    if not review.can_relabel or not n_old or not n_new or n_new == n_old:
        return []
    add_outputs(learn.model, n_old, n_new)
    learn.create_opt()
    names = ", ".join(repr(name) for name in review.classes[n_old:n_new])
    return [f"The model was given {count(n_new - n_old, 'output')} for {names}, which at first it hardly ever answers; "
            "all others kept their weights, and the optimizer began anew."]  # fmt: skip


def _yardsticks(review: Review, dls: Any) -> list[tuple[str, Any]]:
    """The validation items that are left, with their labels as they were and, where those differ, as corrected."""
    if len(dls.loaders) < 2 or not len(getattr(dls.valid, "dataset", ())):
        return []
    splits, decisions = review.source.splits, review.decisions
    if not any(split == "valid" and one == RELABELLED for split, one in zip(splits, decisions, strict=True)):
        return [("the labels of the validation items", dls.valid)]
    old = corrected_loaders(review, labels=False)
    return [("the labels as they were", old.valid), ("the corrected labels", dls.valid)]


def _was(n: int) -> str:
    return "was" if n == 1 else "were"
