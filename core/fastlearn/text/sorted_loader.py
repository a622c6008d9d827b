"""Batches of texts of about one length, so that little of them is padding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from fastlearn.data.loader import DataLoader
from fastlearn.data.pipeline import as_list
from fastlearn.data.problems import DataError
from fastlearn.data.sampling import ORDER, SeededSampler
from fastlearn.seed import new_generator
from fastlearn.text.lm_loader import pad_id_in
from fastlearn.text.padding import PadChunk, PadInput, TextPadding

WINDOW = 50  # batches that are sorted together in training


class LengthSampler(SeededSampler):
    """Positions, the longest text first; with `shuffle` in windows of 50 batches, in a new order in each epoch.

    With `shuffle` the first batch holds the longest text of all, so that too little memory shows at once; the other
    batches come in any order but the last, which may be a smaller one.
    """

    def __init__(self, lengths: Callable[[], np.ndarray], n: int, bs: int, shuffle: bool, seed: int) -> None:
        super().__init__(n, shuffle, seed)
        self.lengths, self.bs = lengths, bs

    def __iter__(self) -> Iterator[int]:
        lengths = self.lengths()
        if not self.shuffle:
            return iter(np.argsort(-lengths, kind="stable").tolist())
        return iter(self._shuffled(lengths, new_generator(self.seed, ORDER, self.epoch)).tolist())

    def _shuffled(self, lengths: np.ndarray, rng: torch.Generator) -> np.ndarray:
        order = torch.randperm(self.n, generator=rng).numpy()
        if self.n == 0:
            return order
        longest = int(np.flatnonzero(order == lengths.argmax())[0])
        order[[0, longest]] = order[[longest, 0]]
        window = self.bs * WINDOW
        windows = [order[i : i + window] for i in range(0, self.n, window)]
        order = np.concatenate([part[np.argsort(-lengths[part], kind="stable")] for part in windows])
        batches = [order[i : i + self.bs] for i in range(0, self.n, self.bs)]
        middle = torch.randperm(max(0, len(batches) - 2), generator=rng).tolist()
        return np.concatenate([batches[0], *(batches[1 + i] for i in middle), *batches[1:][-1:]])


class SortedDL(DataLoader):
    """A `DataLoader` whose batches hold texts of about one length: in validation sorted, in training nearly so.

    `sort_func` gives the length of a sample (default: that of its first part), `res` the lengths if they are known.
    Texts are padded: by `PadChunk(seq_len=seq_len)`, without a `seq_len` by `PadInput()`, or by the step that
    `before_batch` has for it. The other arguments are those of `DataLoader`; texts are light to read, so that they are
    read without workers unless `num_workers` says otherwise.
    """

    def __init__(
        self,
        dataset: Any,
        sort_func: Callable[[Any], int] | None = None,
        res: Sequence[int] | None = None,
        bs: int = 64,
        seq_len: int | None = None,
        **options: Any,
    ) -> None:
        n = len(dataset)
        if res is not None and len(res) != n:
            raise DataError(f"`res` holds the length of each of {n} items, but has {len(res)}.")
        self._sort_func = sort_func
        self._lengths: np.ndarray | None = None if res is None else np.asarray(res, np.int64)
        bs = options.get("batch_size") or bs
        kept = options.get("shuffle", False), options.get("seed")
        if options.get("sampler") is None and options.get("batch_sampler") is None:
            options["sampler"] = LengthSampler(self._all_lengths, n, bs, kept[0], 0)
        if options.get("num_workers") is None:
            options["num_workers"] = 0
        padding = (
            [] if _pads(options.get("before_batch")) else [PadInput() if seq_len is None else PadChunk(seq_len=seq_len)]
        )
        options["before_batch"] = [*as_list(options.get("before_batch")), *padding]
        super().__init__(dataset, bs=bs, **options)
        if isinstance(self.sampler, LengthSampler):
            self.sampler.seed = self.seed
        self.seq_len = seq_len
        self._set_pad_id()
        self.keep(sort_func=sort_func, seq_len=seq_len)

    @property
    def pad_id(self) -> int:
        """The number of `xxpad` in the vocabulary, 1 where that is not known."""
        return pad_id_in(self.vocab)

    @property
    def res(self) -> np.ndarray:
        """The length of each text, int64 of shape `(n,)`; found out when it is first asked for."""
        return self._all_lengths()

    def _all_lengths(self) -> np.ndarray:
        if self._lengths is None:
            self._lengths = np.asarray([self._length(i) for i in range(self.n)], np.int64)
        return self._lengths

    def _length(self, i: int) -> int:
        dataset: Any = self.dataset
        try:
            if self._sort_func is not None:
                return int(self._sort_func(dataset[i]))
            if hasattr(dataset, "tls"):
                return len(dataset.tls[0][i])
            sample = dataset[i]
            return len(sample[0] if isinstance(sample, tuple) else sample)
        except DataError:  # an item that cannot be read is reported where it is used
            return 0

    def _set_pad_id(self) -> None:
        """Pad with the number that the vocabulary has for it, where that is not the usual one."""
        for step in self.before_batch:
            if isinstance(step, PadChunk | PadInput) and self.vocab is not None:
                step.pad_idx = self.pad_id

    def new(self, dataset: Any = None, **overrides: Any) -> SortedDL:
        """A loader like this one, with another data set or other arguments (those of the constructor)."""
        if (dataset is None or dataset is self.dataset) and self._lengths is not None:
            overrides.setdefault("res", self._lengths)
        if isinstance(self.sampler, LengthSampler):
            overrides.setdefault("sampler", None)
        made: Any = super().new(dataset, **overrides)
        return made  # type: ignore[no-any-return]


def _pads(before_batch: Any) -> bool:
    return any(isinstance(step, TextPadding) for step in as_list(before_batch))
