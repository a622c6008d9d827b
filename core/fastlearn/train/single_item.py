"""A training batch of one item, which batch normalisation cannot learn from: said with where it comes from."""

from __future__ import annotations

from typing import Any

from fastlearn.data.problems import DataError
from fastlearn.metrics.base import batch_size
from fastlearn.train.batch import length_of

__all__ = ["SingleItemError", "check_not_single"]

TORCHS_WORDS = "more than 1 value per channel"


class SingleItemError(DataError):
    """A network with batch normalisation was given one item to learn from."""


def check_not_single(error: Exception, inputs: Any, loader: Any) -> None:
    """Raise SingleItemError where `error` is batch normalisation's refusal of a single item in `inputs`."""
    if TORCHS_WORDS in str(error) and batch_size(inputs) == 1:
        raise SingleItemError(
            "The training batch holds a single item, but the model has batch normalisation, which learns from two at "
            f"least: it looks at how they differ. {_where_from(loader)}"
        ) from error


def _where_from(loader: Any) -> str:
    n, bs = length_of(getattr(loader, "sampler", None)), getattr(loader, "batch_size", None)
    if n == 1:
        return "There is no other item to train on: look at the data, and at what the splitter returns."
    if bs == 1:
        return "The loader gives batches of one: try bs=2, or more."
    if n is not None and bs is not None and n % bs == 1:
        return f"It is the last of {n} items, left over at bs={bs}: try drop_last=True, or another bs."
    return "Look at which items the loader puts together, with dls.one_batch()."
