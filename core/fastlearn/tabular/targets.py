"""The targets of a table: columns of labels or numbers to tensors, and back to words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fastlearn.data.category import CategoryMap
from fastlearn.data.check import check_labels
from fastlearn.data.label import check_delim, split_labels
from fastlearn.data.problems import DataError, short
from fastlearn.tabular.columns import Rows
from fastlearn.tabular.frame import named_rows
from fastlearn.tabular.labels import labels_in, labels_of, lookup, recode
from fastlearn.tabular.numbers import as_numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CategoryTarget", "MultiCategoryTarget", "RegressionTarget", "Target", "target_from_spec"]


class Target:
    """One target: the columns `names` that it is read from, its `kind`, its `vocab` (None for numbers)."""

    kind: ClassVar[str]
    vocab: CategoryMap | None = None

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)

    @property
    def c(self) -> int:
        """How many outputs a model has for it."""
        return len(self.names) if self.vocab is None else len(self.vocab)

    def fit(self, frame: pd.DataFrame, rows: Rows) -> None:
        """Learn from the training rows of the columns."""

    def encode(self, frame: pd.DataFrame) -> Tensor:
        """The target of each row of `frame`. Raises: DataError, naming the rows, for holes and unknown labels."""
        raise NotImplementedError

    def decode(self, values: Tensor) -> dict[str, Any]:
        """Encoded targets, or predictions decoded by the loss, as columns."""
        raise NotImplementedError

    def columns(self, values: Tensor) -> dict[str, Any]:
        """Encoded targets as columns of numbers: what `to.items` holds."""
        raise NotImplementedError

    def probabilities(self, preds: Tensor) -> dict[str, Any]:
        """Predictions as columns beside the decoded ones: one for each label."""
        return {}

    def spec(self) -> dict[str, Any]:
        """What makes it again, in plain values."""
        vocab = None if self.vocab is None else list(self.vocab)
        return {"kind": self.kind, "names": self.names, "vocab": vocab}


class CategoryTarget(Target):
    """One label each: `(N,)`, int64. The vocabulary comes from the training rows unless given."""

    kind = "category"

    def __init__(
        self, names: Sequence[str], vocab: Iterable[Any] | None = None, sort: bool = True, add_na: bool = False
    ) -> None:
        super().__init__(names)
        self.sort, self.add_na, self.given = sort, add_na, vocab is not None
        self.vocab = None if vocab is None else _map(vocab, sort, add_na)

    @property
    def name(self) -> str:
        """The column."""
        return self.names[0]

    def fit(self, frame: pd.DataFrame, rows: Rows) -> None:
        codes, labels = labels_of(frame[self.name], self.name, frame.index)
        if not self.add_na:
            _check_whole(codes < 0, frame, self.name)
        if self.given:
            return
        met = labels_in(codes, len(labels), rows)
        known = [label for label, there in zip(labels, met, strict=True) if there]
        self.vocab = CategoryMap(known, sort=self.sort and not _own_order(frame[self.name]), add_na=self.add_na)
        anywhere = labels_in(codes, len(labels))
        if not self.add_na:
            check_labels(known, [label for label, there in zip(labels, anywhere, strict=True) if there])

    def encode(self, frame: pd.DataFrame) -> Tensor:
        assert self.vocab is not None
        codes, labels = labels_of(frame[self.name], self.name, frame.index)
        if not self.add_na:
            _check_whole(codes < 0, frame, self.name)
        known = self.vocab.o2i
        unknown = np.array([label not in known for label in labels] + [False], dtype=bool)
        if unknown.any() and not self.add_na and unknown[codes].any():
            first = labels[int(codes[unknown[codes]][0])]
            rows = named_rows(unknown[codes], frame.index)
            try:
                self.vocab.index_of(first)
            except DataError as error:
                raise DataError(f"Column {self.name!r}, {rows}: {error}") from None
        return torch.from_numpy(recode(codes, lookup(labels, known, np.int64)))

    def decode(self, values: Tensor) -> dict[str, Any]:
        assert self.vocab is not None
        return {self.name: _taken(list(self.vocab), values.cpu().numpy())}

    def columns(self, values: Tensor) -> dict[str, Any]:
        return {self.name: values.numpy()}

    def probabilities(self, preds: Tensor) -> dict[str, Any]:
        assert self.vocab is not None
        columns = preds.cpu().double().numpy()
        return {f"{self.name}: {label}": columns[:, place] for place, label in enumerate(self.vocab)}

    def spec(self) -> dict[str, Any]:
        return {**super().spec(), "add_na": self.add_na}


class RegressionTarget(Target):
    """Numbers, one for each column: `(N, k)`, float32."""

    kind = "regression"

    def fit(self, frame: pd.DataFrame, rows: Rows) -> None:
        for name in self.names:
            _check_whole(np.isnan(as_numbers(frame[name], name, frame.index)), frame, name)

    def encode(self, frame: pd.DataFrame) -> Tensor:
        made = np.empty((len(frame), len(self.names)), dtype=np.float32)
        for place, name in enumerate(self.names):
            values = as_numbers(frame[name], name, frame.index)
            _check_whole(np.isnan(values), frame, name)
            made[:, place] = values
        return torch.from_numpy(made)

    def decode(self, values: Tensor) -> dict[str, Any]:
        columns = values.cpu().reshape(len(values), len(self.names)).numpy()
        return {name: columns[:, place] for place, name in enumerate(self.names)}

    def columns(self, values: Tensor) -> dict[str, Any]:
        return self.decode(values)


class MultiCategoryTarget(Target):
    """Several labels each: `(N, k)`, float32 zeros and ones.

    Read from one column of zeros and ones (or truth values) for each label, or from a single column with a list of
    labels in each row, or with text that `label_delim` divides; an empty text has no label.
    """

    kind = "multicategory"

    def __init__(
        self, names: Sequence[str], vocab: Iterable[Any] | None = None, encoded: bool = False,
        label_delim: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(names)
        check_delim(label_delim)
        self.encoded, self.label_delim, self.given = encoded, label_delim, vocab is not None
        if encoded and vocab is None:
            vocab = self.names
        self.vocab = None if vocab is None else CategoryMap(vocab, sort=False)
        if encoded and self.vocab is not None and len(self.vocab) != len(self.names):
            raise DataError(f"Encoded targets have one column for each label, but there are {len(self.names)} columns "
                            f"and {len(self.vocab)} labels. Try vocab=y_names.")  # fmt: skip

    def fit(self, frame: pd.DataFrame, rows: Rows) -> None:
        if self.encoded:
            self.encode(frame)
            return
        lists = self._lists(frame)
        if self.given:
            return
        training = np.zeros(len(lists), dtype=bool)
        training[rows] = True
        known = {label for labels, there in zip(lists, training, strict=True) if there for label in labels}
        self.vocab = CategoryMap(sorted(known, key=lambda label: (type(label).__name__, label)), sort=False)
        check_labels(known, {label for labels in lists for label in labels})

    def encode(self, frame: pd.DataFrame) -> Tensor:
        return torch.from_numpy(self._from_columns(frame) if self.encoded else self._from_lists(frame))

    def decode(self, values: Tensor) -> dict[str, Any]:
        assert self.vocab is not None
        on = values.cpu().numpy() > 0.5
        if self.encoded:
            return {name: on[:, place] for place, name in enumerate(self.names)}
        labels = list(self.vocab)
        lists = [[label for label, there in zip(labels, row, strict=True) if there] for row in on]
        if self.label_delim is not None:
            return {self.names[0]: [self.label_delim.join(map(str, row)) for row in lists]}
        return {self.names[0]: lists}

    def columns(self, values: Tensor) -> dict[str, Any]:
        assert self.vocab is not None
        names = self.names if self.encoded else [f"{self.names[0]}: {label}" for label in self.vocab]
        return {name: values.numpy()[:, place] for place, name in enumerate(names)}

    def probabilities(self, preds: Tensor) -> dict[str, Any]:
        assert self.vocab is not None
        columns = preds.cpu().double().numpy()
        own = "probability of" if self.encoded else f"{self.names[0]}:"
        return {f"{own} {label}": columns[:, place] for place, label in enumerate(self.vocab)}

    def spec(self) -> dict[str, Any]:
        return {**super().spec(), "encoded": self.encoded, "label_delim": self.label_delim}

    def _from_columns(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        made = np.empty((len(frame), len(self.names)), dtype=np.float32)
        for place, name in enumerate(self.names):
            values = as_numbers(frame[name], name, frame.index)
            _check_whole(np.isnan(values), frame, name)
            other = (values != 0) & (values != 1)
            if other.any():
                raise DataError(f"Column {name!r} is an encoded target of zeros and ones, but has other values in "
                                f"{named_rows(other, frame.index)}. Try RegressionBlock for numbers.")  # fmt: skip
            made[:, place] = values
        return made

    def _from_lists(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        assert self.vocab is not None
        made = np.zeros((len(frame), len(self.vocab)), dtype=np.float32)
        for row, labels in enumerate(self._lists(frame)):
            for label in labels:
                made[row, self.vocab.index_of(label)] = 1
        return made

    def _lists(self, frame: pd.DataFrame) -> list[list[Any]]:
        name = self.names[0]
        column = frame[name]
        values, holes = column.tolist(), column.isna().to_numpy()
        if self.label_delim is not None and all(map(_is_text, values, holes)):
            return [split_labels(value, self.label_delim) for value in values]
        _check_whole(holes, frame, name)
        wrong = np.array([not isinstance(value, list | tuple | set | frozenset | np.ndarray) for value in values], bool)
        if wrong.any():
            raise DataError(f"Column {name!r} is a target of several labels, lists or text with a delimiter, but has "
                            f"{short(values[int(wrong.argmax())], 30)!r} in {named_rows(wrong, frame.index)}. Try "
                            "label_delim=' ', or CategoryBlock for one label.")  # fmt: skip
        return [list(value) for value in values]


def target_from_spec(spec: Mapping[str, Any]) -> Target:
    """The target that `spec` described."""
    if spec["kind"] == "category":
        vocab = [label for label in spec["vocab"] if not (spec["add_na"] and label == "#na#")]
        return CategoryTarget(spec["names"], vocab, sort=False, add_na=spec["add_na"])
    if spec["kind"] == "multicategory":
        return MultiCategoryTarget(spec["names"], spec["vocab"], spec["encoded"], spec["label_delim"])
    if spec["kind"] != "regression":
        raise DataError(f"A saved target is of the kind {spec['kind']!r}, which is not known here.")
    return RegressionTarget(spec["names"])


def _check_whole(holes: NDArray[np.bool_], frame: pd.DataFrame, name: str) -> None:
    """Raise DataError if a target has holes: nothing can be learnt from those rows, and every loss would be NaN."""
    if holes.any():
        raise DataError(f"The target column {name!r} has no value in {named_rows(holes, frame.index)}. Leave these "
                        f"rows out: df.dropna(subset=[{name!r}]).")  # fmt: skip


def _is_text(value: Any, empty: bool) -> bool:
    return empty or isinstance(value, str)


def _map(vocab: Iterable[Any], sort: bool, add_na: bool) -> CategoryMap:
    return vocab if isinstance(vocab, CategoryMap) else CategoryMap(vocab, sort=sort, add_na=add_na)


def _own_order(column: Any) -> bool:
    return hasattr(column.dtype, "categories")


def _taken(labels: list[Any], ids: NDArray[Any]) -> list[Any]:
    return [labels[i] for i in ids.astype(np.intp).reshape(-1).tolist()]
