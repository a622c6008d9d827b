"""Everything that the side panel shows, as one answer."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from fastwidgets.server.confine import is_below
from fastwidgets.server.overview.journal_facts import JournalFacts
from fastwidgets.server.overview.run_facts import RunFacts
from fastwidgets.server.overview.walk import Found, look_through
from fastwidgets.server.shown import Shown

__all__ = ["NoSuchFolder", "Overview"]

MOST = 50  # of each kind: the newest runs, the first journals and data sets
SUFFICES = ("pictures", "scans", "tables")
Facts = TypeVar("Facts", RunFacts, JournalFacts)


class NoSuchFolder(Exception):
    """There is no such folder below the server's root, or it is none that this server shows."""


class Overview:
    """Answers about the folders below `root`, which are named as in JupyterLab's file browser: with / and from there.

    What it has read of runs and journals is kept, so that asking again every few seconds costs little.
    """

    def __init__(self, root: str) -> None:
        self.root = Path(os.path.realpath(root))
        self._runs: dict[Path, RunFacts] = {}
        self._journals: dict[Path, JournalFacts] = {}

    def answer(
        self, name: str, widgets: Sequence[Shown] = (), notebooks: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """What is in the folder `name`, and the `widgets` of running kernels with the notebooks of these.

        Raises: NoSuchFolder; OSError where it cannot be read.
        """
        folder = self._folder(name)
        found = look_through(folder)
        return {
            "folder": self._name(folder),
            "whole": found.whole,
            "runs": self._about_runs(found.runs),
            "journals": [self._about_journal(place, found) for place in found.journals[:MOST]],
            "data": self._about_data(folder, found),
            "widgets": [self._about_widget(one, notebooks or {}) for one in widgets],
        }

    def _folder(self, name: str) -> Path:
        parts = [part for part in name.split("/") if part]
        folder = self.root.joinpath(*parts)
        hidden = "\0" in name or any(part.startswith(".") for part in parts)  # ".." among them
        if hidden or (parts and not is_below(folder, [str(self.root)])) or not folder.is_dir():
            raise NoSuchFolder(f"There is no folder {name!r} below the one that this server was started in.")
        return folder

    def _about_runs(self, folders: list[Path]) -> list[dict[str, Any]]:
        newest = sorted(folders, key=lambda folder: folder.name, reverse=True)[:MOST]  # a name begins with the time
        return [{"folder": self._name(one), **self._kept(self._runs, one, RunFacts)} for one in newest]

    def _about_journal(self, folder: Path, found: Found) -> dict[str, Any]:
        total = found.below(folder)["pictures"] if found.whole else None
        return {"folder": self._name(folder), "total": total, **self._kept(self._journals, folder, JournalFacts)}

    def _about_data(self, folder: Path, found: Found) -> list[dict[str, Any]]:
        """The folder itself if files for learning lie in it, and those folders in it below which there are some."""
        tops = sorted(place for place in found.counts if place.parent == folder)
        counted = [(folder, found.counts[folder]), *((top, found.below(top)) for top in tops)]
        known = [(place, {kind: counts[kind] for kind in SUFFICES}) for place, counts in counted]
        return [{"folder": self._name(place), **counts} for place, counts in known if any(counts.values())][:MOST]

    def _about_widget(self, shown: Shown, notebooks: Mapping[str, str]) -> dict[str, Any]:
        return {
            "kernel": shown.kernel,
            "notebook": notebooks.get(shown.kernel, ""),
            "model": shown.model,
            "widget": shown.widget,
            "title": shown.title,
            "folder": self._name_if_below(shown.place),
        }

    def _kept(self, kept: dict[Path, Facts], folder: Path, make: type[Facts]) -> dict[str, Any]:
        if folder not in kept and len(kept) >= 4 * MOST:
            kept.pop(next(iter(kept)))
        return kept.setdefault(folder, make(folder)).now()

    def _name_if_below(self, place: str) -> str | None:
        real = os.path.realpath(place) if place else ""
        return self._name(Path(real)) if real == str(self.root) or (real and is_below(real, [str(self.root)])) else None

    def _name(self, folder: Path) -> str:
        name = folder.relative_to(self.root).as_posix()
        return "" if name == "." else name
