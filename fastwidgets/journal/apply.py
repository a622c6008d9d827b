"""Bringing a journal's decisions into the files themselves: looked at first, with everything kept for the way back."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastlearn.whole_files import write_json, write_whole

from fastwidgets.journal.identity import place_of
from fastwidgets.journal.journal import Journal
from fastwidgets.journal.overlay import Overlay

__all__ = ["Plan", "plan_csv", "plan_folders", "take_back"]

TRASH = ".trash"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Change:
    """A file that goes from `source` to `target` (both below the root), or a table that is written anew."""

    what: str  # "move", "remove" or "rewrite"
    source: str
    target: str = ""


class Plan:
    """What would change, before anything does: `print(plan)`, then `plan.apply()`.

    Removed files, and tables as they were, go to a folder of their own in `.trash` below the root, which `take_back`
    empties again.
    """

    def __init__(self, root: Path, changes: list[Change], tables: dict[str, str] | None = None) -> None:
        self.root, self.changes, self._tables = root, changes, tables or {}

    def __repr__(self) -> str:
        lines = [f"{c.what:8}{c.source}" + (f"  ->  {c.target}" if c.target else "") for c in self.changes]
        return "\n".join(lines) or "Nothing would change."

    def apply(self) -> Path:
        """Make the changes; returns the folder in the trash, for `take_back`.

        Raises: FileNotFoundError or FileExistsError, before anything has changed, if the files are no longer as they
        were when the plan was made; OSError in the middle, after which `take_back` puts back what was done.
        """
        self._check()
        trash = self.root / TRASH / f"{datetime.now().astimezone():%Y-%m-%d_%H-%M-%S}-{uuid4().hex[:6]}"
        trash.mkdir(parents=True)
        moves = [(c.source, self._target(c, trash)) for c in self.changes if c.what != "rewrite"]
        write_json(trash / MANIFEST, {"version": 1, "moves": moves, "tables": list(self._tables)})
        for table in self._tables:
            (trash / table).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.root / table, trash / table)
        for source, target in moves:
            (self.root / target).parent.mkdir(parents=True, exist_ok=True)
            os.rename(self.root / source, self.root / target)
        for table, text in self._tables.items():
            write_whole(self.root / table, partial(Path.write_bytes, data=text.encode()))
        return trash

    def _target(self, change: Change, trash: Path) -> str:
        return change.target or place_of(trash / "removed" / change.source, self.root)

    def _check(self) -> None:
        for change in self.changes:
            if not (self.root / change.source).is_file():
                raise FileNotFoundError(f"{change.source} is no longer in {self.root}. Make the plan again.")
            if change.target and (self.root / change.target).exists():
                raise FileExistsError(f"{change.target} is in {self.root} by now. Make the plan again.")


def plan_folders(journal: Journal) -> Plan:
    """For labels that are the names of folders: relabelled files move into the folder beside theirs, excluded ones go.

    Only files whose content is still that of the decision take part. A name that is taken gets a number.
    """
    root, overlay = journal.root, Overlay(lambda path: path.parent.name, journal)
    changes, taken = [], set[str]()
    for path in sorted(p for p in root.rglob("*") if p.is_file() and not _hidden(p, root)):
        found = overlay.decision(path)
        if found is None:
            continue
        place = place_of(path, root)
        if found.get("exclude"):
            changes.append(Change("remove", place))
        elif found.get("label") is not None and str(found["label"]) != path.parent.name:
            target = _free(path.parent.parent / _folder_name(found["label"]) / path.name, root, taken)
            changes.append(Change("move", place, target))
    return Plan(root, changes)


def plan_csv(
    journal: Journal, table: str | os.PathLike[str], fn_col: str, label_col: str, folder: str = "", suff: str = ""
) -> Plan:
    """For labels in a csv file: its column `label_col` gets the journal's labels, rows of excluded files go.

    `folder` and `suff` stand around the names in `fn_col`, as in `ImageDataLoaders.from_csv`. A list of labels is
    written as it is split, with spaces. All other columns and rows stay as they are, byte by byte within each cell.
    Raises: KeyError for a column that the file does not have; FileNotFoundError where there is no such file.
    """
    root, path = journal.root, Path(table)
    if not path.is_file():
        raise FileNotFoundError(
            f"`table` is the csv file that the labels were read from, but there is no file {str(path)!r}. A relative "
            f"path begins in {os.getcwd()}; the pictures are in {root}."
        )
    with path.open(newline="", encoding="utf-8-sig") as file:
        head, *rows = list(csv.reader(file))
    missing = [name for name in (fn_col, label_col) if name not in head]
    if missing:
        raise KeyError(f"{path.name} has no column {missing[0]!r}; it has {', '.join(head)}.")
    name_at, label_at = head.index(fn_col), head.index(label_col)
    overlay = Overlay(lambda row: row[label_at], journal, get_path=lambda row: root / folder / f"{row[name_at]}{suff}")
    kept = [_with(row, label_at, overlay(row)) for row in rows if overlay.keeps(row)]
    if kept == rows:
        return Plan(root, [])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *kept])
    place = place_of(path, root)
    return Plan(root, [Change("rewrite", place)], {place: text.getvalue()})


def take_back(trash: str | os.PathLike[str]) -> None:
    """Undo what `Plan.apply` did, or the part of it that it did before it was interrupted.

    Raises: FileExistsError, before anything has changed, if another file has taken the place of one that goes back.
    """
    folder = Path(trash)
    root = folder.parent.parent
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    back = [(root / target, root / source) for source, target in manifest["moves"] if (root / target).exists()]
    for _, source in back:
        if source.exists():
            raise FileExistsError(f"{place_of(source, root)} is there again: move it away, then take the rest back.")
    for target, source in reversed(back):
        source.parent.mkdir(parents=True, exist_ok=True)
        os.rename(target, source)
    for table in manifest["tables"]:
        if (folder / table).exists():
            write_whole(root / table, partial(shutil.copy2, folder / table))
    shutil.rmtree(folder)


def _with(row: list[str], at: int, label: Any) -> list[str]:
    written = " ".join(map(str, label)) if isinstance(label, list | tuple) else str(label)
    return [*row[:at], written, *row[at + 1 :]]


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _folder_name(label: Any) -> str:
    """A label as the name of one folder. Raises: ValueError if it cannot be one."""
    name = str(label)
    if not name or name in (".", "..") or "/" in name or "\\" in name or "\0" in name:
        raise ValueError(
            f"{name!r} cannot be the name of a folder. Rename the class, or write the labels to a csv file."
        )
    return name


def _free(path: Path, root: Path, taken: set[str]) -> str:
    """The place of `path`, with a number where the name is taken."""
    for candidate in _numbered(path):
        place = place_of(candidate, root)
        if place not in taken and not candidate.exists():
            taken.add(place)
            return place
    raise AssertionError("there is always another number")


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    number = 2
    while True:
        yield path.with_stem(f"{path.stem}-{number}")
        number += 1
