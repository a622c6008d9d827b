"""A slice with its neighbours, as the channels of one picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from fastlearn.medical.dicom.series import Series, check_series
from fastlearn.medical.dicom.slices import Slice


@dataclass(frozen=True)
class Stack:
    """An item for `DicomBlock`: slices, of which the middle one is what the label is about."""

    slices: tuple[Slice, ...]

    @property
    def middle(self) -> Slice:
        """The slice that the label is about."""
        return self.slices[len(self.slices) // 2]

    @property
    def path(self) -> Path:
        """The file of the middle slice."""
        return self.middle.path

    def __str__(self) -> str:
        return str(self.middle)

    def __fspath__(self) -> str:
        return str(self.path)


def neighbouring_slices(series: Series | Iterable[Series], n: int = 1) -> list[Stack]:
    """One `Stack` for each slice of `series`: itself with `n` neighbours below and above, `2 * n + 1` channels.

    At the ends the last slice stands in for those that are not there. Series are never mixed.
    """
    if n < 0:
        raise ValueError(f"`n` is how many neighbours to take on each side, but got {n!r}. Try n=1.")
    stacks = []
    for one in [series] if isinstance(series, Series | str | PathLike) else series:
        check_series(one)
        last = len(one) - 1
        for middle in range(len(one)):
            places = [min(max(middle + step, 0), last) for step in range(-n, n + 1)]
            stacks.append(Stack(tuple(one.slices[place] for place in places)))
    return stacks
