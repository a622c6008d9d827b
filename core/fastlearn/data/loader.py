"""The loader: a torch `DataLoader` that reads on threads, applies transforms, and knows which items a batch holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import torch
from torch.utils.data import BatchSampler, IterableDataset
from torch.utils.data import DataLoader as TorchDataLoader

from fastlearn.data.batch import to_device
from fastlearn.data.decoding import decode_batch, show_batch, show_results
from fastlearn.data.loader_defaults import can_drop, choice_of_workers, default_num_workers, seed_of
from fastlearn.data.making import BatchMaker, Made, SetAside
from fastlearn.data.picture_cache import as_cache
from fastlearn.data.pipeline import Pipeline, as_list
from fastlearn.data.problems import DataError
from fastlearn.data.sampling import BATCH, SeededSampler, requests_for
from fastlearn.data.seeing import Seen, what_the_model_sees
from fastlearn.data.share import Share
from fastlearn.data.streaming import Stream, batches_of_stream
from fastlearn.data.tally import Tally
from fastlearn.data.targets import dataset_c, dataset_kinds, dataset_vocab
from fastlearn.data.worker_choice import check_start
from fastlearn.data.workers import ProcessPool, make_here, make_in_threads
from fastlearn.keywords import check_keywords
from fastlearn.seed import new_generator
from fastlearn.warn import warn_user

AHEAD = 3  # batches in flight on threads


class DataLoader(TorchDataLoader[Any]):
    """Batches of a data set. Iterating gives `Batch` tuples on `device`, with `.items`, the positions they hold.

    `after_item` runs on each sample in the workers, `before_batch` on the list of samples (whose order it keeps),
    `after_batch` on the batch where it is used. `workers` are threads, or processes, which stay from epoch to epoch; by
    default threads, unless a look at the first items shows that they would only take turns ("auto", said once).
    `num_workers=0` reads where the batch is asked for. The default is up to 8 threads for data sets of this
    library, one for any other (it may not be made for several), none for data that lies in memory. `seed` fixes the
    order and all random transforms, whatever the number and kind of workers; without one it follows
    `torch.manual_seed`.

    An item whose file cannot be read is left out, and noted in `set_aside`; with `skip_unreadable=False` it is an
    error. A batch that shrinks to one item this way is left out of the epoch where the loader shuffles or drops
    incomplete batches, so in training: batch normalisation needs two. `bs=None` is for a data set that yields whole
    batches. The other arguments are torch's.

    With `cache` ("memory", "disk", a folder, or a `PictureCache`) pictures are decoded and resized in the first epoch
    only; what is random is done in every one, as without it.
    """

    @check_keywords
    def __init__(
        self,
        dataset: Any,
        bs: int | None = 64,
        batch_size: int | None = None,
        shuffle: bool = False,
        drop_last: bool = False,
        num_workers: int | None = None,
        workers: Any = "auto",
        device: torch.device | str | None = None,
        seed: int | None = None,
        after_item: Any = None,
        before_batch: Any = None,
        after_batch: Any = None,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Sequence[Any]] | None = None,
        pin_memory: bool | None = None,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: torch.Generator | None = None,
        prefetch_factor: int | None = None,
        persistent_workers: bool = True,
        n_inp: int | None = None,
        split_idx: int | None = None,
        do_setup: bool = True,
        skip_unreadable: bool = True,
        cache: Any = None,
    ) -> None:
        self._choice, self.cache = workers, cache = choice_of_workers(workers), as_cache(cache)
        self._settings = {k: v for k, v in locals().items() if k not in ("self", "__class__")}
        self.device = None if device is None else torch.device(device)
        self.seed = seed_of(seed, generator)
        self.shuffle, self.skip_unreadable = shuffle, skip_unreadable
        self.split_idx = split_idx if split_idx is not None else getattr(dataset, "split_idx", None)
        self.epoch, self._first_batch, self._peeks = 0, 0, 0
        self.wait_seconds = 0.0  # between asking for a batch and having it, since the loader was made
        self.set_aside: list[SetAside] = []
        self.n_told = 0  # how many of them a learner has told the user
        self._n_inp, self._kinds = n_inp, getattr(dataset, "kinds", None)
        self._guessed_kinds: tuple[str, ...] | None = None  # for display; transforms look at the values themselves
        self._pool: ProcessPool | None = None
        self._said: set[str] = set()
        self.share: Share | None = None  # where several processes train together, this one's part of each batch
        self._wants_pin = pin_memory
        self._start_torch(dataset, batch_size if batch_size is not None else bs)
        self.after_item = self._pipeline(after_item)
        self.before_batch = self._pipeline(before_batch)
        self.after_batch = self._pipeline(after_batch)
        if do_setup:
            for pipeline in (self.after_item, self.before_batch, self.after_batch):
                pipeline.setup(self)

    def _start_torch(self, dataset: Any, bs: int | None) -> None:
        """Hand torch's arguments to torch, with our sampler in the place of its random one."""
        kept = self._settings
        streams = isinstance(dataset, IterableDataset) or not hasattr(dataset, "__getitem__")
        sampler, drop_last = kept["sampler"], kept["drop_last"]
        if kept["batch_sampler"] is not None:
            bs, drop_last = 1, False  # torch's word for "not given"
        elif not streams and sampler is None:
            sampler = SeededSampler(len(dataset), kept["shuffle"], self.seed)
        if drop_last and bs is not None and not streams:
            drop_last = can_drop(bs, len(sampler) if hasattr(sampler, "__len__") else len(dataset))
        n_workers = kept["num_workers"] if kept["num_workers"] is not None else default_num_workers(dataset)
        processes = self.workers != "thread" and n_workers > 0
        super().__init__(
            Stream(dataset) if streams and not isinstance(dataset, IterableDataset) else dataset,
            batch_size=bs,
            sampler=sampler,
            batch_sampler=kept["batch_sampler"],
            num_workers=n_workers,
            collate_fn=kept["collate_fn"],
            pin_memory=bool(self._wants_pin),
            drop_last=drop_last and bs is not None,
            timeout=kept["timeout"] if n_workers else 0,
            worker_init_fn=kept["worker_init_fn"],
            multiprocessing_context=kept["multiprocessing_context"] if processes else None,
            generator=kept["generator"],
            prefetch_factor=kept["prefetch_factor"] if processes else None,
            persistent_workers=kept["persistent_workers"] if processes else False,
        )

    def _pipeline(self, funcs: Any) -> Pipeline:
        return Pipeline(as_list(funcs), split_idx=self.split_idx)

    # Iterating.

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # torch promises its own iterator class
        """One epoch. Each call is a new epoch of the seed; workers end or rest when the iterator is closed."""
        epoch, start = self.epoch, self._first_batch
        self.epoch, self._first_batch = epoch + 1, 0
        return self._epoch_of_stream(epoch) if self.streams else self._epoch_of_items(epoch, start)

    def _epoch_of_items(self, epoch: int, start: int) -> Iterator[Any]:
        batches = self._batches_of_positions(epoch) if self.share is None else self._joint_batches(epoch, self.share)
        source = self._source(requests_for(batches, epoch, start, self.share))
        tally = Tally()
        asked = time.perf_counter()
        try:
            for made in source:
                self._note(made.set_aside)
                self._say(made.notes)
                used = made.batch is not None and not self._shrank_to_one(made)
                tally.add(made, self.set_aside, used)
                if not used:
                    self._check_not_needed(made)
                    continue
                batch = self._finished(made, epoch)
                self.wait_seconds += time.perf_counter() - asked
                yield batch
                asked = time.perf_counter()
            tally.check_any(self.set_aside)
        finally:
            source.close()

    def _shrank_to_one(self, made: Made) -> bool:
        """Whether a training batch has a single item left, which batch normalisation cannot train on."""
        return (
            self.share is None
            and bool(made.set_aside)
            and made.n_good == 1
            and (self.shuffle or self._settings["drop_last"])
        )

    def _check_not_needed(self, made: Made) -> None:
        """Raises: DataError where the other processes have this batch: they would wait for this one for ever."""
        if self.share is not None and self.share.even:
            raise DataError(
                f"No item of batch {made.number} can be read in process {self.share.rank}. {made.set_aside[0]}. Look "
                "for such files with find_problems before training in several processes."
            )

    def _epoch_of_stream(self, epoch: int) -> Iterator[Any]:
        for number, batch in enumerate(self._stream(epoch)):
            yield self._finished(Made(batch, number), epoch)

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

    def maker(self, processes: bool = False) -> BatchMaker:
        """What its workers work with: from positions to batches on the CPU."""
        cache = self.cache.for_processes() if self.cache is not None and processes else self.cache
        return BatchMaker(self.dataset, self.after_item, self.before_batch, self._settings["collate_fn"], self._kinds,
                          self.seed, self.skip_unreadable, self.pins and not processes, self.gives_batches,
                          cache)  # fmt: skip

    def _batches_of_positions(self, epoch: int) -> Iterable[Any]:
        if isinstance(self.sampler, SeededSampler):
            self.sampler.epoch = epoch
        elif hasattr(self.sampler, "set_epoch"):  # torch's DistributedSampler and its like
            self.sampler.set_epoch(abs(epoch))
        if self.batch_sampler is not None:
            return self.batch_sampler
        return ([position] for position in self.sampler)

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

    def _finished(self, made: Made, epoch: int) -> Any:
        """The batch on its device, after the batch transforms."""
        batch = made.batch
        if self.device is not None:
            batch = to_device(batch, self.device, non_blocking=self.pins)
        if not len(self.after_batch):
            return batch
        number = made.number if self.share is None else made.number * self.share.size + self.share.rank
        rng = new_generator(self.seed, BATCH, epoch, number)
        return self.after_batch(batch, getattr(batch, "kinds", None), rng)

    def _note(self, unreadable: list[SetAside]) -> None:
        known = {entry.position for entry in self.set_aside}
        self.set_aside.extend(entry for entry in unreadable if entry.position not in known)

    def _say(self, notes: list[str]) -> None:
        """Warn of what the cache has met, once for all worker processes."""
        for note in notes:
            if note not in self._said:
                self._said.add(note)
                warn_user(note, UserWarning)

    # One batch, outside of the epochs.

    def one_batch(self) -> Any:
        """One batch, read here and now, that leaves the epochs as they are; each call gives another when shuffling.

        Raises: DataError if there is nothing to read.
        """
        return self.peek()

    def peek(self, n: int | None = None) -> Any:
        """Like `one_batch`, of at most `n` samples."""
        made, epoch = self._peeked(n)
        return self._finished(made, epoch)

    def raw_batch(self) -> Any:
        """Like `one_batch`, but as the workers leave it: on the CPU, before the batch transforms."""
        return self._peeked(None)[0].batch

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

    # What it knows.

    @property
    def bs(self) -> int | None:
        """Samples per batch."""
        return self.batch_size

    @property
    def streams(self) -> bool:
        """Whether the data set has no positions, only an order of its own."""
        return isinstance(self.dataset, IterableDataset)

    @property
    def n(self) -> int:
        """How many items there are."""
        dataset: Any = self.dataset
        return len(dataset)

    @property
    def pins(self) -> bool:
        """Whether batches go to the accelerator through pinned memory: by default where there is one."""
        cuda = self.device is not None and self.device.type == "cuda"
        return cuda if self._wants_pin is None else bool(self._wants_pin) and torch.cuda.is_available()

    @property
    def gives_batches(self) -> bool:
        """Whether the data set's own items are whole batches (`bs=None`)."""
        return self.batch_size is None and self.batch_sampler is None

    @property
    def kinds(self) -> tuple[str, ...] | None:
        """One kind for each part of a sample: what the data set says, else a guess from its first sample."""
        if self._kinds is None and self._guessed_kinds is None and not self.streams and self.n:
            self._guessed_kinds = dataset_kinds(self.dataset) or None
        return self._kinds or self._guessed_kinds

    @property
    def n_inp(self) -> int:
        """How many parts of a batch are inputs: what was said, else all but the last."""
        if self._n_inp is None:
            stated = getattr(self.dataset, "n_inp", None)
            self._n_inp = stated if stated is not None else max(1, len(self.kinds or ()) - 1)
        return self._n_inp

    @property
    def workers(self) -> str:
        """The kind of workers: "thread", "process", or "auto" as long as that is open."""
        return self._choice.kind or "auto"

    def check_worker_number_rationality(self) -> None:
        """Torch's warning about more processes than processors does not hold for threads."""

    @property
    def vocab(self) -> Any:
        """The vocabulary of the targets; None where there is none."""
        return dataset_vocab(self.dataset)

    @property
    def c(self) -> int | None:
        """How many outputs a model of the targets has; None where the data does not say."""
        return dataset_c(self.dataset)

    # Its place in the run.

    def state(self, batch: int = 0) -> dict[str, Any]:
        """Where the loader stands: restoring it gives the same batches again. JSON-ready.

        `batch`: how many batches of the epoch that runs are done; the restored loader goes on after them.
        """
        return {"seed": self.seed, "epoch": self.epoch - (1 if batch else 0), "batch": batch, "peeks": self._peeks}

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to where `state()` was taken."""
        if state["seed"] != self.seed:
            self.seed = state["seed"]
            if isinstance(self.sampler, SeededSampler):
                self.sampler.seed = self.seed
            self.close()
        self.epoch, self._first_batch = state["epoch"], state.get("batch", 0)
        self._peeks = state.get("peeks", self._peeks)

    def close(self) -> None:
        """End the worker processes, if there are any; they start again when needed."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def new(self, dataset: Any = None, **overrides: Any) -> DataLoader:
        """A loader like this one, with another data set or other arguments (those of the constructor)."""
        settings = {**self._settings, "dataset": self.dataset if dataset is None else dataset, "seed": self.seed}
        for event in ("after_item", "before_batch", "after_batch"):
            settings[event] = list(getattr(self, event).fs)
        if dataset is not None and "sampler" not in overrides and "batch_sampler" not in overrides:
            settings.update(sampler=None, batch_sampler=None)  # they number the items of the old one
        settings.update(do_setup=False, device=self.device)
        made = type(self)(**{**settings, **overrides})
        made.share = None if self.share is None else self.share.uneven()
        return made

    def keep(self, **settings: Any) -> None:
        """Note arguments of a subclass's own constructor, so that `new` passes them on."""
        self._settings.update(settings)

    def to(self, device: torch.device | str | None) -> DataLoader:
        """Give batches on `device` from now on; None leaves them on the CPU."""
        self.device = None if device is None else torch.device(device)
        return self

    def add_tfms(self, tfms: Any, event: str = "after_item") -> None:
        """Add transforms to `after_item`, `before_batch` or `after_batch`."""
        if event not in ("after_item", "before_batch", "after_batch"):
            raise ValueError(f"`event` is after_item, before_batch or after_batch, but got {event!r}.")
        getattr(self, event).add(tfms, items=self)
        self.close()  # worker processes hold the transforms they started with

    # For people.

    def decode(self, b: tuple[Any, ...]) -> tuple[Any, ...]:
        """A batch, or its first parts, with the batch transforms undone: `dl.decode((x,))[0]` are the inputs."""
        kinds = (getattr(b, "kinds", None) or self.kinds or ())[: len(b)]
        decoded: tuple[Any, ...] = self.after_batch.decode(tuple(b), kinds if len(kinds) == len(b) else None)
        return decoded

    def decode_batch(self, b: Any, max_n: int | None = 9) -> list[tuple[Any, ...]]:
        """The first `max_n` samples of a batch with every transform undone, for display."""
        return decode_batch(self, b, max_n)

    def show_batch(
        self,
        b: Any = None,
        max_n: int = 9,
        nrows: int | None = None,
        ncols: int | None = None,
        figsize: tuple[float, float] | None = None,
        unique: bool = False,
        ctxs: Sequence[Any] | None = None,
        show: bool = True,
        **options: Any,
    ) -> Any:
        """Show `max_n` samples of a batch; `unique` shows one item `max_n` times, to see the random transforms.

        Returns `ctxs`, if they were given. With `show=False` the decoded samples are returned instead.
        """
        return show_batch(self, b, max_n, nrows, ncols, figsize, unique, ctxs, show, options)

    def what_the_model_sees(self, item: Any, draw: int = 0) -> Seen:
        """The way of one item to the model: its original, and what each item and batch transform leaves, to the end.

        `item` is a position in the data set, one of its items, or a new item (a path, a picture) without its label.
        Random steps repeat their draw; another number `draw` gives another one. What a learner adds on its own, such as
        the normalisation of a pretrained network, comes after that. `.show()` draws all of it.
        """
        return what_the_model_sees(self, item, draw)

    def show_results(
        self,
        b: Any,
        out: Any,
        max_n: int = 9,
        nrows: int | None = None,
        ncols: int | None = None,
        figsize: tuple[float, float] | None = None,
        ctxs: Sequence[Any] | None = None,
        **options: Any,
    ) -> Any:
        """Show samples of batch `b` beside their decoded predictions `out` (class ids, numbers, masks)."""
        return show_results(self, b, out, max_n, nrows, ncols, figsize, ctxs, options)

    def __repr__(self) -> str:
        kind = {"auto": "workers"}.get(self.workers, f"{self.workers}s" if self.workers == "thread" else "processes")
        how = f"{self.num_workers} {kind}" if self.num_workers else "no workers"
        size = "a stream" if self.streams else f"{self.n} items"
        return f"DataLoader: {size}, bs={self.bs}, shuffle={self.shuffle}, {how}, seed={self.seed}"


def _at_most(batch: Any, n: int | None) -> Any:
    return batch if n is None else list(batch)[:n]
