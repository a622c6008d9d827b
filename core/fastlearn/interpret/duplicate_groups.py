"""Duplicates as groups, and which of each is best kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DuplicateGroup", "duplicate_groups"]

CODES = ("duplicate", "near_duplicate")
TURNED = "turned_duplicate"
SPOILT = ("truncated", "unreadable", "not_image", "empty_file", "missing", "huge", "blurry", "dark", "bright",
          "low_contrast", "low_information")  # fmt: skip


@dataclass(frozen=True)
class DuplicateGroup:
    """Files that show the same picture: `best` is the one to keep, `others` the rest, in the order of their paths.

    `codes`: of the findings that joined them. `labels`: the label of each file, where labels were given.
    """

    best: Path
    others: tuple[Path, ...]
    codes: tuple[str, ...]
    labels: dict[Path, Any]
    reason: str

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files, the best one first."""
        return (self.best, *self.others)

    @property
    def labels_differ(self) -> bool:
        """Whether files of the group have different labels: at least one of them is wrong."""
        return len({str(label) for label in self.labels.values()}) > 1


def duplicate_groups(
    problems: pd.DataFrame,
    labels: Mapping[Any, Any] | None = None,
    quality: Mapping[Any, float] | None = None,
    turned: bool = False,
) -> list[DuplicateGroup]:
    """The groups in the table of `find_problems`; groups that share a file are one.

    `labels` and `quality` (of the label, as in label doubts) are by path; `turned` takes turned and mirrored copies in
    too. Best is a file without other findings, then one with the label that most files of the group have, then the
    file that the scan found best (the largest), then the better label quality, then the first by path.
    """
    codes = (*CODES, TURNED) if turned else CODES
    groups = _joined(problems, codes)
    spoiling = problems[problems["code"].isin(SPOILT)]
    spoilt = {Path(path): str(title) for path, title in zip(spoiling["path"], spoiling["problem"], strict=True)}
    found = problems[problems["code"].isin(codes)]
    codes_of: dict[Path, set[str]] = {}
    for path, code in zip(found["path"], found["code"], strict=True):
        codes_of.setdefault(Path(path), set()).add(str(code))
    copies = {Path(path) for path, lead in zip(found["path"], found["same_as"], strict=True) if isinstance(lead, Path)}
    by_path = {Path(path): label for path, label in (labels or {}).items()}
    scores = {Path(path): float(value) for path, value in (quality or {}).items()}
    return [_group(paths, codes_of, spoilt, copies, by_path, scores) for paths in groups]


def _group(
    paths: list[Path],
    codes_of: Mapping[Path, set[str]],
    spoilt: Mapping[Path, str],
    copies: set[Path],
    labels: Mapping[Path, Any],
    scores: Mapping[Path, float],
) -> DuplicateGroup:
    own = {path: labels[path] for path in paths if path in labels}
    votes = Counter(str(label) for label in own.values())
    most = max(votes.values(), default=0)

    def rank(path: Path) -> tuple[bool, bool, bool, float, str]:
        score = scores.get(path, 0.0)
        fewer = votes[str(own[path])] < most if path in own else bool(own)
        return path in spoilt, fewer, path in copies, -score if score == score else 0.0, str(path)

    best, *others = sorted(paths, key=rank)
    joined_by = set().union(*(codes_of[path] for path in paths))
    codes = tuple(code for code in (*CODES, TURNED) if code in joined_by)
    reasons = [f"{len(paths)} copies of one picture"]
    if len(votes) > 1:
        reasons.append("labels differ: " + ", ".join(f"{label} ({n})" for label, n in votes.most_common()))
    reasons += [f"{path.name} is {spoilt[path]}" for path in others if path in spoilt and best not in spoilt]
    return DuplicateGroup(best, tuple(sorted(others)), codes, own, "; ".join(reasons))


def _joined(problems: pd.DataFrame, codes: tuple[str, ...]) -> list[list[Path]]:
    """The files of each group, groups with a file in common in one, in the order of their first paths."""
    leader: dict[Path, Path] = {}

    def root(path: Path) -> Path:
        while leader.setdefault(path, path) != path:
            leader[path] = leader[leader[path]]
            path = leader[path]
        return path

    chosen = problems[problems["code"].isin(codes)]
    for _, members in chosen.groupby("group", sort=True):
        paths = [Path(path) for path in members["path"]]
        for path in paths:
            leader[root(path)] = root(paths[0])
    groups: dict[Path, list[Path]] = {}
    for path in sorted(leader):
        groups.setdefault(root(path), []).append(path)
    return [paths for paths in groups.values() if len(paths) > 1]
