"""The work of a loader's workers: from positions to one batch on the CPU."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from PIL import Image

from fastlearn.data.batch import Batch, map_tensors
from fastlearn.data.cache_plan import plan_for
from fastlearn.data.cached_reading import CachedReader
from fastlearn.data.collate import CollateError, collate
from fastlearn.data.items import item_getter
from fastlearn.data.picture_cache import PictureCache
from fastlearn.data.pipeline import Pipeline
from fastlearn.data.problems import DataError, ItemError, item_error, short
from fastlearn.seed import mix_seed

# What a damaged or missing file raises while it is read; anything else is a fault in the code and ends the epoch.
UNREADABLE = (OSError, EOFError, SyntaxError, DataError, Image.DecompressionBombError, struct.error, zlib.error)


@dataclass(frozen=True)
class SetAside:
    """An item that could not be read: its position in the data set, the item itself and the reason in words."""

    position: int
    item: Any
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Request:
    """One batch to make: which epoch and batch it is, the positions, and how many samples of the epoch come before."""

    epoch: int
    number: int
    positions: Sequence[Any]
    first_slot: int


@dataclass
class Made:
    """What came of a request: the batch, None where no item could be read, and the items set aside."""

    batch: Any
    number: int
    set_aside: list[SetAside] = field(default_factory=list)
    n_good: int = 0
    error: Exception | None = None
    notes: list[str] = field(default_factory=list)  # for the user, from the cache


class BatchMaker:
    """Reads items, applies the item transforms, collates. Holds no open files and may be used by many threads."""

    def __init__(
        self,
        dataset: Any,
        after_item: Pipeline,
        before_batch: Pipeline,
        collate_fn: Callable[[list[Any]], Any] | None,
        kinds: tuple[str, ...] | None,
        seed: int,
        skip_unreadable: bool = True,
        pin: bool = False,
        alone: bool = False,
        cache: PictureCache | None = None,
    ) -> None:
        self.dataset, self.after_item, self.before_batch = dataset, after_item, before_batch
        self.collate_fn, self.kinds, self.seed = collate_fn or (_only if alone else collate), kinds, seed
        self.skip_unreadable, self.pin = skip_unreadable, pin
        self.alone = alone  # the data set's items are whole batches
        self.cache = cache
        self.draws = len(after_item) > 0 or hasattr(dataset, "reader")  # else nothing takes the generator
        self._read: Callable[[Any, torch.Generator], Any] = self._reader()

    def _reader(self) -> Callable[[Any, torch.Generator], Any]:
        """The function from position and generator to a finished sample, put together once."""
        dataset, after_item, kinds = self.dataset, self.after_item, self.kinds
        if self.cache is not None:
            plan = plan_for(dataset, after_item, kinds, decode_at_least(after_item))
            if plan is not None:
                shares = self.collate_fn is collate and not len(self.before_batch)
                return CachedReader(self.cache, plan, kinds, shares)
        if hasattr(dataset, "reader"):
            fetch = dataset.reader(at_least=decode_at_least(after_item))
        else:
            fetch = lambda position, rng: dataset[position]  # noqa: E731
        if not len(after_item):
            return fetch  # type: ignore[no-any-return]
        return lambda position, rng: after_item(fetch(position, rng), kinds, rng)

    def read(self, request: Request, index: int, rng: torch.Generator) -> Any:
        """Sample number `index` of a request; a `SetAside` where the item cannot be read. `rng` is seeded here."""
        position = request.positions[index]
        if self.draws:
            rng.manual_seed(mix_seed(self.seed, request.epoch, request.first_slot + index))
        try:
            return self._read(position, rng)
        except Exception as error:
            item = self._item(position)
            wrapped = item_error(error, item, _as_int(position))
            if self.skip_unreadable and is_unreadable(error):
                return SetAside(wrapped.position or 0, item, str(wrapped))
            raise wrapped from error

    def finish(self, request: Request, samples: list[Any]) -> Made:
        """Collate the samples of a request, leaving out those set aside."""
        aside = [s for s in samples if isinstance(s, SetAside)]
        places = [i for i, s in enumerate(samples) if not isinstance(s, SetAside)] if aside else range(len(samples))
        positions = [request.positions[i] for i in places]
        good = [samples[i] for i in places] if aside else samples
        if not good:
            return Made(None, request.number, aside)
        if len(self.before_batch):
            good = self.before_batch(good, self.kinds)
            positions = positions if len(good) == len(positions) else []  # it made other samples: theirs are unknown
        try:
            batch = self.collate_fn(good[0] if self.alone and self.collate_fn is not _only else good)
        except CollateError as error:
            raise self._explain(error, positions) from None
        notes = [] if self.cache is None else self.cache.take_notes()
        return Made(self._identified(batch, positions), request.number, aside, len(good), notes=notes)

    def make(self, request: Request, rng: torch.Generator) -> Made:
        """The whole of a request on the calling thread."""
        return self.finish(request, [self.read(request, i, rng) for i in range(len(request.positions))])

    def _identified(self, batch: Any, positions: Sequence[Any]) -> Any:
        if type(batch) in (tuple, list):
            batch = Batch(batch)
        if isinstance(batch, Batch):
            batch.items = None if self.alone else _as_positions(positions)
            batch.kinds = self.kinds
        return map_tensors(torch.Tensor.pin_memory, batch) if self.pin else batch

    def _explain(self, error: CollateError, positions: Sequence[Any]) -> CollateError:
        one, other = (positions[place] for place in error.places)
        if not positions:
            return error
        named = f" Compare item {one} ({short(self._item(one))})"
        named += "." if one == other else f" with item {other} ({short(self._item(other))})."
        return CollateError(f"{error}{named}", error.part, error.places)

    def _item(self, position: Any) -> Any:
        items = getattr(self.dataset, "items", None)
        if items is None or callable(items):
            return position
        try:
            return item_getter(items)(position)
        except Exception:  # the item is only wanted for a message
            return position

    def __getstate__(self) -> dict[str, Any]:  # to a worker process that is not a fork; the closure is made again there
        return {k: v for k, v in self.__dict__.items() if k != "_read"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._read = self._reader()


def is_unreadable(error: BaseException | None) -> bool:
    """Whether the item's file is at fault: the error, or the one that it wraps, is of those a damaged file raises."""
    if isinstance(error, ItemError):
        return error.__cause__ is None or is_unreadable(error.__cause__)
    return isinstance(error, UNREADABLE)


def decode_at_least(after_item: Pipeline) -> tuple[int, int] | None:
    """The smallest picture (width, height) that the item transforms can do with; None: they need it whole.

    The first step that does not only check decides.
    """
    for step in after_item:
        if not step.only_checks:
            size: tuple[int, int] | None = getattr(step, "decode_at_least", None)
            return size
    return None


def _only(samples: list[Any]) -> Any:
    """The collate function of a data set whose items are batches already."""
    return samples[0]


def _as_positions(positions: Sequence[Any]) -> np.ndarray | None:
    array = np.asarray(positions)
    return array.astype(np.int64) if array.size and array.ndim == 1 and array.dtype.kind in "iu" else None


def _as_int(position: Any) -> int | None:
    try:
        return int(position)
    except (TypeError, ValueError):
        return None
