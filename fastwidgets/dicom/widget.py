"""The wire of the DICOM viewer: questions of the browser in, pictures as binary out."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import traitlets as T
from fastlearn.data.problems import DataError
from ipywidgets import HBox, Layout

from fastwidgets.comm.arrays import pack_array
from fastwidgets.comm.widget import LiveWidget
from fastwidgets.dicom.code import build_code, train_code
from fastwidgets.dicom.describe import described, html_of, labels_told, text_of
from fastwidgets.dicom.labels import DicomLabels, NotSaved
from fastwidgets.dicom.look import look_of
from fastwidgets.dicom.predict import NO_MASK, Predicted
from fastwidgets.dicom.session import DicomSession
from fastwidgets.dicom.training import Trained
from fastwidgets.grid.jobs import Cancelled, Jobs

__all__ = ["DicomViewer"]

WORKERS = 2
NOTHING = np.zeros(0, np.uint8)


class DicomViewer(LiveWidget):
    """Shows DICOM series as radiologists look at them, and as a model gets them: `DicomViewer("ct")`.

    `source` is a folder, a file or a list of files, a `Series` or several, what `find_series` found, a `Volume`, or an
    array `(slices, rows, columns)`. With `dls`, or `learn`, the training view shows the very tensor that the loader
    gives the model; with `learn` its prediction for the slice in sight is shown too. `masks`, `boxes` and `predictions`
    are laid over the slices (see `Layers`); `codes` name the ids of masks. `classes` are offered as labels; labels are
    kept by UID in the journal beside the files, or in the folder `journal`. Patient data are hidden until somebody asks
    for them on the page, and written nowhere.
    """

    _model_name = T.Unicode("DicomModel").tag(sync=True)
    _view_name = T.Unicode("DicomView").tag(sync=True)
    link = T.Unicode("", help="Viewers with the same word here follow each other.").tag(sync=True)

    hears: ClassVar[tuple[str, ...]] = (
        "hello", "ping", "frame", "drop", "train", "predict", "header", "label", "undo", "look", "code"
    )  # fmt: skip

    def __init__(
        self,
        source: Any,
        *,
        dls: Any = None,
        learn: Any = None,
        masks: Any = None,
        boxes: Any = None,
        predictions: Any = None,
        codes: Sequence[str] | None = None,
        classes: Sequence[str] = (),
        journal: str | os.PathLike[str] | None = None,
        title: str = "DICOM",
        height: int = 600,
        **kwargs: Any,
    ) -> None:
        layers = {"mask": masks, "boxes": boxes, "prediction": predictions}
        self.session = DicomSession(source, dls=dls, learn=learn, layers=layers, codes=codes, classes=classes,
                                    journal=journal)  # fmt: skip
        self.title, self.height = title, height
        self._jobs = Jobs(self._job_failed, WORKERS)
        self._thinking = Jobs(self._job_failed, 1)  # slices do not wait for a model
        self._reading: threading.Thread | None = None
        super().__init__(**kwargs)
        if self.session.gallery.unread:
            self._reading = threading.Thread(target=self._read_all, name="dicom-headers", daemon=True)
            self._reading.start()

    # For cells

    def wait(self) -> DicomViewer:
        """Wait until all headers are read, which goes on in the background for many files."""
        if self._reading is not None:
            self._reading.join()
        return self

    @property
    def series(self) -> list[str]:
        """The names of the series, in their order."""
        return [entry.name for entry in self.wait().session.gallery.entries]

    @property
    def left_out(self) -> dict[str, str]:
        """Files that are in no series, and why."""
        return {one.name: one.reason for one in self.wait().session.gallery.left}

    def go(self, series: int, slice: int = 0) -> None:
        """Show a slice; both count from 0. Raises: DataError if there is none."""
        self.wait()
        with self.lock:
            self.session.go(series, slice)
        self._send_look()

    def window(self, width: float | None, level: float | None = None) -> None:
        """Show values through a window, or with None through that of each file. Raises: ValueError."""
        with self.lock:
            look = {**asdict(self.session.look), "width": width, "level": level}
            self.session.look = look_of(look)
        self._send_look()

    def label(self, level: str, label: str | None, series: int | None = None, slice: int | None = None) -> None:
        """Label the "study", the "series" or the "slice" that is looked at, or another; None takes the label off.

        Raises: NotSaved, saying why; DataError if there is no such slice.
        """
        self.wait()
        with self.lock:
            self.session.label(level, label, series, slice)
        self._labels_changed()

    def undo(self) -> str:
        """Take the latest label back; what that was, in words. Raises: NotSaved."""
        with self.lock:
            words = self.session.undo()
        self._labels_changed(words)
        return words

    def trained(self, series: int, slice: int, draw: int = 0) -> Trained:
        """What the loader gives the model of a slice; see `TrainingView.of`. Raises: DataError if that is not known."""
        return self.wait().session.trained(series, slice, draw)

    def predicted(self, series: int, slice: int) -> Predicted:
        """What the model of `learn` says of a slice. Raises: DataError where there is none."""
        return self.wait().session.predicted(series, slice)

    @property
    def labels(self) -> DicomLabels:
        """The labels, as a training script reads them. Raises: NotSaved where there is no journal."""
        journal = self.session.book.journal
        if journal is None:
            raise NotSaved("These values have no files and no journal. Try DicomViewer(…, journal=folder).")
        return DicomLabels(journal.folder)

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Write the labels as a CSV file: a row for each, with UIDs and no names. Raises: NotSaved; OSError."""
        return self.labels.to_csv(path)

    def code(self) -> str:
        """The cell that trains on the labels."""
        return train_code(self.wait().session)

    def beside(self, other: DicomViewer) -> HBox:
        """Both viewers side by side, linked: slice, window and zoom follow each other."""
        self.link = other.link = self.link or other.link or f"linked-{self.model_id}"
        half = Layout(width="50%")
        self.layout, other.layout = half, half
        return HBox([self, other])

    def close(self) -> None:
        """Take the viewer off the page and free what it held."""
        if "_jobs" not in self.__dict__:  # it was never made: there is no such folder, for instance
            return
        self._jobs.close()
        self._thinking.close()
        self.session.frames.clear()
        super().close()

    # What the browser is told

    def send_whole(self) -> None:
        self._send_gallery()
        self._send_labels()
        self.send_twin()

    def as_html(self) -> str:
        with self.lock:
            return html_of(self.session, self.title)

    def as_text(self) -> str:
        with self.lock:
            return text_of(self.session, self.title)

    # What the browser asks. These run on a kernel subshell; what reads files goes to threads of its own.

    def on_frame(self, message: dict[str, Any]) -> None:
        """The picture of a slice, and what lies over it."""
        self._jobs.ask(int(message["rid"]), partial(self._send_frame, message))

    def on_drop(self, message: dict[str, Any]) -> None:
        """What was asked by that number has been scrolled past."""
        self._jobs.drop(int(message["rid"]))
        self._thinking.drop(int(message["rid"]))

    def on_train(self, message: dict[str, Any]) -> None:
        """What the model gets of a slice."""
        self._jobs.ask(int(message["rid"]), partial(self._send_training, message))

    def on_predict(self, message: dict[str, Any]) -> None:
        """What the model says of a slice."""
        self._thinking.ask(int(message["rid"]), partial(self._send_prediction, message))

    def on_header(self, message: dict[str, Any]) -> None:
        """The header of a slice; with patient data where somebody said yes to that on the page."""
        self._jobs.ask(int(message["rid"]), partial(self._send_header, message))

    def on_label(self, message: dict[str, Any]) -> None:
        """A label for the study, the series or the slice, or none."""
        trouble = ""
        try:
            self._check_edition(message)
            self.session.label(message["level"], message["label"], int(message["series"]), int(message["slice"]))
        except (NotSaved, DataError) as error:
            trouble = str(error)
        self._labels_changed("" if trouble else f"{message['level']}: {message['label'] or 'no label'}", trouble)

    def on_undo(self, message: dict[str, Any]) -> None:
        """Take the latest label back."""
        words = trouble = ""
        try:
            words = self.session.undo()
        except NotSaved as error:
            trouble = str(error)
        self._labels_changed(words, trouble)

    def on_look(self, message: dict[str, Any]) -> None:
        """Where somebody is looking, for a page that is loaded again."""
        if message["edition"] == self.session.edition:
            self.session.look = look_of(message)

    def on_code(self, message: dict[str, Any]) -> None:
        """The cell that trains on the labels, or one with a builder."""
        self._jobs.ask(int(message["rid"]), partial(self._send_code, message))

    # Inside

    def _read_all(self) -> None:
        """In a thread of its own."""
        try:
            whole = self.session.read_all()
        except Exception as error:
            self.notice = f"The headers could not be read: {type(error).__name__}."
            return
        if whole:
            with self.lock:
                look = self.session.look
                last = len(self.session.gallery.entries[0]) - 1 if self.session.gallery.entries else 0
                self.session.look = replace(look, series=0, slice=min(look.slice, max(last, 0)))
                if self.comm is not None:
                    self._send_gallery()
                    self._send_labels()
            self.refresh_twin()

    def _check_edition(self, message: dict[str, Any]) -> None:
        if message["edition"] != self.session.edition:
            raise DataError("The series have changed since that was asked.")

    def _send_gallery(self) -> None:
        self.send({"kind": "gallery", "title": self.title, "height": self.height, **described(self.session)})

    def _send_labels(self, said: str = "", trouble: str = "") -> None:
        if self.comm is not None:
            self.send({"kind": "labels", **labels_told(self.session, said, trouble)})

    def _labels_changed(self, said: str = "", trouble: str = "") -> None:
        self._send_labels(said, trouble)
        if not trouble:
            self.refresh_twin()

    def _send_look(self) -> None:
        if self.comm is not None:
            self.send({"kind": "go", "edition": self.session.edition, **asdict(self.session.look)})

    def _send_frame(self, message: dict[str, Any], cancelled: Cancelled) -> None:
        told = _told("frame", message)
        told |= {"picture": None, "place": None, "layers": [], "trouble": ""}
        pixels, more = NOTHING, list[bytes]()
        series, i = told["series"], told["slice"]
        try:
            self._check_edition(message)
            frame = self.session.frame(series, i)
            pixels = frame.pixels
            told |= {"picture": frame.header(), "place": self.session.entry(series).place(i)}
            if frame.table is not None:
                more.append(frame.table.table.astype("<u2").tobytes())
            more += self._layers(told)
        except (DataError, MemoryError) as error:
            told["reason"] = self._reason(series, i, error)
        if not cancelled():
            self._send_packed(told, pixels, more)

    def _layers(self, told: dict[str, Any]) -> list[bytes]:
        """The masks of a slice; what cannot be laid over it is said in words, and the picture is shown."""
        try:
            laid = self.session.laid(told["series"], told["slice"])
        except Exception as error:  # the user's own function may raise anything
            told["trouble"] = f"Nothing is laid over this slice: {type(error).__name__}: {error}"
            return []
        told["layers"] = [one.header() for one in laid]
        return [one.mask.tobytes() for one in laid if one.mask is not None]

    def _send_training(self, message: dict[str, Any], cancelled: Cancelled) -> None:
        told = {**_told("training", message), "split": "", "steps": [], "low": [], "high": []}
        tensor, more = np.zeros((0, 0, 0), np.float32), [b""]
        try:
            self._check_edition(message)
            found = self.session.trained(told["series"], told["slice"], int(message["draw"]))
            told |= {"split": found.split, "steps": found.steps, "low": found.low, "high": found.high}
            tensor, more = found.tensor, [found.clipped.tobytes()]
        except Exception as error:  # the loader runs the user's own functions
            told["reason"] = self._reason(told["series"], told["slice"], error)
        if not cancelled():
            self._send_packed(told, tensor, more)

    def _send_prediction(self, message: dict[str, Any], cancelled: Cancelled) -> None:
        told = {**_told("prediction", message), "words": ""}
        mask = NO_MASK
        try:
            self._check_edition(message)
            found = self.session.predicted(told["series"], told["slice"])
            told["words"], mask = found.words, found.mask
        except Exception as error:  # the loader and the model run the user's own functions
            told["reason"] = self._reason(told["series"], told["slice"], error)
        if not cancelled():
            self._send_packed(told, mask, [])

    def _send_header(self, message: dict[str, Any], cancelled: Cancelled) -> None:
        told = {**_told("header", message), "rows": [], "patient": bool(message["patient"])}
        try:
            self._check_edition(message)
            told["rows"] = self.session.header(told["series"], told["slice"], told["patient"])
        except (DataError, OSError) as error:
            told["reason"] = self._reason(told["series"], told["slice"], error)
        if self.comm is not None and not cancelled():
            self.send(told)

    def _send_code(self, message: dict[str, Any], cancelled: Cancelled) -> None:
        purpose = message["purpose"]
        text = build_code(self.session) if purpose == "build" else train_code(self.session)
        if self.comm is not None and not cancelled():
            self.send({"kind": "code", "rid": int(message["rid"]), "purpose": purpose, "text": text})

    def _reason(self, series: int, i: int, error: Exception) -> str:
        try:
            return self.session.why_not(series, i, error)
        except (DataError, IndexError):
            return str(error)

    def _send_packed(self, told: dict[str, Any], array: np.ndarray, more: list[bytes]) -> None:
        if self.comm is not None:
            content, data = pack_array(told, array)
            self.send(content, [data, *more])

    def _job_failed(self, error: Exception) -> None:
        self.notice = f"A slice could not be sent: {type(error).__name__}."


def _told(kind: str, message: dict[str, Any]) -> dict[str, Any]:
    """The beginning of an answer: what it is about."""
    about = {name: int(message[name]) for name in ("rid", "edition", "series", "slice")}
    return {"kind": kind, **about, "reason": ""}
