"""What can be asked of a table by the role of its columns: `to.xs`, `to.conts`, `to.y`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fastlearn.tabular.display import show_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DecodedTable", "Tabular"]


class Tabular:
    """A table with `cat_names`, `cont_names` and `y_names`; `items` is the frame of all of them."""

    cat_names: list[str]
    cont_names: list[str]
    y_names: list[str]

    @property
    def items(self) -> pd.DataFrame:
        """The whole table as a frame."""
        raise NotImplementedError

    @property
    def x_names(self) -> list[str]:
        """The columns of the inputs: categories, then numbers."""
        return [*self.cat_names, *self.cont_names]

    @property
    def all_col_names(self) -> list[str]:
        """The columns of inputs and targets."""
        return [*self.x_names, *self.y_names]

    @property
    def cats(self) -> pd.DataFrame:
        """The columns of categories."""
        return self._columns(self.cat_names)

    @property
    def conts(self) -> pd.DataFrame:
        """The columns of numbers."""
        return self._columns(self.cont_names)

    @property
    def xs(self) -> pd.DataFrame:
        """The inputs."""
        return self._columns(self.x_names)

    @property
    def ys(self) -> pd.DataFrame:
        """The targets."""
        return self._columns(self.y_names)

    targ = ys

    @property
    def y(self) -> pd.Series:
        """The first target."""
        return self.items[self.y_names[0]]

    @property
    def all_cols(self) -> pd.DataFrame:
        """Inputs and targets."""
        return self._columns(self.all_col_names)

    def _columns(self, names: Sequence[str]) -> pd.DataFrame:
        """Those of the columns `names` that there are: rows may come without targets."""
        items = self.items
        found: pd.DataFrame = items[[name for name in names if name in items.columns]]
        return found

    @property
    def loc(self) -> Any:
        """Rows by label, of `items`."""
        return self.items.loc

    @property
    def iloc(self) -> Any:
        """Rows by position, of `items`."""
        return self.items.iloc

    def show(self, max_n: int = 10) -> None:
        """Show the first `max_n` rows."""
        show_frame(self.items.head(max_n))


class DecodedTable(Tabular):
    """A table as people read it: labels in the place of codes, numbers in their own units."""

    def __init__(self, items: pd.DataFrame, cat_names: list[str], cont_names: list[str], y_names: list[str]) -> None:
        self._items = items
        self.cat_names, self.cont_names, self.y_names = cat_names, cont_names, y_names

    @property
    def items(self) -> pd.DataFrame:
        return self._items

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, names: Any) -> Any:
        return self._items[names]
