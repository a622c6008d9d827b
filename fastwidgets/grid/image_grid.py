"""A grid to look through a folder, a list or a table of pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from fastlearn.data.find import get_image_files

from fastwidgets.grid.actions import Action, TileState
from fastwidgets.grid.session import GridSession, Ids
from fastwidgets.grid.widget import GridWidget
from fastwidgets.grid.words import count

__all__ = ["ImageGrid"]

PATH_COLUMNS = ("path", "file", "filename", "fname", "image", "name")
LOOKS = (TileState("★", "solid", "success"), TileState("?", "dashed", "warn"), TileState("✕", "double", "error"),
         TileState("◆", "dotted", "brand"))  # fmt: skip


class ImageGrid(GridWidget):
    """Looks through pictures, as many as there are: `ImageGrid(folder)`, a list of paths, or a dataframe with a column
    of paths, whose other columns can be shown, filtered and sorted by.

    `columns`: more of them, by name, a value for each picture. `captions` and `badges`: columns below and on the tiles.
    `tags`: words that the keys 1 to 9 put on what is selected; `tagged` gives them back. `selected` are the paths of
    what is selected. `path`: the dataframe's column of paths; relative ones start at `root`.
    Raises: FileNotFoundError for a folder that there is not, DataError for one without images; TypeError, ValueError
    for what holds no paths; KeyError for a caption or badge that is no column.
    """

    def __init__(
        self,
        source: Any,
        *,
        columns: Mapping[str, Iterable[Any]] | None = None,
        captions: Sequence[str] | None = None,
        badges: Sequence[str] = (),
        tags: Sequence[str] = (),
        path: str | None = None,
        root: str | os.PathLike[str] | None = None,
        title: str = "Images",
        **kwargs: Any,
    ) -> None:
        paths, found = _read(source, path, root)
        session = GridSession(paths, root=root if root is not None else _folder_of(source))
        for name, values in {**found, **(columns or {})}.items():
            session.add_column(name, values)
        if "folder" not in session.columns and columns is None and not found:
            folders = [os.path.basename(os.path.dirname(p)) for p in session.paths if p is not None]
            session.add_column("folder", folders, kind="category")
        session.look(captions=captions, badges=badges)
        _offer_classes(session)
        if tags:
            self._offer_tags(session, tags)
        super().__init__(session, title=title, **kwargs)

    @property
    def selected(self) -> list[Path]:
        """The paths of what is selected, also of what the filters hide."""
        return [Path(self.session.paths[i] or "") for i in self.session.selected]

    @property
    def tagged(self) -> dict[Path, str]:
        """The tag of each picture that has one."""
        if "tag" not in self.session.columns:
            return {}
        tags = zip(self.session.paths, self.session.values("tag"), strict=True)
        return {Path(path or ""): tag for path, tag in tags if tag is not None}

    def select(self, paths: Iterable[str | os.PathLike[str]]) -> None:
        """Select these pictures and no others. Raises: ValueError for one that is not in the grid."""
        with self.lock:
            self.session.select([self.session.index_of(path) for path in paths])

    def add_action(self, label: str, run: Callable[[list[Path]], str | None], *, key: str = "") -> None:
        """A button above the tiles: `run(paths)` gets what is selected, or else the picture with the focus.

        What it returns is shown below the tiles. It runs in another thread than your cells.
        """

        def act(ids: Ids, argument: Any) -> str | None:
            return run([Path(self.session.paths[i] or "") for i in ids])

        with self.lock:
            self.session.add_action(Action(id=label, label=label, key=key), act)

    def _offer_tags(self, session: GridSession, tags: Sequence[str]) -> None:
        session.add_column("tag", [None] * session.n, kind="category", classes=tags)
        looks = {tag: LOOKS[i % len(LOOKS)] for i, tag in enumerate(tags)}
        session.look(classes_of="tag", state="tag", states=looks)
        tag = Action("tag", "Tag", key="t", hint="Put a tag on it", argument="class", then="next", digits=True)
        session.add_action(tag, self._tag)
        session.add_action(Action("untag", "No tag", key="u", hint="Take the tag off", then="next"), self._untag)

    def _tag(self, ids: Ids, argument: Any) -> str:
        self.session.set_values("tag", ids, argument)
        return f"{argument}: {count(len(ids))}."

    def _untag(self, ids: Ids, argument: Any) -> str:
        self.session.set_values("tag", ids, None)
        return f"No tag: {count(len(ids))}."


def _offer_classes(session: GridSession) -> None:
    """Let digits mean the classes of the first column that sounds like one of labels."""
    for name in ("label", "class", "folder"):
        if name in session.columns and session.columns[name].kind == "category":
            session.look(classes_of=name)
            return


def _read(source: Any, path: str | None, root: Any) -> tuple[list[str], dict[str, Any]]:
    """The paths in `source`, and its other columns."""
    if isinstance(source, str | os.PathLike):
        folder = Path(source)
        if not folder.is_dir():
            raise FileNotFoundError(f"There is no folder {str(folder)!r}. Try its whole path; this notebook runs in "
                                    f"{os.getcwd()!r}.")  # fmt: skip
        return sorted(map(str, get_image_files(folder))), {}
    if hasattr(source, "columns") and hasattr(source, "to_dict"):
        name = _path_column([str(column) for column in source.columns], path)
        others = {
            str(column): source[column].tolist() for column in source.columns if str(column) not in (name, "name")
        }
        return _under(source[name].tolist(), root), others
    if isinstance(source, np.ndarray | list | tuple) or hasattr(source, "__iter__"):
        return _under(list(source), root), {}
    raise TypeError("A grid shows a folder, a list of paths or a dataframe with a column of paths, but got "
                    f"{type(source).__name__}.")  # fmt: skip


def _path_column(columns: list[str], wanted: str | None) -> str:
    found = next((name for name in ([wanted] if wanted else PATH_COLUMNS) if name in columns), None)
    if found is None:
        raise ValueError(f"The dataframe has no column {wanted or 'path'!r}; it has {', '.join(columns)}. Say which "
                         'one holds the paths: ImageGrid(frame, path="…").')  # fmt: skip
    return found


def _under(values: list[Any], root: Any) -> list[str]:
    for row, value in enumerate(values):
        if not isinstance(value, str | os.PathLike):
            raise TypeError(f"A grid shows paths, but row {row} is {value!r} ({type(value).__name__}).")
    base = os.fspath(root) if root is not None else ""
    return [os.path.join(base, value) for value in values]


def _folder_of(source: Any) -> Any:
    return source if isinstance(source, str | os.PathLike) else None
