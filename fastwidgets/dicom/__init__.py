"""A viewer of DICOM series: as radiologists look at them, and as a model gets them.

Nothing is imported before it is used: `DicomLabels`, which a training script reads with, needs no Jupyter.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastwidgets.dicom.labels import DicomLabels
    from fastwidgets.dicom.session import DicomSession
    from fastwidgets.dicom.widget import DicomViewer

_WHERE = {"DicomLabels": "labels", "DicomSession": "session", "DicomViewer": "widget"}
__all__ = ["DicomLabels", "DicomSession", "DicomViewer"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
