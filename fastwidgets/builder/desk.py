"""The builder with its work in the background: what the page shows is made here, and nothing waits for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastwidgets.builder.cell.read import read_cell
from fastwidgets.builder.folder import Cancelled
from fastwidgets.builder.form import Columns, Field, fields
from fastwidgets.builder.group_hints import GroupHint
from fastwidgets.builder.health import Health
from fastwidgets.builder.kept import Kept
from fastwidgets.builder.recipe import STEPS
from fastwidgets.builder.results.counts import files_result, source_result, split_result
from fastwidgets.builder.results.draw import thumbnail
from fastwidgets.builder.results.labels import labels_result
from fastwidgets.builder.results.result import Result, Tile
from fastwidgets.builder.results.samples import batch_result, item_result
from fastwidgets.builder.session import BuilderSession, Preview
from fastwidgets.grid.jobs import Jobs

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BuilderDesk", "Step", "completions"]

CHECKED_AT_ONCE = 5000  # pictures that are checked without being asked
SHOWN = 60  # files of a finding
SCAN, LIVE, CHECK, SHOW, BUILD = range(5)  # kinds of work; a new piece of one takes the place of the old


@dataclass(frozen=True)
class Step:
    """How far a piece of work is: `done` of `total` (0 where nobody knows), `what` in words; empty when it is over."""

    what: str = ""
    done: int = 0
    total: int = 0


@dataclass
class Checked:
    """What was found of the health of the data, for the cell `code` ("" before); `trouble`: why it ended early."""

    code: str = ""
    findings: list[Health] = field(default_factory=list)
    trouble: str = ""


class BuilderDesk:
    """A `BuilderSession` that is looked at while it is made and changed.

    Folders are scanned, results drawn and files checked in threads; `told(what)` is called, from any thread, when
    "state", "results", "health" or "shown" is new. All of it is under `lock`.
    """

    def __init__(self, told: Callable[[str], None], lock: threading.RLock | None = None) -> None:
        self.lock = lock or threading.RLock()
        self._told = told
        self._jobs = Jobs(self._failed, workers=3)
        self._asked = dict.fromkeys((SCAN, LIVE, CHECK, SHOW, BUILD), 0)
        self._next = 0
        self.step = "source"
        self.open("")

    # Opening

    def open(self, path: str | os.PathLike[str], cell: str = "", table: pd.DataFrame | None = None) -> None:
        """Look at a folder, or at that of the cell which is read into the form; "" for none yet. `table`: see
        `BuilderSession`.
        """
        for kind in (LIVE, CHECK, SHOW):
            self._drop(kind)
        self.path = os.fspath(path)
        self.session: BuilderSession | None = None
        self.columns: Columns | None = None
        self.kept: Kept | None = None
        self.scanning, self.checking = Step(), Step()
        self.error = self.trouble = ""
        self.unread: tuple[str, ...] = ()
        self.results: dict[str, Result] = {}
        self.errors: dict[str, str] = {}
        self.working: set[str] = set()
        self.hints: list[GroupHint] = []
        self.alone = ""  # the name of the only class, where there is one alone
        self.checked, self.shown, self.draw = Checked(), Result(), 0
        self._built: tuple[str, Any] = ("", None)
        self.step = "source"
        if self.path:
            self.scanning = Step("Looking for files")
            self._ask(SCAN, lambda cancelled: self._scan(self.path, cell, table, cancelled))
        self._told("state")
        self._told("health")

    def cancel(self) -> None:
        """End the scan of the folder, or the check of the files."""
        if self.session is None and self.scanning.what:
            self._drop(SCAN)
            self.scanning, self.error = Step(), "The search was cancelled. Press Open to begin again."
        elif self.checking.what:
            self._drop(CHECK)
            self.checking = Step()
            self.checked.trouble = "The check was cancelled; what it saw is kept, so it goes on from there."
        self._told("state")
        self._told("health")

    def read(self, code: str) -> None:
        """Fill the form from a cell. Raises: ValueError where it is none."""
        found = read_cell(code)
        if self.session is None or str(self.session.folder.path) != os.path.abspath(found.recipe.source.path):
            self.open(found.recipe.source.path, code)
            return
        self._read(self.session, code)
        self.changed("set")

    def _scan(self, path: str, cell: str, table: pd.DataFrame | None, cancelled: Callable[[], bool]) -> None:
        def tell(n: int) -> None:
            with self.lock:
                if not cancelled():
                    self.scanning = Step("Looking for files", n)
            self._told("state")

        try:
            session = BuilderSession(path, table, progress=tell, cancelled=cancelled)
            hints = session.group_hints()
            kept = Kept(session.folder.path)
            before = None if cell else kept.latest()
        except Cancelled:
            return
        except (ValueError, OSError, RecursionError) as error:
            with self.lock:
                if not cancelled():
                    self.scanning, self.error = Step(), str(error) or type(error).__name__
            self._told("state")
            return
        with self.lock:
            if cancelled():
                return
            self.scanning, self.session, self.kept = Step(), session, kept
            self.columns, self.hints = Columns(session.folder), hints
            self.trouble = kept.refused
            if before is not None:
                session.go_on(*before)
            if cell:
                self._read(session, cell)
            self.refresh()
            if len(session.folder.pictures) <= CHECKED_AT_ONCE:
                self.check()

    def _read(self, session: BuilderSession, code: str) -> None:
        self.unread = session.read(code)

    # Changing

    def change(self, step: str, name: str, value: Any) -> None:
        """Set a field. Labels from elsewhere bring what the folder says of them. Raises: ValueError."""
        session = self._there()
        own = {("labels", "by"): session.recipe.labels.by, ("", "task"): session.recipe.task}
        if (step, name) in own and value != own[step, name]:
            values = [one.recipe.labels.by if step else one.recipe.task for one in session.guesses]
            known = session.guesses[values.index(value)] if value in values else None
            if known is not None:
                session.take(known)
                self.changed("set")
                return
        before = session.recipe
        session.change(step, **{name: value})
        if session.recipe != before:
            self.changed("set")

    def act(self, change: Callable[[BuilderSession], object], act: str = "set") -> None:
        """Any other change of the session."""
        session = self._there()
        before = session.history
        change(session)
        if session.history != before:
            self.changed(act)

    def keep_twins_together(self) -> None:
        """Keep the twins that the check found on one side; at once, since the files are known."""
        self.act(lambda session: session.keep_together(session.twins()))

    def changed(self, act: str) -> None:
        """The recipe is another: keep it, and look anew."""
        assert self.session is not None and self.kept is not None
        self.trouble = self.kept.note(act, self.session.history)
        self.refresh()

    def another(self) -> None:
        """Other random changes of the same batch."""
        self.draw += 1
        self.refresh()

    def go(self, step: str) -> None:
        """Show another step."""
        self.step = step
        self._told("state")
        if step in ("item", "batch"):
            self.refresh()

    # Looking

    @property
    def form(self) -> dict[str, list[Field]]:
        """The fields of each step; none without a folder."""
        if self.session is None or self.columns is None:
            return {step: [] for step in STEPS}
        recipe = self.session.recipe
        found = fields(recipe, self.session.folder, self.columns)
        if self.alone or recipe.labels.one_class:
            hint = "Nothing is learnt from one class alone: tick this to build all the same"
            flag = Field("labels", "one_class", "One class is meant", "flag", recipe.labels.one_class, (), hint)
            found["labels"].append(flag)
        return found

    @property
    def code(self) -> tuple[str, str]:
        """The cell, with a line about each grave finding that it is run in spite of; and why there is none, or ""."""
        if self.session is None:
            return "", "Open a folder first."
        try:
            code = self.session.code()
        except ValueError as error:
            return "", str(error)
        grave = [one.words for one in self.checked.findings if one.severity == "error" and one.code != "one_class"]
        if self.alone:
            words = f"There is only one class, {self.alone}: nothing can be learnt."
            if not self.session.recipe.labels.one_class:
                return "", f"{words} Choose other labels, or say in the labels step that it is meant."
            grave.insert(0, words)
        return "".join(f"# In spite of: {' '.join(words.split())}\n" for words in grave) + code, ""

    def refresh(self) -> None:
        """Make the results anew."""
        self.working = {"source", "labels", "split"} | ({self.step} & {"item", "batch"})
        self._told("state")
        self._ask(LIVE, self._look)

    def check(self) -> None:
        """Look at every file."""
        self.checking = Step("Checking the files")
        self._ask(CHECK, self._check)
        self._told("health")

    def show(self, number: int) -> None:
        """Show the files of a finding."""
        files = self.checked.findings[number].files[:SHOWN]

        def work(cancelled: Callable[[], bool]) -> None:
            root = self._there().folder.path
            tiles = []
            for file in files:
                if cancelled():
                    return
                name = file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
                tiles.append(Tile(((name, False),), "" if file.exists() else "not there", thumbnail(file)))
            with self.lock:
                self.shown = Result((self.checked.findings[number].words,), tiles=tuple(tiles))
            self._told("shown")

        self._ask(SHOW, work)

    def build(self, hand_over: Callable[[str, Any], None]) -> None:
        """Make the loaders in the background; `hand_over(name, loaders)`."""
        session = self._there().snapshot()
        self._ask(BUILD, lambda cancelled: hand_over(session.recipe.name, session.build()))

    def wait(self, seconds: float = 60.0) -> None:
        """Wait for all work in the background. Raises: TimeoutError."""
        self._jobs.wait(seconds)

    def close(self) -> None:
        """Give all work up."""
        self._jobs.close()

    # Work, in threads

    def _look(self, cancelled: Callable[[], bool]) -> None:
        with self.lock:
            session, step, draw = self._there(), self.step, self.draw
            frozen, root, recipe = session.snapshot(), session.folder.path, session.recipe
        preview = self._try(("labels", "split"), frozen.preview, cancelled)
        if preview is None:
            self._make("source", lambda: files_result(session.folder), cancelled)
        if preview is not None:
            assert isinstance(preview, Preview)
            with self.lock:
                if not cancelled():
                    self.alone = preview.only_class if recipe.task in ("single", "text") else ""
            self._told("state")
            self._make("source", lambda: source_result(preview, recipe), cancelled)
            self._make("split", lambda: split_result(preview, recipe, self._shared(preview, session)), cancelled)
            self._make("labels", lambda: labels_result(preview, recipe, root), cancelled)
            self._follow(frozen, preview, cancelled)
        if step in ("item", "batch") and not cancelled():
            dls = self._try((step,), lambda: self._loaders(frozen), cancelled)
            if dls is not None:
                self._make(step, lambda: item_result(dls) if step == "item" else batch_result(dls, draw), cancelled)

    def _loaders(self, session: BuilderSession) -> Any:
        code = session.code()
        if self._built[0] != code:
            self._built = (code, session.build_small())
        return self._built[1]

    def _shared(self, preview: Preview, session: BuilderSession) -> list[tuple[str, ...]] | None:
        """The twins on both sides, where all files were looked at already."""
        if not self.checked.code:
            return None
        sides = [{preview.look.files[i] for i in side} for side in (preview.train, preview.valid)]
        root = session.folder.path
        return [
            group for group in session.twins()
            if all(any(root / file in side for file in group) for side in sides)
        ]  # fmt: skip

    def _follow(self, session: BuilderSession, preview: Preview, cancelled: Callable[[], bool]) -> None:
        """Once the files were checked, findings follow each change, since files are not opened again."""
        if self.checked.code and not self.checking.what and self.checked.code != session.code():
            self._judge(session, cancelled)

    def _check(self, cancelled: Callable[[], bool]) -> None:
        def tell(done: int, total: int) -> None:
            with self.lock:
                if not cancelled():
                    self.checking = Step("Checking the files", done, total)
            self._told("health")

        with self.lock:
            session = self._there()
        try:
            pictures = [session.folder.path / file for file in session.folder.pictures]
            if pictures:
                session.files.problems(pictures, tell, cancelled)
            if not cancelled():
                self._judge(session.snapshot(), cancelled)
        except Exception as error:
            with self.lock:
                if not cancelled():
                    self.checked = Checked(trouble=f"The check ended early. {type(error).__name__}: {error}")
        with self.lock:
            if cancelled():
                return
            self.checking = Step()
            self._told("health")
            self.refresh()

    def _judge(self, session: BuilderSession, cancelled: Callable[[], bool]) -> None:
        try:
            findings = session.health(cancelled=cancelled)
            checked = Checked(session.code(), findings)
        except (ValueError, OSError, KeyError) as error:
            checked = Checked("-", [], f"The data cannot be checked yet: {error}")
        with self.lock:
            if not cancelled():
                self.checked = checked
        self._told("state")  # the cell names grave findings
        self._told("health")

    def _make(self, step: str, make: Callable[[], Result], cancelled: Callable[[], bool]) -> None:
        made = self._try((step,), make, cancelled)
        with self.lock:
            if made is not None and not cancelled():
                self.results[step] = made
                self.errors.pop(step, None)
                self.working.discard(step)
        self._told("results")

    def _try(self, steps: Iterable[str], work: Callable[[], Any], cancelled: Callable[[], bool]) -> Any:
        """What `work` gives; where it raises, the steps say so and None is returned."""
        if cancelled():
            return None
        try:
            return work()
        except Exception as error:  # anything may come from the user's data; a traceback of this thread is seen nowhere
            with self.lock:
                if not cancelled():
                    for step in steps:
                        self.errors[step] = str(error) or type(error).__name__
                        self.results.pop(step, None)
                        self.working.discard(step)
            self._told("results")
            return None

    def _there(self) -> BuilderSession:
        if self.session is None:
            raise ValueError("No folder is open yet. Write its path into the box above and press Open.")
        return self.session

    def _ask(self, kind: int, work: Callable[[Callable[[], bool]], None]) -> None:
        self._drop(kind)
        self._next += 1
        self._asked[kind] = self._next
        self._jobs.ask(self._next, work)

    def _drop(self, kind: int) -> None:
        self._jobs.drop(self._asked[kind])

    def _failed(self, error: Exception) -> None:
        with self.lock:
            self.trouble = f"{type(error).__name__}: {error}"
        self._told("state")


def completions(text: str, most: int = 30) -> list[str]:
    """Folders whose path begins with `text`, for a box in which a path is typed."""
    whole = os.path.expanduser(text)
    above, _, begun = whole.rpartition(os.sep)
    folder = Path(above + os.sep if os.sep in whole else ".")
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(begun) and not entry.name.startswith(".") and entry.is_dir():
                    found.append(f"{above}{os.sep}{entry.name}" if os.sep in whole else entry.name)
    except OSError:
        return []
    return sorted(found)[:most]
