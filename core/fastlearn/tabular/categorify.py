"""Categories to codes: 0 for what is missing or was never seen in training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastlearn.data.category import NA, CategoryMap
from fastlearn.data.problems import short
from fastlearn.tabular.columns import Columns
from fastlearn.tabular.frame import check_given, named_rows
from fastlearn.tabular.labels import code_dtype, labels_in, lookup, recode
from fastlearn.tabular.proc import TabularProc
from fastlearn.warn import warn_user

__all__ = ["Categorify"]


class Categorify(TabularProc):
    """Each column of `to.cat_names` to codes, 0 for missing and unseen labels, 1 and up for those of the training rows.

    Labels are sorted; those of an ordered pandas categorical keep its order and are all there. `classes` gives the
    labels of some columns by hand. Columns are read by value: a categorical with other codes makes no difference.
    """

    order = 1

    def __init__(self, classes: Mapping[str, Iterable[Any]] | None = None) -> None:
        self.classes: dict[str, CategoryMap] = {}
        self.given: list[str] = []
        self.know(classes or {})

    def know(self, classes: Mapping[str, Iterable[Any]]) -> None:
        """Take the labels of some columns as given by hand."""
        made = {name: CategoryMap(labels, sort=False, add_na=True) for name, labels in classes.items()}
        self.classes = {**self.classes, **made}
        self.given = sorted({*self.given, *made})

    def setups(self, to: Columns) -> None:
        self._check_given(to)
        learnt = {}
        for name in to.cat_names:
            learnt[name] = self.classes[name] if name in self.given else self._learn(to, name)
        self.classes = learnt

    def learn(self, to: Columns) -> None:
        cls = type(self)
        if cls.setups is not Categorify.setups or cls.encodes is not Categorify.encodes:
            super().learn(to)
            return
        self._check_given(to)
        learnt, self.classes = self.classes, {}
        for name in to.cat_names:  # one after the other: what was read of a column is let go of before the next
            self.classes[name] = learnt[name] if name in self.given else self._learn(to, name)
            to[name] = self._encoded(to, name)

    def encodes(self, to: Columns) -> None:
        for name in to.cat_names:
            to[name] = self._encoded(to, name)

    def decodes(self, to: Columns) -> None:
        for name in to.cat_names:
            labels = np.empty(len(self.classes[name]), dtype=object)
            labels[:] = [np.nan, *self.classes[name][1:]]
            codes = np.asarray(to.raw(name)).astype(np.intp)
            to[name] = labels[np.where((codes < 0) | (codes >= len(labels)), 0, codes)]

    def __getitem__(self, name: str) -> CategoryMap:
        return self.classes[name]

    def state(self) -> dict[str, Any]:
        return {"classes": {name: list(labels)[1:] for name, labels in self.classes.items()}, "given": self.given}

    def load_state(self, state: dict[str, Any]) -> None:
        maps = {name: CategoryMap(labels, sort=False, add_na=True) for name, labels in state["classes"].items()}
        self.classes, self.given = maps, list(state["given"])

    def arguments(self) -> dict[str, Any]:
        return {}

    def _check_given(self, to: Columns) -> None:
        check_given(self.given, to.cat_names, "labels", "the columns of categories")

    def _learn(self, to: Columns, name: str) -> CategoryMap:
        codes, labels = to.factors(name)
        _warn_of_na(to, name, codes, labels)
        if not _is_ordered(to.raw(name)):
            met = labels_in(codes, len(labels), to.train)
            labels = [label for label, there in zip(labels, met, strict=True) if there]
        if not labels:
            warn_user(f"Column {name!r} has no value in any training row, so it tells a model nothing. Leave it out of "
                      "cat_names.", UserWarning)  # fmt: skip
        elif len(labels) == 1 and name not in _added(to):
            warn_user(f"Column {name!r} has the one value {labels[0]!r} in all training rows, so it tells a model "
                      "nothing. Leave it out of cat_names.", UserWarning)  # fmt: skip
        keeps_order = _has_own_order(to.raw(name))
        return CategoryMap(labels, sort=not keeps_order, add_na=True)

    def _encoded(self, to: Columns, name: str) -> NDArray[Any]:
        codes, labels = to.factors(name)
        vocab = self.classes[name]
        table = lookup(labels, vocab.o2i, code_dtype(len(vocab)))
        coded = recode(codes, table)
        unseen = table[:-1] == 0
        if unseen.any():
            self._note_unseen(to, name, codes, labels, unseen)
        return coded

    def _note_unseen(
        self, to: Columns, name: str, codes: NDArray[Any], labels: list[Any], unseen: NDArray[np.bool_]
    ) -> None:
        where = np.append(unseen, False)[codes]
        if not where.any():
            return
        met = labels_in(codes, len(labels)) & unseen
        strangers = [label for label, there in zip(labels, met, strict=True) if there]
        words = ", ".join(repr(short(s, 30)) if not isinstance(s, str) else repr(s) for s in strangers[:5])
        known = {str(label) for label in self.classes[name]}
        as_text = [s for s in strangers if str(s) in known]
        remedy = (f"; {as_text[0]!r} is known as another type, so try df[{name!r}].astype(str) in training and here"
                  if as_text else "")  # fmt: skip
        to.found(name, f"{'values' if len(strangers) > 1 else 'a value'} never seen in training ({words}"
                 f"{', …' if len(strangers) > 5 else ''}) treated as missing{remedy}", where)  # fmt: skip


def _warn_of_na(to: Columns, name: str, codes: NDArray[Any], labels: list[Any]) -> None:
    """Warn of a label of the user's that is the very word for what is missing."""
    if NA in labels and (where := codes == labels.index(NA)).any():
        warn_user(f"Column {name!r} has the label {NA!r} in {named_rows(where, to.index)}, the word for what is "
                  f"missing, and it counts as that. If it means something, try df[{name!r}].replace({NA!r}, 'none').",
                  UserWarning)  # fmt: skip


def _is_ordered(column: Any) -> bool:
    return bool(getattr(getattr(column, "dtype", None), "ordered", False))


def _has_own_order(column: Any) -> bool:
    return hasattr(getattr(column, "dtype", None), "categories")


def _added(to: Columns) -> set[str]:
    """Columns that steps have added, where one value in training is no surprise."""
    return {name for name in to.cat_names if name not in to._frame.columns}
