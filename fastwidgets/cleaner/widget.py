"""The wire of the cleaner: what was found out, what is wanted in."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import traitlets as T
from fastlearn.interpret.stored_answers import StoredAnswers

from fastwidgets.cleaner.scan import Scan, Step
from fastwidgets.cleaner.session import CleanerSession
from fastwidgets.cleaner.trash import latest_applied
from fastwidgets.grid.widget import GridWidget
from fastwidgets.journal import Plan, plan_csv, plan_folders, take_back
from fastwidgets.review.code import code_of
from fastwidgets.review.fix import go_on_code
from fastwidgets.review.review import Review
from fastwidgets.review.source import Label

__all__ = ["ImageCleaner"]

MOST_LINES = 200  # of a plan that the page shows
OWN = ("show", "narrow", "scan", "ask_plan", "apply", "take_back", "ask_code")


class ImageCleaner(GridWidget):
    """Finds wrong labels, duplicates and spoilt files among the images of a learner, and fixes them.

    `source` is a learner; or loaders, a folder or a list of paths, for which only the files are looked at. With a
    learner the model answers for all items once, which is kept (`StoredAnswers`), and label doubts come from small
    heads that have not seen the labels they judge (`LabelDoubts`). The search runs in a thread of its own and remembers
    what it saw. `journal` is the folder of the journal of decisions, by default that of the data; `labels` says the
    label of a path where there is no learner, by default its folder. `answers` are stored ones to use.

    Decisions are written as they are made; nothing is done to the files. `changed` and `excluded` list them,
    `fix_and_continue(learn)` trains on with them, `plan_folders()` and `plan_csv(...)` bring them into the files.
    """

    _model_name = T.Unicode("CleanerModel").tag(sync=True)
    _view_name = T.Unicode("CleanerView").tag(sync=True)

    hears: ClassVar[tuple[str, ...]] = (*GridWidget.hears, *OWN)

    def __init__(
        self,
        source: Any,
        *,
        journal: str | os.PathLike[str] | None = None,
        labels: Callable[[Path], Any] | None = None,
        answers: StoredAnswers | None = None,
        scan: bool = True,
        title: str = "Image cleaner",
        **kwargs: Any,
    ) -> None:
        self.review = Review.of(source, journal, labels)
        # Here and not in a thread: a cell runs this, and nobody else may use the model meanwhile.
        learn = self.review.learn
        found = answers if answers is not None or learn is None else StoredAnswers.of(learn)
        self.cleaner = CleanerSession(self.review, found)
        self._step, self._words = Step(), ""
        self._plan: Plan | None = None
        self._applied = latest_applied(Path(self.review.root))
        super().__init__(self.cleaner.grid, title=title, lock=self.review.lock, **kwargs)
        self._stop_hearing = self.review.on_change(lambda ids: self._touch_issues())
        self._scan = self._new_scan()
        if scan:
            self._scan.start()

    # For the user

    @property
    def changed(self) -> dict[Path | None, Label]:
        """The new label of each item that was relabelled, by its path."""
        return {self.review.source.paths[i]: self.review.labels[i] for i in self._decided("relabelled")}

    @property
    def excluded(self) -> list[Path | None]:
        """The paths of what was excluded."""
        return [self.review.source.paths[i] for i in self._decided("excluded")]

    @property
    def issues(self) -> dict[str, int]:
        """How many items each kind of issue has."""
        with self.lock:
            return {one["id"]: one["total"] for one in self.cleaner.issues()}

    def show_issue(self, issue: str) -> None:
        """Show the items of one kind of issue, or with "" all."""
        with self.lock:
            self.cleaner.show(issue)
            self._touch_issues()

    def wait(self, seconds: float = 600.0) -> ImageCleaner:
        """Wait for the end of the search. Raises: TimeoutError where that takes longer."""
        self._scan.join(seconds)
        if self._scan.running:
            raise TimeoutError(f"The search was not over after {seconds:g} seconds. It goes on in the background.")
        return self

    def code(self) -> str:
        """The cell that decides the same about a copy of the data, in a kernel of its own."""
        with self.lock:
            return code_of(self.review)

    def plan_folders(self) -> Plan:
        """What would be moved so that the folders say what was decided: `print(plan)`, then `plan.apply()`."""
        return plan_folders(self.review.shared.journal)

    def plan_csv(
        self,
        table: str | os.PathLike[str],
        fn_col: str,
        label_col: str,
        folder: str = "",
        suff: str = "",
    ) -> Plan:
        """What would be written into a csv file of labels; see `fastwidgets.journal.plan_csv`."""
        return plan_csv(self.review.shared.journal, table, fn_col, label_col, folder, suff)

    def close(self) -> None:
        if "_scan" in self.__dict__:
            self._scan.cancel()
            self._stop_hearing()
            self.cleaner.close()
        super().close()

    def as_html(self) -> str:
        return f"<p>{escape(self._counts())}</p>{super().as_html()}"

    def as_text(self) -> str:
        return f"{super().as_text()}\n{self._counts()}"

    # What the browser is told

    def flush(self) -> None:
        super().flush()
        self._send_issues()

    def send_whole(self) -> None:
        super().send_whole()
        self._send_issues()

    # What the browser asks; these run on a kernel subshell

    def on_show(self, message: dict[str, Any]) -> None:
        """The items of one issue."""
        self.cleaner.show(message["issue"])
        self.settle()

    def on_narrow(self, message: dict[str, Any]) -> None:
        """One class, or one side of the split."""
        self.cleaner.narrow(message["column"], message["value"])
        self.settle()

    def on_arrange(self, message: dict[str, Any]) -> None:
        super().on_arrange(message)
        self.cleaner.noticed()
        self._touch_issues()

    def on_scan(self, message: dict[str, Any]) -> None:
        """Search again, or no longer."""
        if not message["go"]:
            self._scan.cancel()
        elif not self._scan.running:
            self._scan = self._new_scan()
            self._scan.start()

    def on_ask_plan(self, message: dict[str, Any]) -> None:
        """What would be moved. Reading the folder takes a while, so it is done in a thread."""
        self._jobs.ask(-1, lambda cancelled: self._send_plan())

    def on_apply(self, message: dict[str, Any]) -> None:
        """Move the files as the plan that was shown says."""
        if self._plan is None:
            raise ValueError("Nothing was planned. Press “Move files…” first.")
        plan, self._plan = self._plan, None
        self._jobs.ask(-2, partial(self._move, plan))

    def on_take_back(self, message: dict[str, Any]) -> None:
        """Put what was moved last back in its place."""
        self._jobs.ask(-3, self._put_back)

    def on_ask_code(self, message: dict[str, Any]) -> None:
        """The cell that decides the same, or the one that goes on training."""
        train = message["purpose"] == "train"
        code = go_on_code(self.review) if train else code_of(self.review)
        self.send({"kind": "code", "purpose": message["purpose"], "code": code})

    # Inside

    def _decided(self, decision: str) -> list[int]:
        return [i for i, one in enumerate(self.review.decisions) if one == decision]

    def _new_scan(self) -> Scan:
        paths = list(dict.fromkeys(path for path in self.review.source.paths if path is not None))
        return Scan(paths, self.cleaner.answers, self._take_problems, self.cleaner.groups, self._take_doubts,
                    self._take_step, self._take_end)  # fmt: skip

    def _take_problems(self, table: Any) -> None:
        with self.lock:
            self.cleaner.put_problems(table)
            self._touch_issues()

    def _take_doubts(self, doubts: Any) -> None:
        with self.lock:
            self.cleaner.put_doubts(doubts)
            self._touch_issues()

    def _take_step(self, step: Step) -> None:
        self._step = step
        self.touch()

    def _take_end(self, words: str) -> None:
        with self.lock:
            self._step, self._words = Step(), words
            self._touch_issues()
        self.settle()
        self._twin_pace.touch()

    def _touch_issues(self) -> None:
        if "_pace" in self.__dict__:
            self.touch()

    def _send_issues(self) -> None:
        if self.comm is None or "_scan" not in self.__dict__:
            return
        step = {"what": self._step.what, "done": self._step.done, "total": self._step.total}
        self.send({
            "kind": "issues", "issues": self.cleaner.issues(), "active": self.cleaner.active, "step": step,
            "words": self._words, "total": self.review.n, "changes": self.cleaner.changes,
            "can_train": self.review.learn is not None, "can_apply": self._folders_are_labels(),
            "applied": "" if self._applied is None else self._applied.words,
        })  # fmt: skip

    def _folders_are_labels(self) -> bool:
        source = self.review.source
        pairs = zip(source.paths, self.review.given, strict=True)
        told = ((path, label) for path, label in pairs if path is not None and isinstance(label, str))
        return self.review.source.task == "category" and _most(p.parent.name == w for p, w in told)

    def _send_plan(self) -> None:
        plan = self.plan_folders()
        self._plan = plan
        lines = str(plan).splitlines()
        warning = "" if self.review.learn is None else (
            "The learner reads the files where they are now: afterwards run the cells again that made it.")  # fmt: skip
        self.send({"kind": "plan", "lines": lines[:MOST_LINES] if plan.changes else [], "count": len(plan.changes),
                   "warning": warning})  # fmt: skip

    def _move(self, plan: Plan, cancelled: Callable[[], bool]) -> None:
        try:
            trash = plan.apply()
        finally:
            self._look_again()
        self.say(f"{len(plan.changes)} files moved; take_back({str(trash)!r}) puts them back.")

    def _put_back(self, cancelled: Callable[[], bool]) -> None:
        applied = latest_applied(Path(self.review.root))
        if applied is None:
            self.say("There is nothing to take back.")
            return
        take_back(applied.folder)
        self._look_again()
        self.say("All files are back in their places.")

    def _look_again(self) -> None:
        with self.lock:
            self._applied = latest_applied(Path(self.review.root))
            self.review.reload()
        self.refresh_pictures()
        self.touch()

    def _counts(self) -> str:
        with self.lock:
            found = [f"{one['title']}: {one['total']:,}" for one in self.cleaner.issues() if one["total"]]
            changes = self.cleaner.changes
        looked = ", ".join(found) if found else "Nothing was found." if self.cleaner.flags else "Not looked at yet."
        return f"{looked} {changes:,} {'change' if changes == 1 else 'changes'}."


def _most(told: Any) -> bool:
    listed = list(told)
    return bool(listed) and sum(listed) > 0.8 * len(listed)
