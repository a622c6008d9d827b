"""The cell that does what was clicked."""

from __future__ import annotations

import os
from pathlib import Path

from fastwidgets.dicom.session import DicomSession

__all__ = ["code_of"]


def code_of(session: DicomSession) -> str:
    """A cell that trains on the labels, split by patient; it needs no widget and runs in a fresh kernel."""
    journal, root = session.book.journal, session.gallery.root
    if journal is None or root is None:
        return "# These values have no files and no journal, so there is nothing to train on."
    folder = repr(_short(root))
    where = folder if journal.folder.absolute() == root.absolute() else repr(_short(journal.folder))
    width, level = session.look.width, session.look.level
    window = "dicom_windows.brain" if width is None or level is None else f"({width:g}, {level:g})"
    empty = "" if session.labels_given() else "# Nothing is labelled yet, and this trains on labels: give some first.\n"
    return f"""{empty}from fastlearn.medical.all import *
from fastwidgets.dicom import DicomLabels

labels = DicomLabels({where})
slices = [one for series in find_series({folder}).series for one in series.slices]
dls = DicomDataLoaders.from_label_func(
    {folder}, labels.labelled(slices), labels, windows={window}, seed=42  # patients are kept on one side
)
"""


def _short(path: Path) -> str:
    """Below the folder of the notebook where it lies there."""
    whole, here = path.absolute(), Path(os.getcwd())
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else str(whole)
