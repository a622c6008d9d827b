"""From the positions of an epoch to its batches, as the workers leave them: on the CPU, before the batch transforms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from torch.utils.data import BatchSampler

from fastlearn.data.loader_facts import LoaderFacts
from fastlearn.data.making import BatchMaker, Made, SetAside
from fastlearn.data.picture_cache import PictureCache
from fastlearn.data.problems import DataError
from fastlearn.data.sampling import SeededSampler, order_is_told, requests_for, tell_epoch
from fastlearn.data.share import Share
from fastlearn.data.streaming import batches_of_stream
from fastlearn.data.worker_choice import check_start
from fastlearn.data.workers import ProcessPool, make_here, make_in_threads
from fastlearn.warn import warn_user

AHEAD = 3  # batches in flight on threads


class ReadingLoader(LoaderFacts):
    """The order of the items, this process's share of it, and the threads or processes that read them."""

    cache: PictureCache | None
    set_aside: list[SetAside]
    _peeks: int
    _said: set[str]
    _pool: ProcessPool | None

    # The order.

    def _batches_of_positions(self, epoch: int) -> Iterable[Any]:
        tell_epoch(self._orders, epoch)
        return self._orders if self.batch_sampler is not None else ([position] for position in self.sampler)

    @property
    def _orders(self) -> Any:
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    @property
    def seeded_order(self) -> bool:
        """Whether seed and epoch say the order of the items, as they do unless a sampler draws or counts by itself."""
        return self.streams or order_is_told(self._orders)

    def _joint_batches(self, epoch: int, share: Share) -> Iterable[Any]:
        """The positions of all processes, batch by batch, the same in each of them."""
        batches = self._batches_of_positions(epoch)  # tells the sampler its epoch too
        if self._settings["batch_sampler"] is None:
            joint, drop_last = self._joint(share)
            batches = BatchSampler(self.sampler, joint, drop_last)
        return batches if isinstance(self.sampler, SeededSampler) else share.same([list(batch) for batch in batches])

    def _joint(self, share: Share) -> tuple[int, bool]:
        """How many items the batches of all processes have together, and whether an incomplete one is dropped."""
        joint = (self.batch_size or 1) * share.size
        return joint, self.drop_last and len(self.sampler) >= joint  # type: ignore[arg-type]

    def __len__(self) -> int:
        if self.share is None:
            return super().__len__()
        if self._settings["batch_sampler"] is not None:
            return len(self._settings["batch_sampler"])
        joint, drop_last = self._joint(self.share)
        return self.share.count(len(self.sampler), joint, drop_last)  # type: ignore[arg-type]

    # The workers.

    def _stream(self, epoch: int) -> Iterator[Any]:
        n_processes = self.num_workers if self.workers == "process" else 0
        return batches_of_stream(self.maker(), self.batch_size, self.drop_last, n_processes, epoch)

    def _source(self, requests: Iterable[Any]) -> Any:
        if self.num_workers == 0:
            return make_here(requests, self.maker())
        if self.workers == "auto":
            _, self._pool = self._choice.choose(self)
        if self.workers == "thread":
            return make_in_threads(requests, self.maker(), self.num_workers, AHEAD)
        if self._pool is None or self._pool.broken:
            check_start(self)
            self._pool = self.new_pool()
        if self._pool.running:  # a pass within a pass
            return self.new_pool().make(requests, then_close=True)
        return self._pool.make(requests)

    def new_pool(self) -> ProcessPool:
        """Worker processes for its batches, which start with the first of them."""
        return ProcessPool(
            self.maker(processes=True), self.num_workers, self.prefetch_factor, self.timeout, self.worker_init_fn,
            self.multiprocessing_context, self.persistent_workers,
        )  # fmt: skip

    def maker(self, processes: bool = False, cached: bool = True) -> BatchMaker:
        """What its workers work with: from positions to batches on the CPU; unless `cached`, from the files."""
        cache = self.cache if cached else None
        if cache is not None and processes:
            cache = cache.for_processes()
        return BatchMaker(self.dataset, self.after_item, self.before_batch, self._settings["collate_fn"], self._kinds,
                          self.seed, self.skip_unreadable, self.pins and not processes, self.gives_batches,
                          cache)  # fmt: skip

    def close(self) -> None:
        """End the worker processes, if there are any; they start again when needed."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    # One batch, outside of the epochs.

    def _peeked(self, n: int | None) -> tuple[Made, int]:
        self._peeks += 1
        epoch = -self._peeks  # the streams of the epochs stay untouched
        made = Made(next(self._stream(epoch), None), 0) if self.streams else self._first_made(epoch, n)
        if made.batch is None:
            raise DataError(self._why_empty(made))
        return made, epoch

    def _first_made(self, epoch: int, n: int | None) -> Made:
        made = Made(None, 0)
        batches = islice(self._batches_of_positions(epoch), 4)  # the next ones, where all of a batch is unreadable
        for made in make_here(requests_for((_at_most(batch, n) for batch in batches), epoch), self.maker()):
            self._note(made.set_aside)
            if made.batch is not None:
                break
        return made

    def _why_empty(self, made: Made) -> str:
        if made.set_aside:
            return "None of the items of the first batches can be read. " + str(made.set_aside[0])
        if self.n == 0:
            return "The data set is empty, so there is no batch. Look at what get_items and the splitter return."
        return f"There is no batch: {self.n} items, bs={self.bs}, drop_last={self.drop_last}. Try a smaller bs."

    # What has been met on the way.

    def _note(self, unreadable: list[SetAside]) -> None:
        known = {entry.position for entry in self.set_aside}
        self.set_aside.extend(entry for entry in unreadable if entry.position not in known)

    def _say(self, notes: list[str]) -> None:
        """Warn of what the cache has met, once for all worker processes."""
        for note in notes:
            if note not in self._said:
                self._said.add(note)
                warn_user(note, UserWarning)


def _at_most(batch: Any, n: int | None) -> Any:
    return batch if n is None else list(batch)[:n]
