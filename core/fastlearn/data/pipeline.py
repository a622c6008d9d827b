"""Transforms one after the other, in the order that their `order` gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch

from fastlearn.data.kinds import declared_kind
from fastlearn.data.problems import note_stage
from fastlearn.data.transform import Kinds, Transform, mk_transform


class Pipeline:
    """Steps sorted by `order` (equal ones stay as given), called as one and undone as one.

    `funcs` is a function, a Transform, a Transform class, or a sequence of them; `split_idx` is the split that is
    running (0 training, 1 validation, None: neither, so no step is skipped).
    """

    def __init__(self, funcs: Any = None, split_idx: int | None = None) -> None:
        self.fs: list[Transform] = _sorted(mk_transform(f) for f in as_list(funcs))
        self.split_idx = split_idx
        self._plan: tuple[list[Transform], list[Transform]] = ([], [])

    def __call__(self, x: Any, kinds: Kinds | None = None, rng: torch.Generator | None = None) -> Any:
        """Run `x` through every step; `kinds` says what its parts mean, `rng` feeds the random steps.

        Neighbouring steps that can be merged run as one.
        """
        step: Transform | None = None
        try:
            for step in self._merged():
                x = step(x, split_idx=self.split_idx, kinds=kinds, rng=rng)
        except Exception as error:
            note_stage(error, step, x)
            raise
        return x

    def _merged(self) -> list[Transform]:
        """The steps, merged; worked out again when they have changed, which pipelines of other splits may do too."""
        planned_for, merged = self._plan
        if planned_for != self.fs:
            merged = merge_neighbours(self.fs)
            self._plan = (list(self.fs), merged)
        return merged

    def decode(self, x: Any, kinds: Kinds | None = None) -> Any:
        """Undo the steps, last one first, for display."""
        for step in reversed(self.fs):
            x = step.decode(x, split_idx=self.split_idx, kinds=kinds)
        return x

    def setup(self, items: Any = None, train_setup: bool = False) -> None:
        """Set the steps up one at a time: each sees the items as the steps before it left them."""
        steps = list(self.fs)
        self.fs.clear()  # in place: pipelines of the other splits share the list
        try:
            for step in steps:
                step.setup(items, train_setup)
                self.fs.append(step)
        finally:
            self.fs[:] = steps

    def add(self, funcs: Any, items: Any = None, train_setup: bool = False) -> None:
        """Add steps; those that learn are set up on `items` if it is given."""
        new = [mk_transform(f) for f in as_list(funcs)]
        for step in new:
            if items is not None:
                step.setup(items, train_setup)
        self.fs[:] = _sorted([*self.fs, *new])

    def with_split(self, split_idx: int | None) -> Pipeline:
        """The same steps for another split; the steps themselves are shared."""
        other = Pipeline(split_idx=split_idx)
        other.fs = self.fs
        return other

    @property
    def kind(self) -> str | None:
        """The kind of the result: that of the last step which states one."""
        return next((kind for step in reversed(self.fs) if (kind := declared_kind(step))), None)

    @property
    def vocab(self) -> Any:
        """The vocabulary of the last step that has one, else None."""
        return next((v for step in reversed(self.fs) if (v := getattr(step, "vocab", None)) is not None), None)

    def __iter__(self) -> Iterator[Transform]:
        return iter(self.fs)

    def __len__(self) -> int:
        return len(self.fs)

    def __getitem__(self, index: int) -> Transform:
        return self.fs[index]

    def __repr__(self) -> str:
        return f"Pipeline: {' -> '.join(map(repr, self.fs)) or '(nothing)'}"


def compose_tfms(
    x: Any,
    tfms: Iterable[Any],
    is_enc: bool = True,
    reverse: bool = False,
    split_idx: int | None = None,
) -> Any:
    """Apply `tfms` to `x` in the order given, or decode where `is_enc` is False; `reverse` starts at the end."""
    steps = [mk_transform(f) for f in tfms]
    for step in reversed(steps) if reverse else steps:
        x = step(x, split_idx=split_idx) if is_enc else step.decode(x, split_idx=split_idx)
    return x


def merge_tfms(*lists: Any) -> list[Transform]:
    """One list out of several: a step takes the place of those of its `identity` in earlier lists.

    Within one list nothing is left out: two random erasings that somebody listed stay two.
    """
    merged: list[Transform] = []
    for funcs in lists:
        steps = [mk_transform(f) for f in as_list(funcs)]
        new = [step.identity for step in steps]
        merged = [step for step in merged if step.identity not in new] + steps
    return merged


def merge_neighbours(steps: Iterable[Transform]) -> list[Transform]:
    """`steps` with neighbours in one where they can be merged (`Transform.merged_with`)."""
    merged: list[Transform] = []
    for step in steps:
        both = merged[-1].merged_with(step) if merged else None
        if both is None:
            merged.append(step)
        else:
            merged[-1] = both
    return merged


def as_list(things: Any) -> list[Any]:
    """`things` as a list: None is empty, a lone function or Transform is a list of one."""
    if things is None:
        return []
    if isinstance(things, Pipeline):
        return list(things.fs)
    if callable(things) and not _is_sequence(things):
        return [things]
    if isinstance(things, str | bytes) or not isinstance(things, Iterable):
        return [things]
    return list(things)


def _is_sequence(things: Any) -> bool:  # fastcore's L has __call__-like helpers; a list of functions stays a list
    return hasattr(things, "__len__") and hasattr(things, "__getitem__") and not isinstance(things, type | Transform)


def _sorted(steps: Iterable[Transform]) -> list[Transform]:
    return sorted(steps, key=lambda step: step.order)
