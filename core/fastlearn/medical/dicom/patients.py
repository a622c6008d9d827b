"""Splits that keep every patient on one side, and the check that one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fastlearn.data.problems import DataError
from fastlearn.data.split import Split, check_part, each
from fastlearn.data.stratify import GroupSplitter
from fastlearn.medical.dicom.privacy import patient_key

UNKNOWN = ""
NAMED = 3  # patients in a message


@dataclass(frozen=True)
class PatientSplitter:
    """A random split that keeps patients whole, so that none is in training and in validation.

    `get` takes the DICOM file out of an item (None: the item is the file, or has a `path`). Patients are added to the
    validation set, in random order, where that brings its size closer to `valid_pct` of all items. Files that do not
    say whose they are, or cannot be read, stay together as if they were one patient's.
    Raises: DataError if there are fewer than two patients.
    """

    valid_pct: float = 0.2
    seed: int | None = None
    get: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        check_part("valid_pct", self.valid_pct)

    def __call__(self, items: Any) -> Split:
        patients = [patient_of(item if self.get is None else self.get(item)) for item in each(items)]
        if len(set(patients)) < 2:
            _check_readable([item if self.get is None else self.get(item) for item in each(items)])
            raise DataError(f"Patients are kept whole, so at least two are needed to split, but the {len(patients)} "
                            "items are one patient's, or do not say whose they are (PatientID). Give a splitter of "
                            "your own that knows better, such as GroupSplitter(by=...).")  # fmt: skip
        return GroupSplitter(patients, self.valid_pct, self.seed)(items)


def patient_of(item: Any) -> str:
    """The patient of an item (a DICOM file, dataset, slice or stack), as `patient_key` names it; "" if unknown."""
    try:
        return patient_key(_source(item))
    except (DataError, OSError, ValueError):
        return UNKNOWN


def _check_readable(items: list[Any]) -> None:
    """Raise DataError, with the first reason, if some of `items` cannot be read."""
    reasons = []
    for item in items:
        try:
            patient_key(_source(item))
        except (DataError, OSError, ValueError) as error:
            reasons.append(f"{_short(item)} ({error})")
    if reasons:
        raise DataError(f"{len(reasons)} of {len(items)} items cannot be read as DICOM, so nobody knows whose they "
                        f"are. The first: {reasons[0]}")  # fmt: skip


def check_patients(train: Iterable[Any], valid: Iterable[Any]) -> None:
    """Raise DataError if a patient has items in both; items that do not say whose they are are not compared.

    The message names patients as `patient_key` does, which does not say who they are.
    """
    there: dict[str, list[Any]] = {}
    for item in train:
        there.setdefault(patient_of(item), []).append(item)
    both: dict[str, tuple[Any, Any]] = {}
    for item in valid:
        patient = patient_of(item)
        if patient != UNKNOWN and patient in there:
            both.setdefault(patient, (there[patient][0], item))
    if not both:
        return
    first, (one, other) = next(iter(both.items()))
    named = ", ".join(list(both)[:NAMED]) + (f" and {len(both) - NAMED} more" if len(both) > NAMED else "")
    raise DataError(f"{len(both)} patient(s) stand on both sides of the split: {named}. {first}, for instance, has "
                    f"{_short(one)} in training and {_short(other)} in validation, so that the model would be tested "
                    "on patients it knows. Split by patient: splitter=PatientSplitter(); or say that you mean it: "
                    "DicomBlock(check_patients=False).")  # fmt: skip


def _source(item: Any) -> Any:
    return item if hasattr(item, "to_json_dict") else getattr(item, "path", item)


def _short(item: Any) -> str:
    path = getattr(item, "path", item)
    return f"'{path}'" if not hasattr(path, "to_json_dict") else "a dataset"
