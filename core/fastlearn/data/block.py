"""Data declared in one sentence: what the parts of a sample are, how to get the items, how to split and change them."""

from __future__ import annotations

import copy
import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from fastlearn.data.category import (
    Categorize,
    EncodedMultiCategorize,
    MultiCategorize,
    OneHotEncode,
    RegressionSetup,
)
from fastlearn.data.datasets import Datasets
from fastlearn.data.items import as_items
from fastlearn.data.own_settings import own_arguments, with_own_arguments
from fastlearn.data.pipeline import as_list, merge_tfms
from fastlearn.data.problems import DataError, describe
from fastlearn.data.transform import ItemTransform, Transform, mk_transform
from fastlearn.keywords import check_keywords, unknown_keyword

if TYPE_CHECKING:
    from fastlearn.data.loader import DataLoader
    from fastlearn.data.loaders import DataLoaders


class TransformBlock:
    """One part of a sample: the steps from an item to its value, and the transforms its kind needs on item and batch.

    `kind` is the word by which losses, metrics and viewers know this part; leave it None if a type transform says it.
    """

    kind: str | None = None

    @check_keywords
    def __init__(
        self,
        type_tfms: Any = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        dl_type: type[DataLoader] | None = None,
        dls_kwargs: dict[str, Any] | None = None,
    ) -> None:
        self.type_tfms, self.item_tfms, self.batch_tfms = as_list(type_tfms), as_list(item_tfms), as_list(batch_tfms)
        self.dl_type, self.dls_kwargs = dl_type, dict(dls_kwargs or {})

    def getter_steps(self, getter: Callable[[Any], Any] | None) -> list[Any]:
        """The steps before the block's own: the getter of its part, if there is one."""
        return [] if getter is None else [_as_getter(getter)]

    def default_splitter(
        self, getter: Callable[[Any], Any] | None, seed: int | None
    ) -> Callable[[Any], Sequence[Any]] | None:
        """How items are split when nobody says: None for any way, or a splitter that knows this sort of data better."""
        return None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(type_tfms={self.type_tfms})"


class CategoryBlock(TransformBlock):
    """Targets that are one label each; the vocabulary comes from the training items unless given."""

    kind = "category"

    @check_keywords
    def __init__(self, vocab: Iterable[Any] | None = None, sort: bool = True, add_na: bool = False) -> None:
        super().__init__(type_tfms=Categorize(vocab, sort=sort, add_na=add_na))


class MultiCategoryBlock(TransformBlock):
    """Targets that are a list of labels each, or with `encoded` zeros and ones, one for each label of `vocab`."""

    kind = "multicategory"

    @check_keywords
    def __init__(self, encoded: bool = False, vocab: Iterable[Any] | None = None, add_na: bool = False) -> None:
        if encoded and vocab is None:
            raise DataError("Encoded targets have no names of their own: try MultiCategoryBlock(encoded=True, "
                            "vocab=[...]) with one label for each number.")  # fmt: skip
        tfms = [EncodedMultiCategorize(vocab or ())] if encoded else [MultiCategorize(vocab, add_na), OneHotEncode()]
        super().__init__(type_tfms=tfms)


class RegressionBlock(TransformBlock):
    """Targets that are numbers, `n_out` of them for each item (counted on the first item if not given)."""

    kind = "regression"

    @check_keywords
    def __init__(self, n_out: int | None = None) -> None:
        super().__init__(type_tfms=RegressionSetup(c=n_out))


class DataBlock:
    """How to make data sets and loaders from a source.

    `blocks`: one block for each part of a sample (a block, or its class); the last is the target unless `n_inp` says
    otherwise. `get_items` finds the items in the source (default: the source is the items); `get_x` and `get_y` (or
    `getters`, one for each block) get each part from an item; `splitter` gives the positions for training and
    validation (default: a random fifth for validation). `item_tfms` and `batch_tfms` join those of the blocks, and take
    the place of a block's transform of the same class.
    """

    @check_keywords
    def __init__(
        self,
        blocks: Any = None,
        dl_type: type[DataLoader] | None = None,
        getters: Sequence[Callable[[Any], Any] | None] | None = None,
        n_inp: int | None = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        get_items: Callable[[Any], Any] | None = None,
        get_x: Any = None,
        get_y: Any = None,
        splitter: Callable[[Any], Sequence[Any]] | None = None,
    ) -> None:
        self.blocks = [_as_block(block) for block in _as_blocks(blocks)]
        self.n_inp = max(1, len(self.blocks) - 1) if n_inp is None else n_inp
        self.dl_type = dl_type or next((b.dl_type for b in reversed(self.blocks) if b.dl_type), None)
        self.get_items, self.splitter = get_items, splitter
        self.getters = self._all_getters(getters, get_x, get_y)
        self.item_tfms = merge_tfms(_to_tensor(), *(b.item_tfms for b in self.blocks), item_tfms)
        self.batch_tfms = merge_tfms(*(b.batch_tfms for b in self.blocks), batch_tfms)

    def _all_getters(self, getters: Any, get_x: Any, get_y: Any) -> list[Any]:
        found = [None] * len(self.blocks) if getters is None else list(getters)
        if len(found) != len(self.blocks):
            raise DataError(f"There is one getter for each block, but got {len(found)} getters for {len(self.blocks)} "
                            "blocks. Try None where an item needs no getting.")  # fmt: skip
        for name, given, start, stop in (("get_x", get_x, 0, self.n_inp), ("get_y", get_y, self.n_inp, len(found))):
            if given is None:
                continue
            listed = as_list(given)
            if len(listed) != stop - start:
                raise DataError(f"`{name}` is one function for each of {stop - start} parts, but got {len(listed)}. "
                                f"Try a list of functions, or n_inp to say how many blocks are inputs.")  # fmt: skip
            found[start:stop] = listed
        return found

    @classmethod
    def from_columns(
        cls, blocks: Any = None, getters: Sequence[Any] | None = None, get_items: Any = None, **kwargs: Any
    ) -> DataBlock:
        """A block whose source (or what `get_items` makes of it) is one column for each part: (inputs, targets)."""
        from fastlearn.data.find import ItemGetter

        found = getters or [ItemGetter(i) for i in range(len(_as_blocks(blocks)))]
        return cls(blocks, getters=found, get_items=_Rows(get_items), **kwargs)

    def new(self, item_tfms: Any = None, batch_tfms: Any = None) -> DataBlock:
        """A copy with more, or other, item and batch transforms."""
        other = copy.copy(self)
        other.item_tfms = merge_tfms(self.item_tfms, item_tfms)
        other.batch_tfms = merge_tfms(self.batch_tfms, batch_tfms)
        return other

    def items_of(self, source: Any) -> Any:
        """The items in `source`. Raises: DataError if there are none."""
        items = as_items(source if self.get_items is None else self.get_items(source))
        if len(items) == 0:
            raise DataError(_why_no_items(items, None if self.get_items is None else f"get_items({describe(source)})"))
        return items

    def datasets(self, source: Any, seed: int | None = None) -> Datasets:
        """The items of `source` as samples, split. `seed` is for the default splitter."""
        items = self.items_of(source)
        splits = (self.splitter or self._default_splitter(seed))(items)
        dsets = Datasets(items, [self._type_tfms(i) for i in range(len(self.blocks))], n_inp=self.n_inp, splits=splits,
                         dl_type=self.dl_type)  # fmt: skip
        for tl, block in zip(dsets.tls, self.blocks, strict=True):
            if block.kind is not None:
                tl.say_kind(block.kind)
        return dsets

    def _default_splitter(self, seed: int | None) -> Callable[[Any], Sequence[Any]]:
        """That of the first block which has one, else a random one."""
        from fastlearn.data.split import RandomSplitter

        made = (block.default_splitter(get, seed) for block, get in zip(self.blocks, self.getters, strict=True))
        return next((one for one in made if one is not None), RandomSplitter(seed=seed))

    def _type_tfms(self, i: int) -> list[Transform]:
        """The steps of part `i`, fresh: what they learn from this source stays with it."""
        getter, block = self.getters[i], self.blocks[i]
        return block.getter_steps(getter) + [copy.copy(mk_transform(tfm)) for tfm in block.type_tfms]

    def dataloaders(
        self,
        source: Any,
        path: str | os.PathLike[str] = ".",
        bs: int = 64,
        val_bs: int | None = None,
        shuffle: bool = True,
        device: torch.device | str | None = None,
        seed: int | None = None,
        item_tfms: Any = None,
        batch_tfms: Any = None,
        dls_type: type[DataLoaders] | None = None,
        **kwargs: Any,
    ) -> DataLoaders:
        """The loaders over `source`. Further arguments are those of `DataLoaders.from_dsets`.

        One `seed` covers the default split, the order of the items and the random transforms.
        """
        from fastlearn.data.loaders import DataLoaders

        made = dls_type or DataLoaders
        _check_extra(kwargs, made, kwargs.get("dl_type") or self.dl_type)
        block = self.new(item_tfms, batch_tfms)
        given = {"path": path, "bs": bs, "val_bs": val_bs, "shuffle": shuffle, "device": device, "seed": seed}
        return block.loaders_over(block.datasets(source, seed), made, given, kwargs)

    def loaders_over(
        self, dsets: Datasets, dls_type: type[DataLoaders], given: dict[str, Any], chosen: dict[str, Any]
    ) -> DataLoaders:
        """Loaders over data sets that this block made; `chosen` outdoes the blocks' own settings, those `given`."""
        settings = dict(given)
        for one in self.blocks:
            settings.update(one.dls_kwargs)
        settings.update(after_item=fresh(self.item_tfms), after_batch=fresh(self.batch_tfms), dl_type=dsets.dl_type)
        settings = with_own_arguments({**settings, **chosen}, dsets.n_subsets)
        return dls_type.from_dsets(*(dsets.subset(i) for i in range(dsets.n_subsets)), **settings)

    def summary(self, source: Any, bs: int = 4, show_batch: bool = False, **kwargs: Any) -> None:
        """Print what every stage makes of one item and one batch of `source`, and explain what does not fit."""
        from fastlearn.data.summary import print_summary

        print_summary(self, source, bs, show_batch, kwargs)

    def __repr__(self) -> str:
        return f"DataBlock(blocks={self.blocks}, item_tfms={self.item_tfms}, batch_tfms={self.batch_tfms})"


class _Rows:
    """Columns to rows: what `get_items` makes of the source, zipped."""

    def __init__(self, get_columns: Any) -> None:
        self.get_columns = get_columns

    def __call__(self, source: Any) -> list[tuple[Any, ...]]:
        columns = source if self.get_columns is None else self.get_columns(source)
        return list(zip(*columns, strict=True))


def fresh(tfms: Sequence[Transform]) -> list[Transform]:
    """Copies of transforms, so that what they learn from one source stays with it."""
    return [copy.copy(tfm) for tfm in tfms]


def _as_blocks(blocks: Any) -> list[Any]:
    if blocks is None:
        return [TransformBlock(), TransformBlock()]
    return list(blocks) if isinstance(blocks, Iterable) else [blocks]


def _as_block(block: Any) -> TransformBlock:
    made = block if isinstance(block, TransformBlock) else block() if callable(block) else block
    if not isinstance(made, TransformBlock):
        raise DataError(f"`blocks` holds blocks or block classes, one for each part of a sample, but got {block!r}. "
                        "Try blocks=(ImageBlock, CategoryBlock).")  # fmt: skip
    return made


def _as_getter(getter: Any) -> Transform:
    """A getter takes its item whole, also one that is a tuple."""
    step = getter.func if isinstance(getter, partial) else getter
    return mk_transform(getter) if isinstance(step, Transform) else ItemTransform(getter)


def _to_tensor() -> list[Any]:
    from fastlearn.vision.tensors import ToTensor

    return [ToTensor()]


def _check_extra(kwargs: dict[str, Any], dls_type: type[DataLoaders], dl_type: Any) -> None:
    takers = (dls_type.from_dsets, DataBlock.dataloaders)
    known = {name for taker in takers for name in inspect.signature(taker).parameters} | own_arguments(dl_type)
    wrong = next((name for name in kwargs if name not in known), None)
    if wrong is not None:
        raise unknown_keyword("DataBlock.dataloaders", wrong, known - {"ds", "kwargs", "source"})


def _why_no_items(items: Any, call: str | None) -> str:
    if call is not None:
        return f"There are no items in {call}. Try it alone, and check the folder or the table."
    if hasattr(items, "columns"):
        return f"The table has no rows, only the columns {', '.join(map(repr, items.columns))}. Look at how it is read."
    return f"There are no items: got an empty {type(items).__name__}. Look at the call that made it."
