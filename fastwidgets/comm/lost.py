"""Widgets that a page has lost: shown in a cell whose output is gone, while the kernel still has them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from fastwidgets.comm.front_end import running_kernel
from fastwidgets.server import shown

if TYPE_CHECKING:
    from fastwidgets.comm.widget import LiveWidget

__all__ = ["forget", "reattach", "remember"]

_SHOWN: WeakValueDictionary[str, LiveWidget] = WeakValueDictionary()


def reattach(model_id: str = "") -> LiveWidget:
    """The widget by that id, or else the one that was shown last, to show it again: `reattach()` at the end of a cell.

    Raises: LookupError where this kernel has no such widget (any more).
    """
    found = _SHOWN.get(model_id) if model_id else next(reversed(list(_SHOWN.values())), None)
    if found is None:
        raise LookupError(
            f"This kernel has no widget {model_id!r}: it was closed, or the kernel was restarted. Run the cell again "
            "that made it. What was decided in it is in the journal, and comes back."
        )
    return found


def remember(widget: LiveWidget) -> None:
    """It was shown: the side panel lists it, and `reattach` finds it."""
    if widget.comm is None:
        return
    model_id, name = str(widget.model_id), type(widget).__name__
    _SHOWN[model_id] = widget
    title = str(getattr(widget, "title", "") or name)
    shown.note(shown.Shown(_kernel(), os.getpid(), model_id, name, title, widget.place))


def forget(widget: LiveWidget) -> None:
    """It was closed."""
    if widget.comm is None:
        return  # closed before, or never whole
    model_id = str(widget.model_id)
    if _SHOWN.pop(model_id, None) is not None:
        shown.forget(model_id)


def _kernel() -> str:
    """The name by which the server knows this kernel; "" where this is none."""
    if running_kernel() is None:
        return ""
    from ipykernel.connect import get_connection_file

    return Path(get_connection_file()).stem.removeprefix("kernel-")
