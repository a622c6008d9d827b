"""What a cleaner knows and decides: what was found, what is shown of it, what is suggested. No Jupyter here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from fastlearn.data.problems import DataError
from fastlearn.interpret.neighbours import Neighbours
from numpy.typing import NDArray

from fastwidgets.cleaner.issues import DOUBTS, ISSUES, SIMILAR, Copies, copies_in, found_in
from fastwidgets.grid.actions import Action
from fastwidgets.grid.arrange import Filter
from fastwidgets.grid.session import Ids
from fastwidgets.grid.words import count
from fastwidgets.review.grid import attach, session_of
from fastwidgets.review.review import Review

__all__ = ["CleanerSession"]

LIKE = 60  # items that are shown as alike
Bools = NDArray[np.bool_]


class CleanerSession:
    """The items of `review` with what was found about them.

    `grid` is what is shown. `put_problems` and `put_doubts` take what a scan found; `issues` lists it with counts;
    `show` shows the items of one issue. `answers`: those of the model, or None. What is suggested is decided by
    nobody but the user: `accept`, `keep_best`.
    """

    def __init__(self, review: Review, answers: Any = None) -> None:
        self.review, self.answers = review, answers
        self.grid = session_of(review)
        self.detach = attach(review, self.grid)
        self.flags: dict[str, Bools] = {}
        self.active = ""  # the issue that is shown; "" for all items
        self._found = [""] * review.n
        self._doubted = [""] * review.n
        self._suggested: list[Any] = [None] * review.n
        self._copies = Copies([], np.full(review.n, np.nan), [None] * review.n)
        self._neighbours: Neighbours | None = None
        self._forget = review.on_change(self._follow)
        self._rows = [] if answers is None else review.rows_of(answers)
        self.grid.add_column("why", self._found, kind="text", title="Why")
        if answers is not None:
            self._add_answers()
        self._add_actions()
        self.grid.look(captions=[*self.grid.captions, "why"], details=self._details())

    def close(self) -> None:
        """Hear no more of decisions."""
        self._forget()
        self.detach()

    # What a scan found

    def put_problems(self, problems: Any) -> None:
        """Take the table of `find_problems` in."""
        place: dict[str, list[int]] = {}
        for i, path in enumerate(self.review.source.paths):
            if path is not None:
                place.setdefault(str(path), []).append(i)
        flags, self._found = found_in(problems, place, self.review.n)
        self._copies = copies_in(problems, place, self.review.given, self.review.source.paths)
        for id, flag in flags.items():
            self._put_flag(id, flag)
        self.grid.add_column("group", self._copies.group, kind="number", title="Group of copies")
        self.grid.add_column("copy", self._copies.role, classes=["best", "copy"], title="Copy")
        self._put_words()

    def put_doubts(self, doubts: Any) -> None:
        """Take `LabelDoubts` of the answers in."""
        review, flag = self.review, np.zeros(self.review.n, bool)
        quality, self._suggested = np.full(review.n, np.nan), [None] * review.n
        self._doubted = [""] * review.n
        for row, i in enumerate(self._rows):
            if i < 0:
                continue
            quality[i] = doubts.quality[row]
            if doubts.wrong[row]:
                flag[i] = True
                self._doubted[i] = doubts.reason(row).removeprefix("label doubtful: ")
                self._suggested[i] = doubts.suggestion(row)
        self._put_flag(DOUBTS, flag)
        self.grid.add_column("label quality", quality, kind="number", title="Label quality")
        texts = ["; ".join(one) if isinstance(one, tuple) else one for one in self._suggested]
        classes = None if review.multilabel else review.classes
        kind = "text" if review.multilabel else None
        self.grid.add_column("suggestion", texts, kind=kind, classes=classes, title="Suggested")  # type: ignore[arg-type]
        self.grid.add_column("proposal", [self._proposal(i) for i in range(review.n)], kind="text", title="Proposal")
        self.grid.set_action("accept", shown=True)
        self._put_words()

    def groups(self) -> NDArray[np.float64] | None:
        """For each row of the answers the number of its group of copies, or one of its own; None without copies."""
        if not self._copies.groups:
            return None
        own = np.arange(len(self._rows)) + len(self._copies.groups) + 1.0
        group = np.asarray([self._copies.group[i] if i >= 0 else np.nan for i in self._rows])
        return np.where(np.isnan(group), own, group)

    # What is shown

    def issues(self) -> list[dict[str, Any]]:
        """Each kind of issue that was looked for, with the number of its items and of those not decided about yet."""
        undecided = np.asarray([one is None for one in self.review.decisions], bool)
        found = [ISSUES[id] for id in ISSUES if id in self.flags]
        return [
            {"id": one.id, "title": one.title, "hint": one.hint, "total": int(self.flags[one.id].sum()),
             "open": int((self.flags[one.id] & undecided).sum())}
            for one in found
        ]  # fmt: skip

    @property
    def changes(self) -> int:
        """How many items have another label by now, or are excluded."""
        return len(self.review.changed)

    def show(self, issue: str) -> None:
        """Show the items of that issue, or with "" all; filters on other columns stay. Raises: KeyError."""
        if issue and issue not in self.flags:
            raise KeyError(f"There is no issue {issue!r}; there are {', '.join(self.flags) or 'none yet'}.")
        kept = [one for one in self.grid.filters if not self._is_own(one)]
        self.active = issue
        self.grid.set_sorts(ISSUES[issue].sort if issue in ISSUES else ())
        self.grid.set_filters([*kept, *([Filter(issue, "is", True)] if issue else [])])

    def narrow(self, column: str, value: str) -> None:
        """Show only the class or the split `value`, with "" all of them; nothing that was decided is lost by it."""
        kept = [one for one in self.grid.filters if one.column != column]
        self.grid.set_filters([*kept, *([Filter(column, "in", [value])] if value else [])])

    def noticed(self) -> None:
        """Filters may have been changed elsewhere: say which issue is shown."""
        own = [one.column for one in self.grid.filters if self._is_own(one)]
        self.active = own[-1] if own else ""

    # What is decided

    def accept(self, ids: Iterable[int]) -> str:
        """Give each of the items the label that is suggested for it, as one act."""
        wanted = {int(i): self._suggested[int(i)] for i in ids}
        given = {i: label for i, label in wanted.items() if label is not None}
        if not given:
            return "Nothing is suggested for what is selected."
        said = self.review.relabel_each(given)
        left = len(wanted) - len(given)
        return said + (f" For {count(left)} nothing is suggested." if left else "")

    def keep_best(self, ids: Iterable[int]) -> str:
        """In each group of copies that one of the items is in: keep the best and exclude the others, as one act."""
        numbers = {int(self._copies.group[int(i)]) for i in ids if not np.isnan(self._copies.group[int(i)])}
        chosen = [one for one in self._copies.groups if int(self._copies.group[one[0]]) in numbers]
        if not chosen:
            return "None of what is selected is in a group of copies."
        return self.review.keep_best([best for best, _ in chosen], [i for _, others in chosen for i in others])

    def like(self, ids: Iterable[int]) -> str:
        """Show the items that the model finds most like these, the most alike first."""
        if self.answers is None or self.answers.embeddings is None:
            reason = "there is no model" if self.answers is None else self.answers.no_embeddings
            return f"Items cannot be compared: {reason}."
        row_of = {i: row for row, i in enumerate(self._rows) if i >= 0}
        rows = [row_of[int(i)] for i in ids if int(i) in row_of]
        if not rows:
            return "The model has no answer for what is selected."
        if self._neighbours is None:
            self._neighbours = Neighbours(self.answers.embeddings)
        try:
            found, similarity = self._neighbours.like(rows, k=LIKE)
        except DataError as error:
            return str(error)
        values = np.full(self.review.n, np.nan)
        for row, value in zip(found.tolist(), similarity.tolist(), strict=True):
            if self._rows[row] >= 0:
                values[self._rows[row]] = value
        for row in rows:
            values[self._rows[row]] = 1.0
        self.grid.add_column(SIMILAR, values, kind="number", title="Likeness")
        self.active = SIMILAR
        self.grid.set_sorts([(SIMILAR, True)])
        self.grid.set_filters([Filter(SIMILAR, "missing", False)])
        return f"{count(len(found))} most like {'it' if len(rows) == 1 else 'these'}, the most alike first."

    # Inside

    def _proposal(self, i: int) -> str:
        """`→ cat`, as long as that is another label than the item has."""
        label = self._suggested[i]
        if label is None or label == self.review.labels[i]:
            return ""
        return f"→ {'; '.join(label) if isinstance(label, tuple) else label}"

    def _follow(self, ids: list[int]) -> None:
        if "proposal" in self.grid.columns:
            self.grid.set_values("proposal", ids, [self._proposal(i) for i in ids])

    def _is_own(self, one: Filter) -> bool:
        return one.column in self.flags or one.column == SIMILAR

    def _put_flag(self, id: str, flag: Bools) -> None:
        self.flags[id] = flag
        self.grid.add_column(id, flag.tolist(), kind="flag", title=ISSUES[id].title)

    def _put_words(self) -> None:
        words = ["; ".join(filter(None, both)) for both in zip(self._doubted, self._found, strict=True)]
        self.grid.add_column("why", words, kind="text", title="Why")
        badges = [name for name in ("copy", "label", "proposal") if name in self.grid.columns]
        self.grid.look(badges=badges, details=self._details())

    def _details(self) -> list[str]:
        names = ("name", "label", "given label", "suggestion", "predicted", "why", "loss", "label quality", "group",
                 "copy", "split", "decision", "note", "item")  # fmt: skip
        return [name for name in names if name in self.grid.columns]

    def _add_answers(self) -> None:
        answers, n = self.answers, self.review.n
        losses = np.full(n, np.nan)
        at = np.asarray([i for i in self._rows if i >= 0], np.int64)
        rows = np.asarray([row for row, i in enumerate(self._rows) if i >= 0], np.int64)
        losses[at] = answers.losses[rows]
        self.grid.add_column("loss", losses, kind="number", title="Loss")
        if answers.task == "category" and answers.vocab is not None:
            names: list[str | None] = [None] * n
            for i, row in zip(at.tolist(), rows.tolist(), strict=True):
                names[i] = answers.vocab[int(answers.predicted[row])]
            self.grid.add_column("predicted", names, classes=answers.vocab, title="Predicted")

    def _add_actions(self) -> None:
        grid = self.grid
        accept = Action("accept", "Accept suggestion", "a", "Give the suggested label", then="next", shown=False)
        grid.add_action(accept, lambda ids, argument: self.accept(_plain(ids)))
        best = Action("keep_best", "Keep best of group", "b", "Keep the best of the copies, exclude the others")
        grid.add_action(best, lambda ids, argument: self.keep_best(_plain(ids)))
        like = Action("like", "Others like this", "s", "Show what the model finds similar",
                      shown=self.answers is not None)  # fmt: skip
        grid.add_action(like, lambda ids, argument: self.like(_plain(ids)))


def _plain(ids: Ids) -> list[int]:
    return [int(i) for i in ids]
