"""Writes the table of epochs, or every step, into a csv file while it grows."""

from __future__ import annotations

import contextlib
import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from fastlearn.train.callback import Callback
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CSVLogger"]

STEP_COLUMNS = ("step", "epoch", "loss", "smooth_loss", "lr", "mom", "seconds")


class CSVLogger(Callback):
    """Log each epoch, or with `every="batch"` each training step, to `learn.path/fname`.

    Rows are on the disk when their epoch is over, and the file is closed however the fit ends. `append` adds to a file
    with the same columns; without it an older file is replaced when the fit begins. Where the file cannot be written
    (a full disk), a warning says so once and the training goes on.
    """

    order = 60
    in_lr_find = False
    first_process_only = True

    def __init__(
        self, fname: str | Path = "history.csv", append: bool = False, every: Literal["batch", "epoch"] = "epoch"
    ) -> None:
        if every not in ("batch", "epoch"):
            raise ValueError(f"`every` is 'batch' or 'epoch', but got {every!r}.")
        self.fname, self.append, self.every = Path(fname), append, every
        self._file: IO[str] | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self.learn.path / self.fname

    def read_log(self) -> pd.DataFrame:
        """The file as a dataframe."""
        import pandas as pd

        frame: pd.DataFrame = pd.read_csv(self.path)
        return frame

    def before_fit(self) -> None:
        """Open the file. Raises: ValueError if the one to append to has other columns."""
        columns = self._columns()
        again = self.path.is_file() and self.path.stat().st_size > 0 and (self.append or self.learn.entry is not None)
        if again:
            self._check_columns(columns)
        self._step = self.history.n_steps
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a" if again else "w", newline="", encoding="utf-8")
        except OSError as error:
            self._give_up(error)
        if not again:
            self._write([columns])

    def after_epoch(self) -> None:
        if self.every == "batch":
            self._write(self._steps())
        elif not self.learn.cleaning_up:
            row = self.history.epochs[-1]
            self._write([[row["epoch"], *(row.get(name) for name in self.recorder.value_names), row["seconds"]]])

    def after_fit(self) -> None:
        if self.every == "batch":
            self._write(self._steps())
        if self._file is not None:
            self._file.close()
            self._file = None

    def state_dict(self) -> dict[str, Any]:
        """Nothing: the file itself is what was logged."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to load."""

    def _columns(self) -> list[str]:
        return list(STEP_COLUMNS) if self.every == "batch" else ["epoch", *self.recorder.value_names, "seconds"]

    def _steps(self) -> list[Sequence[Any]]:
        found = self.history.steps(self._step)
        self._step += len(found["step"])
        return list(zip(*(found[name].tolist() for name in STEP_COLUMNS), strict=True))

    def _check_columns(self, columns: list[str]) -> None:
        with self.path.open(newline="", encoding="utf-8") as file:
            there = next(csv.reader(file), [])
        if there != columns:
            raise ValueError(
                f"{self.path} has the columns {there}, but this fit logs {columns}. Try another fname, or append=False "
                "to replace the file."
            )

    def _write(self, rows: Sequence[Sequence[Any]]) -> None:
        if self._file is None or not rows:
            return
        try:
            csv.writer(self._file).writerows(rows)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        warn_user(f"{self.path} cannot be written, so nothing more is logged there: {error}. Training goes on.")
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
