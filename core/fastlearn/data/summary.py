"""A dry run of a `DataBlock`, said aloud: what every stage makes of one item and of one batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fastlearn.data.batch import Batch
from fastlearn.data.items import item_getter
from fastlearn.data.making import is_unreadable
from fastlearn.data.problems import DataError, describe, item_error, short

if TYPE_CHECKING:
    from fastlearn.data.block import DataBlock
    from fastlearn.data.datasets import Datasets, TfmdLists
    from fastlearn.data.loader import DataLoader
    from fastlearn.data.transform import Transform


def print_summary(block: DataBlock, source: Any, bs: int, show_batch: bool, settings: dict[str, Any]) -> None:
    """Print the stages. A stage that fails is explained and ends the summary with its error."""
    from fastlearn.data.loaders import DataLoaders

    block = block.new(settings.pop("item_tfms", None), settings.pop("batch_tfms", None))
    print(f"Source: {describe(source)}")
    dsets = block.datasets(source, settings.get("seed"))
    print(f"Items: {len(dsets)}, the first is {short(item_getter(dsets.items)(0))}")
    print("Split: " + ", ".join(f"{len(dsets.subset(i))} {_split_name(i)}" for i in range(dsets.n_subsets)))
    for i, tl in enumerate(dsets.tls):
        _print_part(i, tl, dsets)
    given = {"bs": bs, "shuffle": False, "drop_last": False, "num_workers": 0}
    dl = block.loaders_over(dsets, settings.pop("dls_type", DataLoaders), given, settings).train
    sample = _print_item(dl, _first_readable(dl, bs))
    print(f"\nFinished sample: {describe(sample, 200)}")
    _print_batch(dl, bs)
    if show_batch:
        dl.show_batch()


def _print_part(i: int, tl: TfmdLists, dsets: Datasets) -> None:
    role = "input" if i < dsets.n_inp else "target"
    known = "" if tl.vocab is None else f", {len(tl.vocab)} classes: {short(list(tl.vocab), 80)}"
    print(f"\nPart {i} ({role}, {tl.kind}{known})")
    train = tl.train
    for position in range(len(train)):
        try:
            _print_steps(item_getter(train.items)(position), train.tfms, position)
            return
        except Exception as error:
            if not is_unreadable(error):
                raise
            print(f"  item {position} cannot be read, so the next one is shown: {error}")


def _print_steps(value: Any, steps: Iterable[Transform], position: int) -> Any:
    item = value
    print(f"  starts with {describe(value)}")
    for step in steps:
        try:
            value = step(value)
        except Exception as error:
            print(f"  {step.name} fails on {describe(value)}")
            raise item_error(error, item, position, step.name) from error
        print(f"  {step.name} gives {describe(value)}")
    return value


def _first_readable(dl: DataLoader, bs: int) -> Any:
    for position in range(dl.n):
        try:
            return dl.dataset[position]
        except DataError as error:
            if not is_unreadable(error) or position + 1 == dl.n:
                raise
    raise DataError("The training set is empty. Look at what get_items and the splitter return.")


def _print_item(dl: DataLoader, sample: Any) -> Any:
    print(f"\nItem transforms, on {describe(sample, 200)}")
    for step in dl.after_item:
        sample = step(sample, split_idx=dl.split_idx, kinds=dl.kinds)
        print(f"  {step.name} gives {describe(sample, 200)}")
    if not len(dl.after_item):
        print("  (none)")
    return sample


def _print_batch(dl: DataLoader, bs: int) -> None:
    print(f"\nBatch of {min(bs, dl.n)} samples")
    try:
        batch = dl.raw_batch()
    except DataError as error:
        print(f"  does not come together: {error}")
        raise
    print(f"  collating gives {_describe_batch(batch)}")
    for step in dl.after_batch:
        batch = step(batch, split_idx=dl.split_idx, kinds=getattr(batch, "kinds", None))
        print(f"  {step.name} gives {_describe_batch(batch)}")


def _describe_batch(batch: Any) -> str:
    return describe(tuple(batch) if isinstance(batch, Batch) else batch, 200)


def _split_name(i: int) -> str:
    return ("for training", "for validation")[i] if i < 2 else f"in split {i}"
