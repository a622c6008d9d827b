"""Encoded rows as a data set: what a loader cuts batches from, and how they are read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.tabular.accessors import DecodedTable, Tabular
from fastlearn.tabular.frame import as_frame, named_rows
from fastlearn.tabular.matrices import Matrices, frame_of
from fastlearn.tabular.numbers import all_finite

if TYPE_CHECKING:
    import pandas as pd

    from fastlearn.data.category import CategoryMap
    from fastlearn.tabular.pipeline import TabularPipeline
    from fastlearn.tabular.targets import Target

__all__ = ["EncodedRows", "as_input"]

Positions = NDArray[np.int64]
INPUTS = ("cats", "conts")


class EncodedRows(Tabular):
    """Codes, numbers and targets of rows, with the `pipeline` and the `targets` that read them."""

    with_conts = True  # a batch has codes and numbers; a subclass may do without numbers
    pipeline: TabularPipeline
    targets: list[Target]
    split_idx: int | None = None
    _codes: NDArray[Any] = np.empty((0, 0), np.int16)
    _numbers: NDArray[Any] = np.empty((0, 0), np.float32)
    _ys: tuple[Tensor, ...] = ()
    _index: Any = range(0)

    # Columns.

    @property
    def cat_names(self) -> list[str]:  # type: ignore[override]
        """The columns of categories, those that steps have added last."""
        return list(self.pipeline.cats)

    @property
    def cont_names(self) -> list[str]:  # type: ignore[override]
        """The columns of numbers."""
        return list(self.pipeline.conts)

    @property
    def y_names(self) -> list[str]:  # type: ignore[override]
        """The columns of the targets."""
        return [name for target in self.targets for name in target.names]

    @property
    def items(self) -> pd.DataFrame:
        """The encoded table, a frame of its own."""
        frame = frame_of(Matrices(self._codes, self._numbers, self._index), self.cat_names, self.cont_names)
        for target, values in zip(self.targets, self._ys, strict=False):
            for name, column in target.columns(values).items():
                frame[name] = column
        return frame

    @property
    def index(self) -> Any:
        """The labels of the rows."""
        return self._index

    @property
    def procs(self) -> TabularPipeline:
        """The fitted steps."""
        return self.pipeline

    @property
    def classes(self) -> dict[str, CategoryMap]:
        """For each column of categories its labels by code; the first stands for missing and unseen."""
        return self.pipeline.classes

    def __getitem__(self, key: Any) -> Any:
        """A column or columns by name; a sample (codes, numbers, targets) by position."""
        if not isinstance(key, int | np.integer):
            return self.items[key]
        if not -len(self) <= key < len(self):
            raise IndexError(f"There are {len(self)} rows, so positions go from 0 to {len(self) - 1}, but got {key}.")
        return tuple(part[int(key)] for part in self.rows_at(slice(None)))

    def __len__(self) -> int:
        return len(self._index)

    # What a loader and a learner ask.

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Codes `(N, n_cat)`, numbers `(N, n_cont)` if it has them, and each target."""
        inputs = (torch.from_numpy(self._codes), torch.from_numpy(self._numbers))
        return (*inputs[: self.n_inp], *self._ys)

    def rows_at(self, rows: Any) -> tuple[Tensor, ...]:
        """The parts of the rows, as a model takes them: codes int64, numbers float32, targets."""
        return tuple(as_input(part[rows]) for part in self.tensors)

    @property
    def kinds(self) -> tuple[str, ...]:
        """One word for each part of a batch; rows without targets have those of their inputs."""
        targets = self.targets if self._ys or not len(self) else []
        return (*INPUTS[: self.n_inp], *(target.kind for target in targets))

    @property
    def n_inp(self) -> int:
        """How many parts of a batch are inputs."""
        return 2 if self.with_conts else 1

    @property
    def out_sizes(self) -> list[int]:
        """How many outputs a model has for each target."""
        return [target.c for target in self.targets]

    @property
    def c(self) -> int | None:
        """How many outputs a model has in all; None without targets."""
        return sum(self.out_sizes) or None

    @property
    def vocab(self) -> Any:
        """The vocabulary of the target; a list of them where several have one; None for numbers."""
        found = [target.vocab for target in self.targets if target.vocab is not None]
        return found[0] if len(found) == 1 else found or None

    @property
    def tls(self) -> list[Any]:
        """One entry for each part of a batch, with its `vocab`."""
        return [*[_NoVocab] * self.n_inp, *self.targets[: len(self.kinds) - self.n_inp]]

    def with_split_idx(self, split_idx: int | None) -> EncodedRows:
        """The same rows: every split of a table is read alike."""
        return self

    def check_numbers(self) -> None:
        """Raise DataError, naming column and rows, if a number is missing: a network would answer NaN."""
        if all_finite(self._numbers):
            return
        place = int(np.isnan(self._numbers).any(0).argmax())
        rows = named_rows(np.isnan(self._numbers[:, place]), self._index)
        raise DataError(f"Column {self.cont_names[place]!r} has holes in {rows}, and a network needs numbers. Add "
                        "FillMissing to the procs.")  # fmt: skip

    # Other rows.

    def bare(self, split_idx: int | None) -> Any:
        """The same columns, to be given other rows."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.split_idx = split_idx
        return other

    def rows(self, positions: Positions, split_idx: int | None = None) -> Any:
        """The rows at `positions`, in that order; without a copy where they follow each other."""
        other = self.bare(split_idx)
        together: Any = slice(int(positions[0]), int(positions[-1]) + 1) if _follow(positions) else positions
        other._codes, other._numbers = self._codes[together], self._numbers[together]
        other._ys, other._index = tuple(y[together] for y in self._ys), _labels_at(self._index, together)
        return other

    def with_targets(self, ys: Sequence[Tensor], targets: Sequence[Target] | None = None) -> Any:
        """The same rows with other encoded targets, and with other `targets` that read them, as after a new class."""
        other = self.bare(self.split_idx)
        other._ys = tuple(ys)
        other.targets = list(self.targets if targets is None else targets)
        return other

    def with_columns_from(self, rows: Positions, codes: Sequence[int], numbers: Sequence[int]) -> Any:
        """The same rows, in which the columns at some places among codes and numbers have the values of `rows`."""
        other = self.bare(self.split_idx)
        other._codes, other._numbers = self._codes.copy(), self._numbers.copy()
        for matrix, places in ((other._codes, codes), (other._numbers, numbers)):
            for place in places:
                matrix[:, place] = matrix[rows, place]
        return other

    # In words.

    def decode(self, sample: tuple[Any, ...] | None = None) -> Any:
        """The table in words, a `DecodedTable`; or a sample: a Series of labels, one of numbers, one a target."""
        if sample is not None:
            return self._decoded_sample(sample)
        frame = self._inputs_in_words(self._codes, self._numbers, self._index)
        for target, values in zip(self.targets, self._ys, strict=False):
            for name, column in target.decode(values).items():
                frame[name] = column
        cats, conts = self.pipeline.inputs
        return DecodedTable(frame, list(cats), list(conts), self.y_names if self._ys else [])

    def decode_row(self, row: Any) -> pd.Series:
        """A row of `items` in words."""
        frame = as_frame(row)
        found: pd.Series = self.pipeline.inverse_transform(frame[self.x_names]).iloc[0]
        return found

    def _inputs_in_words(self, codes: NDArray[Any], numbers: NDArray[Any], index: Any = None) -> pd.DataFrame:
        """Codes and numbers as the columns that they come from."""
        frame = frame_of(Matrices(codes, numbers, index), self.cat_names, self.cont_names)
        words: pd.DataFrame = self.pipeline.inverse_transform(frame)
        return words

    def _decoded_sample(self, sample: tuple[Any, ...]) -> tuple[Any, ...]:
        codes = np.asarray(sample[0]).reshape(1, -1)
        numbers = np.asarray(sample[1]).reshape(1, -1) if self.with_conts else np.empty((1, 0), np.float32)
        row = self._inputs_in_words(codes, numbers).iloc[0]
        cats, conts = self.pipeline.inputs
        given = sample[self.n_inp :]
        targets = [_series(target.decode(torch.as_tensor(value)[None]))
                   for target, value in zip(self.targets, given, strict=False)]  # fmt: skip
        return (*(row[cats], row[conts])[: self.n_inp], *targets, *given[len(targets) :])


class _NoVocab:
    vocab = None


def as_input(part: Tensor) -> Tensor:
    """A part of a batch in the type that a model takes: whole numbers as int64, others as float32."""
    return part.to(torch.float32 if part.is_floating_point() else torch.int64)


def _series(columns: dict[str, Any]) -> pd.Series:
    """A decoded target of one row, named by its columns."""
    import pandas as pd

    row: pd.Series = pd.Series({name: column[0] for name, column in columns.items()}, dtype=object)
    return row


def _labels_at(index: Any, rows: Any) -> Any:
    """The labels of some rows; where these count from 0, they are the positions, which need no copy."""
    import pandas as pd

    plain = isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1
    if isinstance(rows, slice) or not plain or (rows < 0).any():
        return index[rows]
    return pd.Index(rows, name=index.name, copy=False)


def _follow(positions: Positions) -> bool:
    """Whether positions are rows one after the other, which need no copy."""
    n = len(positions)
    return bool(n and positions[-1] - positions[0] == n - 1 and (n == 1 or bool((np.diff(positions) == 1).all())))
