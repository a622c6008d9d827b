"""The best items for many users at once, by whatever scores them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fastlearn.collab.rated import RatedItems

__all__ = ["Codes", "Scorer", "by_model", "by_popularity", "pairs_of", "top_items"]

Codes = NDArray[np.int64]
Scorer = Callable[[Codes], Tensor]
"""From codes of users, `(U,)`, to a score of every item, `(U, n_items)`, float32 on the CPU, which may be written."""

PAIRS_AT_ONCE = 1 << 21  # users times items that are scored together: 8 MB of scores


def top_items(
    scorer: Scorer, users: Codes, n_items: int, k: int, seen: RatedItems | None = None, only: RatedItems | None = None
) -> tuple[Codes, NDArray[np.float32]]:
    """The `k` items that `scorer` puts first for each of `users`, best first, and their scores: `(U, k)` each.

    `n_items` counts code 0, the unknown item, which is never among them, and neither is what a user has in `seen`; with
    `only`, all are from there. Where a user has less than `k` items left, the rest is code 0 with the score NaN.
    """
    found, values = np.zeros((len(users), k), np.int64), np.full((len(users), k), np.nan, np.float32)
    at_once = max(1, PAIRS_AT_ONCE // n_items)
    for start in range(0, len(users), at_once):
        rows = slice(start, start + at_once)
        scores = scorer(users[rows])
        if only is not None:
            wanted = pairs_of(only, users[rows])
            scores = torch.full_like(scores, -torch.inf).index_put(wanted, scores[wanted])
        scores[:, 0] = -torch.inf
        if seen is not None:
            scores[pairs_of(seen, users[rows])] = -torch.inf
        best = scores.topk(min(k, n_items), dim=1)
        width, there = best.indices.shape[1], best.values.isfinite().numpy()
        found[rows, :width] = np.where(there, best.indices.numpy(), 0)
        values[rows, :width] = np.where(there, best.values.numpy(), np.nan)
    return found, values


def by_model(model: nn.Module, n_items: int) -> Scorer:
    """The ratings that `model` foretells: a model of codes `(B, 2)`, or one with `of_all_items`."""

    def scorer(users: Codes) -> Tensor:
        codes = torch.from_numpy(users).to(next(model.parameters()).device)
        with torch.no_grad():
            return _rated_by(model, codes, n_items).float().cpu()

    def evaluated(users: Codes) -> Tensor:
        training = model.training
        model.eval()
        try:
            return scorer(users)
        finally:
            model.train(training)

    return evaluated


def by_popularity(counts: NDArray[Any]) -> Scorer:
    """The same for every user: how many ratings each item has, `(n_items,)`."""
    scores = torch.from_numpy(counts.astype(np.float32))
    return lambda users: scores.repeat(len(users), 1)


def _rated_by(model: nn.Module, users: Tensor, n_items: int) -> Tensor:
    of_all_items: Any = getattr(model, "of_all_items", None)
    if of_all_items is not None:
        scores: Tensor = of_all_items(users)
        return scores
    items = torch.arange(n_items, device=users.device)
    pairs = torch.stack((users.repeat_interleave(n_items), items.repeat(len(users))), dim=1)
    answers: Tensor = model(pairs)
    return answers.reshape(len(users), n_items)


def pairs_of(rated: RatedItems, users: Codes) -> tuple[Tensor, Tensor]:
    """Row and column of each rating of `users`, in their scores `(U, n_items)`."""
    places, items = rated.of(users)
    return torch.from_numpy(places), torch.from_numpy(items)
