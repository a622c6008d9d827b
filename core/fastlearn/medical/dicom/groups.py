"""Which pictures make one series: what a file says of its series, and what a stack must have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fastlearn.medical.dicom.slices import Placed, Slice

NOISE = 1e-4  # by which cosines of one direction may differ: 0.05 mm at the far side of a body


def groups_of(placed: Iterable[Placed]) -> list[list[Placed]]:
    """`placed` in groups that can be stacked: of one patient, study, series UID, size and direction.

    A UID alone is not enough: copies whose patients were renamed often keep the UIDs of the original.
    """
    alike: dict[Any, list[list[Placed]]] = {}
    for one in placed:
        stacks = alike.setdefault((one.patient, one.study, one.series, one.slice.shape), [])
        stack = next((stack for stack in stacks if _same_direction(stack[0].slice, one.slice)), None)
        if stack is None:
            stacks.append([one])
        else:
            stack.append(one)
    return [stack for stacks in alike.values() for stack in stacks]


def differences(groups: Sequence[Sequence[Placed]]) -> list[str]:
    """In which words groups of one series UID differ."""
    firsts = [group[0] for group in groups]
    told = []
    if len({one.patient for one in firsts}) > 1:
        told.append("patient")
    if len({one.study for one in firsts}) > 1:
        told.append("study")
    if len({one.slice.shape for one in firsts}) > 1:
        told.append("size")
    if not all(_same_direction(firsts[0].slice, one.slice) for one in firsts):
        told.append("direction")
    return told


def _same_direction(one: Slice, other: Slice) -> bool:
    """Whether two slices lie in parallel, their rows too; those that say nothing of it are alike."""
    ours, theirs = _cosines(one), _cosines(other)
    return len(ours) == len(theirs) and all(abs(a - b) <= NOISE for a, b in zip(ours, theirs, strict=True))


def _cosines(one: Slice) -> tuple[float, ...]:
    return (*(one.along_rows or ()), *(one.along_columns or ()))
