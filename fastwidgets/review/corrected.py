"""Loaders over the same data with the decisions of a review in them: nothing of the user's is touched."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from fastlearn.data.category import CategoryMap, EncodedMultiCategorize, OneHotEncode
from fastlearn.data.datasets import Datasets
from fastlearn.data.items import select
from fastlearn.data.loader import DataLoader
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import DataError
from numpy.typing import NDArray

from fastwidgets.review.corrected_labels import CorrectedLabels, CorrectedSamples, encoded, item_key
from fastwidgets.review.label_steps import PipelineLabels, RowLabels, SampleLabels, label_steps
from fastwidgets.review.review import EXCLUDED, RELABELLED, Review

__all__ = ["corrected_loaders"]

Positions = NDArray[np.int64]


def corrected_loaders(source: Any, journal: Any = None, labels: bool = True) -> Any:
    """The loaders of a learner (or `DataLoaders`, or a `Review` of one) with its decisions in them.

    Excluded items are left out, and corrected labels read, however the data is labelled; every item stays on its side
    of the split, and batch sizes, transforms and seeds are as they were. With `labels=False` items are left out alone.
    Classes that were added come last in the vocabulary. The loaders that were there stay as they are.
    Raises: DataError where nothing would be left to train on.
    """
    review = Review.of(source, journal)
    dls = review.dls if review.dls is not None else source
    offset, loaders, corrections = 0, list(dls.loaders), _corrections(review) if labels else {}
    names = review.classes if labels else []
    for k, loader in enumerate((dls.train, dls.valid)[: len(loaders)]):
        n = _length(loader)
        ids = range(offset, offset + n)
        kept = np.asarray([i - offset for i in ids if review.decisions[i] != EXCLUDED], np.int64)
        if k == 0 and not len(kept):
            raise DataError("All training items were excluded, so there is nothing left to train on. Keep some.")
        own = {i - offset: value for i, value in corrections.items() if i in ids}
        known = [review.source.classes.value_of(name) for name in names]
        loaders[k] = _loader(loader, _dataset(loader.dataset, kept, own, corrections, review, known), kept, n)
        offset += n
    made = copy.copy(dls)
    made.loaders = loaders
    return made


def _corrections(review: Review) -> dict[int, Any]:
    """The new label, as the data has it, of each relabelled item."""
    return {i: review.value(review.labels[i]) for i, one in enumerate(review.decisions) if one == RELABELLED}


def _length(loader: Any) -> int:
    return len(loader.dataset) if hasattr(loader, "dataset") else 0


def _dataset(
    dataset: Any, kept: Positions, own: Mapping[int, Any], all_: Mapping[int, Any], review: Review, known: Sequence[Any]
) -> Any:
    """`dataset` with the items `kept`; `own` are its corrections by position, `all_` those of both splits by id."""
    steps = label_steps(dataset)
    if isinstance(steps, PipelineLabels):
        whole = {item_key(review.source.items[i]): value for i, value in all_.items()}
        return _of_pipeline(steps, kept, whole, known)
    if isinstance(steps, RowLabels):
        return _of_rows(steps, kept, own, known)
    if isinstance(steps, SampleLabels):
        return CorrectedSamples(dataset, kept, own, [*steps.vocab, *_added(steps.vocab, known)])
    if isinstance(dataset, Datasets) or hasattr(dataset, "view"):
        return dataset.view(select(dataset.items, kept), dataset.split_idx)
    if hasattr(dataset, "rows") and hasattr(dataset, "rows_at"):
        return dataset.rows(kept, dataset.split_idx)
    return torch.utils.data.Subset(dataset, kept.tolist())


def _of_pipeline(steps: PipelineLabels, kept: Positions, whole: Mapping[Any, Any], known: Sequence[Any]) -> Datasets:
    dataset, part, n = steps.dataset, steps.part, steps.n_head
    made = dataset.view(select(dataset.items, kept), dataset.split_idx)
    added = _added(steps.vocab, known)
    if not whole and not added:
        return made
    tl = made.tls[part]
    fs = [CorrectedLabels(steps.head, _as_read(steps, whole, added)), *tl.tfms.fs[n:]]
    if added:
        vocab = CategoryMap([*steps.vocab, *added], sort=False)
        fs = [_wider(step, vocab, has_vocab=i == 1) for i, step in enumerate(fs)]
    tl._kinds = tl.kinds
    tl.tfms = Pipeline(split_idx=dataset.split_idx)
    tl.tfms.fs = fs
    return made


def _as_read(steps: PipelineLabels, whole: Mapping[Any, Any], added: Sequence[Any]) -> dict[Any, Any]:
    """The corrections as the first steps of the data set would have given them."""
    if not isinstance(steps.step, EncodedMultiCategorize):
        return dict(whole)
    if added:
        raise DataError(f"The class {added[0]!r} is new, but the targets here are zeros and ones, one for each of "
                        f"{len(steps.vocab)} classes. Make the data anew with a column for it.")  # fmt: skip
    return {key: encoded(value, steps.vocab) for key, value in whole.items()}


def _of_rows(steps: RowLabels, kept: Positions, own: Mapping[int, Any], known: Sequence[Any]) -> Any:
    dataset, part = steps.dataset, steps.part
    vocab = [*steps.vocab, *_added(steps.vocab, known)]
    parts = dataset.rows_at(slice(None))[dataset.n_inp :]
    ys = [y.clone() for y in parts]
    if len(vocab) > len(steps.vocab) and ys[part].ndim == 2:
        ys[part] = torch.nn.functional.pad(ys[part], (0, len(vocab) - len(steps.vocab)))
    for position, value in own.items():
        if steps.n_numbers:
            ys[part][position] = torch.tensor(value).to(ys[part].dtype)
            continue
        several = isinstance(value, list)
        ys[part][position] = encoded(value, vocab).to(ys[part].dtype) if several else vocab.index(value)
    targets = list(dataset.targets)
    if len(vocab) > len(steps.vocab):
        targets[part] = copy.copy(targets[part])
        targets[part].vocab = CategoryMap(vocab, sort=False)
    return dataset.with_targets(ys, targets).rows(kept, dataset.split_idx)


def _added(vocab: Sequence[Any], known: Sequence[Any]) -> list[Any]:
    there = {(type(value).__name__, value) for value in vocab}
    return [value for value in known if (type(value).__name__, value) not in there]


def _wider(step: Any, vocab: CategoryMap, *, has_vocab: bool) -> Any:
    """The step that has the vocabulary, or one that counts it, with the larger one."""
    if has_vocab or isinstance(step, OneHotEncode):
        step = copy.copy(step)
    if has_vocab:
        step.vocab = vocab
    elif isinstance(step, OneHotEncode):
        step.c = len(vocab)
    return step


def _loader(loader: Any, dataset: Any, kept: Positions, n: int) -> Any:
    """A loader like `loader` over what is left of its `n` items."""
    if isinstance(loader, DataLoader):
        # what a kind of loader keeps for each item, such as weights, is thinned out like the items
        own = {name: select(value, kept) for name, value in loader.settings.items()
               if isinstance(value, list | np.ndarray | torch.Tensor) and len(value) == n and name not in
               ("after_item", "before_batch", "after_batch")}  # fmt: skip
        return loader.new(dataset=dataset, **own)
    shuffled = isinstance(loader.sampler, torch.utils.data.RandomSampler)
    return torch.utils.data.DataLoader(
        dataset, batch_size=loader.batch_size, shuffle=shuffled, num_workers=loader.num_workers,
        collate_fn=loader.collate_fn, pin_memory=loader.pin_memory, drop_last=loader.drop_last,
        generator=loader.generator,
    )  # fmt: skip
