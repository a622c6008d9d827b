"""Targets made of labels or numbers: to tensors and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import torch

from fastlearn.data.items import item_getter
from fastlearn.data.problems import DataError, describe, short
from fastlearn.data.transform import Transform

NA = "#na#"


class CategoryMap(Sequence[Any]):
    """The distinct values of `col`, each with an index: reads as a sequence of labels, `o2i` maps the way back.

    Missing values (None, NaN) are dropped. `sort` orders the labels, else they stay as first met; `add_na` puts
    `#na#` at index 0 and maps unknown labels there. A categorical column gives its own categories, with `strict`
    only those that occur.
    """

    def __init__(self, col: Iterable[Any], sort: bool = True, add_na: bool = False, strict: bool = False) -> None:
        categories = None if strict else _own_categories(col)
        labels = list(categories) if categories is not None else _distinct(col)
        if sort and categories is None:
            labels = _in_order(labels)
        self.items: list[Any] = [NA, *(label for label in labels if label != NA)] if add_na else labels
        self.o2i: dict[Any, int] = {label: i for i, label in enumerate(self.items)}
        self.add_na = add_na

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same map again."""
        return {"col": self.items, "sort": False, "add_na": self.add_na}

    def index_of(self, label: Any) -> int:
        """The index of `label`. Raises: DataError if it is not in the vocabulary (0 instead, with `add_na`)."""
        label = plain_label(label)
        try:
            return self.o2i[label]
        except (KeyError, TypeError):
            if self.add_na:
                return 0
            raise DataError(self._unknown(label)) from None

    def map_objs(self, objs: Iterable[Any]) -> list[int]:
        """The index of each label."""
        return [self.index_of(o) for o in objs]

    def map_ids(self, ids: Iterable[Any]) -> list[Any]:
        """The label at each index."""
        return [self.label_at(i) for i in ids]

    def label_at(self, index: Any) -> Any:
        """The label at `index`. Raises: DataError if there is none."""
        i = int(index)
        if not 0 <= i < len(self.items):
            raise DataError(
                f"There are {len(self.items)} labels, numbered from 0, but number {i} was asked for. Check "
                "that the model has one output for each label, and that no transform changes the targets."
            )
        return self.items[i]

    def _unknown(self, label: Any) -> str:
        if isinstance(label, list | set | dict):
            return (f"A category is one label, but got {describe(label)}. Try MultiCategoryBlock for items with "
                    "several labels.")  # fmt: skip
        close = get_close_matches(str(label), [str(item) for item in self.items], n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "."
        known = ", ".join(repr(i) for i in self.items[:8]) + (", …" if len(self.items) > 8 else "")
        return (f"The label {label!r} is not one of the {len(self.items)} known ones ({known}){hint} Labels come from "
                "the training set: try StratifiedSplitter(), or give all of them with vocab=[...].")  # fmt: skip

    def __getitem__(self, index: Any) -> Any:
        """The label at `index`; a list of them for a slice, for several indices, or for a yes or no to each label."""
        if isinstance(index, slice):
            return self.items[index]
        asked = index.tolist() if hasattr(index, "tolist") else index  # tensors and arrays, of any device
        if not isinstance(asked, list | tuple):
            return self.items[int(asked)]
        if asked and all(isinstance(one, bool) for one in asked):
            if len(asked) != len(self.items):
                raise IndexError(f"There are {len(self.items)} labels, but a yes or no for {len(asked)} of them.")
            return [item for item, yes in zip(self.items, asked, strict=True) if yes]
        return [self.items[int(one)] for one in asked]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __contains__(self, label: Any) -> bool:
        return plain_label(label) in self.o2i

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Iterable) and not isinstance(other, str) and list(other) == self.items

    __hash__ = None  # type: ignore[assignment]  # a sequence that equals a list hashes no more than a list does

    def __repr__(self) -> str:
        return repr(self.items)


class Categorize(Transform):
    """A label to its index, int64 of shape `()`, and back. Unless given, the vocabulary is learnt in training."""

    order = 1
    kind = "category"
    train_setup = True

    def __init__(self, vocab: Iterable[Any] | None = None, sort: bool = True, add_na: bool = False) -> None:
        super().__init__()
        self.sort, self.add_na = sort, add_na
        if vocab is not None and not isinstance(vocab, CategoryMap):  # a map keeps the order that it has
            vocab = CategoryMap(vocab, sort=sort, add_na=add_na)
        self.vocab: CategoryMap | None = vocab

    def setups(self, items: Any) -> None:
        if self.vocab is None and items is not None:
            col = items if _own_categories(items) is not None else self._all_labels(items)
            self.vocab = _learnt(CategoryMap(col, sort=self.sort, add_na=self.add_na), items)

    def _all_labels(self, items: Any) -> list[Any]:
        by_item = [self.labels_in(value) for value in items]
        bare = [i for i, labels in enumerate(by_item) if any(map(is_missing, labels))]
        if bare and len(bare) < len(by_item) and not self.add_na:
            raise DataError(f"{_count_missing(bare, items, 'training', 'label')}. Leave them out, or try add_na=True.")
        return [label for labels in by_item for label in labels]

    @property
    def c(self) -> int | None:
        """How many categories there are."""
        return None if self.vocab is None else len(self.vocab)

    def labels_in(self, value: Any) -> list[Any]:
        """The labels that `value`, the input of this step, stands for."""
        return [plain_label(value)]

    def encodes(self, x: Any) -> torch.Tensor:
        # By way of numpy: around each of torch's operations, threads that read other items change places.
        return torch.from_numpy(np.array(_known(self.vocab, self).index_of(x), np.int64))

    def decodes(self, x: Any) -> Any:
        return _known(self.vocab, self).label_at(x)


class MultiCategorize(Categorize):
    """A list of labels to their indices, int64 of shape `(k,)`, and back."""

    kind = "multicategory"
    whole = True

    def __init__(self, vocab: Iterable[Any] | None = None, add_na: bool = False) -> None:
        super().__init__(vocab, sort=vocab is None, add_na=add_na)

    def labels_in(self, value: Any) -> list[Any]:
        """The labels of one item."""
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise DataError(f"Items with several labels have a list of them, but got {describe(value)}. Try splitting "
                            "the text (ColReader(..., label_delim=' ')), or CategoryBlock for one label.")  # fmt: skip
        return [plain_label(label) for label in value]

    def encodes(self, x: Any) -> torch.Tensor:
        vocab = _known(self.vocab, self)
        return torch.tensor([vocab.index_of(label) for label in self.labels_in(x)], dtype=torch.int64)

    def decodes(self, x: Any) -> list[Any]:
        return _known(self.vocab, self).map_ids(x)


class OneHotEncode(Transform):
    """Indices, shape `(k,)`, to zeros and ones, float32 of shape `(c,)`, and back; `c` is learnt if not given."""

    order = 2
    kind = "multicategory"

    def __init__(self, c: int | None = None) -> None:
        super().__init__()
        self.c = c

    def setups(self, items: Any) -> None:
        vocab = getattr(items, "vocab", None)
        if self.c is None and vocab is not None:
            self.c = len(vocab)

    def encodes(self, x: Any) -> torch.Tensor:
        if not self.c:
            raise DataError("OneHotEncode does not know how many classes there are. Try OneHotEncode(c=...), or put "
                            "MultiCategorize before it.")  # fmt: skip
        hot = torch.zeros(self.c)
        hot[torch.as_tensor(x, dtype=torch.int64)] = 1.0
        return hot

    def decodes(self, x: Any) -> torch.Tensor:
        return torch.nonzero(torch.as_tensor(x) > 0.5).flatten()


class EncodedMultiCategorize(Transform):
    """Targets that are zeros and ones already, one for each of `vocab`: to float32, `(c,)`, and back to labels."""

    order = 1
    kind = "multicategory"
    whole = True

    def __init__(self, vocab: Iterable[Any]) -> None:
        super().__init__()
        self.vocab = CategoryMap(vocab, sort=False)

    @property
    def c(self) -> int:
        """How many categories there are."""
        return len(self.vocab)

    def encodes(self, x: Any) -> torch.Tensor:
        hot = torch.as_tensor(x, dtype=torch.float32)
        if hot.shape != (self.c,):
            raise DataError(f"An encoded target has one number for each of the {self.c} labels, but got {describe(x)}. "
                            "Try MultiCategoryBlock(encoded=False) for targets that are lists of labels.")  # fmt: skip
        return hot

    def decodes(self, x: Any) -> list[Any]:
        return self.vocab.map_ids(torch.nonzero(torch.as_tensor(x) > 0.5).flatten())


class RegressionSetup(Transform):
    """Targets that are numbers: to float32, shape `()` or `(c,)`; `c` is counted on the first item if not given."""

    kind = "regression"
    whole = True

    def __init__(self, c: int | None = None) -> None:
        super().__init__()
        self.c = c

    def setups(self, items: Any) -> None:
        if items is None or not len(items):
            return
        self.check_numbers(items, "training")
        if self.c is None:
            self.c = max(1, self.encodes(items[0]).numel())

    def check_numbers(self, items: Any, split: str) -> None:
        """Raise DataError if a target among `items` is missing, or a number in it: every loss would be NaN."""
        bare = [i for i, value in enumerate(items) if _lacks_number(value)]
        if bare:
            raise DataError(f"{_count_missing(bare, items, split, 'target number')}. Leave them out, or fill them in "
                            "before training.")  # fmt: skip

    def encodes(self, x: Any) -> torch.Tensor:
        try:
            return torch.as_tensor(x, dtype=torch.float32)
        except (TypeError, ValueError, RuntimeError):
            raise DataError(f"A regression target is a number or a list of numbers, but got {describe(x)}. Try "
                            "CategoryBlock if it is a label, or convert it in get_y.") from None  # fmt: skip

    def decodes(self, x: Any) -> Any:
        value = torch.as_tensor(x)
        return value.item() if value.ndim == 0 else value.tolist()


def plain_label(label: Any) -> Any:
    """A label as a plain Python value, so that equal ones are one: tensors and numpy scalars are unpacked."""
    if isinstance(label, torch.Tensor) and label.ndim == 0:
        return label.item()
    return label.item() if type(label).__module__ == "numpy" and getattr(label, "ndim", None) == 0 else label


def is_missing(label: Any) -> bool:
    """Whether `label` stands for "no label": None, NaN, or one of pandas' own marks."""
    if label is None or type(label).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(label, float) and label != label  # only NaN differs from itself


def _lacks_number(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return bool(value.isnan().any())
    if isinstance(value, list | tuple) or getattr(value, "ndim", 0) > 0:
        return any(_lacks_number(part) for part in value)
    return is_missing(plain_label(value))


def _count_missing(bare: list[int], items: Any, split: str, what: str) -> str:
    """How many of `items` have no `what`, and the first of them."""
    sources = getattr(items, "items", None)  # a list of items seen through transforms knows its sources
    first = "" if sources is None or callable(sources) else f" ({short(item_getter(sources)(bare[0]))})"
    return f"{len(bare)} of {len(items)} {split} items have no {what}, the first is item {bare[0]}{first}"


def _distinct(col: Iterable[Any]) -> list[Any]:
    try:
        return [label for label in dict.fromkeys(plain_label(o) for o in col) if not is_missing(label)]
    except TypeError as error:
        raise DataError("A category is one label that can be compared, but the labels are lists or the like "
                        f"({error}). Try MultiCategoryBlock for items with several labels.") from error  # fmt: skip


def _own_categories(col: Any) -> Iterable[Any] | None:
    """The categories of a pandas column or index that is categorical already."""
    holder = getattr(col, "dtype", None)
    categories = getattr(holder, "categories", None)
    return None if categories is None else [plain_label(o) for o in categories]


def _in_order(labels: list[Any]) -> list[Any]:
    try:
        return sorted(labels)
    except TypeError:  # labels of several types have no order of their own
        return sorted(labels, key=lambda label: (type(label).__name__, str(label)))


def _learnt(vocab: CategoryMap, items: Any) -> CategoryMap:
    if len(vocab) == 0 or list(vocab) == [NA]:
        count = len(items) if hasattr(items, "__len__") else 1
        if count == 0:
            raise DataError("Without training items there are no labels to learn. Look at what get_items and "
                            "the splitter return.")  # fmt: skip
        raise DataError(f"None of the {count} training items has a label, so there is no vocabulary to learn. Look at "
                        "what get_y or the labeller returns for the first item.")  # fmt: skip
    return vocab


def _known(vocab: CategoryMap | None, step: Transform) -> CategoryMap:
    if vocab is None:
        raise DataError(f"{type(step).__name__} has no vocabulary yet. Try {type(step).__name__}(vocab=[...]), or "
                        "setup(labels) first.")  # fmt: skip
    return vocab
