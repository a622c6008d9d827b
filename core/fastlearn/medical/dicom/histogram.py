"""Brightness by rank: equally many pixels in every part of the range, whatever the values are."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from fastlearn.medical.dicom.padding import padding_of
from fastlearn.medical.dicom.read import dcmread
from fastlearn.medical.dicom.rescale import check_gray, modality_values
from fastlearn.medical.dicom.stored import stored_values
from fastlearn.medical.dicom.windows import VALUE_TAGS

ENDS = (0.001, 0.999)
N_BINS = 100
TABLE = 65536  # as many different values as 16 bits have


def freqhist_bins(values: Any, n_bins: int = N_BINS) -> Tensor:
    """Breaks between `n_bins` groups of equally many `values` (a tensor or array of any shape, or a DICOM file).

    The first and last break leave a thousandth of the values outside. Equal breaks are one.
    Returns: increasing float32 breaks, shape `(n,)` with `n <= n_bins + 2`.
    Raises: ValueError if there are no values, or `n_bins` is not positive.
    """
    _check_bins(n_bins)
    if isinstance(values, Tensor | np.ndarray):
        flat = torch.as_tensor(values).detach().reshape(-1).float()
    else:
        ds = dcmread(values, VALUE_TAGS)
        check_gray(ds)
        stored = stored_values(ds)
        flat = _inside(modality_values(stored, ds), padding_of(ds, stored)).reshape(-1)
    if not len(flat):
        raise ValueError("Breaks are made of values, but there are none.")
    ranks = torch.from_numpy(ranks_of(len(flat), n_bins)).to(flat.device)
    return different(flat.sort().values[ranks])


def hist_scaled(
    source: Any,
    brks: Any = None,
    min_px: float | None = None,
    max_px: float | None = None,
    frame: int | None = None,
) -> Tensor:
    """The values of `source` between 0 and 1 by rank: a line from break to break.

    `source` is a path, a pydicom dataset, or a tensor of values. `brks` are breaks as `freqhist_bins` makes them, of
    many pictures for instance; a number of groups, by default 100, stands for those of this picture.
    `min_px` and `max_px` cut the values off before. What lies outside of the breaks is 0 or 1; padding is 0, and not
    counted. Where all values are equal, there is nothing to rank: all are 0.
    Shapes: as `pixels`. Returns: float32.
    """
    if isinstance(source, Tensor):
        return _one_by_one(source.float(), None, brks, min_px, max_px)
    ds = dcmread(source, VALUE_TAGS)
    check_gray(ds)
    stored = stored_values(ds, frame)
    outside = padding_of(ds, stored)
    if (
        stored.dtype.kind == "f"
        or stored.dtype.itemsize > 2
        or (frame is None and stored.ndim == 3 and "PerFrameFunctionalGroupsSequence" in ds)
    ):
        seen = _one_by_one(modality_values(stored, ds, frame), outside, brks, min_px, max_px)
    else:
        seen = _by_table(stored, outside, ds, frame, brks, min_px, max_px)
    if outside is not None:
        seen[torch.from_numpy(outside)] = 0
    return seen


def by_rank(values: Tensor, brks: Tensor) -> Tensor:
    """`values`, of any shape and on any device, between 0 and 1 by the increasing breaks `brks`, shape `(n,)`."""
    brks = brks.to(values.device, torch.float32)
    if len(brks) < 2:
        return torch.zeros_like(values, dtype=torch.float32)
    right = torch.bucketize(values.contiguous(), brks).clamp_(1, len(brks) - 1)
    left = right - 1
    along = (values - brks[left]) / (brks[right] - brks[left])
    return ((left + along.clamp(0, 1)) / (len(brks) - 1)).float()


def different(brks: Tensor) -> Tensor:
    """Increasing breaks, each of them once."""
    return torch.unique(brks)  # type: ignore[no-any-return, no-untyped-call]


def ranks_of(n: int, n_bins: int) -> np.ndarray:
    """Which of `n` sorted values are breaks: the middle of every group, and the ends."""
    middles = np.arange(n_bins, dtype=np.float32) / np.float32(n_bins) + np.float32(1 / 2 / n_bins)
    parts = np.concatenate(([ENDS[0]], middles, [ENDS[1]])).astype(np.float32)
    return np.asarray(np.clip((np.float32(n) * parts).astype(np.int64), 0, n - 1))


def _by_table(
    stored: np.ndarray,
    outside: np.ndarray | None,
    ds: Any,
    frame: int | None,
    brks: Any,
    min_px: float | None,
    max_px: float | None,
) -> Tensor:
    """As `_one_by_one`, but each different stored value is computed once: there are 65,536 at most."""
    least, most = int(stored.min()), int(stored.max())
    steps = np.arange(least, most + 1).astype(stored.dtype)
    values = _cut(modality_values(steps, ds, frame), min_px, max_px)
    index = _offset(stored, least)
    if brks is None or isinstance(brks, int):
        counts = np.bincount(_inside(index, outside).reshape(-1), minlength=len(steps))
        brks = _breaks_by_count(values, counts, N_BINS if brks is None else brks)
    table = by_rank(values, torch.as_tensor(brks))
    return torch.from_numpy(table.numpy().take(index))


def _offset(stored: np.ndarray, least: int) -> np.ndarray:
    """`stored - least` in numbers that are wide enough and index quickly."""
    return np.asarray(np.subtract(stored, least, dtype=np.int64))


def _breaks_by_count(values: Tensor, counts: np.ndarray, n_bins: int) -> Tensor:
    """The breaks of pixels of which `counts[i]` have `values[i]`: what sorting all of them would give."""
    _check_bins(n_bins)
    if not counts.sum():
        return torch.zeros(1)
    order = np.argsort(values.numpy(), kind="stable")  # a negative slope turns the values around
    below = np.cumsum(counts[order])
    found = np.searchsorted(below, ranks_of(int(below[-1]), n_bins), side="right")
    return different(values[torch.from_numpy(order[found])])


def _one_by_one(
    values: Tensor, outside: np.ndarray | None, brks: Any, min_px: float | None, max_px: float | None
) -> Tensor:
    values = _cut(values, min_px, max_px)
    if brks is None or isinstance(brks, int):
        inside = _inside(values, outside)
        brks = freqhist_bins(inside, N_BINS if brks is None else brks) if inside.numel() else torch.zeros(1)
    return by_rank(values, torch.as_tensor(brks))


def _check_bins(n_bins: int) -> None:
    if n_bins < 1:
        raise ValueError(f"`n_bins` is a positive number of groups, but got {n_bins!r}. Try n_bins=100.")


def _cut(values: Tensor, min_px: float | None, max_px: float | None) -> Tensor:
    return values if min_px is None and max_px is None else values.clamp(min_px, max_px)


def _inside(values: Any, outside: np.ndarray | None) -> Any:
    if outside is None:
        return values
    return values[torch.from_numpy(~outside)] if isinstance(values, Tensor) else values[~outside]
