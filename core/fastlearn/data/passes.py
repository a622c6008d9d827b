"""One of several passes over the same data: steps that go through values in turn stay at one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def numbered_pass(loader: Any, number: int) -> Iterator[None]:
    """While this is open, the batch steps of `loader` that count their calls (`hold`) stay at value `number`.

    Otherwise a batch would get the value that its place among all batches gives it, in every pass the same where the
    number of batches is a multiple of that of the values.
    """
    holders = [step for step in getattr(loader, "after_batch", None) or () if hasattr(step, "hold")]
    try:
        for step in holders:
            step.hold(number)
        yield
    finally:
        for step in holders:
            step.hold(None)
