"""One process's part of every batch, where several processes train the same model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["Share"]


@dataclass(frozen=True)
class Share:
    """Process `rank` of `size` takes its slice of every joint batch, which is as long as the batches of all together.

    The joint batches are those that one process would have with `size` times the batch size, so that the same seed
    visits the same items with the same item transforms. What is left at the end is split evenly. With `even`, a joint
    batch that has no item for some process is left out: in training all processes take every step together.
    `same` returns the first process's value in all of them.
    """

    rank: int
    size: int
    same: Callable[[Any], Any]
    even: bool = False

    def of(self, n: int) -> slice:
        """This process's part of a joint batch of `n` items; empty where there are too few."""
        if self.even and n < self.size:
            return slice(0, 0)
        return slice(n * self.rank // self.size, n * (self.rank + 1) // self.size)

    def uneven(self) -> Share:
        """The same part of a pass that leaves nothing out."""
        return replace(self, even=False)

    def count(self, n: int, joint: int, drop_last: bool) -> int:
        """How many batches this process has of `n` items in joint batches of `joint`."""
        full, rest = divmod(n, joint)
        last = self.of(0 if drop_last else rest)
        return full + 1 if last.stop > last.start else full
