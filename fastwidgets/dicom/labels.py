"""Labels of studies, series and slices, by their UIDs alone: who they are about stands in no journal and no table."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.slices import Slice, slices_of
from fastlearn.medical.dicom.stacks import Stack

from fastwidgets.journal.acts import Acts, Entry
from fastwidgets.journal.journal import Journal, JournalInUse

__all__ = ["LEVELS", "DicomLabels", "LabelBook", "NotSaved", "Uids", "key_of", "uids_named"]

KIND = "dicom label"
LEVELS = ("study", "series", "slice")
COLUMNS = ("level", "study_uid", "series_uid", "sop_instance_uid", "frame", "label", "at")
Uids = dict[str, Any]  # study, series, slice: UIDs, "" where the header has none; frame: a number


class NotSaved(RuntimeError):
    """A label could not be written, so it was not given."""


class LabelBook:
    """The labels in the journal of `folder`. The right to write is taken for each label alone, so that two viewers, and
    a labeler that is closed, can use one journal."""

    def __init__(self, folder: str | os.PathLike[str] | None) -> None:
        self.journal = None if folder is None else Journal(folder)
        self.labels: dict[str, Entry] = {}
        self.can_undo = False
        self.refresh()

    def refresh(self) -> None:
        """Read what is on the disk, also what another viewer wrote."""
        entries = [] if self.journal is None else self.journal.entries()
        acts = Acts(entries)
        self.labels = {}
        for entry in acts.decisions:
            if entry.get("kind") == KIND and "item" in entry:
                self.labels[entry["item"]] = entry
        self.can_undo = _is_ours(acts)

    def of(self, uids: Uids, level: str) -> str | None:
        """The label of the study, the series or the slice; None where there is none."""
        return _label_in(self.labels, uids, level)

    def set(self, uids: Uids, level: str, label: str | None) -> None:
        """Write a label, or with None that there is none any more. Raises: NotSaved, saying why."""
        if level not in LEVELS:
            raise NotSaved(f"Labels are for a {', a '.join(LEVELS)}, but got {level!r}.")
        if not uids.get(level):
            raise NotSaved(f"This {level} has no UID, by which its label could be found again. Label another level.")
        own = {name: uids[name] for name in LEVELS[: LEVELS.index(level) + 1]}
        frame = {"frame": uids["frame"]} if level == "slice" else {}
        self._write(
            lambda journal: journal.append(
                {"kind": KIND, "item": key_of(uids, level), "level": level, **own, **frame, "label": label}
            )
        )

    def undo(self) -> str:
        """Take back the latest label; what that was, in words. Raises: NotSaved where the latest act is none."""
        self.refresh()
        if not self.can_undo:
            raise NotSaved("The latest entry of the journal is no label of this viewer, so there is nothing to undo.")
        undone: list[Entry] = []
        self._write(lambda journal: undone.extend(journal.undo()))
        return f"Undone: {undone[0].get('label') or 'no label'} ({undone[0].get('level')})." if undone else ""

    def _write(self, act: Any) -> None:
        if self.journal is None:
            raise NotSaved("There is no folder to keep labels in. Give one: DicomViewer(…, journal=folder).")
        try:
            with self.journal:
                act(self.journal)
        except JournalInUse as error:
            raise NotSaved(f"Not saved: {error}") from error
        except OSError as error:
            raise NotSaved(f"Not saved: {self.journal.path} cannot be written ({error.strerror or error}). Give "
                           "another place: DicomViewer(…, journal=folder).") from error  # fmt: skip
        self.refresh()


class DicomLabels:
    """The labels given in a `DicomViewer`, for a training script: `DicomLabels(folder)` of its journal.

    Called with a file, a `Slice` or a `Stack`, it gives the label of the slice, or else of its series, or else of its
    study: a `get_y`. `levels` says which of them count, in that order. Where there is none, `get_y` is asked, so that
    the labels of the viewer lie over those that you have. Read once, when it is made; it can be pickled.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        levels: Iterable[str] = ("slice", "series", "study"),
        get_y: Callable[[Any], Any] | None = None,
    ) -> None:
        self.folder = Path(folder)
        self._labels = LabelBook(folder).labels
        self.levels, self.get_y = tuple(levels), get_y
        self._known: dict[tuple[Any, ...], tuple[Uids, str]] = {}  # a loader asks for each label once an epoch
        self._whose: dict[str, str] = {}

    def __call__(self, item: Any) -> Any:
        """Raises: DataError if there is no label, and no `get_y` to be asked."""
        label = self.get(item)
        if label is None and self.get_y is not None:
            return self.get_y(item)
        if label is None:
            raise DataError(f"There is no label for {str(item)!r} in the journal of '{self.folder}'. Leave such files "
                            "out: labels.labelled(files).")  # fmt: skip
        return label

    def get(self, item: Any) -> str | None:
        """The label of an item, or None. Raises: DataError where a label counts for several patients, by their UIDs."""
        uids, patient = self._about(item)
        for level in self.levels:
            label = _label_in(self._labels, uids, level)
            if label is not None:
                self._check_patient(uids, level, patient)
                return label
        return None

    def labelled(self, items: Iterable[Any]) -> list[Any]:
        """Those of `items` that have a label in the viewer, in their order."""
        return [item for item in items if self.get(item) is not None]

    def rows(self) -> list[dict[str, Any]]:
        """All labels as rows of `to_csv`."""
        return [_row(entry) for entry in self._labels.values() if entry.get("label") is not None]

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Write a row for each label: level, UIDs, frame, label, when. No names, no file names."""
        target = Path(path)
        with target.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows())
        return target

    def _about(self, item: Any) -> tuple[Uids, str]:
        """UIDs and patient of an item."""
        path, frame = _place_of(item)
        state = os.stat(path)
        key = path, frame, state.st_mtime_ns, state.st_size
        if key not in self._known:
            self._known[key] = _read(path, frame)
        return self._known[key]

    def _check_patient(self, uids: Uids, level: str, patient: str) -> None:
        key = key_of(uids, level)
        if self._whose.setdefault(key, patient) != patient:
            raise DataError(f"Files of several patients carry the {level} UID {uids[level]}, so its label would count "
                            "for all of them. Give them UIDs of their own, or take that label off.")  # fmt: skip


def _label_in(labels: dict[str, Entry], uids: Uids, level: str) -> str | None:
    found = labels.get(key_of(uids, level))
    label = None if found is None else found.get("label")
    return None if label is None else str(label)


def _place_of(item: Any) -> tuple[str, int]:
    """Which file, and which of its frames."""
    one = item.middle if isinstance(item, Stack) else item
    return os.fspath(one), one.frame if isinstance(one, Slice) else 0


def _read(path: str, frame: int) -> tuple[Uids, str]:
    """UIDs and patient. Raises: DataError if it is no DICOM picture."""
    placed = slices_of(Path(path))[frame]
    return uids_named(placed.study, placed.series, placed.slice), placed.patient


def uids_named(study: str, series: str, one: Slice | None) -> Uids:
    """UIDs as they are kept; what stands in for a UID that is missing is none."""
    uid = "" if one is None else one.uid
    return {"study": study, "series": "" if " " in series else series, "slice": uid, "frame": one.frame if one else 0}


def key_of(uids: Uids, level: str) -> str:
    """By which a label is found again."""
    frame = f"#{uids['frame']}" if level == "slice" and uids["frame"] else ""
    return f"{level}:{uids[level]}{frame}"


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "level": entry["level"], "study_uid": entry.get("study", ""), "series_uid": entry.get("series", ""),
        "sop_instance_uid": entry.get("slice", ""), "frame": entry.get("frame", ""), "label": entry["label"],
        "at": entry.get("at", ""),
    }  # fmt: skip


def _is_ours(acts: Acts) -> bool:
    return bool(acts.done) and all(entry.get("kind") == KIND for entry in acts.done[-1])
