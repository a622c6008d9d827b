"""The wire of the builder: what was found and made out, what is wanted in."""

from __future__ import annotations

import os
from copy import deepcopy
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets as T

from fastwidgets.builder.desk import BuilderDesk, completions
from fastwidgets.builder.results.result import Result
from fastwidgets.builder.session import BuilderSession
from fastwidgets.comm.front_end import running_kernel
from fastwidgets.comm.widget import LiveWidget

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DataBlockBuilder"]

STEPS = ("source", "labels", "split", "item", "batch")
ASKS = ("open", "cancel", "complete", "take", "change", "go", "another", "turn", "check", "show", "exclude", "together",
        "groups", "read", "build")  # fmt: skip
MOST_NAMES = 4  # files of a finding that are named
MOST_CODE = 20_000  # letters of the cell in the saved notebook


class DataBlockBuilder(LiveWidget):
    """From a folder to loaders by clicks: `DataBlockBuilder("photos")`, or without a path to choose one on the page.

    Five steps, each with what it makes of the real data: source, labels, split, item and batch transforms. What the
    folder is taken for is said, with the reasons, and can be changed; *Health* lists what would go wrong in training.
    *Build* shows the cell that makes the loaders and runs it below. Every click is in a journal beside the data, so
    that the cell run again, also after a restart, goes on where it was. `table`: a data frame to learn from instead of
    what lies in the folder (without a path, in the one that you are in); a copy of it is written beside the journal,
    since the cell that makes the loaders reads it.

    `code()` is the cell; `session` the same without a page (a `BuilderSession`, None before a folder is open).
    """

    _model_name = T.Unicode("BuilderModel").tag(sync=True)
    _view_name = T.Unicode("BuilderView").tag(sync=True)
    height = T.Int(560, help="In pixels.").tag(sync=True)

    hears: ClassVar[tuple[str, ...]] = (*LiveWidget.hears, *ASKS)

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        table: pd.DataFrame | None = None,
        *,
        height: int = 560,
        **kwargs: Any,
    ) -> None:
        self._fresh: set[str] = set()
        self._sent: dict[str, tuple[int, str, bool]] = {}  # what the page knows of the results
        self.desk: BuilderDesk | None = None
        super().__init__(height=height, **kwargs)
        self.desk = BuilderDesk(self._new, self.lock)
        if path is not None or table is not None:
            # A copy, since the frame is read in a thread while a cell may change it.
            self.desk.open("." if path is None else path, table=deepcopy(table))

    # For notebooks

    @property
    def session(self) -> BuilderSession | None:
        """The builder without its page; None before a folder is open."""
        return self._desk.session

    def code(self) -> str:
        """The cell that makes the loaders. Raises: ValueError where something is still open."""
        with self.lock:
            code, why_not = self._desk.code
        if why_not:
            raise ValueError(why_not)
        return code

    def wait(self, seconds: float = 60.0) -> DataBlockBuilder:
        """Wait until all that is looked at was seen. Raises: TimeoutError where that takes longer."""
        self._desk.wait(seconds)
        return self

    def close(self) -> None:
        """Take the builder off the page and end its work."""
        if self.desk is not None:
            self.desk.close()
        super().close()

    @property
    def place(self) -> str:
        return "" if self.desk is None else self.desk.path

    def as_html(self) -> str:
        rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(words)}</td></tr>" for name, words in self._lines())
        with self.lock:
            code, why_not = self._desk.code
        cut = code if len(code) <= MOST_CODE else f"{code[:MOST_CODE]}\n…"
        return f"<table>{rows}</table>" + (f"<p>{escape(why_not)}</p>" if why_not else f"<pre>{escape(cut)}</pre>")

    def as_text(self) -> str:
        return "\n".join(f"{name}: {words}" for name, words in self._lines())

    # What the browser is told

    def flush(self) -> None:
        if self.comm is None or self.desk is None:
            return
        fresh, self._fresh = self._fresh, set()
        if "state" in fresh:
            self._send_state()
        if fresh & {"results", "state"}:
            self._send_results()
        if "health" in fresh:
            self._send_health()
        if "shown" in fresh:
            self._send_result("shown", self._desk.shown)
        if not self._desk.working and not self._desk.scanning.what and not self._desk.checking.what:
            self.refresh_twin()

    def send_whole(self) -> None:
        self._sent = {}
        self._fresh = {"state", "results", "health"}
        self.settle()

    # What the browser asks; these run on a kernel subshell

    def on_open(self, message: dict[str, Any]) -> None:
        """Look at a folder."""
        self._desk.open(str(message["path"]).strip())

    def on_cancel(self, message: dict[str, Any]) -> None:
        """End the scan or the check."""
        self._desk.cancel()

    def on_complete(self, message: dict[str, Any]) -> None:
        """Which folders begin with what was typed?"""
        self.send({"kind": "completions", "text": message["text"], "folders": completions(message["text"])})

    def on_take(self, message: dict[str, Any]) -> None:
        """Begin anew from another reading of the folder."""
        self.notice = ""
        self._desk.act(lambda session: session.take(session.guesses[int(message["guess"])]))

    def on_change(self, message: dict[str, Any]) -> None:
        """A field of a step."""
        self._in_words(lambda desk: desk.change(message["step"], message["name"], message["value"]))

    def on_go(self, message: dict[str, Any]) -> None:
        """Another step is looked at."""
        self.notice = ""
        self._desk.go(message["step"])

    def on_another(self, message: dict[str, Any]) -> None:
        """The same batch with other random changes."""
        self._desk.another()

    def on_turn(self, message: dict[str, Any]) -> None:
        """Undo or redo."""
        self.notice = ""
        how = message["how"]
        self._desk.act(BuilderSession.undo if how == "undo" else BuilderSession.redo, how)

    def on_check(self, message: dict[str, Any]) -> None:
        """Look at every file."""
        self._desk.check()

    def on_show(self, message: dict[str, Any]) -> None:
        """The files of a finding."""
        self._desk.show(int(message["finding"]))

    def on_exclude(self, message: dict[str, Any]) -> None:
        """Leave the files of a finding out."""
        files = self._desk.checked.findings[int(message["finding"])].files
        self._desk.act(lambda session: session.exclude(files))

    def on_together(self, message: dict[str, Any]) -> None:
        """Keep twins on one side of the split, or no longer."""
        if message["on"]:
            self._desk.keep_twins_together()
        else:
            self._desk.act(lambda session: session.change("split", together=()))

    def on_groups(self, message: dict[str, Any]) -> None:
        """Keep what names speak of, such as patients, on one side."""
        pattern = message["pattern"]
        self._desk.act(lambda session: session.change("split", by="group", pattern=pattern, together=()))

    def on_read(self, message: dict[str, Any]) -> None:
        """Fill the form from a cell."""
        self._in_words(lambda desk: desk.read(message["code"]))

    def on_build(self, message: dict[str, Any]) -> None:
        """Make the loaders here, where no cell below can be made."""
        self._desk.build(self._hand_over)

    # Inside

    @property
    def _desk(self) -> BuilderDesk:
        assert self.desk is not None
        return self.desk

    def _in_words(self, act: Any) -> None:
        self.notice = ""
        try:
            act(self._desk)
        except ValueError as error:
            self.notice = str(error)
            self._new("state")

    def _new(self, what: str) -> None:
        with self.lock:
            self._fresh.add(what)
            self.touch()

    def _hand_over(self, name: str, dls: Any) -> None:
        kernel = running_kernel()
        if kernel is not None:
            kernel.shell.push({name: dls})
        self.notice = (
            f"{name} is there: {len(dls.train_ds):,} items for training, {len(dls.valid_ds):,} for validation."
        )

    def _send_state(self) -> None:
        desk, session = self._desk, self._desk.session
        code, why_not = desk.code
        recipe = None if session is None else session.recipe
        form = {step: [asdict(one) for one in fields] for step, fields in desk.form.items()}
        guesses = [] if session is None else session.guesses
        self.send({
            "kind": "state", "path": desk.path, "open": session is not None, "scanning": asdict(desk.scanning),
            "error": desk.error, "trouble": desk.trouble, "step": desk.step, "form": form,
            "guesses": [one.why[0] if one.why else one.recipe.task for one in guesses],
            "why": [] if session is None else list(session.why),
            "excluded": 0 if recipe is None else len(recipe.source.excluded),
            "together": 0 if recipe is None else len(recipe.split.together),
            "can_undo": session is not None and session.can_undo, "can_redo": session is not None and session.can_redo,
            "name": "dls" if recipe is None else recipe.name,
            "code": code, "why_not": why_not, "unread": list(desk.unread),
        })  # fmt: skip

    def _send_results(self) -> None:
        desk = self._desk
        for step in STEPS:
            result, error = desk.results.get(step), desk.errors.get(step, "")
            known = (id(result), error, step in desk.working)
            if self._sent.get(step) != known:
                self._sent[step] = known
                self._send_result(step, result or Result(), error, working=step in desk.working)

    def _send_result(self, step: str, result: Result, error: str = "", *, working: bool = False) -> None:
        pictures = [picture for tile in result.tiles for picture in tile.pictures]
        tiles = [{"line": [list(part) for part in tile.line], "label": tile.label, "pictures": len(tile.pictures)}
                 for tile in result.tiles]  # fmt: skip
        self.send({
            "kind": "result", "step": step, "working": working, "error": error, "words": list(result.words),
            "warnings": list(result.warnings), "bars": [asdict(bar) for bar in result.bars], "tiles": tiles,
            "text": result.text,
        }, pictures)  # fmt: skip

    def _send_health(self) -> None:
        desk = self._desk
        findings = [
            {"severity": one.severity, "words": one.words, "files": len(one.files), "code": one.code,
             "names": [file.name for file in one.files[:MOST_NAMES]]}
            for one in desk.checked.findings
        ]  # fmt: skip
        hints = [{"pattern": one.pattern, "words": one.words} for one in desk.hints]
        self.send({"kind": "health", "checked": bool(desk.checked.code), "checking": asdict(desk.checking),
                   "trouble": desk.checked.trouble, "findings": findings, "hints": hints})  # fmt: skip

    def _lines(self) -> list[tuple[str, str]]:
        with self.lock:
            desk = self._desk
            if desk.session is None:
                return [("Data set", desk.error or desk.path or "No folder is open yet.")]
            found = [("Data set", str(desk.session.folder.path))]
            for step in STEPS:
                words = " ".join((*desk.results.get(step, Result()).words, *desk.results.get(step, Result()).warnings))
                found.append((step.capitalize(), desk.errors.get(step, words)))
            return found
