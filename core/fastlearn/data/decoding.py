"""From a batch back to samples for people: transforms undone, then shown by the viewer of their kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fastlearn.data.batch import Batch, count_samples, to_cpu
from fastlearn.data.items import item_getter
from fastlearn.data.kinds import kinds_of_parts
from fastlearn.data.show import View, show_view
from fastlearn.data.targets import loader_kinds, part_vocabs
from fastlearn.data.transform import remake_tuple
from fastlearn.keywords import at_least

if TYPE_CHECKING:
    from fastlearn.data.loader import DataLoader


def decode_batch(dl: DataLoader, b: Any, max_n: int | None = 9) -> list[tuple[Any, ...]]:
    """The first `max_n` samples of `b` as tuples with every transform of loader and data set undone."""
    n = count_samples(b) if max_n is None else min(max_n, count_samples(b))
    kinds = getattr(b, "kinds", None) or dl.kinds
    few = dl.after_batch.decode(to_cpu(first_samples(b, n)), kinds)
    decode = getattr(dl.dataset, "decode", None)
    samples = []
    for sample in split_samples(few, n):
        sample = dl.after_item.decode(sample, kinds)
        if decode is not None:
            sample = decode(sample) if isinstance(few, tuple) else (decode(sample[0]),)
        samples.append(sample)
    return samples


def show_batch(
    dl: DataLoader,
    b: Any,
    max_n: int,
    nrows: int | None,
    ncols: int | None,
    figsize: tuple[float, float] | None,
    unique: bool,
    ctxs: Sequence[Any] | None,
    show: bool,
    options: dict[str, Any],
) -> Any:
    """Show samples of `b` or of a batch read for it; see `DataLoader.show_batch`."""
    max_n = at_least("max_n", max_n if nrows is None or ncols is None else nrows * ncols, 1)
    if b is None:
        b = repeated(dl, max_n) if unique else dl.peek(max_n)
    samples = dl.decode_batch(b, max_n)
    if not show:
        return samples
    kinds = _kinds(dl, b, samples)
    view = View(samples, kinds, dl.n_inp, dl.vocab, None, ctxs, nrows, ncols, figsize,
                source_items(dl, b, len(samples)), options, part_vocabs(dl.dataset, len(kinds)))  # fmt: skip
    return _given(ctxs, show_view(view))


def show_results(
    dl: DataLoader,
    b: Any,
    out: Any,
    max_n: int,
    nrows: int | None,
    ncols: int | None,
    figsize: tuple[float, float] | None,
    ctxs: Sequence[Any] | None,
    options: dict[str, Any],
) -> Any:
    """Show samples of `b` beside predictions; see `DataLoader.show_results`."""
    samples = dl.decode_batch(b, at_least("max_n", max_n, 1))
    inputs = tuple(b)[: dl.n_inp] if isinstance(b, tuple | list) else (b,)
    predicted = Batch((*inputs, *(out if isinstance(out, tuple) else (out,))), kinds=getattr(b, "kinds", None))
    decoded = [sample[dl.n_inp :] for sample in dl.decode_batch(predicted, max_n)]
    predictions = [parts[0] if len(parts) == 1 else parts for parts in decoded]
    kinds = _kinds(dl, b, samples)
    view = View(samples, kinds, dl.n_inp, dl.vocab, predictions, ctxs, nrows, ncols, figsize,
                source_items(dl, b, len(samples)), options, part_vocabs(dl.dataset, len(kinds)))  # fmt: skip
    return _given(ctxs, show_view(view))


def decoded_targets(dl: Any, inputs: tuple[Any, ...], targets: tuple[Any, ...]) -> tuple[Any, ...]:
    """Targets, or predictions, with the batch transforms undone: points and boxes in pixels of the picture in `inputs`.

    The parts are those of a batch, or of one sample.
    """
    kinds = loader_kinds(dl)
    undo = getattr(dl, "after_batch", None)
    if undo is None or len(kinds) != len(inputs) + len(targets):
        return targets
    return tuple(undo.decode(Batch((*inputs, *targets), kinds=kinds), kinds)[len(inputs) :])


def _given(ctxs: Sequence[Any] | None, drawn: Any) -> Any:
    """What was drawn on, if the caller gave it; else None, so that a cell ends with the picture, not a list of axes."""
    return None if ctxs is None else drawn


def repeated(dl: DataLoader, n: int) -> Any:
    """A batch of one item `n` times, each with its own random transforms."""
    one = getattr(dl.peek(1), "items", None)
    position = 0 if one is None else int(one[0])
    return dl.new(shuffle=False, drop_last=False, bs=n, batch_size=None, sampler=[position] * n).one_batch()


def first_samples(b: Any, n: int) -> Any:
    """The first `n` samples of a batch."""
    if isinstance(b, tuple):
        return remake_tuple(b, [first_samples(part, n) for part in b])
    if isinstance(b, Mapping):
        return {key: first_samples(part, n) for key, part in b.items()}
    if isinstance(b, list):
        return [first_samples(part, n) for part in b]
    return b[:n] if getattr(b, "ndim", 1) else b


def split_samples(b: Any, n: int) -> list[tuple[Any, ...]]:
    """A batch as `n` samples, tuples of the class that the samples had; a lone tensor gives tuples of one part."""
    if isinstance(b, Mapping):
        return [({key: part_at(part, i) for key, part in b.items()},) for i in range(n)]
    parts = tuple(b) if isinstance(b, tuple | list) else (b,)
    kind_of_tuple = getattr(b, "sample_type", tuple)
    return [tuple.__new__(kind_of_tuple, [part_at(part, i) for part in parts]) for i in range(n)]


def part_at(part: Any, i: int) -> Any:
    """Sample `i` of one part of a batch."""
    if isinstance(part, tuple) and part and not isinstance(part[0], str | bytes):
        return remake_tuple(part, [part_at(inner, i) for inner in part])
    return part[i]


def source_items(dl: DataLoader, b: Any, n: int) -> list[Any] | None:
    """The source items (paths, rows) of the first `n` samples of a batch; None where they are not known."""
    positions: np.ndarray | None = getattr(b, "items", None)
    items = getattr(dl.dataset, "items", None)
    if not isinstance(positions, np.ndarray) or items is None or callable(items):
        return None
    get = item_getter(items)
    return [get(int(position)) for position in positions[:n]]


def _kinds(dl: DataLoader, b: Any, samples: list[tuple[Any, ...]]) -> tuple[str, ...]:
    kinds = getattr(b, "kinds", None) or dl.kinds
    if kinds is None and samples:
        kinds = kinds_of_parts(samples[0])
    return (kinds or ())[: len(samples[0])] if samples else kinds or ()
