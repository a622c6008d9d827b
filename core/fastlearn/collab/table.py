"""Ratings as encoded rows: who rated what, and how."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.collab.rated import RatedItems
from fastlearn.collab.repeats import repeated_rows
from fastlearn.data.problems import DataError
from fastlearn.tabular.categorify import Categorify
from fastlearn.tabular.frame import named_rows
from fastlearn.tabular.labels import factorize, labels_in
from fastlearn.tabular.table import TabularPandas
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TabularCollab"]


class TabularCollab(TabularPandas):
    """A `TabularPandas` of two columns of categories, users and items, and of a rating: batches are `(codes, ratings)`.

    Codes are int64 `(B, 2)`, 0 for users and items that are not in the training rows; ratings float32 `(B, 1)`. The
    arguments are those of `TabularPandas`, with `Categorify` where no `procs` are given.
    Raises: DataError for other columns, or if all ratings are of one user or one item. Warns of missing names, and of
    users who rated an item more than once.
    """

    with_conts = False
    strangers: Mapping[Any, NDArray[np.int64]] = MappingProxyType({})
    """What users have rated who are in no training row: items, by code. All of these users share code 0."""

    def __init__(self, df: Any, procs: Any = None, *args: Any, **options: Any) -> None:
        super().__init__(df, [Categorify] if procs is None else procs, *args, **options)

    def setup(self) -> TabularPandas:
        if self._raw is not None and len(self._raw):
            self._check_columns(self._raw)
        frame = self._raw
        made = super().setup()
        if frame is not None:
            self.strangers = self._rated_by_strangers(frame)
        self._warn_of_repeats()
        return made

    @property
    def user(self) -> str:
        """The column of users."""
        return self.cat_names[0]

    @property
    def item(self) -> str:
        """The column of items."""
        return self.cat_names[1]

    @cached_property
    def rated(self) -> RatedItems:
        """Which items each user has rated, in these rows."""
        return RatedItems(self._codes[:, 0], self._codes[:, 1], len(self.classes[self.user]))

    @cached_property
    def trained(self) -> tuple[NDArray[np.bool_], ...]:
        """For users, and for items: which codes occur in these rows."""
        return tuple(labels_in(self._codes[:, place], len(self.classes[name]))
                     for place, name in enumerate((self.user, self.item)))  # fmt: skip

    def bare(self, split_idx: int | None) -> TabularPandas:
        other = super().bare(split_idx)
        for derived in ("rated", "trained"):
            other.__dict__.pop(derived, None)
        return other

    def _check_columns(self, frame: pd.DataFrame) -> None:
        if len(self.cat_names) != 2 or self.cont_names:
            raise DataError(f"Ratings have a column of users and one of items, but got the columns {self.cat_names} of "
                            f"categories and {self.cont_names} of numbers. Try cat_names=['user', 'item'], or "
                            "TabularPandas for more columns.")  # fmt: skip
        for name in self.cat_names:
            if name not in frame.columns:
                continue  # named by the pipeline, with what was meant
            column = frame[name]
            holes = column.isna().to_numpy()
            if holes.any():
                warn_user(f"Column {name!r} has no value in {named_rows(holes, frame.index)}, so these ratings are of "
                          f"an unknown {name}. Try df.dropna(subset=[{name!r}]).", UserWarning)  # fmt: skip
            if bool((column == column.iloc[0]).all()):
                raise DataError(f"All {len(frame)} ratings are of one {name}, {column.iloc[0]!r}, and what users and "
                                "items have in common shows only where there are several. Look at the columns "
                                f"{self.cat_names}.")  # fmt: skip

    def _rated_by_strangers(self, frame: pd.DataFrame) -> dict[Any, NDArray[np.int64]]:
        rows = (self._codes[:, 0] == 0) & (self._codes[:, 1] > 0)
        if not rows.any():
            return {}
        users, names = factorize(frame.loc[rows, self.user].reset_index(drop=True))
        rated = RatedItems(users + 1, self._codes[rows, 1].astype(np.int64), len(names) + 1)  # those without a name: 0
        return {name: rated.of(np.array([place]))[1] for place, name in enumerate(names, 1)}

    def _warn_of_repeats(self) -> None:
        """Warn of pairs of user and item that come twice: one may be for training, the other for validation."""
        again = repeated_rows(self._codes, len(self.classes[self.item]))
        if again is not None:
            warn_user(f"{self.user!r} and {self.item!r} are the same as in an earlier row in "
                      f"{named_rows(again, self.index)}: a pair that is both in training and in validation makes "
                      "figures look better than they are. Try "
                      f"df.drop_duplicates([{self.user!r}, {self.item!r}], keep='last').", UserWarning)  # fmt: skip
