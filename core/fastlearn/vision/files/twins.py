"""Duplicates as findings: exact ones by their bytes, near ones by their looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from fastlearn.vision.files.findings import Findings
from fastlearn.vision.files.groups import Member, equal_groups
from fastlearn.vision.files.near import Fetch, near_groups
from fastlearn.vision.files.scan import Scan
from fastlearn.vision.files.signature import TURNS


def note_duplicates(scan: Scan, findings: Findings) -> list[int]:
    """Note files of equal bytes. Returns: the sound files, only the first of each group of equal ones."""
    left_out: set[int] = set()
    for places in equal_groups(scan.digests):
        group, first = findings.new_group(), scan.paths[places[0]]
        left_out.update(places[1:])
        for place in places:
            same_as = None if place == places[0] else first
            detail = f"one of {len(places)} files with the same bytes"
            findings.add(scan.paths[place], "duplicate", detail, group=group, same_as=same_as)
    return [place for place in np.flatnonzero(scan.sound).tolist() if place not in left_out]


def note_near_duplicates(
    scan: Scan,
    findings: Findings,
    places: Sequence[int],
    fetch: Fetch,
    limits: Mapping[str, float],
    stopped: Callable[[], bool],
) -> None:
    """Note which of `places` show the same picture, and then which of those left do so once turned or mirrored."""
    left = list(places)
    searches = [("near_duplicate", None), ("turned_duplicate", TURNS)]
    while searches and searches[-1][0] not in findings.wanted:
        searches.pop()  # turned copies are looked for among what the search for near ones leaves
    for code, turns in searches:
        groups = near_groups(scan, left, fetch, limits[code], turns, stopped)
        for members in groups:
            _note(scan, findings, code, members, limits[code])
        copies = {member.place for members in groups for member in members[1:]}
        left = [place for place in left if place not in copies]


def _note(scan: Scan, findings: Findings, code: str, members: list[Member], limit: float) -> None:
    group, best = findings.new_group(), members[0].place
    for member in members:
        path = scan.paths[member.place]
        if member.place == best:
            findings.add(path, code, f"the largest of {len(members)} copies", 0.0, limit, group)
            continue
        width, height = scan.shapes[member.place].tolist()
        words = [member.turn] * bool(member.turn) + [f"{width} x {height} pixels", scan.formats[member.place]]
        findings.add(path, code, ", ".join(words), member.difference, limit, group, scan.paths[best])
