"""Widgets for fastlearn. Nothing is imported before it is used, so that `import fastwidgets` is quick."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastwidgets.cleaner.fastai_names import ImageClassifierCleaner, ImagesCleaner
    from fastwidgets.cleaner.widget import ImageCleaner
    from fastwidgets.confusion.widget import ConfusionMatrix
    from fastwidgets.dicom.widget import DicomViewer
    from fastwidgets.grid.image_grid import ImageGrid
    from fastwidgets.labeler.widget import Labeler
    from fastwidgets.lr_finder.widget import LRFinder
    from fastwidgets.monitor.widget import TrainingMonitor
    from fastwidgets.top_losses.widget import TopLosses

_WHERE = {
    "ConfusionMatrix": "fastwidgets.confusion.widget",
    "DicomViewer": "fastwidgets.dicom.widget",
    "ImageClassifierCleaner": "fastwidgets.cleaner.fastai_names",
    "ImageCleaner": "fastwidgets.cleaner.widget",
    "ImageGrid": "fastwidgets.grid.image_grid",
    "ImagesCleaner": "fastwidgets.cleaner.fastai_names",
    "Labeler": "fastwidgets.labeler.widget",
    "LRFinder": "fastwidgets.lr_finder.widget",
    "TopLosses": "fastwidgets.top_losses.widget",
    "TrainingMonitor": "fastwidgets.monitor.widget",
}
__all__ = [
    "ConfusionMatrix",
    "DicomViewer",
    "ImageClassifierCleaner",
    "ImageCleaner",
    "ImageGrid",
    "ImagesCleaner",
    "LRFinder",
    "Labeler",
    "TopLosses",
    "TrainingMonitor",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [
        {"src": "labextension/widgets", "dest": "fastwidgets"},
        {"src": "labextension/shell", "dest": "fastwidgets-shell"},
    ]
