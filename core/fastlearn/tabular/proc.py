"""What every step of a tabular pipeline is: it learns from training rows, changes columns, and can be undone."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from fastlearn.data.problems import DataError
from fastlearn.tabular.columns import Columns

__all__ = ["TabularProc", "mk_proc"]


class TabularProc:
    """A step over the columns of a table. Write `encodes(to)`, and `setups(to)` where it learns from training rows.

    `to` is a `Columns`: `to[name]`, `to.cats`, `to.conts`, `to.transform(names, function)`; `to.training(values)` are
    the training rows. A step keeps what it learns in attributes that `state` and `load_state` turn into plain values
    and back. Steps run by `order`, those of equal order as given.
    """

    order: int = 0

    def setups(self, to: Columns) -> None:
        """Learn from the training rows of `to`."""

    def encodes(self, to: Columns) -> Any:
        """Change columns of `to`."""

    def learn(self, to: Columns) -> None:
        """`setups` and then `encodes`; a step may do both a column at a time, which takes less memory."""
        self.setups(to)
        self.encodes(to)

    def decodes(self, to: Columns) -> Any:
        """Undo `encodes`, as far as that can be."""

    def adds(self) -> Mapping[str, str]:
        """The columns of categories that this step adds, each with the column that it comes from."""
        return {}

    def state(self) -> dict[str, Any]:
        """What was learnt, in plain values: all attributes that the constructor does not set."""
        given = self.arguments()
        return {name: value for name, value in vars(self).items() if name not in given}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.__dict__.update(state)

    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments, kept under their names."""
        from fastlearn.data.transform import constructor_arguments

        return constructor_arguments(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.arguments().items())})"


def mk_proc(step: Any) -> TabularProc:
    """A fresh step from a class, from an instance, or from `Normalize`, which is a transform of batches too.

    Raises: DataError for anything else.
    """
    if hasattr(step, "as_proc"):  # Normalize
        made: TabularProc = (step() if isinstance(step, type) else step).as_proc()
        return made
    if isinstance(step, type) and issubclass(step, TabularProc):
        return step()
    if isinstance(step, TabularProc):
        return copy.deepcopy(step)  # the caller's stays as it is
    raise DataError(f"A step of a table is a TabularProc (Categorify, FillMissing, Normalize, or a subclass), but got "
                    f"{step!r}. Try a class with encodes(self, to).")  # fmt: skip
