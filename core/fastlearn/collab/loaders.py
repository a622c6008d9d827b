"""Loaders of ratings in one call: from a frame or a CSV file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fastlearn.collab.table import TabularCollab
from fastlearn.data.block import RegressionBlock
from fastlearn.data.problems import DataError
from fastlearn.data.split import IndexSplitter, RandomSplitter
from fastlearn.keywords import check_keywords
from fastlearn.tabular.frame import as_frame, check_columns, read_csv
from fastlearn.tabular.loaders import AnyPath, Device, TabularDataLoaders

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["CollabDataLoaders"]

ROLES = ("user_name", "item_name", "rating_name")


class CollabDataLoaders(TabularDataLoaders):
    """Training and validation loaders of ratings; see `from_df`, `from_csv`. Batches are `(codes, ratings)`."""

    table_type = TabularCollab

    @classmethod
    @check_keywords
    def from_df(  # type: ignore[override]
        cls,
        ratings: Any,
        valid_pct: float = 0.2,
        user_name: str | None = None,
        item_name: str | None = None,
        rating_name: str | None = None,
        seed: int | None = None,
        path: AnyPath = ".",
        valid_idx: Sequence[int] | None = None,
        splitter: Any = None,
        schema: Mapping[str, Any] | None = None,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        drop_last: bool | None = None,
        sampler: Any = None,
        after_batch: Any = None,
        device: Device = None,
    ) -> CollabDataLoaders:
        """Loaders over a frame of ratings (of pandas, polars, or an Arrow table), one row a rating.

        Users, items and ratings are in the first three columns unless they are named. Validation rows are a random part
        `valid_pct`, those at `valid_idx`, or what `splitter` says. Users and items that are not in the training rows
        are one unknown user, or item, code 0. `schema` may give all users or items by hand, as lists under their
        columns. One `seed` covers the split and the order of the rows, each of which comes once an epoch.
        Raises: DataError for a missing column, ratings that are text or missing, and a frame without rows.
        """
        frame = as_frame(ratings)
        names = names_of(frame, user_name, item_name, rating_name)
        user, item, rating = names
        split = splitter or (RandomSplitter(valid_pct, seed) if valid_idx is None else IndexSplitter(valid_idx))
        to = cls.table_type(frame, None, [user, item], [], [rating], RegressionBlock(), split, schema=schema)
        made: Any = cls.from_table(to, path=path, bs=bs, val_bs=val_bs, shuffle=shuffle, drop_last=drop_last,
                                   sampler=sampler, after_batch=after_batch, device=device, seed=seed)  # fmt: skip
        return made  # type: ignore[no-any-return]

    @classmethod
    @check_keywords
    def from_csv(  # type: ignore[override]
        cls,
        csv: AnyPath,
        valid_pct: float = 0.2,
        user_name: str | None = None,
        item_name: str | None = None,
        rating_name: str | None = None,
        seed: int | None = None,
        path: AnyPath = ".",
        valid_idx: Sequence[int] | None = None,
        splitter: Any = None,
        schema: Mapping[str, Any] | None = None,
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        drop_last: bool | None = None,
        sampler: Any = None,
        after_batch: Any = None,
        device: Device = None,
    ) -> CollabDataLoaders:
        """Loaders over a CSV file with a header; the other arguments are those of `from_df`.

        Of the file only the three columns are kept, or all of them where a `splitter` may ask for more.
        """
        names = names_of(read_csv(csv, nrows=0), user_name, item_name, rating_name)
        frame = read_csv(csv, usecols=list(names) if splitter is None else None)
        return cls.from_df(
            frame, valid_pct=valid_pct, user_name=names[0], item_name=names[1], rating_name=names[2], seed=seed,
            path=path, valid_idx=valid_idx, splitter=splitter, schema=schema, bs=bs, val_bs=val_bs, shuffle=shuffle,
            drop_last=drop_last, sampler=sampler, after_batch=after_batch, device=device,
        )  # fmt: skip

    @property
    def table(self) -> TabularCollab:
        """The training rows."""
        found: TabularCollab = self.train.dataset
        return found

    @property
    def learner_type(self) -> type[Learner]:
        """The class of learners for ratings, which a bundle is loaded as."""
        from fastlearn.collab.learner import CollabLearner

        return CollabLearner

    @property
    def user(self) -> str:
        """The column of users."""
        return self.table.user

    @property
    def item(self) -> str:
        """The column of items."""
        return self.table.item


def names_of(frame: Any, user: str | None, item: str | None, rating: str | None) -> tuple[str, str, str]:
    """The columns of users, items and ratings: the first three, unless named.

    Raises: DataError for a column that is not there, and for one in two roles.
    """
    columns, given = list(frame.columns), (user, item, rating)
    if len(columns) < 3:
        raise DataError(f"Ratings have three columns, user, item and rating, but the table has {columns}. Look at how "
                        "it was read: a file with tabs needs pd.read_csv(path, sep='\\t').")  # fmt: skip
    first, second, third = (columns[place] if name is None else name for place, name in enumerate(given))
    names = (first, second, third)
    for name, role in zip(names, ROLES, strict=True):
        check_columns(frame, [name], f"given as {role}")
    if len(set(names)) < 3:
        raise DataError(f"Users, items and ratings are in three columns, but got {list(names)}: what is not named is "
                        f"in the first, second and third of {columns[:5]}. Try naming {', '.join(ROLES)}.")  # fmt: skip
    return names
