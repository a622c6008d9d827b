"""What the confusion matrix knows: a table over the items of one split, which follows the decisions about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from fastlearn.data.problems import DataError
from fastlearn.interpret import StoredAnswers
from numpy.typing import NDArray

from fastwidgets.confusion.order import ORDERS, order_of
from fastwidgets.confusion.residual_table import ResidualTable
from fastwidgets.confusion.table import Table, table_of
from fastwidgets.grid.arrange import Filter, Sort
from fastwidgets.review import Review
from fastwidgets.review.review import EXCLUDED
from fastwidgets.top_losses.session import TopLossesSession

__all__ = ["ConfusionSession", "Look"]

BY = ("count", "row", "column")
PAIRS = 20
CELL = "cell"  # the column by which the items of picked cells are shown where label and prediction do not say it


@dataclass(frozen=True)
class Look:
    """How the table is shown: `order` of the classes; `by` "count", or as part of a "row" or "column"; with what is
    right (`diagonal`) or without; which of several predicted numbers (`output`).

    Raises: ValueError for a word that is none of these.
    """

    order: str = "given"
    by: str = "count"
    diagonal: bool = True
    output: int = 0

    def __post_init__(self) -> None:
        for name, words in (("order", ORDERS), ("by", BY)):
            if getattr(self, name) not in words:
                known = ", ".join(map(repr, words))
                raise ValueError(f"`{name}` is one of {known}, but got {getattr(self, name)!r}.")


class ConfusionSession(TopLossesSession):
    """The items of the top losses, with a table of what was taken for what among those of the split that is shown.

    `table` is None where there is none, and `trouble` says why. Decisions of the review count at once; items of classes
    that the model does not know do not count.
    """

    def __init__(self, review: Review, answers: StoredAnswers, words: Sequence[str] | None = None) -> None:
        self.look, self.table, self.trouble = Look(), None, ""
        self._table_split: int | None = -1
        self._cell: tuple[list[int], list[int]] | None = None
        self._stamp = 0
        self._orders: tuple[int, list[int]] | None = None  # of which stamp
        super().__init__(review, answers, words)

    table: Table | None

    # The table

    @property
    def stamp(self) -> int:
        """Another number whenever the table has changed."""
        self.refresh()
        return self._stamp

    def refresh(self) -> None:
        """Make the table of the split that the filters show, where it is of another one."""
        if self._table_split != self.split:
            self._make()

    def load(self, answers: StoredAnswers) -> None:
        super().load(answers)
        self._table_split = -1  # made when it is asked for: the filters may still change

    def follow(self, ids: Iterable[int]) -> None:
        at = list(ids)
        super().follow(at)
        if self.table is not None:
            self._decide(at)
            self._stamp += 1

    def show(self, look: Look) -> None:
        """Show the table in another way. Raises: ValueError for a number of the prediction that there is not."""
        if not 0 <= look.output < self.outputs:
            raise ValueError(f"The predicted numbers are 0 to {self.outputs - 1}, but got {look.output}.")
        again = look.output != self.look.output
        self.look = look
        if again:
            self._make()
        self._stamp += 1

    @property
    def outputs(self) -> int:
        """How many numbers are predicted of an item; 1 for classes."""
        regression = self.answers.task == "regression" and self.answers.targets is not None
        return int(self.answers.targets.shape[1]) if regression and self.answers.targets is not None else 1

    def orders(self) -> tuple[list[int], list[int]]:
        """The rows and the columns in the order in which they are shown."""
        assert self.table is not None
        if self._orders is None or self._orders[0] != self._stamp:
            self._orders = self._stamp, self._order_rows(self.table)
        rows = self._orders[1]
        return rows, rows if self.table.square else list(range(len(self.table.columns)))

    # Its cells

    def pick(self, rows: Sequence[int], columns: Sequence[int]) -> str:
        """Show exactly the items in the cells of these rows and columns. Returns words for the user."""
        self.refresh()
        if self.table is None:
            raise ValueError(self.trouble)
        within = all(0 <= i < len(self.table.rows) for i in rows) and all(
            0 <= j < len(self.table.columns) for j in columns
        )
        if not within or not rows or not columns:
            raise ValueError("These cells are not in the table any more. Reload the page.")
        self._before = None
        if self.table.form == "classes":
            filters = [*self._other_filters(), *self._class_filters(rows, columns)]
            self.grid.set_sorts([Sort("loss", True)])
        else:
            filters = [*self._other_filters(), self._cell_filter(rows, columns)]
            self.grid.set_sorts([Sort("pixels" if self.table.form == "pixels" else "loss", True)])
        self.grid.set_filters(filters)
        return ""

    def unpick(self) -> None:
        """Show the items of all cells again."""
        self._before = None
        self.grid.set_filters(self._other_filters())
        self.grid.set_sorts([Sort("loss", True)])

    @property
    def picked(self) -> dict[str, list[int]] | None:
        """The cells whose items the filters show; None where that is all of them, or no cells' alone."""
        if self.table is None:
            return None
        if self.table.form != "classes":
            shown = any(one.column == CELL for one in self.grid.filters)
            return {"rows": self._cell[0], "columns": self._cell[1]} if shown and self._cell is not None else None
        place = {name: i for i, name in enumerate(self.names)}
        chosen = {one.column: [place[name] for name in one.value if name in place]
                  for one in self.grid.filters if one.op == "in" and one.column in ("label", "prediction")}  # fmt: skip
        if not chosen or not all(chosen.values()):
            return None
        every = list(range(len(self.names)))
        return {"rows": chosen.get("label", every), "columns": chosen.get("prediction", every)}

    # For the wire and for cells

    def described(self) -> tuple[dict[str, Any], NDArray[np.float64]]:
        """What the browser is told of the table, and its cells, `(m, 3)` float64."""
        self.refresh()
        head = {"kind": "table", "look": asdict(self.look), "outputs": self.outputs, "trouble": self.trouble}
        if self.table is None:
            empty: dict[str, Any] = dict(rows=[], columns=[], row_order=[], column_order=[], pairs=[], picked=None)
            words = dict(form="classes", row_title="", column_title="", unit="item")
            return {**head, **empty, **words}, np.zeros((0, 3))
        table, (rows, columns) = self.table, self.orders()
        unit = "pixel" if table.form == "pixels" else self.grid.unit
        said = {
            "form": table.form,
            "rows": table.rows,
            "columns": table.columns,
            "row_title": table.row_title,
            "column_title": table.column_title,
            "unit": unit,
            "row_order": rows,
            "column_order": columns,
            "pairs": [pair._asdict() for pair in table.pairs(PAIRS)],
            "picked": self.picked,
        }
        return {**head, **said}, table.cells()

    def code(self, name: str = "ConfusionMatrix", learn: str = "learn") -> str:
        lines = [super().code(name, learn)]
        if self.look != Look():
            given = ", ".join(f"{k}={v!r}" for k, v in asdict(self.look).items() if v != getattr(Look(), k))
            lines[0] = lines[0].replace("\nshown.show(", f"\nshown.look({given})\nshown.show(")
        if (
            self._cell is not None
            and self.picked is not None
            and self.table is not None
            and self.table.form != "classes"
        ):
            rows, columns = ([names[i] for i in at] for names, at in
                             zip((self.table.rows, self.table.columns), self._cell, strict=True))  # fmt: skip
            others = [one.plain() for one in self._other_filters()]
            head = lines[0].partition("\nshown.show(")[0]
            lines = [f"{head}\nshown.show(filters={others!r})\nshown.pick({rows!r}, {columns!r})\nshown"]
        return lines[0]

    # Inside

    def _make(self) -> None:
        self._table_split = self.split
        self._stamp += 1
        self.table, self.trouble = None, ""
        classes = self.review.classes if self.review.can_relabel else self.names
        if self.answers.task == "category" and len(classes) < 2:
            only = f": {classes[0]}" if classes else ""
            self.trouble = f"There is only one class{only}. A table needs two to be confused."
            return
        try:
            self.table = table_of(self.answers, self.names, self.split, self.look.output)
        except DataError as error:
            self.trouble = str(error)
            return
        self._decide(range(self.grid.n))

    def _decide(self, ids: Iterable[int]) -> None:
        """Count corrected labels, and leave out what was excluded or has a class that the model does not know."""
        if self.table is None:
            return
        linked, labels, out, back = self.table.linked, dict[str | int, Any](), list[int](), list[int]()
        mine = set(linked.rows.tolist())
        for i in ids:
            row = int(self.rows[i])
            if row in mine:
                label = self._label_ids(i)
                (out if label is None or self.review.decisions[i] == EXCLUDED else back).append(row)
                if label is not None and self.review.can_relabel:
                    labels[row] = label
        if labels:
            linked.relabel(labels)
        linked.exclude(out)
        linked.include(back)

    def _label_ids(self, i: int) -> Any:
        """The label of an item as the answers number classes; None where the model does not know such a class."""
        if not self.review.can_relabel:
            return ()
        label = self.review.labels[i]
        if self.review.numbers:
            return None if label is None else self.review.value(label)
        place = {name: c for c, name in enumerate(self.names)}
        if isinstance(label, tuple):
            found = [place.get(name) for name in label]
            return None if None in found else found
        return None if label is None else place.get(label)

    def _order_rows(self, table: Table) -> list[int]:
        if isinstance(table, ResidualTable):
            return list(range(len(table.rows)))
        return order_of(table.rows, table.cells(), self.look.order, table.square)

    def _class_filters(self, rows: Sequence[int], columns: Sequence[int]) -> list[Filter]:
        chosen = (("label", rows), ("prediction", columns))
        return [Filter(column, "in", [self.names[i] for i in at]) for column, at in chosen if len(at) < len(self.names)]

    def _cell_filter(self, rows: Sequence[int], columns: Sequence[int]) -> Filter:
        """A filter on a column that says which items are in the cells."""
        assert self.table is not None
        found = self.table.pick(rows, columns)
        words = self._words_of(rows, columns)
        values: list[Any] = [None] * self.grid.n
        for row in found.rows:
            values[int(self.ids[row])] = words
        self.grid.add_column(CELL, values, classes=[words], title="Cell")
        if found.pixels is not None:
            pixels: list[Any] = [None] * self.grid.n
            for row, n in zip(found.rows, found.pixels, strict=True):
                pixels[int(self.ids[row])] = float(n)
            self.grid.add_column("pixels", pixels, kind="number", title="Such pixels")
        self._cell = (list(map(int, rows)), list(map(int, columns)))
        return Filter(CELL, "in", [words])

    def _words_of(self, rows: Sequence[int], columns: Sequence[int]) -> str:
        assert self.table is not None
        sides = []
        for names, at in ((self.table.rows, rows), (self.table.columns, columns)):
            several = "any" if len(at) == len(names) else f"{names[at[0]]} … {names[at[-1]]}"
            sides.append(names[at[0]] if len(at) == 1 else several)
        return {"labels": "{0}: {1}", "pixels": "{0} as {1}", "residuals": "target {1}, off by {0}"}[
            self.table.form
        ].format(*sides)

    def _other_filters(self) -> list[Filter]:
        """The filters but for those that stand for cells, or for what is similar."""
        cells = ("label", "prediction", CELL, "similarity")
        return [one for one in self.grid.filters if one.column not in cells]


def look_of(given: Mapping[str, Any]) -> Look:
    """A look from the mapping that the browser sends."""
    return replace(Look(), **{name: given[name] for name in ("order", "by", "diagonal", "output")})
