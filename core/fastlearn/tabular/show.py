"""Rows of a batch as a table: inputs in words, targets, and predictions beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastlearn.data.show import View
from fastlearn.tabular.display import show_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["show_rows", "view_frame"]


def view_frame(view: View) -> pd.DataFrame:
    """The samples of `view` as a frame, predictions as `<target>_pred`, and what its options have under "columns"."""
    import pandas as pd

    rows = []
    for place, sample in enumerate(view.samples):
        row: dict[str, Any] = {}
        for part in sample:
            row.update(part)
        if view.predictions is not None:
            row.update(_predicted(view.predictions[place], sample[view.n_inp :]))
        rows.append(row)
    frame: pd.DataFrame = pd.DataFrame(rows).infer_objects()
    for name, values in view.options.get("columns", {}).items():
        frame[name] = values
    return frame


def show_rows(view: View) -> None:
    """Show `view` as a table."""
    show_frame(view_frame(view))


show_rows.as_table = True  # type: ignore[attr-defined]  # several samples make one table, and not a grid of drawings


def _predicted(prediction: Any, targets: tuple[Any, ...]) -> dict[str, Any]:
    """A prediction as columns: decoded targets by their names, words by that of the target."""
    parts = prediction if isinstance(prediction, tuple) else (prediction,)
    found: dict[str, Any] = {}
    for place, part in enumerate(parts):
        if hasattr(part, "items"):
            found.update({f"{name}_pred": value for name, value in part.items()})
        else:
            names = list(targets[place].index) if place < len(targets) else []
            number = part.item() if getattr(part, "ndim", 1) == 0 and hasattr(part, "item") else part
            found["_".join([*map(str, names[:1]), "pred"])] = number
    return found
