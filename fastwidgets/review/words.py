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
    """One act in words: `3 items are 7 now.`"""
    first, many = entries[0], count(len(entries), thing(source))
    one = len(entries) == 1
    if "label" not in first and "exclude" not in first:
        return f"Note {'on' if first.get('note') else 'taken off'} {many}."
    if first.get("exclude"):
        return f"{many} excluded; the file{' stays' if one else 's stay'} where {'it is' if one else 'they are'}."
    if all(entry.get("keep") for entry in entries):
        return f"{many} kept as labelled."
    names = list(
        dict.fromkeys(_name(entry.get("label"), source) for entry in entries if entry.get("label") is not None)
    )
    said = ", ".join(names[:MOST_CLASSES]) + (", …" if len(names) > MOST_CLASSES else "")
    return f"{many} {'is' if one else 'are'} {said} now."


def _name(label: Any, source: Source) -> str:
    classes = source.classes
    if isinstance(label, list):
        return "; ".join(classes.name_of(one) for one in label) or "(none)"
    return classes.name_of(label)
