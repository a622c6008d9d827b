"""Which of several copies is kept: worked by hand on the table that a scan returns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fastlearn.interpret import duplicate_groups
from fastlearn.vision.files import find_problems
from fastlearn.vision.files.findings import Findings
from PIL import Image

A, B, C, D, E = map(Path, "abcde")


def table(*rows):
    findings = Findings(frozenset(("duplicate", "near_duplicate", "turned_duplicate", "blurry")))
    for path, code, group, same_as in rows:
        findings.add(path, code, "", group=group, same_as=same_as)
    return findings.table()


COPIES = table((A, "near_duplicate", 0, B), (B, "near_duplicate", 0, None), (C, "duplicate", 1, None),
               (D, "duplicate", 1, C), (D, "turned_duplicate", 2, E), (E, "turned_duplicate", 2, None))  # fmt: skip


def test_the_scans_choice_is_kept():
    first, second = duplicate_groups(COPIES)
    assert (first.best, first.others, first.codes) == (B, (A,), ("near_duplicate",))
    assert (second.best, second.others) == (C, (D,)) and not second.labels_differ
    assert second.reason == "2 copies of one picture"


def test_groups_with_a_file_in_common_are_one():
    _, joined = duplicate_groups(COPIES, turned=True)
    assert set(joined.paths) == {C, D, E} and joined.codes == ("duplicate", "turned_duplicate")


def test_other_labels_are_told_and_most_files_decide():
    found = table(*((path, "duplicate", 0, None if path == A else A) for path in (A, B, C)))
    (group,) = duplicate_groups(found, labels={A: "dog", B: "cat", C: "cat"})
    assert group.labels_differ and group.best == B and group.others == (A, C)
    assert group.reason == "3 copies of one picture; labels differ: cat (2), dog (1)"


def test_spoilt_copies_are_not_kept():
    found = table((A, "near_duplicate", 0, None), (B, "near_duplicate", 0, A), (A, "blurry", None, None))
    (group,) = duplicate_groups(found)
    assert group.best == B and group.reason == "2 copies of one picture; a is blurry"


def test_better_label_quality_decides_among_equals():
    found = table(*((path, "duplicate", 0, A if path != A else None) for path in (A, B, C)))
    assert duplicate_groups(found, quality={A: 0.2, B: 0.1, C: 0.9})[0].best == A  # the scan's choice comes first
    found = table((B, "duplicate", 0, A), (C, "duplicate", 0, A))
    assert duplicate_groups(found, quality={B: 0.1, C: 0.9})[0].best == C


def test_a_real_scan(tmp_path):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (9, 9, 3), np.uint8))
    big = noise.resize((90, 90), Image.Resampling.NEAREST)
    big.save(tmp_path / "big.png")
    big.save(tmp_path / "same.png")
    big.resize((60, 60), Image.Resampling.BOX).save(tmp_path / "small.png")
    (group,) = duplicate_groups(find_problems(tmp_path))
    assert group.best == tmp_path / "big.png" and len(group.others) == 2
    assert duplicate_groups(find_problems(tmp_path, problems="blurry")) == []
