"""The builder without its page: looks at a folder, guesses, lets every change be undone, writes the cell, runs it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.data.problems import DataError

from fastwidgets.builder.cell.read import read_cell
from fastwidgets.builder.cell.run import (
    Look,
    Run,
    items_and_labels,
    look_at,
    rows_of,
    run_up_to_loaders,
    run_whole,
    split_of,
)
from fastwidgets.builder.cell.write import write_cell
from fastwidgets.builder.folder import Folder, Progress, as_written, scan_folder
from fastwidgets.builder.form import Columns
from fastwidgets.builder.frames import forget_frame, keep_frame
from fastwidgets.builder.group_hints import GroupHint, group_hints
from fastwidgets.builder.guess import guess
from fastwidgets.builder.guesses.guess import Guess
from fastwidgets.builder.paths import name_of
from fastwidgets.builder.recipe import Recipe
from fastwidgets.builder.seen_files import SeenFiles
from fastwidgets.builder.table_form import KEPT, TableForm, table_form

if TYPE_CHECKING:
    import pandas as pd

    from fastwidgets.builder.health import Health

__all__ = ["BuilderSession", "Preview"]

BIG_TABLE = 200_000_000  # bytes from which on only the first ROWS are looked at
ROWS = 50_000


@dataclass(frozen=True)
class Preview:
    """What the cell makes, before any file is opened: `train` and `valid` are positions in `look.items`.

    `trouble`: why there is no split, or "". `rows`: how many rows were looked at of a big table, None for all.
    """

    look: Look
    train: list[int]
    valid: list[int]
    trouble: str = ""
    rows: int | None = None

    @property
    def only_class(self) -> str:
        """The label of all items, where they have one and the same; else ""."""
        found = {str(label) for label in self.look.labels if label is not None}
        return next(iter(found)) if len(found) == 1 else ""


class BuilderSession:
    """From a folder to loaders: `BuilderSession(path)` guesses what is there, `code()` is the cell that loads it.

        session = BuilderSession("photos")
        session.change("split", part=0.1)
        print(session.code())
        dls = session.build()

    `guesses` are all readings of the folder, the likeliest first, each with its reasons; `take` chooses another one.
    Every change can be undone. `table`: a data frame that is learnt from, with the files below `path` where it names
    some; it is kept as a CSV in the folder `.builder` of `path`, which the cell reads.

    Raises: DataError where there is nothing to learn from, or the data frame cannot be kept.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        table: pd.DataFrame | None = None,
        *,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] = bool,
    ) -> None:
        self.folder: Folder = scan_folder(path, progress, cancelled)
        self._path = as_written(self.folder.path)
        found = guess(self.folder) if table is None else self._guess_of(table)
        self.guesses: list[Guess] = [replace(one, recipe=self._here(one.recipe)) for one in found]
        self._done: list[Recipe] = [self.guesses[0].recipe]
        self._undone: list[Recipe] = []
        self.files = SeenFiles()

    def __repr__(self) -> str:
        return f"BuilderSession({str(self.folder.path)!r}, task={self.recipe.task!r})"

    @property
    def recipe(self) -> Recipe:
        """What the five steps say now."""
        return self._done[-1]

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons of the guess that the recipe began with; empty where the user chose another task or labels."""
        for one in self.guesses:
            if (one.recipe.task, one.recipe.labels) == (self.recipe.task, self.recipe.labels):
                return one.why
        return ()

    # Changing

    def take(self, guess: Guess) -> None:
        """Begin anew from another reading of the folder; what is not about the folder stays as it was chosen."""
        now = self.recipe
        self._set(replace(guess.recipe, item=now.item, batch=now.batch, bs=now.bs, name=now.name))

    def change(self, step: str = "", **values: Any) -> None:
        """Set fields of a step ("source", "labels", "split", "item", "batch"; "" for `task`, `bs` and `name`).

        Raises: ValueError for what there is not; then nothing has changed.
        """
        if step == "source" and values.get("table"):
            form = asdict(_form(self.folder.path / str(values["table"])))
            values |= {} if form.keys() & values.keys() else form
        self._set(self.recipe.changed(step, **values))

    def exclude(self, files: Iterable[str | os.PathLike[str]]) -> None:
        """Leave files out, given below the folder or as whole paths."""
        out = dict.fromkeys([*self.recipe.source.excluded, *map(self._relative, files)])
        self.change("source", excluded=tuple(out))

    def keep_together(self, groups: Iterable[Iterable[str | os.PathLike[str]]]) -> None:
        """Keep each group of files on one side of the split."""
        self.change("split", together=tuple(tuple(map(self._relative, group)) for group in groups))

    def keep_twins_together(self, near: bool = True) -> int:
        """Find pictures that are there more than once and keep them on one side; returns how many groups there are.

        `near`: also copies that were resized, compressed again or mirrored, and not only the same bytes.
        """
        groups = self.twins(near)
        self.keep_together(groups)
        return len(groups)

    def read(self, code: str) -> tuple[str, ...]:
        """Take over what an existing cell says; the statements that the form cannot show. Raises: as `read_cell`."""
        found = read_cell(code)
        self._set(found.recipe)
        return found.unread

    @property
    def history(self) -> tuple[list[Recipe], list[Recipe]]:
        """All recipes up to now, and those that `redo` brings back."""
        return list(self._done), list(self._undone)

    def restore(self, done: Iterable[Recipe], undone: Iterable[Recipe] = ()) -> None:
        """Go back to an earlier `history`, such as that of a kernel which is no more, of the folder where it is now."""
        self._done, self._undone = list(map(self._here, done)), list(map(self._here, undone))

    def go_on(self, done: Iterable[Recipe], undone: Iterable[Recipe] = ()) -> None:
        """As `restore`; with a data frame only to a history of that, or of an earlier one whose columns it has, too."""
        done, frame = list(done), self.folder.frame
        before = done[-1].source.table
        if not frame or before == frame:
            self.restore(done, undone)
            return
        columns = Columns(self.folder)
        if KEPT.fullmatch(name_of(before)) and set(columns(before)) <= set(columns(frame)):
            self.restore(done)
            self.change("source", table=frame)

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return len(self._done) > 1

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._undone)

    def undo(self) -> bool:
        """Take the latest change back; False where there is none."""
        if len(self._done) == 1:
            return False
        self._undone.append(self._done.pop())
        return True

    def redo(self) -> bool:
        """Make the change again that was undone; False where there is none."""
        if not self._undone:
            return False
        self._done.append(self._undone.pop())
        return True

    # Looking

    def look(self) -> Look:
        """The items and their labels as the cell finds them; no file is opened. Raises: what the cell raises."""
        return self._look(self._run())

    def preview(self) -> Preview:
        """The items, their labels and the split as the cell makes them; see `Preview`. Raises: what the cell raises."""
        run = self._run()
        look = self._look(run)
        try:
            train, valid = split_of(run)
        except (DataError, ValueError, TypeError) as error:
            return Preview(look, [], [], str(error), self.part_of_table)
        return Preview(look, train, valid, "", self.part_of_table)

    def health(
        self, progress: Callable[[int, int], object] | None = None, cancelled: Callable[[], bool] = bool
    ) -> list[Health]:
        """What would go wrong in training, the gravest first; see `find_health`."""
        from fastwidgets.builder.health import find_health

        run = self._run()
        return find_health(
            self._look(run),
            self.recipe.task,
            scans={self.folder.path / file for file in self.folder.dicoms},
            codes=self.recipe.labels.codes,
            mask_of=run.names.get("mask_of"),
            size=self.recipe.item.size,
            find=partial(self.files.problems, progress=progress, cancelled=cancelled),
            cancelled=cancelled,
        )

    def snapshot(self) -> BuilderSession:
        """The session as it is now, for another thread: later changes stay out; what is seen of files is shared."""
        other = copy(self)
        other._done, other._undone = self.history
        return other

    def group_hints(self) -> list[GroupHint]:
        """What the names of the files say of groups, such as patients, that belong on one side of the split."""
        return group_hints(self._pictures())

    def twins(
        self,
        near: bool = True,
        progress: Callable[[int, int], object] | None = None,
        cancelled: Callable[[], bool] = bool,
    ) -> list[tuple[str, ...]]:
        """Groups of pictures that show the same, as paths below the folder."""
        from fastlearn.interpret.duplicate_groups import duplicate_groups

        pictures = self._pictures()
        if not pictures or self.recipe.source.items == "dicom":  # pictures beside scans are no items
            return []
        problems = self.files.problems((self.folder.path / file for file in pictures), progress, cancelled)
        if not near:
            problems = problems[problems["code"] == "duplicate"]
        return [tuple(sorted(map(self._relative, one.paths))) for one in duplicate_groups(problems, turned=near)]

    def shared_twins(self, dls: Any, near: bool = True) -> list[tuple[str, ...]]:
        """The groups of twins that stand on both sides of the split of `dls`: what the model is asked, it has seen."""
        train, valid = (
            {self._relative(file) for item in rows_of(side.items) if (file := self._file_of(item)) is not None}
            for side in (dls.train_ds, dls.valid_ds)
        )
        return [group for group in self.twins(near) if train & set(group) and valid & set(group)]

    # Building

    def code(self) -> str:
        """The cell that does all this in a fresh kernel. Raises: ValueError where something is still open."""
        return write_cell(self.recipe)

    def build(self) -> Any:
        """Run the cell and return its loaders. Raises: what the cell raises, each with a message that says why."""
        return run_whole(self.code(), self.recipe.name)

    def build_small(self) -> Any:
        """As `build`, but of a big table only the first rows: enough to look at."""
        return run_whole(self.code(), self.recipe.name, self.part_of_table)

    @property
    def part_of_table(self) -> int | None:
        """How many rows of the table are looked at before loaders are built; None for all of them."""
        table = self.folder.path / self.recipe.source.table
        return ROWS if self.recipe.source.table and _size(table) > BIG_TABLE else None

    def _guess_of(self, table: pd.DataFrame) -> list[Guess]:
        """What the data frame may be, and after that the folder. Raises: DataError."""
        frame, is_new = keep_frame(table, self.folder.path)
        self.folder = replace(self.folder, frame=frame)
        try:
            found = sorted(guess(self.folder), key=lambda one: one.recipe.source.table != frame)
        except DataError:
            found = []
        if found and found[0].recipe.source.table == frame:
            return found
        if is_new:
            forget_frame(frame, self.folder.path)
        raise DataError(
            f"There is nothing to learn from in the data frame with the columns {', '.join(map(str, table.columns))}. "
            "It needs one with what to predict, and others with texts, with paths of pictures or scans below the "
            "folder, or with numbers and classes."
        )

    def _run(self) -> Run:
        return run_up_to_loaders(self.code(), self.recipe.name, self.part_of_table)

    def _look(self, run: Run) -> Look:
        items, get_label = items_and_labels(run, self.recipe)
        return look_at(items, self._file_of, get_label)

    def _pictures(self) -> list[str]:
        excluded, folders = set(self.recipe.source.excluded), self.recipe.source.folders
        return [
            file for file in self.folder.pictures
            if file not in excluded and (not folders or any(file.startswith(f"{top}/") for top in folders))
        ]  # fmt: skip

    def _file_of(self, item: Any) -> Path | None:
        source = self.recipe.source
        if not source.table:
            return Path(item).absolute()
        if source.items == "rows":
            return None
        return self.folder.path / f"{source.prefix}{item[source.path_column]}{source.suffix}"

    def _relative(self, file: str | os.PathLike[str]) -> str:
        path = Path(file)
        if path.is_absolute() and not path.is_relative_to(self.folder.path):
            raise ValueError(f"{str(path)!r} does not lie in {str(self.folder.path)!r}. Try a path below that folder.")
        return path.relative_to(self.folder.path).as_posix() if path.is_absolute() else path.as_posix()

    def _here(self, recipe: Recipe) -> Recipe:
        """The recipe for this folder, wherever it was written: data sets are moved, and so are notebooks."""
        return recipe.changed("source", path=self._path)

    def _set(self, recipe: Recipe) -> None:
        if recipe != self.recipe:
            self._done.append(recipe)
            self._undone.clear()


def _form(table: Path) -> TableForm:
    try:
        return table_form(table)
    except OSError:
        return TableForm()  # the cell says that it is not there


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
