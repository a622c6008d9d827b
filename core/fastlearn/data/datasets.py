"""Items seen through transforms, lazily: one pipeline (`TfmdLists`) or one for each part of a sample (`Datasets`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from fastlearn.data.check import check_split
from fastlearn.data.items import as_items, is_single_item, item_getter, split_positions
from fastlearn.data.kinds import kinds_of_sample
from fastlearn.data.opening import opening_at
from fastlearn.data.pipeline import Pipeline, as_list
from fastlearn.data.problems import DataError, ItemError, item_error
from fastlearn.data.split_labels import check_split_labels, given_vocabularies
from fastlearn.data.splittable import Reader, Size, Splittable
from fastlearn.data.starting import start_for
from fastlearn.keywords import check_keywords

FEW = 4  # items to look at where no step says what it makes


class TfmdLists(Splittable):
    """`items` seen through the one pipeline `tfms`, each read when it is asked for.

    Classes among `tfms` are instantiated. Steps that learn (`setups`) do so on the training items, one step after the
    other. `splits` are the positions of the training and of the validation items.
    Raises: DataError for an empty training set and for classes that only the validation set has; ItemError, naming the
    item and the step, where a step raises.
    """

    @check_keywords
    def __init__(
        self,
        items: Any,
        tfms: Any = None,
        splits: Sequence[Any] | None = None,
        split_idx: int | None = None,
        do_setup: bool = True,
        train_setup: bool = True,
        dl_type: Any = None,
    ) -> None:
        self.items, self.split_idx, self.dl_type = as_items(items), split_idx, dl_type
        self.splits = split_positions(splits)
        self.tfms = Pipeline(_steps(tfms), split_idx=split_idx)
        self._kinds: tuple[str, ...] | None = None
        self.known_types: list[str] | None = None  # of values before each step, where there are no items to tell
        if self.splits is not None:
            check_split([split.tolist() for split in self.splits], len(self.items))
        if do_setup:
            self.setup(train_setup)

    def setup(self, train_setup: bool = True) -> None:
        """Let the steps learn from the items, then check the labels of both splits against each other."""
        given = given_vocabularies(self.tfms)
        self.tfms.setup(self, train_setup)
        check_split_labels(self, given)

    def view(self, items: Any, split_idx: int | None = None) -> TfmdLists:
        """Other items through the same steps, which are shared, as split `split_idx`."""
        other = TfmdLists.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.items, other.split_idx, other.splits = items, split_idx, None
        other.tfms = self.tfms.with_split(split_idx)
        return other

    def runner(self, at_least: Size | None = None) -> Callable[..., Any]:
        """The function from an item to its value, with the opener told the smallest size that will do."""
        return self.tfms if at_least is None else opening_at(self.tfms, at_least)

    def reader(self, at_least: Size | None = None) -> Reader:
        """The function from a position and a generator to the value there, made once for many calls."""
        get, run = item_getter(self.items), self.runner(at_least)

        def read(i: int, rng: torch.Generator | None = None) -> Any:
            item = get(i)
            try:
                return run(item, None, rng)
            except Exception as error:
                raise item_error(error, item, i) from error

        return read

    def decode(self, value: Any) -> Any:
        """Undo the pipeline for display."""
        return self.tfms.decode(value)

    def show(self, value: Any, ctx: Any = None, **kwargs: Any) -> Any:
        """Decode `value` and show it, on the axes `ctx` if it is a picture."""
        from fastlearn.data.show import show_value

        return show_value(self.decode(value), kind=self.kind, ctx=ctx, **kwargs)

    @property
    def kind(self) -> str:
        """The kind of a value as a whole: what the last step that knows says, else a guess from the first value."""
        kinds = self.kinds
        return kinds[0] if len(kinds) == 1 else "value"

    @property
    def kinds(self) -> tuple[str, ...]:
        """One kind for each part of a value: what the last step that knows says, else a guess from the first value."""
        if self._kinds is None and self.tfms.kind is not None:
            self._kinds = (self.tfms.kind,)
        elif self._kinds is None:
            self._kinds = self._kinds_of_values()
        return self._kinds or ("value",)

    def _kinds_of_values(self) -> tuple[str, ...] | None:
        """The kinds of the first value that can be read; None if the first few cannot."""
        read = self.reader()
        for i in range(min(FEW, len(self))):
            try:
                return kinds_of_sample(read(i, None))
            except ItemError:  # an unreadable item is reported where it is used
                continue
        return None

    @property
    def n_inp(self) -> int:
        """How many parts of a value are inputs: all but the last, or the only one."""
        return max(1, len(self.kinds) - 1)

    @property
    def vocab(self) -> Any:
        """The vocabulary of the last step that has one, else None."""
        return self.tfms.vocab

    @property
    def c(self) -> int | None:
        """How many outputs a model of these targets has: categories, or numbers; None where no step says."""
        found = (getattr(step, "c", None) for step in reversed(self.tfms.fs))
        count = next((c for c in found if c), None)
        return count if count or self.vocab is None else len(self.vocab)

    def say_kind(self, kind: str) -> None:
        """State the kind of the values where no step does."""
        if self.tfms.kind is None:
            self._kinds = (kind,)

    def __repr__(self) -> str:
        return f"TfmdLists: {len(self)} items\ntfms - {list(self.tfms)}"


class Datasets(Splittable):
    """Samples of several parts: each item goes through one pipeline per part, `tfms[0]` giving the first input.

    `items` are the source (paths, rows); `n_inp` says how many of the parts are inputs: all but the last if not given.
    """

    @check_keywords
    def __init__(
        self,
        items: Any = None,
        tfms: Sequence[Any] | None = None,
        tls: Sequence[TfmdLists] | None = None,
        n_inp: int | None = None,
        splits: Sequence[Any] | None = None,
        split_idx: int | None = None,
        do_setup: bool = True,
        dl_type: Any = None,
    ) -> None:
        if items is None and not tls:
            raise DataError("Datasets are made of items and one list of transforms per part, but got no items. Try "
                            "Datasets(files, [[open_image], [parent_label, Categorize]]).")  # fmt: skip
        self.dl_type, self.split_idx = dl_type, split_idx
        if tls:
            self.tls, self.items, self.splits = list(tls), tls[0].items, tls[0].splits
        else:
            self.items, self.splits = as_items(items), split_positions(splits)
            if self.splits is not None:
                check_split([split.tolist() for split in self.splits], len(self.items))
            self.tls = [self._part(part, do_setup) for part in ([None] if tfms is None else as_list(tfms))]
        self.n_inp = max(1, len(self.tls) - 1) if n_inp is None else n_inp
        if not 0 < self.n_inp <= len(self.tls):
            raise DataError(f"`n_inp` counts the inputs among the {len(self.tls)} parts of a sample, but got {n_inp}.")

    def _part(self, tfms: Any, do_setup: bool) -> TfmdLists:
        part = TfmdLists(self.items, tfms, split_idx=self.split_idx, do_setup=False)
        part.splits = self.splits  # checked already, once for all parts
        if do_setup:
            part.setup()
        return part

    def view(self, items: Any, split_idx: int | None = None) -> Datasets:
        """Other items through the same steps, which are shared, as split `split_idx`."""
        return self._viewing(items, [tl.view(items, split_idx) for tl in self.tls], split_idx)

    def subset(self, i: int) -> Datasets:
        """The items of split `i`, with the transforms of that split."""
        if self._one_source():
            chosen: Datasets = super().subset(i)
            return chosen
        tls = [tl.subset(i) for tl in self.tls]
        return self._viewing(tls[0].items, tls, i)

    def _viewing(self, items: Any, tls: list[TfmdLists], split_idx: int | None) -> Datasets:
        other = Datasets.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.items, other.split_idx, other.splits, other.tls = items, split_idx, None, tls
        return other

    def _one_source(self) -> bool:
        return all(tl.items is self.items for tl in self.tls)

    def reader(self, at_least: Size | None = None) -> Reader:
        """The function from a position and a generator to the sample there, made once for many calls."""
        if not self._one_source():
            readers = [tl.reader(at_least) for tl in self.tls]

            def read_parts(i: int, rng: torch.Generator | None = None) -> Any:
                return tuple([read_part(i, rng) for read_part in readers])

            return read_parts
        get, runners = item_getter(self.items), [tl.runner(at_least) for tl in self.tls]

        def read(i: int, rng: torch.Generator | None = None) -> Any:
            item = get(i)
            try:
                return tuple([run(item, None, rng) for run in runners])
            except Exception as error:
                raise item_error(error, item, i) from error

        return read

    def decode(self, sample: Sequence[Any]) -> tuple[Any, ...]:
        """Undo each part's pipeline for display; a sample of inputs alone may be shorter.

        Parts beyond those of the data set, predictions for items without targets, stay as they are.
        """
        decoded = (tl.decode(part) for part, tl in zip(sample, self.tls, strict=False))
        return (*decoded, *sample[len(self.tls) :])

    def show(self, sample: Sequence[Any], ctx: Any = None, **kwargs: Any) -> Any:
        """Decode `sample` and show its parts, on the axes `ctx` if there is a picture among them."""
        from fastlearn.data.show import show_value

        for part, tl in zip(self.decode(sample), self.tls, strict=False):
            ctx = show_value(part, kind=tl.kind, ctx=ctx, **kwargs) or ctx
        return ctx

    @property
    def tfms(self) -> list[Pipeline]:
        """The pipeline of each part."""
        return [tl.tfms for tl in self.tls]

    @property
    def kinds(self) -> tuple[str, ...]:
        """One kind for each part of a sample."""
        return tuple(tl.kind for tl in self.tls)

    @property
    def vocab(self) -> Any:
        """The vocabulary of the targets; a list of vocabularies where several parts have one."""
        found = [tl.vocab for tl in self.tls if tl.vocab is not None]
        return found[0] if len(found) == 1 else found or None

    @property
    def c(self) -> int | None:
        """How many outputs a model of these targets has; None where no step says."""
        return next((tl.c for tl in reversed(self.tls) if tl.c), None)

    def __repr__(self) -> str:
        return f"Datasets: {len(self)} items\ntfms - {[list(tfms) for tfms in self.tfms]}"


def test_set(dsets: TfmdLists | Datasets, items: Any, rm_tfms: Any = None, with_labels: bool = False) -> Any:
    """`items` (one or many) as a data set with the validation transforms; labels only `with_labels`.

    Items may come at any stage: a path, a row, or an opened picture; the steps before that stage are left out.
    `rm_tfms` says how many to leave out instead, one number or one for each part.
    """
    items = [items] if is_single_item(items) else as_items(items)
    if len(dsets) and isinstance(item_getter(dsets.items)(0), Path) and not _takes_text(dsets):
        # labellers count on `.parent` and the like
        items = [Path(item) if isinstance(item, str) else item for item in items]
    if isinstance(dsets, TfmdLists):
        return _from_stage(dsets, items, rm_tfms)
    tls = dsets.tls if with_labels else dsets.tls[: dsets.n_inp]
    leave_out = rm_tfms if isinstance(rm_tfms, Sequence) else [rm_tfms] * len(tls)
    parts = [_from_stage(tl, items, skip) for tl, skip in zip(tls, leave_out, strict=True)]
    return dsets._viewing(parts[0].items, parts, split_idx=1)


test_set.__test__ = False  # type: ignore[attr-defined]  # no test, whatever pytest makes of its name


def _takes_text(dsets: TfmdLists | Datasets) -> bool:
    """Whether a str given as a new item is a text, and not the path of a file."""
    first = dsets.tls[0] if isinstance(dsets, Datasets) else dsets
    return any(getattr(step, "takes_text", False) for step in first.tfms)


def _from_stage(tl: TfmdLists, items: Any, skip: int | None) -> TfmdLists:
    part = tl.view(items, split_idx=1)
    if skip is not None and not (isinstance(skip, int) and 0 <= skip <= len(tl.tfms.fs)):
        raise DataError(f"`rm_type_tfms` is how many of the first {len(tl.tfms.fs)} steps to leave out, but got "
                        f"{skip!r}. None leaves out those that the items are past.")  # fmt: skip
    start = skip if skip is not None else start_for(tl, item_getter(items)(0) if len(items) else None)
    part._kinds = tl.kinds  # the steps left out may be those that knew
    part.tfms = Pipeline(split_idx=1)
    part.tfms.fs = tl.tfms.fs[start:]
    return part


def decode_at(dsets: TfmdLists | Datasets, idx: int) -> Any:
    """The sample at `idx`, decoded."""
    return dsets.decode(dsets[idx])


def show_at(dsets: TfmdLists | Datasets, idx: int, **kwargs: Any) -> Any:
    """Show the sample at `idx`."""
    return dsets.show(dsets[idx], **kwargs)


def _steps(tfms: Any) -> list[Any]:
    return list(tfms.fs) if isinstance(tfms, Pipeline) else as_list(tfms)
