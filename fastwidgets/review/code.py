"""The decisions of a review as a cell, and the function that the cell calls."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastwidgets.journal.identity import identify, place_of

if TYPE_CHECKING:
    from fastwidgets.review.review import Review

__all__ = ["code_of", "decide_all"]

MOST = 500  # decisions that are written out; more are named by their journal


def decide_all(
    folder: str | os.PathLike[str],
    relabel: Mapping[str, Any] | None = None,
    exclude: Iterable[str] = (),
    keep: Iterable[str] = (),
    notes: Mapping[str, str] | None = None,
    journal: str | os.PathLike[str] | None = None,
) -> int:
    """Write decisions about items, named by their path below `folder`, as one act; returns how many were new.

    What the journal says already is not said again, so a cell with this may be run any number of times. `journal` is
    the folder of the journal where that is another one. Raises: JournalInUse while another process or widget writes.
    """
    root = Path(folder)
    wanted: dict[str, dict[str, Any]] = {}
    for place, label in (relabel or {}).items():
        wanted.setdefault(place, {}).update(label=label, exclude=False, keep=False)
    for place in exclude:
        wanted.setdefault(place, {}).update(exclude=True, keep=False)
    for place in keep:
        wanted.setdefault(place, {}).update(label=None, exclude=False, keep=True)
    for place, text in (notes or {}).items():
        wanted.setdefault(place, {}).update(note=text)
    from fastwidgets.journal.shared import SharedJournal

    shared = SharedJournal.at(root if journal is None else journal, root)
    with shared.lock:
        known = shared.journal.latest()
        new = {place: fields for place, fields in wanted.items() if not fields.items() <= known.get(place, {}).items()}
        if new:
            shared.append([{**_identity(root, place), **fields} for place, fields in new.items()])
    return len(new)


def code_of(review: Review) -> str:
    """The cell for a review's decisions."""
    decided = review.decided
    at, own = str(review.root), review.shared.journal.folder
    more = "" if own == Path(review.root) else f", journal={str(own)!r}"
    if not decided:
        return "# Nothing has been decided yet."
    if len(decided) > MOST:
        return (f"# {len(decided)} decisions, which are in the journal {str(review.shared.journal.path)!r}.\n"
                f"from fastwidgets.journal import Journal\n\nprint(Journal({str(own)!r}, root={at!r}))")  # fmt: skip
    latest = {i: review.entry(i) for i in decided}
    name = {i: str(entry.get("item", "")) for i, entry in latest.items()}
    relabel = {name[i]: e["label"] for i, e in latest.items() if e.get("label") is not None and not e.get("exclude")}
    exclude = [name[i] for i, e in latest.items() if e.get("exclude")]
    keep = [name[i] for i, e in latest.items() if e.get("keep")]
    notes = {name[i]: e["note"] for i, e in latest.items() if e.get("note")}
    lines = ["from fastwidgets.review import decide_all", "", "decide_all(", f"    {at!r},"]
    lines += _mapping("relabel", relabel) + _list("exclude", exclude) + _list("keep", keep) + _mapping("notes", notes)
    return "\n".join([*lines, *([f"    {more[2:]},"] if more else []), ")"])


def _mapping(name: str, values: Mapping[str, Any]) -> list[str]:
    if not values:
        return []
    return [f"    {name}={{", *(f"        {key!r}: {value!r}," for key, value in values.items()), "    },"]


def _list(name: str, values: list[str]) -> list[str]:
    return [f"    {name}=[", *(f"        {value!r}," for value in values), "    ],"] if values else []


def _identity(root: Path, place: str) -> dict[str, Any]:
    try:
        return identify(root / place, root)._asdict()
    except OSError:  # a row of a table, or a file that is gone
        return {"item": place_of(root / place, root) if not place.startswith("row ") else place}
