"""Brightness and contrast of bytes, read from a table of what becomes of each of the 256.

Worked out, a logit and a sigmoid for each number cost as much as moving the picture. The table is read before the
picture moves, where its numbers are still bytes; so what lies between two pixels is a mean of changed colours, and not
a changed mean. On photos that is less than a tenth of a byte on average.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from fastlearn.vision.augment.changes import Change, Changes, Linear
from fastlearn.vision.augment.spaces import lighting

Stats = tuple[Tensor, Tensor]  # mean and standard deviation, broadcast to (B, C, H, W)
BYTES = 256
WORTH_A_TABLE = 4 * BYTES  # pixels in a picture: a smaller one is worked out sooner


def curve_for(images: Tensor, changes: Changes | None) -> Linear | None:
    """The brightness and contrast of each sample, if `changes` are nothing else and a table pays for `images`."""
    of_bytes = images.dtype == torch.uint8 and images.device.type == "cpu"
    if changes is None or len(changes.steps) != 1 or not of_bytes or images[0, 0].numel() < WORTH_A_TABLE:
        return None
    space, change = changes.steps[0]
    return change if space is lighting and isinstance(change, Linear) else None


class Table(NamedTuple):
    """What becomes of each byte: the `values` of all samples behind one another, and where those of each sample, or of
    each of its channels, begin: `starts`, int32 of shape `(B, 1 or C, 1, 1)`."""

    values: Tensor
    starts: Tensor


def table_of(n: int, floats: Callable[[Tensor], Tensor], curve: Change, stats: Stats | None) -> Table:
    """The bytes of `n` samples as `floats` makes them, changed by `curve`, and normalised if `stats` are given.

    `stats` hold one number for all channels, or one for each.
    """
    every_byte = torch.arange(BYTES, dtype=torch.uint8).expand(n, 1, 1, BYTES)
    values = lighting(floats(every_byte), curve)
    if stats is not None:
        values = (values - stats[0]) / stats[1]  # (B, 1 or C, 1, 256)
    starts = torch.arange(0, values.numel(), BYTES, dtype=torch.int32).view(*values.shape[:2], 1, 1)
    return Table(values.view(-1), starts)


def looked_up(images: Tensor, table: Table, rows: Any) -> Tensor:
    """Images `(B, C, H, W)` of bytes, those of `rows` in the batch that `table` was made for, as it says."""
    places = images.to(torch.int32).add_(table.starts[rows])
    return table.values.index_select(0, places.view(-1)).view(images.shape)
