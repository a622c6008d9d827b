"""Series found in a folder: kept apart, ordered by position, with what is wrong in each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from fastlearn.data.find import StrPath, get_files
from fastlearn.data.problems import DataError, describe
from fastlearn.medical.dicom.groups import differences, groups_of
from fastlearn.medical.dicom.slices import Placed, Slice, slices_of

SAME_PLACE = 1e-3  # mm
GAP = 1.5  # of the usual distance
SHOWN = 5  # places that a problem names
BY_POSITION, BY_FRAME, BY_NUMBER, BY_NAME = "position", "frame", "InstanceNumber", "file name"


@dataclass(frozen=True)
class Series:
    """Pictures that belong together, in order. `patient` is a name by `patient_key`, which does not say who it is."""

    uid: str
    study: str
    patient: str
    modality: str
    number: int | None
    slices: tuple[Slice, ...]
    ordered_by: str
    problems: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.slices)

    @property
    def name(self) -> str:
        """Modality, number and size, such as "CT series 3, 40 of 512 x 512": nothing that somebody typed."""
        rows, columns = self.slices[0].shape[:2]
        number = "" if self.number is None else f" {self.number}"
        return f"{self.modality or 'unknown'} series{number}, {len(self)} of {rows} x {columns}"

    @property
    def files(self) -> list[Path]:
        """The file of each slice, in order."""
        return [one.path for one in self.slices]

    @property
    def distance(self) -> float | None:
        """Between neighbouring slices in mm: the median; the thickness for a single slice; None if nobody knows."""
        heights = [one.height for one in self.slices if one.height is not None]
        steps = [b - a for a, b in pairwise(heights) if b - a > SAME_PLACE]
        return median(steps) if steps else self.slices[0].thickness

    @property
    def spacing(self) -> tuple[float, float, float] | None:
        """Between slices, rows and columns in mm; None where the header does not say."""
        within, between = self.slices[0].spacing, self.distance
        return None if within is None or between is None else (between, *within)

    def __repr__(self) -> str:
        told = "".join(f"; {problem}" for problem in self.problems)
        return f"Series({self.name}, ordered by {self.ordered_by}{told})"


class Skipped(NamedTuple):
    """A file that is in no series, and why."""

    path: Path
    reason: str


class Found(NamedTuple):
    """What a folder holds."""

    series: list[Series]
    skipped: list[Skipped]


def find_series(source: StrPath | Iterable[StrPath]) -> Found:
    """The series in a folder and all below it, or in the files listed, and the files that are in none.

    Slices are ordered by ImagePositionPatient along the normal of the picture; where a header does not say that, by
    InstanceNumber, and then by name, and `ordered_by` and `problems` say so; frames of one file keep their order.
    Pictures of other patients, studies, sizes or directions under the same series UID become a series of their own.
    Only headers are read.
    Raises: DataError if the folder is missing or holds no file.
    """
    files = get_files(source) if isinstance(source, str | os.PathLike) else [Path(file) for file in source]
    placed: list[Placed] = []
    skipped: list[Skipped] = []
    for file in files:
        try:
            placed += slices_of(Path(file))
        except (DataError, OSError) as error:
            skipped.append(Skipped(Path(file), str(error)))
    by_uid: dict[str, list[list[Placed]]] = {}
    for group in groups_of(placed):
        by_uid.setdefault(group[0].series, []).append(group)
    found = [_series(group, groups) for groups in by_uid.values() for group in groups]
    return Found(sorted(found, key=lambda one: (one.patient, one.study, one.number or 0, one.uid, one.name)), skipped)


def read_series(source: StrPath | Iterable[StrPath]) -> Series:
    """The only series in `source`, as `find_series` finds it. Raises: DataError if there is none, or more than one."""
    found = find_series(source)
    if len(found.series) == 1:
        return found.series[0]
    if not found.series:
        raise DataError(f"There is no series here: {len(found.skipped)} files were left out, the first because: "
                        f"{found.skipped[0].reason}")  # fmt: skip
    names = "; ".join(one.name for one in found.series[:SHOWN])
    raise DataError(f"One series is expected, but there are {len(found.series)}: {names}. Choose one of "
                    "find_series(path).series.")  # fmt: skip


def check_series(given: Any) -> None:
    """Raise DataError unless `given` is a series."""
    if not isinstance(given, Series):
        raise DataError(f"The slices are those of a Series, but got {describe(given)}. Try read_series(folder), or one "
                        "of find_series(folder).series.")  # fmt: skip


def _series(members: Sequence[Placed], of_one_uid: Sequence[Sequence[Placed]]) -> Series:
    first = members[0]
    slices, problems = _without_copies([one.slice for one in members])
    if len(of_one_uid) > 1:
        rows, columns = first.slice.shape[:2]
        problems.append(f"the series UID stands for {len(of_one_uid)} stacks that differ in "
                        f"{', '.join(differences(of_one_uid))}; this is the one of {rows} x {columns}")  # fmt: skip
    ordered, by, told = _ordered(slices)
    problems += told
    if by == BY_POSITION:
        problems += _gaps([one.height or 0.0 for one in ordered])
    spacings = {one.spacing for one in ordered}
    if len(spacings) > 1:
        problems.append(f"{len(spacings)} different pixel spacings")
    return Series(first.series, first.study, first.patient, first.modality, first.series_number, tuple(ordered), by,
                  tuple(problems))  # fmt: skip


def _without_copies(slices: Sequence[Slice]) -> tuple[list[Slice], list[str]]:
    """The slices without second files of the same object."""
    kept: dict[Any, Slice] = {}
    copies = 0
    for one in slices:
        key = (one.uid, one.frame) if one.uid else (one.path, one.frame)
        copies += key in kept
        kept.setdefault(key, one)
    told = [f"{copies} file(s) hold a picture that another file holds too (same SOPInstanceUID); they are left out"]
    return list(kept.values()), told if copies else []


def _ordered(slices: list[Slice]) -> tuple[list[Slice], str, list[str]]:
    """The slices in order, by what, and what is to be said of it. Frames of a file that lie nowhere stay together."""
    if all(one.height is not None for one in slices):
        return sorted(slices, key=lambda one: (one.height or 0.0, *_numbered(one))), BY_POSITION, []
    if len({one.path for one in slices}) == 1:
        return sorted(slices, key=lambda one: one.frame), BY_FRAME, []
    missing = sum(one.height is None for one in slices)
    why = f"{missing} of {len(slices)} slices do not say where they lie (ImagePositionPatient, ImageOrientationPatient)"
    if all(one.number is not None for one in slices):
        return sorted(slices, key=_numbered), BY_NUMBER, [f"{why}, so the order is that of InstanceNumber"]
    told = f"{why} or which number they have, so the order is that of the file names"
    return sorted(slices, key=lambda one: (str(one.path), one.frame)), BY_NAME, [told]


def _numbered(one: Slice) -> tuple[int, str, int]:
    return one.number or 0, str(one.path), one.frame


def _gaps(heights: Sequence[float]) -> list[str]:
    """Slices in the same place, and distances that are much larger than the usual one."""
    steps = [b - a for a, b in pairwise(heights)]
    same = [i for i, step in enumerate(steps) if step <= SAME_PLACE]
    usual = median([step for step in steps if step > SAME_PLACE] or [0.0])
    wide = [i for i, step in enumerate(steps) if usual and step > GAP * usual]
    told = []
    if same:
        told.append(f"{len(same)} slice(s) lie where another one lies: {_places(same)}")
    if wide:
        width = max(steps[i] for i in wide)
        told.append(f"{len(wide)} gap(s), up to {width:.4g} mm where {usual:.4g} mm is usual: {_places(wide)}")
    return told


def _places(positions: Sequence[int]) -> str:
    listed = ", ".join(f"{i} and {i + 1}" for i in positions[:SHOWN])
    return listed + (f" and {len(positions) - SHOWN} more" if len(positions) > SHOWN else "")
