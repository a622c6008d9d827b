"""`TabularPandas`: a table read once, encoded, split, and ready for a network or for trees."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.keywords import check_keywords
from fastlearn.tabular.blocks import make_targets
from fastlearn.tabular.columns import rows_to_learn_from
from fastlearn.tabular.display import show_frame
from fastlearn.tabular.frame import as_frame, as_names, check_columns, check_once
from fastlearn.tabular.matrices import Matrices
from fastlearn.tabular.pipeline import TabularPipeline
from fastlearn.tabular.rows import EncodedRows
from fastlearn.tabular.splits import kept_rows, splits_of
from fastlearn.tabular.targets import target_from_spec
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    import pandas as pd

    from fastlearn.bundle.names import Trust
    from fastlearn.tabular.loaders import TabularDataLoaders

__all__ = ["TabularPandas"]

Positions = NDArray[np.int64]


class TabularPandas(EncodedRows):
    """A table encoded by `procs` that learn from its training rows; it is the data set of its loaders.

    `procs` are steps such as `[Categorify, FillMissing, Normalize]`, or a `TabularPipeline`, which knows its columns;
    of one that is fitted a copy encodes all rows by what it learnt before. `splits` are positions `(train, valid)`, or
    a splitter that is called with the frame; rows in neither are left out. `y_block` says what `y_names` mean, by
    default numbers where they are numeric and categories otherwise; a list of blocks makes several targets, and
    `label_delim` divides text into several labels. `schema` gives labels or statistics by hand (see `TabularPipeline`).

    It keeps codes, float32 numbers and targets, in the order of the caller's rows, and no part of the caller's frame,
    which stays as it is whatever `inplace` and `reduce_memory` say. `items` is the encoded table; `train` and `valid`
    are its splits, in the order of their positions. With `do_setup=False` it waits for `setup()`.
    """

    @check_keywords
    def __init__(
        self,
        df: Any,
        procs: Any = None,
        cat_names: Sequence[str] | str | None = None,
        cont_names: Sequence[str] | str | None = None,
        y_names: Sequence[Any] | str | None = None,
        y_block: Any = None,
        splits: Any = None,
        do_setup: bool = True,
        device: torch.device | str | None = None,
        inplace: bool = False,
        reduce_memory: bool = True,
        schema: Mapping[str, Any] | None = None,
        label_delim: str | None = None,
    ) -> None:
        self.pipeline = _pipeline_of(procs, cat_names, cont_names, schema)
        self.device, frame = device, as_frame(df)
        self._check_roles(frame, y_names)
        self.splits: list[Positions] | None = splits_of(splits, frame)
        self.targets = make_targets(frame, y_names, y_block, label_delim)
        self._raw: pd.DataFrame | None
        self._raw, self.splits = kept_rows(frame, self.splits)  # let go of by setup
        if do_setup:
            self.setup()

    def _check_roles(self, frame: pd.DataFrame, y_names: Any) -> None:
        names = [name for entry in as_names(y_names) for name in as_names(entry)]
        check_columns(frame, names, "named in y_names")
        check_once(names, "y_names")
        inputs = {*self.cat_names, *self.cont_names}
        leaks = [name for name in names if name in inputs]
        if leaks:
            raise DataError(f"The target {leaks[0]!r} is among the inputs too, so a model would read its answer there. "
                            "Leave it out of cat_names and cont_names.")  # fmt: skip

    # Learning and encoding.

    def setup(self) -> TabularPandas:
        """Let steps and targets learn from the training rows, and encode all rows."""
        frame = self._raw
        if frame is None:
            return self
        if not len(frame):
            raise DataError("The table has no rows, so there is nothing to learn from. Look at how it was read.")
        rows = None if self.splits is None else self.splits[0]
        known = self.pipeline.fitted
        matrices = self.pipeline.matrices(frame) if known else self.pipeline.fit_columns(frame, rows)
        training = rows_to_learn_from(rows, len(frame))
        for target in self.targets:
            target.fit(frame, training)
        self._keep(matrices, tuple(target.encode(frame) for target in self.targets))
        return self

    def process(self) -> TabularPandas:
        """Encode the rows that `new` took up, by what was learnt before."""
        if self._raw is not None:
            self._keep(self.pipeline.matrices(self._raw), self._labels(self._raw, None))
        return self

    def _labels(self, frame: pd.DataFrame, wanted: bool | None) -> tuple[Tensor, ...]:
        """The targets of `frame` if they are `wanted`; with None, if they are all there and can be read."""
        there = all(name in frame.columns for name in self.y_names)
        if wanted is False or (wanted is None and not there):
            return ()
        check_columns(frame, self.y_names, "which holds the targets")
        try:
            return tuple(target.encode(frame) for target in self.targets)
        except DataError as error:
            if wanted:
                raise
            warn_user(f"{error} The rows are taken without targets.", UserWarning)
            return ()

    def _keep(self, matrices: Matrices, ys: tuple[Tensor, ...]) -> None:
        self._codes, self._numbers, self._index = matrices
        self._ys, self._raw = ys, None

    # Columns, while the table is not encoded.

    @property
    def cat_names(self) -> list[str]:  # type: ignore[override]
        """The columns of categories, those that steps have added last."""
        return super().cat_names if self.pipeline.fitted else as_names(self.pipeline.cat_names)

    @property
    def cont_names(self) -> list[str]:  # type: ignore[override]
        """The columns of numbers."""
        return super().cont_names if self.pipeline.fitted else as_names(self.pipeline.cont_names)

    @property
    def items(self) -> pd.DataFrame:
        """The encoded table, a frame of its own; as it was given, as long as it is not encoded."""
        return super().items if self._raw is None else self._raw.copy()

    def __len__(self) -> int:
        return super().__len__() if self._raw is None else len(self._raw)

    # Splits and other rows.

    @property
    def n_subsets(self) -> int:
        """How many splits there are; 1 where the rows were not split."""
        return 1 if self.splits is None else len(self.splits)

    @property
    def split(self) -> int:
        """How many rows are for training."""
        return len(self) if self.splits is None else len(self.splits[0])

    @property
    def train(self) -> TabularPandas:
        """The training rows."""
        return self.subset(0)

    @property
    def valid(self) -> TabularPandas:
        """The validation rows; none where the rows were not split."""
        return self.subset(1)

    def subset(self, i: int) -> TabularPandas:
        """The rows of split `i`, in the order of its positions."""
        if self.splits is None:
            return self.rows(np.arange(len(self) if i == 0 else 0), i)
        if i >= len(self.splits):
            raise DataError(f"There are {len(self.splits)} splits, numbered from 0, but split {i} was asked for.")
        return self.rows(self.splits[i], i)

    def new(self, df: Any, inplace: bool = False) -> TabularPandas:
        """Other rows of the same columns, not encoded yet: `process()` does that."""
        other: TabularPandas = self.bare(None)
        other._raw = as_frame(df)
        return other

    def test(self, items: Any, with_labels: bool | None = None) -> TabularPandas:
        """Other rows, encoded; with their targets if these are there (insist or leave out by `with_labels`)."""
        frame = as_frame(items)
        other: TabularPandas = self.bare(1)
        other._keep(self.pipeline.matrices(frame), self._labels(frame, with_labels))
        return other

    def new_empty(self) -> TabularPandas:
        """The same columns and no rows."""
        return self.rows(np.arange(0), self.split_idx)

    def rows(self, positions: Positions, split_idx: int | None = None) -> TabularPandas:
        """The rows at `positions`, in that order; without a copy where they follow each other."""
        if self._raw is not None:
            raise DataError("The table is not encoded yet. Try setup() or process() first.")
        found: TabularPandas = super().rows(positions, split_idx)
        return found

    def bare(self, split_idx: int | None) -> TabularPandas:
        """The same columns, to be given other rows."""
        other: TabularPandas = super().bare(split_idx)
        other.splits, other._raw = None, None
        return other

    # For people, loaders and bundles.

    def show(self, max_n: int = 10) -> None:
        """Show the first `max_n` rows, decoded."""
        if self._raw is not None:
            show_frame(self._raw.head(max_n))
        else:
            show_frame(self.rows(np.arange(min(max_n, len(self)))).decode().items)

    def __repr__(self) -> str:
        parts = f"{len(self.cat_names)} columns of categories, {len(self.cont_names)} of numbers"
        sizes = "" if self.splits is None else f" ({' + '.join(str(len(s)) for s in self.splits)})"
        return f"{type(self).__name__}: {len(self)} rows{sizes}, {parts}, y={self.y_names}"

    def dataloaders(self, bs: int = 64, **options: Any) -> TabularDataLoaders:
        """Loaders over the splits; the arguments are those of `TabularDataLoaders.from_table`, and checked there.

        `dls_type` is a subclass of `TabularDataLoaders` to make.
        """
        from fastlearn.tabular.loaders import TabularDataLoaders

        made: TabularDataLoaders = options.pop("dls_type", TabularDataLoaders).from_table(self, bs=bs, **options)
        return made

    def to_dict(self) -> dict[str, Any]:
        """What reads new rows as this table does, in plain values: no row of it."""
        return {"pipeline": self.pipeline.to_dict(), "targets": [target.spec() for target in self.targets]}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], trust: Trust | Sequence[Any] = ()) -> TabularPandas:
        """A table without rows that reads new ones as that which `to_dict` described."""
        made = cls.__new__(cls)
        made.pipeline = TabularPipeline.from_dict(content["pipeline"], trust)
        made.targets = [target_from_spec(spec) for spec in content["targets"]]
        made.device, made.splits = None, None
        made._keep(made.pipeline.matrices(_no_rows(made.pipeline)), ())
        return made


def _pipeline_of(procs: Any, cat_names: Any, cont_names: Any, schema: Any) -> TabularPipeline:
    """A pipeline of the steps `procs`, or a copy of the pipeline that they are.

    Raises: DataError where columns or a schema are named beside a pipeline.
    """
    if not isinstance(procs, TabularPipeline):
        steps = [] if procs is None else list(procs) if isinstance(procs, list | tuple) else [procs]
        return TabularPipeline(steps, as_names(cat_names), as_names(cont_names), schema)
    if any(as_names(given) for given in (cat_names, cont_names, schema)):
        raise DataError("A TabularPipeline knows its columns and its schema. Leave out cat_names, cont_names and "
                        "schema beside it.")  # fmt: skip
    return copy.deepcopy(procs)


def _no_rows(pipeline: TabularPipeline) -> pd.DataFrame:
    import pandas as pd

    cats, conts = pipeline.inputs
    empty: pd.DataFrame = pd.DataFrame({**{name: pd.Series([], dtype=object) for name in cats},
                                        **{name: pd.Series([], dtype=float) for name in conts}})  # fmt: skip
    return empty
