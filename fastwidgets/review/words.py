"""Decisions in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastwidgets.grid.words import count
from fastwidgets.journal.acts import Entry
from fastwidgets.review.source import Label, Source

__all__ = ["label_text", "said_of", "thing"]

MOST_CLASSES = 3  # named in one line


def label_text(label: Label) -> str | None:
    """A label on one line; several with "; " between them, and "(none)" where there are none of several."""
    return "; ".join(label) or "(none)" if isinstance(label, tuple) else label


def thing(source: Source) -> str:
    """What the items are called."""
    return "image" if source.paths and source.paths[0] is not None and source.learn is None else "item"


def said_of(entries: Sequence[Entry], source: Source) -> str:
    """One act in words: `3 items are 7 now; 1 item excluded, whose file stays.`"""
    what = thing(source)
    excluded = sum(bool(entry.get("exclude")) for entry in entries)
    kept = sum(bool(entry.get("keep")) and not entry.get("exclude") for entry in entries)
    labelled = [entry["label"] for entry in entries if entry.get("label") is not None and not entry.get("exclude")]
    noted = [entry for entry in entries if "note" in entry]
    said = [f"{count(len(labelled), what)} {_are(len(labelled))} {_names(labelled, source)} now"] if labelled else []
    said += [f"{count(kept, what)} kept as labelled"] if kept else []
    said += [f"{count(excluded, what)} excluded, {_whose(excluded)}"] if excluded else []
    said += [f"note {'on' if noted[0]['note'] else 'taken off'} {count(len(noted), what)}"] if noted else []
    return f"{'; '.join(said) or f'{count(len(entries), what)} as before'}."


def _names(labels: Sequence[Any], source: Source) -> str:
    names = list(dict.fromkeys(_name(label, source) for label in labels))
    return ", ".join(names[:MOST_CLASSES]) + (", …" if len(names) > MOST_CLASSES else "")


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _whose(n: int) -> str:
    return "whose file stays" if n == 1 else "whose files stay"


def _name(label: Any, source: Source) -> str:
    classes = source.classes
    if isinstance(label, list) and source.task == "multicategory":
        return "; ".join(classes.name_of(one) for one in label) or "(none)"
    return classes.name_of(label)
