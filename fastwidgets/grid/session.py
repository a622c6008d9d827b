"""What a grid knows and decides: its items, what is shown of them, what is selected, what can be done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastwidgets.grid.actions import Action, TileState
from fastwidgets.grid.arrange import SELECTED, Filter, Sort, check, find, keeps, order_of
from fastwidgets.grid.columns import Column, Kind

__all__ = ["GridSession"]

Ids = NDArray[np.int32]
AnyPath = str | os.PathLike[str]
Run = Callable[[Ids, Any], str | None]
HOW = ("set", "add", "remove", "toggle")


class GridSession:
    """Items with columns of values; filters, sorts, a selection, and actions on it.

    An item's id is its place in `paths`, from 0, and never changes. An item whose path is None has no picture: its tile
    shows its captions. The column "name" is there from the beginning: the path below `root` (by default the folder that
    all have in common), with / between its parts. `unit` is the word for one of them: "image", "row", "text" or "item".
    """

    def __init__(self, paths: Sequence[AnyPath | None], *, root: AnyPath | None = None) -> None:
        self.paths = [None if path is None else os.path.abspath(path) for path in paths]
        self.n = len(self.paths)
        self.unit = "image" if not self.paths or any(self.paths) else "item"
        self.root = os.path.abspath(root) if root is not None else _common_folder(self.paths)
        self.columns: dict[str, Column] = {}
        self.filters: tuple[Filter, ...] = ()
        self.sorts: tuple[Sort, ...] = ()
        self.captions, self.badges, self.details = ["name"], list[str](), None
        self.state: str | None = None
        self.states: dict[str, TileState] = {}
        self.classes_of: str | None = None
        self.actions: dict[str, Action] = {}
        self._runs: dict[str, Run] = {}
        self._selected = np.zeros(self.n, bool)
        self._view: Ids | None = None
        self._place: dict[str, int] | None = None
        self._listeners: list[Callable[[str], None]] = []
        self.add_column("name", [_name(path, self.root) for path in self.paths], kind="text")

    captions: list[str]
    badges: list[str]
    details: list[str] | None

    def __len__(self) -> int:
        return self.n

    def index_of(self, path: AnyPath) -> int:
        """The id of the item with that path. Raises: ValueError if there is none."""
        if self._place is None:
            self._place = {known: i for i, known in enumerate(self.paths) if known is not None}
        found = self._place.get(os.path.abspath(path))
        if found is None:
            raise ValueError(f"{os.fspath(path)!r} is none of the {self.n} items of this grid.")
        return found

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Call `listener` after each change with what has changed: "columns", "values", "view", "selection", "actions"
        or "looks".
        """
        self._listeners.append(listener)

    # Columns

    def add_column(
        self,
        name: str,
        values: Iterable[Any],
        *,
        kind: Kind | None = None,
        title: str | None = None,
        classes: Sequence[str] | None = None,
    ) -> None:
        """Add a column of `n` values, or put it in the place of one; see `Column`.

        `kind=None` guesses it: texts of which few differ are a "category". `classes` gives the order of its classes.
        Raises: ValueError where the number of values is not that of the items.
        """
        column = Column(name, values, kind=kind, title=title, classes=classes)
        if len(column) != self.n:
            raise ValueError(
                f"The column {name!r} has one value for each of the {self.n} items, but got {len(column)}."
            )
        if name == SELECTED:
            raise ValueError(f'"{SELECTED}" is the name of the selection. Give the column another one.')
        self.columns[name] = column
        self._changed("columns")
        self._changed("values")
        self._rearrange_what_is_left()

    def drop_column(self, name: str) -> None:
        """Take a column away, and all that reads it. Raises: KeyError; ValueError for "name", which stays."""
        if name == "name":
            raise ValueError('The column "name" stays: tiles are called by it.')
        find(self.columns, name)
        del self.columns[name]
        self.captions = [c for c in self.captions if c != name] or ["name"]
        self.badges = [c for c in self.badges if c != name]
        self.details = None if self.details is None else [c for c in self.details if c != name]
        self.state = None if self.state == name else self.state
        self.classes_of = None if self.classes_of == name else self.classes_of
        self._changed("columns")
        self._rearrange_what_is_left()

    def set_values(self, name: str, ids: Ids | Sequence[int], values: Any) -> None:
        """Give the items `ids` a value in the column `name`, one for all or each its own from a list.

        Their tiles show it at once. Items stay in sight, and where they are, until the filters or sorts are set again
        (`rearrange`): nothing jumps away under the pointer.
        Raises: KeyError, ValueError.
        """
        column = find(self.columns, name)
        known = len(column.classes)
        column.set(self._valid(ids), values)
        if len(column.classes) != known:
            self._changed("columns")
        self._changed("values")

    def set_classes(self, name: str, classes: Sequence[str]) -> None:
        """Put the classes of a category in this order; there may be some that no item has yet."""
        find(self.columns, name).set_classes(classes)
        self._changed("columns")

    def values(self, name: str, ids: Ids | Sequence[int] | None = None) -> list[Any]:
        """The values of the column `name`, of all items or of `ids`; None where one is missing."""
        return find(self.columns, name).values(None if ids is None else self._valid(ids))

    # What is shown

    @property
    def view(self) -> Ids:
        """The ids of the items that pass all filters, in the order of the sorts, shape `(m,)`."""
        if self._view is None:
            self._view = order_of(self.sorts, self.columns, self._passing(self.filters).nonzero()[0].astype(np.int32))
        return self._view

    def filter(self, column: str, op: str, value: Any) -> None:
        """Let only those through that also pass this filter; see `Filter`."""
        self.set_filters([*self.filters, Filter(column, op, value)])

    def set_filters(self, filters: Iterable[Filter | Mapping[str, Any]]) -> None:
        """Show what passes all of `filters`. Raises: KeyError, ValueError; then nothing has changed."""
        wanted = tuple(map(Filter.of, filters))
        for one in wanted:
            check(one, self.columns)
        self.filters = wanted
        self.rearrange()

    def set_sorts(self, sorts: Iterable[Sort | Mapping[str, Any] | tuple[str, bool]]) -> None:
        """Order by the first of `sorts`, where that is equal by the second, and so on. Raises: KeyError."""
        wanted = tuple(map(Sort.of, sorts))
        for one in wanted:
            find(self.columns, one.column)
        self.sorts = wanted
        self.rearrange()

    def rearrange(self) -> None:
        """Filter and sort again by the values as they are now."""
        self._view = None
        self._changed("view")

    def facets(self, column: str) -> dict[str, int]:
        """For each class of a category, how many items pass the filters on the other columns."""
        others = [one for one in self.filters if one.column != column]
        return find(self.columns, column).counts(self._passing(others))

    # The selection: it outlives every change of filters and sorts

    @property
    def selected(self) -> Ids:
        """The ids of the selected items, also of those that the filters hide, ascending."""
        return self._selected.nonzero()[0].astype(np.int32)

    @property
    def selection(self) -> NDArray[np.bool_]:
        """For each item whether it is selected, shape `(n,)`; a copy."""
        return np.array(self._selected, bool)

    @property
    def targets(self) -> Ids:
        """The ids that actions act on: selected and in the view, in its order."""
        view = self.view
        return view[self._selected[view]]

    def select(self, ids: Ids | Sequence[int], how: str = "set") -> None:
        """Select `ids`: only them ("set"), them too ("add"), them no more ("remove"), or turn each round ("toggle").

        Raises: ValueError, IndexError for an id that there is not.
        """
        if how not in HOW:
            raise ValueError(f"`how` is one of {', '.join(HOW)}, but got {how!r}.")
        at = self._valid(ids)
        if how == "set":
            self._selected[:] = False
        self._selected[at] = ~self._selected[at] if how == "toggle" else how != "remove"
        self._changed("selection")

    def select_range(self, anchor: int, to: int, how: str = "set") -> None:
        """Select all between the items `anchor` and `to` as they stand in the view; one that is not there, alone."""
        place = {int(i): at for at, i in enumerate(self.view) if i in (anchor, to)}
        if anchor in place and to in place:
            first, last = sorted((place[anchor], place[to]))
            self.select(self.view[first : last + 1], how)
        else:
            self.select([to], how)

    def select_view(self) -> None:
        """Select all that pass the filters, besides what is selected."""
        self.select(self.view, "add")

    def select_none(self) -> None:
        """Select nothing, not even what the filters hide."""
        self.select([], "set")

    def invert_view(self) -> None:
        """Of those that pass the filters, select what is not selected, and the other way round."""
        self.select(self.view, "toggle")

    # How tiles look

    def look(
        self,
        *,
        captions: Sequence[str] | None = None,
        badges: Sequence[str] | None = None,
        details: Sequence[str] | None = None,
        state: str | None = None,
        states: Mapping[str, TileState] | None = None,
        classes_of: str | None = None,
    ) -> None:
        """Set what is given: `captions`, columns in the line below a tile; `badges`, columns whose values stand on the
        picture; `details`, columns shown when hovering and at full size; `state`, the category whose class gives a tile
        its border and sign by `states`; `classes_of`, the category whose classes are meant by digits and by `/`.

        Raises: KeyError for a column that there is not.
        """
        for name in [*(captions or ()), *(badges or ()), *(details or ()), *filter(None, (state, classes_of))]:
            find(self.columns, name)
        self.captions = self.captions if captions is None else list(captions)
        self.badges = self.badges if badges is None else list(badges)
        self.details = self.details if details is None else list(details)
        self.state = self.state if state is None else state
        self.states = self.states if states is None else dict(states)
        self.classes_of = self.classes_of if classes_of is None else classes_of
        self._changed("looks")
        self._changed("values")

    # Actions

    def add_action(self, action: Action, run: Run) -> None:
        """Offer `action`; `run(ids, argument)` does it and may return a line of words for the user.

        Raises: ValueError where another action has its key already.
        """
        for other in self.actions.values():
            if action.key and other.key == action.key and other.id != action.id:
                raise ValueError(f"The key {action.key!r} of {action.id!r} is that of {other.id!r} already.")
        self.actions[action.id], self._runs[action.id] = action, run
        self._changed("actions")

    def set_action(self, id: str, **changes: Any) -> None:
        """Change fields of an action: `label`, `hint`, `shown`, `enabled`. Raises: KeyError."""
        self.actions[id] = replace(self._action(id), **changes)
        self._changed("actions")

    def act(self, id: str, focus: int | None = None, argument: Any = None) -> str:
        """Do an action on what it acts on; `focus` is the item with the focus. Returns words for the user.

        Raises: KeyError for an action that there is not; ValueError where it lacks an argument, items or leave to act.
        """
        action = self._action(id)
        if not action.enabled:
            raise ValueError(f"{action.label} cannot be done now. {action.hint}".strip())
        if action.argument is not None and (not isinstance(argument, str) or argument.strip() == ""):
            raise ValueError(f"{action.label} needs a {action.argument}.")
        ids = self._acted_on(action, focus)
        if not len(ids) and action.acts_on != "none":
            raise ValueError(f"{action.label}: nothing is selected in this view.")
        return self._runs[id](ids, argument) or ""

    def _action(self, id: str) -> Action:
        if id not in self.actions:
            raise KeyError(f"There is no action {id!r}; there are {', '.join(self.actions) or 'none'}.")
        return self.actions[id]

    def _acted_on(self, action: Action, focus: int | None) -> Ids:
        if action.acts_on == "view":
            return self.view
        if action.acts_on == "none":
            return np.zeros(0, np.int32)
        ids = self.targets
        if len(ids) or action.acts_on == "selection" or focus is None:
            return ids
        return self._valid([focus])

    def _passing(self, filters: Iterable[Filter]) -> NDArray[np.bool_]:
        among = np.ones(self.n, bool)
        for one in filters:
            among &= keeps(one, self.columns, self._selected)
        return among

    def _valid(self, ids: Ids | Sequence[int]) -> Ids:
        at = np.asarray(ids, np.int64)
        outside = at[(at < 0) | (at >= self.n)] if at.size else at
        if outside.size:
            raise IndexError(f"The items are 0 to {self.n - 1}, but got {int(outside[0])}.")
        return at.astype(np.int32)

    def _rearrange_what_is_left(self) -> None:
        """After columns came or went: filters and sorts that can no longer be asked go."""
        if self.filters or self.sorts:
            self.filters = tuple(one for one in self.filters if _possible(one, self.columns))
            self.sorts = tuple(one for one in self.sorts if one.column in self.columns)
            self.rearrange()

    def _changed(self, what: str) -> None:
        for listener in self._listeners:
            listener(what)


def _possible(one: Filter, columns: Mapping[str, Column]) -> bool:
    try:
        check(one, columns)
    except (KeyError, ValueError):
        return False
    return True


def _common_folder(paths: Sequence[str | None]) -> str:
    folders = {os.path.dirname(path) for path in paths if path is not None}
    try:
        return os.path.commonpath(folders) if folders else ""
    except ValueError:  # on several drives
        return ""


def _name(path: str | None, root: str) -> str:
    if path is None:
        return ""
    below = path[len(root) :].lstrip(os.sep) if root and path.startswith(root.rstrip(os.sep) + os.sep) else path
    below = below if os.sep == "/" else PurePath(below).as_posix()
    return below.encode("utf-8", "replace").decode()  # bytes of a name that are no text cannot travel
