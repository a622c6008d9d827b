"""The kinds of issues: what they are called, which findings of a scan they hold, and where they are best looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fastlearn.interpret.duplicate_groups import DuplicateGroup, duplicate_groups
from fastlearn.vision.files.problems import FAULTS
from numpy.typing import NDArray

__all__ = ["ISSUES", "SIMILAR", "Copies", "Issue", "copies_in", "found_in"]


@dataclass(frozen=True)
class Issue:
    """`codes` are those of `find_problems`; `sort`: by which columns its items are best looked at."""

    id: str
    title: str
    hint: str
    codes: tuple[str, ...] = ()
    sort: tuple[tuple[str, bool], ...] = ()


DOUBTS, SIMILAR = "doubts", "similar"
ISSUES = {
    one.id: one
    for one in (
        Issue(DOUBTS, "Label doubts", "They look like another class", sort=(("label quality", False),)),
        Issue("duplicate", "Exact duplicates", "The same file twice", ("duplicate",), (("group", False),)),
        Issue("near", "Near duplicates", "The same picture again: resized, recompressed", ("near_duplicate",),
              (("group", False),)),
        Issue("blurry", "Blurry", "No sharp edges", ("blurry",)),
        Issue("dark", "Dark", "Hardly any light", ("dark",)),
        Issue("bright", "Bright", "Hardly any shade", ("bright",)),
        Issue("flat", "Hardly anything to see", "Low contrast or information", ("low_contrast", "low_information")),
        Issue("odd", "Odd size", "Much larger, smaller or longer than the others", ("odd_size", "odd_shape")),
        Issue("unreadable", "Unreadable", "Missing, empty, damaged, or no image", tuple(sorted(FAULTS))),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Copies:
    """Groups of copies by ids: `group` is the number of each item's group, NaN without one; `role` "best" or "copy"."""

    groups: list[tuple[int, list[int]]]  # (the best one, the others)
    group: NDArray[np.float64]
    role: list[str | None]


def found_in(problems: Any, place: Mapping[str, list[int]], n: int) -> tuple[dict[str, NDArray[np.bool_]], list[str]]:
    """For each issue which of the `n` items have it, and for each item what was found, in words.

    `problems` is the table of `find_problems`; `place` gives the ids of a path.
    """
    flags = {one.id: np.zeros(n, bool) for one in ISSUES.values() if one.codes}
    issue_of = {code: one.id for one in ISSUES.values() for code in one.codes}
    words: list[list[str]] = [[] for _ in range(n)]
    rows = zip(problems["path"], problems["code"], problems["problem"], problems["detail"], strict=True)
    for path, code, title, detail in rows:
        for i in place.get(str(path), ()) if code in issue_of else ():
            flags[issue_of[code]][i] = True
            words[i].append(f"{title}: {detail}" if detail else str(title))
    return flags, ["; ".join(one) for one in words]


def copies_in(
    problems: Any, place: Mapping[str, list[int]], labels: Sequence[Any], paths: Sequence[Path | None]
) -> Copies:
    """The groups of copies in the table of `find_problems`."""
    n = len(paths)
    named = {path: label for path, label in zip(paths, labels, strict=True) if path is not None and label is not None}
    found: list[DuplicateGroup] = duplicate_groups(problems, labels=named) if len(problems) else []
    group, role = np.full(n, np.nan), [None] * n
    copies: list[tuple[int, list[int]]] = []
    roles: list[str | None] = list(role)
    for number, one in enumerate(found, 1):
        ids = [i for path in one.paths for i in place.get(str(path), ())]
        if len(ids) < 2:
            continue
        group[ids] = number
        for i in ids:
            roles[i] = "best" if i == ids[0] else "copy"
        copies.append((ids[0], ids[1:]))
    return Copies(copies, group, roles)
