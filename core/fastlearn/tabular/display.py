"""Tables shown: as HTML where a notebook runs, as aligned text anywhere else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["show_frame"]


def show_frame(frame: pd.DataFrame) -> None:
    """Show all of `frame`, by the notebook's own `display` where one runs."""
    display = _notebook_display()
    if display is not None:
        display(frame)
    else:
        print(frame.to_string(float_format=lambda value: f"{value:.6g}", max_colwidth=40))


def _notebook_display() -> Any:
    """The `display` of a running notebook, which was imported long before us; None in a script or a terminal."""
    if "ipykernel" not in sys.modules:
        return None
    module = sys.modules.get("IPython.display")
    return getattr(module, "display", None)
