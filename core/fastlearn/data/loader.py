"""The loader: a torch `DataLoader` that reads on threads, applies transforms, and knows which items a batch holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

from fastlearn.data.batch import to_device
from fastlearn.data.decoding import decode_batch, show_batch, show_results
from fastlearn.data.loader_defaults import choice_of_workers, seed_of, torch_arguments
from fastlearn.data.loader_reading import ReadingLoader
from fastlearn.data.making import Made, SetAside
from fastlearn.data.picture_cache import as_cache
from fastlearn.data.pipeline import Pipeline, as_list
from fastlearn.data.problems import DataError
from fastlearn.data.sampling import BATCH, SeededSampler, requests_for
from fastlearn.data.seeing import Seen, what_the_model_sees
from fastlearn.data.tally import Tally
from fastlearn.keywords import check_keywords
from fastlearn.seed import new_generator


class DataLoader(ReadingLoader):
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
        self._guessed_kinds = self._pool = self.share = None
        self._said: set[str] = set()
        self._wants_pin = pin_memory
        self._start_torch(dataset, batch_size if batch_size is not None else bs)
        self.after_item = self._pipeline(after_item)
        self.before_batch = self._pipeline(before_batch)
        self.after_batch = self._pipeline(after_batch)
        if do_setup:
            for pipeline in (self.after_item, self.before_batch, self.after_batch):
                pipeline.setup(self)

    def _start_torch(self, dataset: Any, bs: int | None) -> None:
        """Begin as the loader of torch that this is."""
        super().__init__(**torch_arguments(self._settings, dataset, bs, self.seed))

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

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments that this loader was made with, by name."""
        return dict(self._settings)

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
