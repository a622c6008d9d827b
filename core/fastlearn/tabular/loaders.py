"""Loaders of a table in one call: from a frame, a CSV file, or a `TabularPandas`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch

from fastlearn.data.batch import default_device
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.problems import DataError
from fastlearn.data.split import IndexSplitter, RandomSplitter
from fastlearn.keywords import check_keywords
from fastlearn.seed import ambient_seed
from fastlearn.tabular.frame import as_frame, as_names, is_path, read_csv
from fastlearn.tabular.loader import TabDataLoader
from fastlearn.tabular.pipeline import TabularPipeline
from fastlearn.tabular.shrink import cont_cat_split
from fastlearn.tabular.table import TabularPandas

if TYPE_CHECKING:
    from fastlearn.data.category import CategoryMap
    from fastlearn.train.learner import Learner

__all__ = ["TabularDataLoaders"]

AnyPath = str | os.PathLike[str]
Device = torch.device | str | None


class TabularDataLoaders(DataLoaders):
    """Training and validation loaders of a table; see `from_df`, `from_csv`, `from_table`."""

    @classmethod
    @check_keywords
    def from_df(
        cls,
        df: Any,
        path: AnyPath = ".",
        procs: Any = None,
        cat_names: Sequence[str] | str | None = None,
        cont_names: Sequence[str] | str | None = None,
        y_names: Sequence[Any] | str | None = None,
        y_block: Any = None,
        valid_idx: Sequence[int] | None = None,
        valid_pct: float = 0.2,
        splitter: Any = None,
        schema: Mapping[str, Any] | None = None,
        label_delim: str | None = None,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        drop_last: bool | None = None,
        sampler: Any = None,
        after_batch: Any = None,
        device: Device = None,
        seed: int | None = None,
    ) -> TabularDataLoaders:
        """Loaders over a data frame (of pandas, polars, or an Arrow table), encoded by `procs` (see `TabularPandas`).

        Validation rows are those at `valid_idx`, or what `splitter` says, or a random part `valid_pct`. Without
        `cont_names` all columns that are nothing else count as numbers; without `cat_names` either, columns are told
        apart by `cont_cat_split`. One `seed` covers the random split and the order of the rows.
        """
        frame = as_frame(df)
        split = splitter or (RandomSplitter(valid_pct, seed) if valid_idx is None else IndexSplitter(valid_idx))
        told = isinstance(procs, TabularPipeline)
        cats, conts = (cat_names, cont_names) if told else _roles(frame, cat_names, cont_names, y_names)
        to = cls.table_type(frame, procs, cats, conts, y_names, y_block, split, schema=schema, label_delim=label_delim)
        return cls.from_table(to, path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, drop_last=drop_last,
                              sampler=sampler, after_batch=after_batch, device=device, seed=seed)  # fmt: skip

    @classmethod
    @check_keywords
    def from_csv(
        cls,
        csv: AnyPath,
        path: AnyPath = ".",
        skipinitialspace: bool = True,
        procs: Any = None,
        cat_names: Sequence[str] | str | None = None,
        cont_names: Sequence[str] | str | None = None,
        y_names: Sequence[Any] | str | None = None,
        y_block: Any = None,
        valid_idx: Sequence[int] | None = None,
        valid_pct: float = 0.2,
        splitter: Any = None,
        schema: Mapping[str, Any] | None = None,
        label_delim: str | None = None,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        drop_last: bool | None = None,
        sampler: Any = None,
        after_batch: Any = None,
        device: Device = None,
        seed: int | None = None,
    ) -> TabularDataLoaders:
        """Loaders over a CSV file; the other arguments are those of `from_df`."""
        return cls.from_df(
            read_csv(csv, skipinitialspace), path=path, procs=procs, cat_names=cat_names, cont_names=cont_names,
            y_names=y_names, y_block=y_block, valid_idx=valid_idx, valid_pct=valid_pct, splitter=splitter,
            schema=schema, label_delim=label_delim, bs=bs, val_bs=val_bs, shuffle=shuffle, drop_last=drop_last,
            sampler=sampler, after_batch=after_batch, device=device, seed=seed,
        )  # fmt: skip

    @classmethod
    @check_keywords
    def from_table(
        cls,
        to: TabularPandas,
        path: AnyPath = ".",
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        val_shuffle: bool = False,
        drop_last: bool | None = None,
        sampler: Any = None,
        after_batch: Any = None,
        device: Device = None,
        seed: int | None = None,
        dl_type: type[DataLoader] = TabDataLoader,
        dl_kwargs: Sequence[dict[str, Any]] | None = None,
    ) -> TabularDataLoaders:
        """Loaders over the splits of `to`; the training loader shuffles and drops its last, incomplete batch.

        `sampler` is the training loader's, `dl_kwargs` holds further arguments for each loader.
        """
        if to.split == 1:
            raise DataError("There is a single training row, and batch normalisation learns from two at least. Look at "
                            "the table and at what the splitter returns.")  # fmt: skip
        seed = ambient_seed() if seed is None else seed
        where = device if device is not None else to.device if to.device is not None else default_device()
        loaders = []
        for i in range(to.n_subsets):
            first = i == 0
            own: dict[str, Any] = {
                "bs": bs if first else val_bs or bs,
                "shuffle": (shuffle and sampler is None) if first else val_shuffle,
                "drop_last": (shuffle if drop_last is None else drop_last) if first else False,
                "sampler": sampler if first else None,
                "do_setup": first,
            }
            extra = dl_kwargs[i] if dl_kwargs is not None and i < len(dl_kwargs) else {}
            own = {"device": where, "seed": seed, "after_batch": after_batch, **own, **extra}
            loaders.append(dl_type(to.subset(i), **own))
        return cls(*loaders, path=path, device=where)

    table_type: type[TabularPandas] = TabularPandas

    @check_keywords
    def test_dl(  # type: ignore[override]
        self,
        items: Any,
        rm_type_tfms: Any = None,
        with_labels: bool | None = None,
        bs: int | None = None,
        shuffle: bool = False,
        process: bool = True,
        inplace: bool = False,
        num_workers: int | None = None,
        skip_unreadable: bool = False,
    ) -> TabDataLoader:
        """A loader over new rows: a frame, a CSV path, a row, a list of rows, or a table that was encoded already.

        Targets come along if all their columns are there; `with_labels=True` insists on them. `process=False` is for
        rows encoded before; arguments for data that is read item by item have no effect.
        """
        table = items if isinstance(items, TabularPandas) else self.table.test(rows_of(items), with_labels)
        if process:
            table.process()
        like = self.valid if isinstance(self.valid, TabDataLoader) else self.train
        made: Any = like.new(table, bs=bs or like.bs, batch_size=None, shuffle=shuffle, drop_last=False, split_idx=1,
                             n_inp=table.n_inp)  # fmt: skip
        return made  # type: ignore[no-any-return]

    # What it knows of the table.

    @property
    def table(self) -> TabularPandas:
        """The training rows, which know the columns and the steps."""
        found: TabularPandas = self.train.dataset
        return found

    @property
    def learner_type(self) -> type[Learner]:
        """The class of learners for tables, which a bundle is loaded as."""
        from fastlearn.tabular.learner import TabularLearner

        return TabularLearner

    @property
    def procs(self) -> TabularPipeline:
        """The fitted steps."""
        return self.table.pipeline

    @property
    def classes(self) -> dict[str, CategoryMap]:
        """For each column of categories its labels by code."""
        return self.table.classes

    @property
    def cat_names(self) -> list[str]:
        """The columns of categories."""
        return self.table.cat_names

    @property
    def cont_names(self) -> list[str]:
        """The columns of numbers."""
        return self.table.cont_names

    @property
    def y_names(self) -> list[str]:
        """The columns of the targets."""
        return self.table.y_names


def rows_of(items: Any) -> Any:
    """`items` as a table: a path is read as CSV."""
    if is_path(items):
        return read_csv(items)
    if isinstance(items, list | tuple) and len(items) == 1 and is_path(items[0]):
        return read_csv(items[0])
    return as_frame(items)


def _roles(frame: Any, cat_names: Any, cont_names: Any, y_names: Any) -> tuple[Any, Any]:
    """The columns of categories and of numbers where they were not all named."""
    targets = [name for entry in as_names(y_names) for name in as_names(entry)]
    if cat_names is None and cont_names is None:
        conts, cats = cont_cat_split(frame, dep_var=targets)
        return cats, conts
    cats = as_names(cat_names)
    if cont_names is None:
        return cats, [name for name in frame.columns if name not in {*cats, *targets}]
    return cats, cont_names
