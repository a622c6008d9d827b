"""Find what is wrong with a split or its labels before anything trains."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from fastlearn.data.problems import DataError
from fastlearn.warn import warn_user


def check_split(splits: Sequence[Sequence[int]], n_items: int) -> None:
    """Raise DataError if `splits` has no training items or a position outside the `n_items` items.

    Warns where an item is both for training and for validation.
    """
    train = splits[0] if len(splits) else ()
    if len(train) == 0:
        counts = ", ".join(str(len(s)) for s in splits[1:]) or "0"
        raise DataError(
            f"The training set is empty: of {n_items} items 0 are for training and {counts} for validation."
            " Try another splitter or a smaller valid_pct, and look at what get_items returns."
        )
    outside = [i for split in splits for i in split if not 0 <= i < n_items]
    if outside:
        raise DataError(
            f"The splitter gives positions from 0 to {n_items - 1}, but {len(outside)} are outside: "
            f"{outside[:5]}. Try making the split from the same items."
        )
    shared = set(train).intersection(*splits[1:2]) if len(splits) > 1 else set()
    if shared:
        warn_user(
            f"{len(shared)} of {n_items} items are both in the training and in the validation set, so "
            "validation figures will look better than they are.",
            UserWarning,
        )


def check_labels(train_labels: Iterable[Any], valid_labels: Iterable[Any]) -> None:
    """Raise DataError for classes that only the validation set has, and warn if there is a single class.

    A label that is a list or a set counts as all its entries.
    """
    train, valid = _count(train_labels), _count(valid_labels)
    unseen = {label: n for label, n in valid.items() if label not in train}
    if unseen:
        named = ", ".join(f"{label!r} ({n} item{'s' if n > 1 else ''})" for label, n in list(unseen.items())[:8])
        more = f" and {len(unseen) - 8} more" if len(unseen) > 8 else ""
        verb = "is" if len(unseen) == 1 else "are"
        raise DataError(
            f"{len(unseen)} of {len(set(train) | set(valid))} classes {verb} in the validation set but not "
            f"in the training set: {named}{more}. {_advice(unseen)}"
        )
    if len(train) == 1:
        warn_user(
            f"There is a single class, {next(iter(train))!r}, so there is nothing to tell apart. Look at "
            "how the labels are made: the labeller gives every item the same one.",
            UserWarning,
        )


def _advice(unseen: Iterable[Hashable]) -> str:
    if all(isinstance(label, os.PathLike) for label in unseen):
        return "These are files and not labels. Try get_y=, a function from a file to its label such as parent_label."
    if all(isinstance(label, float) for label in unseen):
        return (
            "These are numbers with a fraction: for a number to predict try RegressionBlock(), such as "
            "y_block=RegressionBlock()."
        )
    return (
        "A model cannot learn them. Try StratifiedSplitter(), which keeps every class in the training set, or give "
        "the whole vocabulary with vocab=[...]."
    )


def _count(labels: Iterable[Any]) -> Counter[Hashable]:
    counts: Counter[Hashable] = Counter()
    for label in labels:
        counts.update(label if isinstance(label, list | set | frozenset) else (label,))
    return counts
