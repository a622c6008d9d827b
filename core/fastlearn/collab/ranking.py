"""How good a list of recommendations is: precision, recall and NDCG of its first `k` places."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from fastlearn.collab.rated import RatedItems
from fastlearn.collab.top import Codes, Scorer, top_items
from fastlearn.seed import new_generator

__all__ = ["Liked", "hits_of", "liked_items", "ndcg_at_k", "precision_at_k", "recall_at_k"]

SAMPLE = 1  # a stream of the seed: which users are looked at


def precision_at_k(hits: NDArray[Any], n_liked: NDArray[Any]) -> float:
    """The share of the `k` recommended items that are liked, on average over users.

    Shapes: `hits` `(U, k)`, whether the item at each place, the best first, is liked; `n_liked` `(U,)`, how many items
    each user likes, at least 1. Returns: NaN without users.
    """
    return float(hits.mean(1).mean()) if len(hits) else float("nan")


def recall_at_k(hits: NDArray[Any], n_liked: NDArray[Any]) -> float:
    """The share of a user's liked items that are among the `k`, on average; shapes as in `precision_at_k`."""
    return float((hits.sum(1) / n_liked).mean()) if len(hits) else float("nan")


def ndcg_at_k(hits: NDArray[Any], n_liked: NDArray[Any]) -> float:
    """The normalised discounted cumulative gain: hits count by 1 / log2(1 + place), as a share of the best order's sum.

    Shapes as in `precision_at_k`. Source: Järvelin & Kekäläinen 2002, with gains of 0 and 1.
    """
    if not len(hits):
        return float("nan")
    gains = 1 / np.log2(np.arange(2, hits.shape[1] + 2))  # (k,)
    ideal = np.cumsum(gains)[np.minimum(n_liked, hits.shape[1]) - 1]
    return float(((hits * gains).sum(1) / ideal).mean())


class Liked(NamedTuple):
    """Users and what they like: codes `users` `(U,)`, how many items each, `n` `(U,)`, and `keys`, all pairs, sorted.

    The key of a pair is user · n_items + item.
    """

    users: Codes
    n: Codes
    keys: Codes
    n_items: int


def liked_items(
    codes: NDArray[Any], ratings: NDArray[Any], n_items: int, relevant: float | None = None, n_users: int | None = None
) -> Liked:
    """What users like, by the `codes` `(N, 2)` and `ratings` `(N,)` that were kept apart.

    Liked is a rating of at least `relevant`, by default the mean of `ratings`. Users and items that training has not
    seen are left out, and users who like nothing; of more than `n_users` some are drawn, always the same.
    """
    limit = float(ratings.mean()) if relevant is None and len(ratings) else relevant
    good = (codes > 0).all(1) & (ratings >= limit)
    keys = np.unique(codes[good, 0].astype(np.int64) * n_items + codes[good, 1])
    users, counts = np.unique(keys // n_items, return_counts=True)
    if n_users is not None and len(users) > n_users:
        few = torch.randperm(len(users), generator=new_generator(0, SAMPLE))[:n_users].sort().values.numpy()
        users, counts = users[few], counts[few]
    return Liked(users, counts, keys, n_items)


def hits_of(
    scorer: Scorer, liked: Liked, k: int, seen: RatedItems | None, only: RatedItems | None = None
) -> NDArray[np.bool_]:
    """Whether each of the `k` items that `scorer` puts first is liked, `(U, k)`: of all but those `seen`."""
    found, _ = top_items(scorer, liked.users, liked.n_items, k, seen, only)
    if not len(liked.keys):
        return np.zeros(found.shape, dtype=bool)
    asked = liked.users[:, None] * liked.n_items + found
    places = np.searchsorted(liked.keys, asked).clip(max=len(liked.keys) - 1)
    hits: NDArray[np.bool_] = (liked.keys[places] == asked) & (found > 0)
    return hits
