"""What of making a sample a cache can take over: opening its pictures, and the steps up to the first random one."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import PIL
import torch

from fastlearn.data.datasets import Datasets, TfmdLists
from fastlearn.data.items import item_getter
from fastlearn.data.kinds import LABEL_KINDS
from fastlearn.data.opening import opening_at
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.transform import Kinds, Transform

VERSION = 2  # of what the steps make of a picture: raise it when one of them changes its pixels
PICTURES = frozenset({"image", "mask"})
UNMOVED = LABEL_KINDS | {"value", "text"}  # what the steps of pictures leave as it is


class Divided(NamedTuple):
    """A step in two: what is the same every time, and what is left; `pointwise`: it may change place with a cut."""

    fixed: Transform
    rest: Transform | None
    pointwise: bool = False


@dataclass(frozen=True)
class PartPlan:
    """How a part of a sample is made: the steps to a picture's source, its opener, those after it; or all in `head`."""

    get: Callable[[int], Any]
    head: Pipeline
    opener: Pipeline | None = None
    tail: Pipeline | None = None
    cls: Any = None


@dataclass(frozen=True)
class CachePlan:
    """Everything from a position to a finished sample, with a place to keep pictures in the middle.

    `words` tells the plan from every other. `fixed` are steps whose result is kept, where `deep` says that it can be;
    `rest` follows them, `all_steps` follow a picture that is only opened. `alike`: only pictures of one size per sample
    are kept after the fixed steps.
    """

    words: str
    parts: tuple[PartPlan, ...]
    lone: bool  # a sample is one value, not a tuple
    one_source: bool  # all parts are made of the same item
    fixed: Pipeline
    rest: Pipeline
    all_steps: Pipeline
    deep: bool
    alike: bool


def plan_for(
    dataset: Any, after_item: Pipeline, kinds: Kinds | None, at_least: tuple[int, int] | None
) -> CachePlan | None:
    """The plan for the samples of `dataset`; None where no step is known to open pictures."""
    if not isinstance(dataset, TfmdLists | Datasets):
        return None
    lone = isinstance(dataset, TfmdLists)
    tls = [dataset] if isinstance(dataset, TfmdLists) else dataset.tls
    if not (_reads_as(dataset, Datasets, TfmdLists) and all(_reads_as(tl, TfmdLists) for tl in tls)):
        return None
    one_source = all(tl.items is tls[0].items for tl in tls)
    parts = tuple(_part_plan(tl, at_least) for tl in tls)
    opening = [part.opener for part in parts if part.opener is not None]
    if not opening:
        return None
    fixed, rest, alike = _divided(after_item)
    deep = bool(fixed) and _is_deep(parts, kinds)
    words = [f"version {VERSION}", f"Pillow {PIL.__version__}", f"torch {torch.__version__}"]
    words += [repr(opener[0]) for opener in opening]
    words += [f"at least {at_least}", f"split {after_item.split_idx}"]
    words += [repr(list(_fixed_steps(after_item, len(fixed))))] if deep else []
    after, left = _pipeline(fixed, after_item), _pipeline(rest, after_item)
    return CachePlan(" | ".join(words), parts, lone, one_source, after, left, after_item, deep, alike)


def _reads_as(dataset: Any, *known: type) -> bool:
    """Whether `dataset` makes its samples as one of the classes `known` does: a subclass may do it its own way."""
    names = ("reader", "runner")
    return any(all(getattr(type(dataset), n, None) is getattr(cls, n, None) for n in names) for cls in known)


def _part_plan(tl: TfmdLists, at_least: tuple[int, int] | None) -> PartPlan:
    from fastlearn.vision.covering import opener_class

    steps, get = tl.tfms.fs, item_getter(tl.items)
    found = [i for i, step in enumerate(steps) if not step.skips(tl.tfms.split_idx) and opener_class(step) is not None]
    if not found:
        return PartPlan(get, tl.tfms)
    place = found[-1]
    head, opener, tail = (_pipeline(some, tl.tfms) for some in (steps[:place], steps[place : place + 1],
                                                                steps[place + 1 :]))  # fmt: skip
    if at_least is not None and not len(tail):
        opener = opening_at(opener, at_least)
    return PartPlan(get, head, opener, tail, opener_class(steps[place]))


def _divided(after_item: Pipeline) -> tuple[list[Transform], list[Transform], bool]:
    """The fixed steps, those left to do, and whether they count on pictures of one size."""
    from fastlearn.vision.covering import divide

    fixed: list[Transform] = []
    left: list[Transform] = []
    steps = list(after_item.fs)
    while steps:
        if not steps[0].skips(after_item.split_idx):
            two = divide(steps[0], after_item.split_idx)
            if two is None or (left and not two.pointwise):
                break
            fixed.append(two.fixed)
            left += [] if two.rest is None else [two.rest]
        steps.pop(0)
    return fixed, [*left, *steps], any(getattr(step, "alike", False) for step in left)


def _fixed_steps(after_item: Pipeline, count: int) -> list[Transform]:
    """The first `count` steps that run, as the user wrote them."""
    return [step for step in after_item.fs if not step.skips(after_item.split_idx)][:count]


def _is_deep(parts: tuple[PartPlan, ...], kinds: Kinds | None) -> bool:
    """Whether the fixed steps change nothing but the pictures that are opened here, as they are opened."""
    if kinds is None or len(kinds) != len(parts):
        return False
    opened = [part.opener is not None and part.tail is not None and not len(part.tail) for part in parts]
    return all(kind in PICTURES if is_opened else kind in UNMOVED and part.opener is None
               for kind, is_opened, part in zip(kinds, opened, parts, strict=True))  # fmt: skip


def _pipeline(steps: Any, like: Pipeline) -> Pipeline:
    made = Pipeline(split_idx=like.split_idx)
    made.fs = list(steps)
    return made


def identity_of(source: Any) -> tuple[str, int, int] | None:
    """The path, size and time of change of the file `source`; None if it is no path or there is no such file."""
    if not isinstance(source, str | os.PathLike):
        return None
    path = os.fspath(source)
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return os.path.abspath(path) if isinstance(path, str) else os.fsdecode(path), found.st_size, found.st_mtime_ns
