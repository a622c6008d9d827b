"""Widgets for fastlearn. Nothing is imported before it is used, so that `import fastwidgets` is quick."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastwidgets.grid.image_grid import ImageGrid
    from fastwidgets.labeler.widget import Labeler
    from fastwidgets.lr_finder.widget import LRFinder
    from fastwidgets.monitor.widget import TrainingMonitor

_WHERE = {
    "ImageGrid": "fastwidgets.grid.image_grid",
    "Labeler": "fastwidgets.labeler.widget",
    "LRFinder": "fastwidgets.lr_finder.widget",
    "TrainingMonitor": "fastwidgets.monitor.widget",
}
__all__ = ["ImageGrid", "LRFinder", "Labeler", "TrainingMonitor"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [
        {"src": "labextension/widgets", "dest": "fastwidgets"},
        {"src": "labextension/shell", "dest": "fastwidgets-shell"},
    ]
