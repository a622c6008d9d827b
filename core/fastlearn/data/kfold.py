"""Several splits of the same items, each item in one validation set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fastlearn.data.problems import DataError
from fastlearn.data.split import Split
from fastlearn.seed import ambient_seed

__all__ = ["kfold"]


def kfold(
    items: Any,
    k: int = 5,
    labels: Sequence[Any] | None = None,
    groups: Sequence[Any] | None = None,
    seed: int | None = None,
) -> Iterator[Split]:
    """`k` pairs of positions (train, valid) of `items`; give each to `IndexSplitter(valid)`.

    With `labels` each fold has every label in its share; `groups` (patients, bursts) are never divided; with both, the
    labels are kept as even as the groups allow.
    Raises: DataError if there are fewer items, or groups, than folds.
    """
    from sklearn import model_selection as sk

    n, parts = len(items), len(items) if groups is None else len(set(groups))
    if not 2 <= k <= parts:
        what = "items" if groups is None else "groups"
        raise DataError(f"`k` is at least 2 and at most the number of {what}, here {parts}, but got {k}.")
    state = (ambient_seed() if seed is None else seed) % 2**32
    kind = {
        (False, False): sk.KFold,
        (True, False): sk.StratifiedKFold,
        (False, True): sk.GroupKFold,
        (True, True): sk.StratifiedGroupKFold,
    }[labels is not None, groups is not None]
    if kind is sk.GroupKFold:
        folds = kind(k).split(np.arange(n), groups=_as_array(groups))
    else:
        folds = kind(k, shuffle=True, random_state=state).split(np.arange(n), _as_array(labels), _as_array(groups))
    for train, valid in folds:
        yield train.tolist(), valid.tolist()


def _as_array(values: Sequence[Any] | None) -> Any:
    return None if values is None else np.asarray([str(value) for value in values])
