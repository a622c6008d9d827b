"""What a model says of rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastlearn.tabular.display import show_frame

if TYPE_CHECKING:
    import pandas as pd

    from fastlearn.tabular.table import TabularPandas

__all__ = ["RowPrediction", "prediction_frame"]


class RowPrediction:
    """A row with the prediction in its target columns: `label` is the prediction, `row` a Series, `show()` shows it.

    It prints, and compares, as its label.
    """

    def __init__(self, label: Any, row: pd.Series) -> None:
        self.label, self.row = label, row

    def show(self) -> None:
        """Show the row."""
        show_frame(self.row.to_frame().T)

    def __eq__(self, other: Any) -> bool:
        return bool(self.label == (other.label if isinstance(other, RowPrediction) else other))

    def __hash__(self) -> int:
        return hash(str(self.label))

    def __str__(self) -> str:
        return str(self.label)

    def __repr__(self) -> str:
        return repr(self.label)


def prediction_frame(table: TabularPandas, index: Any, preds: Any, decoded: Any) -> pd.DataFrame:
    """Predictions as a frame: each target decoded, then the probability of each of its labels."""
    import pandas as pd

    several = len(table.targets) > 1 or isinstance(preds, tuple)
    columns: dict[str, Any] = {}
    chances: dict[str, Any] = {}
    for target, pred, value in zip(table.targets, preds if several else [preds], decoded if several else [decoded],
                                   strict=True):  # fmt: skip
        columns.update(target.decode(value))
        chances.update(target.probabilities(pred))
    frame: pd.DataFrame = pd.DataFrame({**columns, **chances}, index=index)
    return frame
