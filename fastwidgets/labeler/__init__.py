"""Labels for pictures: classes, boxes, points and polygons, each kept the moment it is given.

Nothing is imported before it is used: `Labels`, which a training script reads with, needs no Jupyter.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastwidgets.labeler.labels import Labels
    from fastwidgets.labeler.session import LabelerSession
    from fastwidgets.labeler.widget import Labeler

_WHERE = {"Labeler": "widget", "LabelerSession": "session", "Labels": "labels"}
__all__ = ["Labeler", "LabelerSession", "Labels"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
