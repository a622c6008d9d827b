"""Predictions: over a loader, of single items, and averaged over augmented versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import RandomSampler

from fastlearn.callbacks.gather import GatherPredsCallback
from fastlearn.callbacks.progress import ProgressCallback
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.passes import numbered_pass
from fastlearn.data.pipeline import merge_tfms
from fastlearn.data.sampling import SeededSampler
from fastlearn.data.transform import Transform
from fastlearn.losses.reading import activation_of, decodes_of
from fastlearn.train import loop
from fastlearn.train.answers import answers, part_of
from fastlearn.train.dispatch import name_error
from fastlearn.train.inference import inference, loss_not_reduced, pick_loader
from fastlearn.train.recorder import Recorder

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["get_preds", "in_order", "predict", "tta"]


def get_preds(
    learn: Learner,
    ds_idx: int = 1,
    dl: Any = None,
    with_input: bool = False,
    with_decoded: bool = False,
    with_loss: bool = False,
    act: Any = None,
    inner: bool = False,
    reorder: bool = True,
    save_preds: str | Path | None = None,
    save_targs: str | Path | None = None,
    with_preds: bool = True,
    with_targs: bool = True,
    concat_dim: int = 0,
    cbs: Any = None,
) -> tuple[Any, ...]:
    """See `Learner.get_preds`."""
    loader = in_order(pick_loader(learn, ds_idx, None)) if dl is None else dl
    act = activation_of(learn.loss_func) if act is None else act
    gather = GatherPredsCallback(
        with_input, with_loss, save_preds, save_targs, with_preds, with_targs, concat_dim, reorder, act
    )
    with (
        inference(learn),
        learn.removed_cbs([Recorder, ProgressCallback] if inner else Recorder),
        learn.added_cbs([gather]),
        learn.added_cbs(cbs),
    ):
        if with_loss:
            with loss_not_reduced(learn):
                loop.validate(learn, loader)
        else:
            loop.validate(learn, loader)
    learn.pred_positions = gather.positions
    preds = gather.rows("preds")
    decoded = [decodes_of(learn.loss_func)(preds)] if with_decoded and preds is not None else []
    inputs = [gather.rows("inputs")] if with_input else []
    losses = [gather.rows("losses")] if with_loss else []
    return (*inputs, preds, gather.rows("targs"), *decoded, *losses)


def predict(learn: Learner, item: Any, rm_type_tfms: int | None = None, with_input: bool = False) -> Any:
    """See `Learner.predict`."""
    many = isinstance(item, list)
    items = item if many else [item]
    if not items:
        return []
    try:
        loader = _items_loader(learn, items, rm_type_tfms)
        with learn.no_bar(), _alone(learn, loader):
            inputs, preds, _, decoded = get_preds(learn, dl=loader, with_input=True, with_decoded=True)
    except Exception as error:
        if isinstance(item, tuple):
            name_error(error, "A tuple is one item of several parts; for several items try a list")
        raise
    labels = answers(learn.dls, inputs, decoded)
    results: list[tuple[Any, ...]] = [(label, part_of(decoded, i), part_of(preds, i)) for i, label in enumerate(labels)]
    if with_input:
        inputs = learn.input_tfms.decode(inputs)  # as the loader gave them
        results = [(part_of(inputs, i), *result) for i, result in enumerate(results)]
    return results if many else results[0]


@contextmanager
def _alone(learn: Learner, loader: Any) -> Iterator[None]:
    """Inside, this process works by itself on all of `loader`: one of several may ask what an item is."""
    processes, learn.processes = learn.processes, None
    if processes is not None and isinstance(loader, DataLoader):
        loader.share = None
    try:
        yield
    finally:
        learn.processes = processes


def tta(
    learn: Learner,
    ds_idx: int = 1,
    dl: Any = None,
    n: int = 4,
    item_tfms: Any = None,
    batch_tfms: Any = None,
    beta: float | None = 0.25,
    use_max: bool = False,
) -> tuple[Any, Any]:
    """See `Learner.tta`."""
    if n < 1:
        raise ValueError(f"`n` is the number of augmented passes, at least 1, but got {n!r}. Try n=4.")
    loader = in_order(pick_loader(learn, ds_idx, dl))
    given = {"after_item": item_tfms, "after_batch": batch_tfms}
    changes = {name: _in_place_of_augmentation(loader, name, tfms) for name, tfms in given.items() if tfms is not None}
    augmented_loader = _as_split(loader, 0, **changes)
    with learn.no_bar():
        plain, targets, *_ = get_preds(learn, dl=_as_split(loader, 1))
        passes = []
        for number in range(n):
            with numbered_pass(augmented_loader, number):
                predictions, moved, *_ = get_preds(learn, dl=augmented_loader)
            _check_unmoved(targets, moved)
            passes.append(predictions)
    if use_max:
        return _of_each_output(lambda *all_passes: torch.stack(all_passes).amax(0), plain, *passes), targets
    augmented = _of_each_output(lambda *all_passes: torch.stack(all_passes).mean(0), *passes)
    if beta is None:
        return (augmented, plain), targets
    return _of_each_output(lambda one, other: torch.lerp(one, other, beta), augmented, plain), targets


def _in_place_of_augmentation(loader: Any, name: str, tfms: Any) -> list[Transform]:
    """`tfms`, and of a loader's steps those that are the same in training and validation: to tensors, normalised."""
    return merge_tfms([step for step in getattr(loader, name, ()) if not step.augments], tfms)


def _check_unmoved(targets: Any, moved: Any) -> None:
    """Raises: ValueError where augmentation changed the targets: predictions for other masks cannot be averaged."""
    pairs = zip(targets, moved, strict=True) if isinstance(targets, tuple) else [(targets, moved)]
    for target, other in pairs:
        same = not isinstance(target, Tensor) or target.shape == other.shape
        if not same or (isinstance(target, Tensor) and not torch.equal(target.nan_to_num(), other.nan_to_num())):
            raise ValueError(
                "The augmentation moves the targets (masks, points, boxes, images) with their pictures, so that the "
                "predictions of two passes do not belong together. Try get_preds, or steps that leave the targets as "
                "they are, such as tta(batch_tfms=[Brightness(), Contrast()]) where no item transform is random."
            )


def _of_each_output(function: Callable[..., Any], *passes: Any) -> Any:
    """`function` of what each pass predicts, for each output of a model that has several."""
    if isinstance(passes[0], tuple):
        return tuple(_of_each_output(function, *outputs) for outputs in zip(*passes, strict=True))
    return function(*passes)


def in_order(loader: Any) -> Any:
    """`loader` without shuffling and without leaving out the last batch, so that rows follow the data set."""
    if isinstance(loader, DataLoader):
        plain = isinstance(loader.sampler, SeededSampler) and not loader.shuffle and not loader.drop_last
        plain = plain and not (loader.share is not None and loader.share.even)
        return loader if plain else loader.new(shuffle=False, drop_last=False, sampler=None, batch_sampler=None)
    if isinstance(loader, TorchLoader) and loader.batch_size is not None:
        if not isinstance(loader.sampler, RandomSampler) and not loader.drop_last:
            return loader
        return TorchLoader(
            loader.dataset,
            loader.batch_size,
            num_workers=loader.num_workers,
            collate_fn=loader.collate_fn,
            pin_memory=loader.pin_memory,
            worker_init_fn=loader.worker_init_fn,
        )
    return loader


def _items_loader(learn: Learner, items: list[Any], rm_type_tfms: int | None) -> Any:
    if isinstance(learn.dls, DataLoaders) and isinstance(learn.dls.train, DataLoader):
        return learn.dls.test_dl(items, rm_type_tfms=rm_type_tfms)
    if all(isinstance(item, Tensor) for item in items):
        size = getattr(learn.dls.train, "batch_size", None) or 64
        stacked = torch.stack(items)
        return [(chunk,) for chunk in torch.split(stacked, size)]
    raise TypeError(
        f"The loaders do not say how to make an input of {type(items[0]).__name__}. Try predict with the tensor that "
        "the model takes for one item, or loaders made by DataBlock or DataLoaders.from_dsets."
    )


def _as_split(loader: Any, split_idx: int, **changes: Any) -> Any:
    """`loader` with the transforms of a split: augmentation for 0, none for 1; loaders of torch have no splits."""
    if not isinstance(loader, DataLoader):
        if changes:
            raise TypeError(
                f"Transforms can be replaced in loaders of fastlearn only, but got a {type(loader).__name__}. "
                "Try tta without item_tfms and batch_tfms."
            )
        return loader
    dataset: Any = loader.dataset
    if hasattr(dataset, "with_split_idx"):
        dataset = dataset.with_split_idx(split_idx)
    return loader.new(dataset, split_idx=split_idx, **changes)
