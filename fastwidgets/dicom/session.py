"""What a DICOM viewer knows and decides, without Jupyter."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastlearn.data.problems import DataError
from fastlearn.medical.dicom.privacy import header_rows
from fastlearn.medical.dicom.quiet import silent
from fastlearn.medical.dicom.slices import Slice

from fastwidgets.dicom.frame import Frame
from fastwidgets.dicom.frames import MOST_BYTES, FrameStore
from fastwidgets.dicom.gallery import Entry, FileEntry, Gallery, files_of, first_look, gallery_of, told_below
from fastwidgets.dicom.labels import LEVELS, LabelBook, NotSaved, Uids, uids_named
from fastwidgets.dicom.layers import Laid, Layers
from fastwidgets.dicom.look import Look
from fastwidgets.dicom.predict import Predicted, Predictor
from fastwidgets.dicom.training import Trained, TrainingView

__all__ = ["DicomSession"]

MANY = 150  # files from which on a first look is given before all headers are read


class DicomSession:
    """The series of `source`, their pictures and layers, labels and headers; see `DicomViewer` for the settings.

    With more than 150 files only a first one is known until `read_all`, which reads the header of every file, was
    called; it may run in a thread of its own. Pictures are kept in at most `most_bytes`.
    """

    def __init__(
        self,
        source: Any,
        *,
        dls: Any = None,
        learn: Any = None,
        layers: Mapping[str, Any] | None = None,
        codes: Sequence[str] | None = None,
        classes: Sequence[str] = (),
        journal: str | os.PathLike[str] | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._source: Any = source
        self.gallery = self._first(source)
        self.edition = 0  # goes up when the series are others
        self.frames = FrameStore(most_bytes)
        self.layers, self.training = Layers(layers or {}, codes), TrainingView(dls, learn)
        self.predictor = Predictor(learn)
        self.classes = [str(name) for name in dict.fromkeys(classes)]
        self.look = Look()
        self.book = LabelBook(journal if journal is not None else self.gallery.root)
        for name in self.labels_given():
            self._known_class(name)

    def _first(self, source: Any) -> Gallery:
        named = files_of(source)
        if named is None or len(named[0]) <= MANY:
            return gallery_of(source)
        files, root = named
        self._source = files
        first = first_look(files)
        return Gallery(() if first is None else (first,), (), root, unread=len(files))

    def read_all(self) -> bool:
        """Read all headers, if that is still to be done; whether the series are others now."""
        if not self.gallery.unread:
            return False
        whole = replace_root(gallery_of(self._source), self.gallery.root)
        self.gallery, self.edition = whole, self.edition + 1
        self.frames.clear()
        return True

    # What is shown

    def entry(self, series: int) -> Entry:
        """Raises: DataError if there is no such series."""
        if not 0 <= series < len(self.gallery.entries):
            raise DataError(f"There is no series {series}; there are {len(self.gallery.entries)}.")
        return self.gallery.entries[series]

    def frame(self, series: int, i: int) -> Frame:
        """The picture of slice `i`. Raises: DataError, saying why it cannot be shown."""
        entry = self.entry(series)
        self._check_slice(entry, i)
        key = (self.edition, series, i)
        try:
            return self.frames.get(key, lambda: entry.frame(i))
        except OSError as error:
            raise DataError(f"The file cannot be read: {error.strerror or error}.") from error

    def why_not(self, series: int, i: int, error: Exception) -> str:
        """`error` about a slice in words, with its name below the folder instead of its path."""
        one = self.entry(series).slice(i)
        if one is None:
            return str(error)
        name, reason = told_below(one.path, str(error), self.gallery.root)
        return f"{name}: {reason}"

    def laid(self, series: int, i: int) -> list[Laid]:
        """What lies over slice `i`. Raises: DataError."""
        if not self.layers:
            return []
        shape = self.frame(series, i).pixels.shape
        return self.layers.of(self.entry(series), i, (shape[0], shape[1]))

    def trained(self, series: int, i: int, draw: int = 0) -> Trained:
        """What the model gets of slice `i`. Raises: DataError if that is not known."""
        if not self.training:
            raise DataError("The viewer was given no loaders. Try DicomViewer(…, dls=dls), or learn=learn.")
        return self.training.of(self._file(series, i), draw)

    def predicted(self, series: int, i: int) -> Predicted:
        """What the model says of slice `i`; a slice of the loaders is asked as the item that it is there.

        Raises: DataError; what the user's own transforms and model raise goes on.
        """
        if not self.predictor:
            raise DataError("The viewer was given no learner. Try DicomViewer(…, learn=learn).")
        rows, columns = self.frame(series, i).pixels.shape[:2]
        one = self._file(series, i)
        same = self.training.dls is self.predictor.learn.dls
        return self.predictor.of(self.training.item_of(one) if same else one, (rows, columns))

    @silent
    def header(self, series: int, i: int, show_patient: bool = False) -> list[list[Any]]:
        """The header of a slice: tag, keyword, name, kind, value, and whether it identifies somebody.

        Such values are hidden unless `show_patient`. Raises: DataError where there is no file.
        """
        one = self._file(series, i)
        hidden = header_rows(one.path)
        shown = header_rows(one.path, show_patient=True) if show_patient else hidden
        pairs = zip(shown, hidden, strict=True)
        return [[row.tag, row.keyword, row.name, row.vr, row.value, safe.hidden] for row, safe in pairs]

    def go(self, series: int, i: int = 0) -> None:
        """Look at a slice. Raises: DataError if there is none."""
        entry = self.entry(series)
        self._check_slice(entry, i)
        self.look = replace(self.look, series=series, slice=i)

    # Labels

    def uids(self, series: int, i: int) -> Uids:
        """UIDs of study, series and slice; "" where there is none."""
        entry = self.entry(series)
        uid = entry.series.uid if isinstance(entry, FileEntry) else ""
        return uids_named(entry.study, uid, entry.slice(i))

    def label(self, level: str, label: str | None, series: int | None = None, i: int | None = None) -> None:
        """Label the study, the series or the slice that is looked at, or another one. Raises: NotSaved; DataError."""
        series = self.look.series if series is None else series
        i = self.look.slice if i is None else i
        self._check_slice(self.entry(series), i)
        label = None if label is None else label.strip() or None
        if label is not None:
            self._check_one_patient(level, series, i)
        self.book.set(self.uids(series, i), level, label)
        self._known_class(label)

    def undo(self) -> str:
        """Take the latest label back. Raises: NotSaved."""
        return self.book.undo()

    def labels_of(self, series: int, i: int) -> dict[str, str | None]:
        """The labels of a slice, its series and its study."""
        uids = self.uids(series, i)
        return {level: self.book.of(uids, level) if uids[level] else None for level in LEVELS}

    def slice_labels(self, series: int) -> dict[int, str]:
        """The labels of the slices of a series, by their number."""
        entry = self.entry(series)
        uid = entry.series.uid if isinstance(entry, FileEntry) else ""
        given = {}
        for i in range(len(entry)):
            label = self.book.of(uids_named(entry.study, uid, entry.slice(i)), "slice")
            if label is not None:
                given[i] = label
        return given

    def labels_given(self) -> list[str]:
        """All that was given, of slices, series and studies."""
        return [str(entry["label"]) for entry in self.book.labels.values() if entry.get("label") is not None]

    def _check_one_patient(self, level: str, series: int, i: int) -> None:
        """Raises: NotSaved where another patient's files carry the same UID, by faulty data."""
        own = self.uids(series, i)
        entries = [entry for entry in self.gallery.entries if isinstance(entry, FileEntry)]
        patients = {entry.series.patient for entry in entries if _has(entry, own, level)}
        if level in LEVELS and own[level] and len(patients) > 1:
            raise NotSaved(f"Files of {len(patients)} patients carry the UID of this {level}, so its label would count "
                           "for all of them. Give them UIDs of their own, or label another level.")  # fmt: skip

    def _known_class(self, name: str | None) -> None:
        if name is not None and name not in self.classes:
            self.classes.append(name)

    def _check_slice(self, entry: Entry, i: int) -> None:
        if not 0 <= i < len(entry):
            raise DataError(f"{entry.name} has slices 0 to {len(entry) - 1}, but got {i}.")

    def _file(self, series: int, i: int) -> Slice:
        entry = self.entry(series)
        self._check_slice(entry, i)
        one = entry.slice(i)
        if one is None:
            raise DataError("These values have no files, so there is no header and no item of a loader.")
        return one


def _has(entry: FileEntry, own: Uids, level: str) -> bool:
    """Whether the study, the series or a slice of `entry` has the UID that `own` has."""
    slices = entry.series.slices if level == "slice" else entry.series.slices[:1]
    return any(uids_named(entry.study, entry.series.uid, one).get(level) == own.get(level) for one in slices)


def replace_root(gallery: Gallery, root: Path | None) -> Gallery:
    """`gallery` with the folder below which files are told."""
    return Gallery(gallery.entries, gallery.left, root)
