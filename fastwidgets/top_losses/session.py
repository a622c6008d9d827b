"""What the top losses know: the answers of a model beside the decisions about its items, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from fastlearn.data.problems import DataError
from fastlearn.interpret import Neighbours, StoredAnswers, Tag
from numpy.typing import NDArray

from fastwidgets.grid.actions import Action
from fastwidgets.grid.arrange import Filter, Sort
from fastwidgets.grid.session import Ids
from fastwidgets.grid.words import count
from fastwidgets.journal.identity import place_of
from fastwidgets.review import Review
from fastwidgets.review.grid import attach, session_of
from fastwidgets.review.review import EXCLUDED
from fastwidgets.top_losses.columns import Given, columns_of, distinct, verdicts
from fastwidgets.top_losses.row_ids import ids_of

__all__ = ["TopLossesSession"]

NEAREST = 8
OPTIMISM = "The model has learnt from the training items: it looks better on them than it is"


class TopLossesSession:
    """The items of `review` in a grid, with what the model says of them in `answers`, worst first.

    `grid` is the grid's session, with the ids of the review; `rows` gives for each id the row of the answers, or -1,
    and `ids` for each row the id. `names` are those of the classes as the answers number them, no two the same.
    `words`: a text for each item that is no picture.
    """

    def __init__(self, review: Review, answers: StoredAnswers, words: Sequence[str] | None = None) -> None:
        self.review, self.grid = review, session_of(review)
        self.splits = [split for split in ("train", "valid") if split in review.source.splits]
        self._detach = attach(review, self.grid)
        self._before: tuple[tuple[Filter, ...], tuple[Sort, ...]] | None = None
        self._neighbours: Neighbours | None = None
        self.grid.add_column("name", _names(review), kind="text", title="Name")
        if words is not None:
            self.grid.paths = [None] * self.grid.n
            self.grid.add_column("item", words, kind="text", title="Item")
        elif "item" in self.grid.columns and all(item is None for item in review.source.items):
            self.grid.drop_column("item")  # the data does not tell its items: they have names alone
        self.load(answers)
        self._add_actions()
        if "valid" in self.splits:
            self.grid.set_filters([Filter("split", "in", ["valid"])])
        self.grid.set_sorts([Sort("loss", True)])
        self._unlisten = review.on_change(self.follow)

    # What the model says

    def load(self, answers: StoredAnswers) -> None:
        """Show these answers, in the place of others about the same items."""
        self.answers, self._neighbours = answers, None
        self.ids: NDArray[np.int64] = ids_of(self.review, answers, self.review.learn)
        self.rows: NDArray[np.int64] = np.full(self.grid.n, -1, np.int64)
        known = self.ids >= 0
        self.rows[self.ids[known]] = np.flatnonzero(known)
        vocab = answers.vocab or []
        own = self.review.classes
        self.names = list(own[: len(vocab)]) if self.review.can_relabel and len(own) >= len(vocab) else distinct(vocab)
        for given in columns_of(answers, self.names):
            if given.name == "target" and self.review.numbers:
                continue  # the label is the target, as it is now
            self.grid.add_column(
                given.name, self._spread(given), kind=given.kind, title=given.title, classes=given.classes
            )
        self.grid.add_column("reason", [None] * self.grid.n, classes=[], title="Why it is here")
        self.grid.add_column("why", [""] * self.grid.n, kind="text", title="Why, in words")
        self.grid.add_column("similarity", [None] * self.grid.n, kind="number", title="Similarity")
        self.grid.add_column("verdict", [""] * self.grid.n, kind="text", title="Label → prediction")
        self.follow(range(self.grid.n))
        self._look()

    def set_reasons(self, tags: Mapping[int, Sequence[Tag]], rows: Iterable[int]) -> None:
        """Say why the `rows` are here; those that are not in `tags` have no reason worth a word."""
        at = [row for row in rows if self.ids[row] >= 0]
        firsts = [tags[row][0].code.replace("_", " ") if row in tags else None for row in at]
        whole = ["; ".join(tag.text for tag in tags.get(row, ())) for row in at]
        ids = self.ids[at].tolist()
        self.grid.set_values("reason", ids, firsts)
        self.grid.set_values("why", ids, whole)

    def follow(self, ids: Iterable[int]) -> None:
        """Something was decided about these items, here or in another widget."""
        at = [int(i) for i in ids]
        column = "label" if "label" in self.grid.columns else "target" if "target" in self.grid.columns else None
        nothing = [None] * len(at)

        def values(name: str) -> list[Any]:
            return self.grid.values(name, at) if name in self.grid.columns else nothing

        sure = "wrong" if self.answers.task == "mask" else "probability"
        lines = verdicts(self.answers.task, values(column) if column else nothing, values("prediction"), values(sure),
                         values("loss"))  # fmt: skip
        self.grid.set_values("verdict", at, lines)
        if self.review.numbers:
            self.grid.set_values("residual", at, [self._residual(i) for i in at])

    # What is shown

    @property
    def split(self) -> int | None:
        """Which split the filters let through: 0 training, 1 validation, None both."""
        chosen = next((one.value for one in self.grid.filters if (one.column, one.op) == ("split", "in")), None)
        return {"train": 0, "valid": 1}[chosen[0]] if chosen is not None and len(chosen) == 1 else None

    @property
    def note(self) -> str:
        """What was edited since the pass, in words; empty if nothing was."""
        answered = [i for i in self.review.changed if self.rows[i] >= 0]
        excluded = sum(self.review.decisions[i] == EXCLUDED for i in answered)
        relabelled = sum(self.review.decisions[i] != EXCLUDED and not self._was_known(i) for i in answered)
        said = [f"{count(relabelled, 'label')} edited"] * bool(relabelled) + [f"{excluded:,} excluded"] * bool(excluded)
        return f"{', '.join(said)}; predictions are of the model before that" if said else ""

    @property
    def warning(self) -> str:
        """What to bear in mind about the items that are shown."""
        return OPTIMISM if self.split == 0 or "valid" not in self.splits else ""

    def similar(self, ids: Ids | Sequence[int]) -> str:
        """Show, of the training items, those most like these, and these themselves first.

        Raises: ValueError where the model has no vectors to compare by, or there are no training items.
        """
        rows = [int(self.rows[i]) for i in ids if self.rows[i] >= 0]
        if not rows:
            raise ValueError("There is no answer for this item, so nothing is known to be like it.")
        if self._neighbours is None:
            if self.answers.embeddings is None:
                raise ValueError(f"Nothing can be told to be alike: {self.answers.no_embeddings}.")
            self._neighbours = Neighbours(self.answers.embeddings)
        train = self.answers.rows(0)
        if not len(train):
            raise ValueError("There are no training items among these answers.")
        try:
            found, alike = self._neighbours.like(rows, k=NEAREST, among=train)
        except DataError as error:
            raise ValueError(str(error)) from error
        shown = [*self.ids[rows].tolist(), *self.ids[found].tolist()]
        self.grid.set_values("similarity", range(self.grid.n), None)
        nearly = np.minimum(alike.astype(float), 1 - 1e-6)  # so that what was asked for stands first
        self.grid.set_values("similarity", shown, [1.0] * len(rows) + nearly.tolist())
        self._go_to([Filter("similarity", "missing", False)], [Sort("similarity", True)])
        return f"The {len(found)} training items most like {'it' if len(rows) == 1 else 'these'}. b goes back."

    def back(self) -> str:
        """Show again what was shown before `similar`."""
        if self._before is None:
            return "This is where you were."
        filters, sorts = self._before
        self._before = None
        self.grid.set_action("back", enabled=False)
        self.grid.set_filters(filters)
        self.grid.set_sorts(sorts)
        return ""

    def take_prediction(self, ids: Ids | Sequence[int]) -> str:
        """Give the items the label that the model predicts."""
        if self.answers.task == "multicategory":
            assert self.answers.predicted is not None
            told = {int(i): np.flatnonzero(self.answers.predicted[self.rows[i]]) for i in ids if self.rows[i] >= 0}
            return self.review.relabel_each({i: tuple(self.names[c] for c in found) for i, found in told.items()})
        said = self.grid.values("prediction", ids)
        return self.review.relabel_each({int(i): name for i, name in zip(ids, said, strict=True) if name is not None})

    def code(self, name: str = "TopLosses", learn: str = "learn") -> str:
        """The cell that shows the same and decides the same, in a fresh kernel where the learner is called `learn`."""
        lines = [f"from fastwidgets import {name}", "", f"shown = {name}({learn})"]
        shown, order = (self.grid.filters, self.grid.sorts) if self._before is None else self._before
        filters, sorts = [one.plain() for one in shown], [one.plain() for one in order]
        lines += [f"shown.show(filters={filters!r}, sorts={sorts!r})", "shown"]
        decided = self.review.code() + "\n\n" if self.review.decided else ""
        return decided + "\n".join(lines)

    def close(self) -> None:
        """Follow the review no more."""
        self._unlisten()
        self._detach()

    # Inside

    def _was_known(self, i: int) -> bool:
        """Whether the answers were made with the label that the item has now."""
        targets, label = self.answers.targets, self.review.labels[i]
        if targets is None or label is None:
            return False
        told = np.asarray(targets[self.rows[i]])
        if self.review.numbers:
            return bool((told == np.asarray(self.review.value(label), told.dtype)).all())
        if isinstance(label, tuple):
            return {self.names[c] for c in np.flatnonzero(told)} == set(label)
        return self.names[int(told)] == label

    def _residual(self, i: int) -> float | None:
        """How far off the prediction of an item is by its target of now; of several numbers, the distance."""
        label, preds = self.review.labels[i], self.answers.preds
        if label is None or preds is None or self.rows[i] < 0:
            return None
        off = np.asarray(preds[self.rows[i]], np.float64) - np.asarray(self.review.value(label))
        return float(off[0]) if len(off) == 1 else float(np.linalg.norm(off))

    def _spread(self, given: Given) -> list[Any]:
        """Values of rows as those of ids; None where there is no answer."""
        found: list[Any] = [None] * self.grid.n
        for i, value in zip(self.ids, given.values, strict=True):
            if i >= 0:
                found[i] = value
        return found

    def _go_to(self, filters: Sequence[Filter], sorts: Sequence[Sort]) -> None:
        if self._before is None:
            self._before = self.grid.filters, self.grid.sorts
        self.grid.set_action("back", enabled=True)
        self.grid.set_sorts(sorts)
        self.grid.set_filters(filters)

    def _look(self) -> None:
        columns = self.grid.columns
        words = ["item"] if "item" in columns else ["name"]
        order = ["name", "verdict", "why", "label", "given label", "target", "prediction", "probability", "p_label",
                 "worst label", "residual", "wrong", "loss", "split", "similarity", "note"]  # fmt: skip
        self.grid.look(captions=[*words, "verdict"], badges=["reason"], details=[c for c in order if c in columns])

    def _add_actions(self) -> None:
        grid = self.grid
        if self.review.can_relabel and not self.review.numbers:
            take = Action("take", "Take prediction", "p", "Give it the label that the model predicts", then="next")
            grid.add_action(take, lambda ids, argument: self.take_prediction(ids))
        similar = Action("similar", "Similar in training", "s", "The training items most like it")
        grid.add_action(similar, lambda ids, argument: self.similar(ids))
        back = Action("back", "Back", "b", "To what was shown before", acts_on="none", enabled=False)
        grid.add_action(back, lambda ids, argument: self.back())


def _names(review: Review) -> list[str]:
    """The items' names, their paths below the folder of the data as far as that tells them apart."""
    root, source = review.root, review.source
    short = [
        name if path is None else place_of(path, root) for name, path in zip(source.names, source.paths, strict=True)
    ]
    return short if len(set(short)) == len(short) else source.names
