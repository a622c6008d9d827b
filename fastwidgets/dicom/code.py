"""The cells that go on from what was clicked."""

from __future__ import annotations

import os
from pathlib import Path

from fastlearn.data.problems import DataError

from fastwidgets.dicom.session import DicomSession

__all__ = ["build_code", "train_code"]

NO_FILES = "# These values have no files and no journal, so there is nothing to train on.\n"
BY_RANK = "bins=100"  # of a picture's own histogram: right for every modality


def train_code(session: DicomSession) -> str:
    """A cell that trains on the labels, split by patient; it needs no widget and runs in a fresh kernel."""
    journal, root = session.book.journal, session.gallery.root
    if journal is None or root is None:
        return NO_FILES
    folder = repr(_short(root))
    where = folder if journal.folder.absolute() == root.absolute() else repr(_short(journal.folder))
    empty = "" if session.labels_given() else "# Nothing is labelled yet, and this trains on labels: give some first.\n"
    return f"""{empty}from fastlearn.medical.all import *
from fastwidgets.dicom import DicomLabels

labels = DicomLabels({where})
slices = [one for series in find_series({folder}).series for one in series.slices]
dls = DicomDataLoaders.from_label_func(
    {folder}, labels.labelled(slices), labels, {_scaled(session)}, seed=42  # patients are kept on one side
)
"""


def build_code(session: DicomSession) -> str:
    """A cell with a builder of loaders on the folder; it keeps patients on one side too."""
    root = session.gallery.root
    if root is None:
        return NO_FILES
    labels = (
        "# The labels given in the viewer are read by the cell of Code; a builder labels by folder, name or table.\n"
    )
    told = labels if session.labels_given() else ""
    return f"{told}from fastwidgets import DataBlockBuilder\n\nbuilder = DataBlockBuilder({_short(root)!r})\nbuilder\n"


def _scaled(session: DicomSession) -> str:
    """How values become brightness: by the window chosen, else by that of the file in sight, else by rank."""
    look = session.look
    if look.width is not None and look.level is not None:
        return f"windows=({look.width:g}, {look.level:g})"
    try:
        windows = session.frame(look.series, look.slice).windows
    except DataError:
        return BY_RANK
    return f"windows=({windows[0].width:g}, {windows[0].level:g})" if windows else BY_RANK


def _short(path: Path) -> str:
    """Below the folder of the notebook where it lies there."""
    whole, here = path.absolute(), Path(os.getcwd())
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else str(whole)
