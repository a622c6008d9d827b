"""Metrics of recommendations, for the table of a fit: how good the items are that each user would be shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import torch

from fastlearn.collab.ranking import hits_of, liked_items, ndcg_at_k, precision_at_k, recall_at_k
from fastlearn.collab.table import TabularCollab
from fastlearn.collab.top import by_model
from fastlearn.data.problems import DataError
from fastlearn.metrics.base import Metric

__all__ = ["NDCGAtK", "PrecisionAtK", "RankingMetric", "RecallAtK"]


class RankingMetric(Metric):
    """For each user, the `k` items that the model puts first, out of all that the user has not rated in training.

    Liked is what has a rating of at least `relevant` among the validation rows, by default their mean. Of more than
    `n_users` users some are drawn, always the same. See `CollabLearner.ranking` for what such figures can tell.
    """

    joined = ("_codes", "_ratings")
    measure: ClassVar[Callable[..., float]]
    word: ClassVar[str]

    def __init__(self, k: int = 10, relevant: float | None = None, n_users: int = 2000) -> None:
        if k < 1:
            raise ValueError(f"`k` is how many items are recommended, at least 1, but got {k!r}.")
        self.k, self.relevant, self.n_users = k, relevant, n_users
        self.reset()

    def reset(self) -> None:
        self._codes: list[torch.Tensor] = []
        self._ratings: list[torch.Tensor] = []
        self._learn: Any = None

    def accumulate(self, learn: Any) -> None:
        self._learn = learn
        self._codes.append(learn.xb[0].detach())
        self._ratings.append(learn.y.detach().flatten())

    @property
    def value(self) -> float | None:
        if not self._codes:
            return None
        codes, ratings = (torch.cat(part).cpu().numpy() for part in (self._codes, self._ratings))
        table: Any = getattr(self._learn.dls, "table", None)
        if not isinstance(table, TabularCollab):
            got = type(self._learn.dls).__name__
            raise DataError(f"{self.name} reads what users have rated in training, which CollabDataLoaders know, but "
                            f"the learner has {got}. Try CollabDataLoaders.from_df.")  # fmt: skip
        n_items = len(table.classes[table.item])
        liked = liked_items(codes, ratings, n_items, self.relevant, self.n_users)
        found = type(self).measure(hits_of(by_model(self._learn.model, n_items), liked, self.k, table.rated), liked.n)
        return None if np.isnan(found) else found

    @property
    def name(self) -> str:
        return f"{self.word}@{self.k}"


class PrecisionAtK(RankingMetric):
    """The share of the `k` recommended items that users like; see `RankingMetric`."""

    measure, word = staticmethod(precision_at_k), "precision"


class RecallAtK(RankingMetric):
    """The share of what users like that is among the `k` recommended items; see `RankingMetric`."""

    measure, word = staticmethod(recall_at_k), "recall"


class NDCGAtK(RankingMetric):
    """How far up in the `k` recommended items those are that users like; see `RankingMetric`."""

    measure, word = staticmethod(ndcg_at_k), "ndcg"
