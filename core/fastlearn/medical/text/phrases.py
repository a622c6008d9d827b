"""Many phrases as one regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def phrase_pattern(phrases: Iterable[str], plural: bool = False) -> re.Pattern[str]:
    """Matches any of `phrases` as whole words in a text in lower case, the longest, with any white space between words.

    What phrases have in common at their beginnings is looked at once, so that time hardly grows with their number.
    `plural` lets a last word end in s or es.
    """
    tree: dict[str, Any] = {}
    for phrase in phrases:
        node = tree
        for c in " ".join(phrase.lower().split()):
            node = node.setdefault(c, {})
        node[""] = {}
    end = r"(?:e?s)?(?!\w)" if plural else r"(?!\w)"
    # Looking back after the first character leaves a set of first characters, which the search skips to at once.
    starts = (rf"{re.escape(c)}(?<!\w.){_pattern(rest)}" for c, rest in sorted(tree.items()) if c)
    return re.compile(f"(?:{'|'.join(starts)}){end}")


def _pattern(node: dict[str, Any]) -> str:
    branches = [(r"\s+" if c == " " else re.escape(c)) + _pattern(rest) for c, rest in sorted(node.items()) if c]
    if not branches:
        return ""
    inside = branches[0] if len(branches) == 1 and "" not in node else f"(?:{'|'.join(branches)})"
    return f"{inside}?" if "" in node else inside


def lowered(text: str) -> str:
    """`text` in lower case, each character in its place: those that would become two stay."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def plain(phrase: str) -> str:
    """A phrase as tables have it: lower case, one space between words."""
    return " ".join(phrase.lower().split())
