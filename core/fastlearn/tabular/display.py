"""Tables shown: as HTML where a notebook runs, as aligned text anywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastlearn.notebook import notebook_display

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["show_frame"]


def show_frame(frame: pd.DataFrame) -> None:
    """Show all of `frame`, by the notebook's own `display` where one runs."""
    display = notebook_display()
    if display is not None:
        display(frame)
    else:
        print(frame.to_string(float_format=lambda value: f"{value:.6g}", max_colwidth=40))
