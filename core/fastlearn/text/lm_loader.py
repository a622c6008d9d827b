"""Batches for language models: one stream of all texts, read at many places at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from fastlearn.data.batch import Batch, count_samples, to_cpu
from fastlearn.data.decoding import first_samples
from fastlearn.data.loader import DataLoader
from fastlearn.data.making import Made, SetAside, is_unreadable
from fastlearn.data.problems import DataError, item_error
from fastlearn.data.sampling import SeededSampler
from fastlearn.text.special import PAD
from fastlearn.text.stream import TokenStream
from fastlearn.warn import warn_user

KINDS = ("text", "text")


class LMDataLoader(DataLoader):
    """Batches `(x, y)`, int64 of shape `(bs, seq_len)` each, where `y` is `x` one token on.

    The texts of `dataset` (texts as numbers, or a `TokenStream`) are put one after the other, in each epoch in another
    order with `shuffle`, and the stream is cut into `bs` rows of equal length. Batches go through the rows from left
    to right, so that row `i` of a batch goes on in row `i` of the next; the last one is shorter. What is left of the
    stream, less than `bs` tokens, is dropped. Batches hold parts of many texts, so `items` is None; `texts_of` tells
    which text a row began with.

    The other arguments are those of `DataLoader`, whose promises hold: the seed and the epoch give the order, a run
    goes on in the middle of an epoch, several processes have a part of the rows each. `lens` and a number as `cache`
    are taken for their names' sake.
    Raises: DataError, saying what to change, if there are too few tokens for one batch.
    """

    def __init__(
        self, dataset: Any, lens: Any = None, cache: Any = None, bs: int = 64, seq_len: int = 72, **options: Any
    ) -> None:
        if not isinstance(seq_len, int) or seq_len < 1:
            raise ValueError(f"`seq_len` is the number of tokens in a row of a batch, but got {seq_len!r}. Try 72.")
        if options.get("before_batch"):
            raise DataError("An LMDataLoader cuts its batches out of one stream, so there are no samples for "
                            "before_batch. Try after_batch.")  # fmt: skip
        stream = options.pop("stream", None)
        options.update(num_workers=0, workers="thread", drop_last=False)
        super().__init__(dataset, bs=bs, **options)
        if options.get("batch_size") is not None:
            bs = options["batch_size"]
        self.seq_len = seq_len
        self._stream_of_texts: TokenStream | None = stream
        self._warned = False
        self.keep(seq_len=seq_len)
        self._settings.pop("cache", None)

    # What it knows.

    @property
    def stream_of_texts(self) -> TokenStream:
        """All texts in the order of the data set; read when it is first asked for."""
        if self._stream_of_texts is None:
            self._stream_of_texts = self.dataset if isinstance(self.dataset, TokenStream) else self._read()
        return self._stream_of_texts

    @property
    def n_tokens(self) -> int:
        """How many tokens all texts have."""
        return len(self.stream_of_texts.ids)

    @property
    def pad_id(self) -> int:
        """The number of `xxpad` in the vocabulary, 1 where that is not known."""
        return pad_id_in(self.vocab)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Texts, and as targets texts."""
        return KINDS

    @property
    def n_inp(self) -> int:
        """The first part is the input."""
        return 1

    def __len__(self) -> int:
        return -(-self._row_length() // self.seq_len)

    # Batches.

    def _epoch_of_items(self, epoch: int, start: int) -> Iterator[Any]:
        asked = time.perf_counter()
        ready = not len(self.after_batch) and (self.device is None or self.device.type == "cpu")
        for number, batch in enumerate(self._cut(epoch, start), start):
            made = batch if ready else self._finished(Made(batch, number), epoch)
            self.wait_seconds += time.perf_counter() - asked
            yield made
            asked = time.perf_counter()

    def _first_made(self, epoch: int, n: int | None) -> Made:
        batch = next(self._cut(epoch, 0), None)
        if batch is not None and n is not None:
            batch = first_samples(batch, n)
        return Made(batch, 0)

    def _cut(self, epoch: int, start: int) -> Iterator[Batch]:
        """The batches of an epoch on the CPU, from number `start` on."""
        length, rows = self._row_length(), self._rows()
        self.check_enough()
        mine = slice(0, rows) if self.share is None else self.share.of(rows)
        stream = torch.from_numpy(self._ids(epoch))
        x, y = (stream[first : first + rows * length].view(rows, length)[mine] for first in (0, 1))
        for begin in range(start * self.seq_len, length, self.seq_len):
            part = slice(begin, min(begin + self.seq_len, length))
            yield Batch((x[:, part].long(), y[:, part].long()), kinds=KINDS)

    def _ids(self, epoch: int) -> np.ndarray:
        order = self._order(epoch)
        return self.stream_of_texts.ids if order is None else self.stream_of_texts.in_order(order)

    def _order(self, epoch: int) -> list[int] | None:
        """The order of the texts in an epoch; None for that of the data set."""
        if not self.shuffle:
            return None
        sampler = SeededSampler(len(self.stream_of_texts), True, self.seed)
        sampler.epoch = epoch
        return list(sampler)

    def _rows(self) -> int:
        """How many rows the stream is cut into, for all processes together."""
        return (self.batch_size or 1) * (1 if self.share is None else self.share.size)

    def _row_length(self) -> int:
        return max(0, self.n_tokens - 1) // self._rows()  # the last token is only a target

    def check_enough(self) -> None:
        """Raise DataError, saying what to change, if there are too few tokens for a batch; warn if they fill none."""
        length, rows = self._row_length(), self._rows()
        if length == 0:
            raise DataError(
                f"There are {self.n_tokens} tokens in {len(self.stream_of_texts)} texts, but a batch has bs={rows} "
                "rows of at least one token and its target. "
                + (
                    f"Try bs={max(1, (self.n_tokens - 1) // self.seq_len)}, or more text."
                    if self.n_tokens > 1
                    else "Try more text, or keep less of it for validation (valid_pct)."
                )
            )
        if length < self.seq_len and self.shuffle and not self._warned:
            self._warned = True
            warn_user(
                f"There are {self.n_tokens} tokens, fewer than bs x seq_len = {rows} x {self.seq_len}: an epoch has "
                f"one batch, with {length} tokens in a row. Try bs={max(1, self.n_tokens // (8 * self.seq_len))}, or a "
                "smaller seq_len.",
                UserWarning,
            )

    def texts_of(self, epoch: int, number: int) -> np.ndarray:
        """Which text, by its position, each row of batch `number` of an epoch begins in, int64 of shape `(bs,)`."""
        stream, order = self.stream_of_texts, self._order(epoch)
        chosen = np.arange(len(stream)) if order is None else np.asarray(order)
        ends = np.cumsum(np.diff(stream.offsets)[chosen])
        rows = np.arange(self._rows())[slice(None) if self.share is None else self.share.of(self._rows())]
        starts = rows * self._row_length() + number * self.seq_len
        return chosen[np.searchsorted(ends, starts, side="right")]

    # Reading.

    def _read(self) -> TokenStream:
        dataset: Any = self.dataset
        read = dataset.reader() if hasattr(dataset, "reader") else lambda i, rng: dataset[i]
        texts = []
        for i in range(len(dataset)):
            try:
                texts.append(self._numbers(read(i, None), i))
            except Exception as error:
                wrapped = item_error(error, i, i)
                if not (self.skip_unreadable and is_unreadable(error)):
                    raise wrapped from error
                self._note([SetAside(i, wrapped.item, str(wrapped))])
                texts.append(np.empty(0, np.int32))
        return TokenStream.of(texts)

    def _numbers(self, sample: Any, i: int) -> np.ndarray:
        ids = sample[0] if isinstance(sample, tuple) else sample
        ids = self.after_item(ids, ("text",)) if len(self.after_item) else ids
        array = np.asarray(ids)
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise TypeError(
                f"A text for an LMDataLoader is a row of whole numbers, but item {i} is of shape {array.shape}, "
                f"{array.dtype}. Try Numericalize, or TextBlock(is_lm=True)."
            )
        return array

    def new(self, dataset: Any = None, **overrides: Any) -> LMDataLoader:
        """A loader like this one, with another data set or other arguments (those of the constructor)."""
        if dataset is None or dataset is self.dataset:
            overrides.setdefault("stream", self._stream_of_texts)
        made: Any = super().new(dataset, **overrides)
        return made  # type: ignore[no-any-return]

    def decode_batch(self, b: Any, max_n: int | None = 9) -> list[tuple[Any, ...]]:
        """The first `max_n` rows of a batch as readable texts: what the model is given, and what it should say."""
        n = count_samples(b) if max_n is None else min(max_n, count_samples(b))
        few = self.after_batch.decode(to_cpu(first_samples(b, n)), KINDS[: len(b)])
        return [tuple(self._written(part[i]) for part in few) for i in range(n)]

    def _written(self, ids: Any) -> Any:
        dataset: Any = self.dataset
        if not hasattr(dataset, "tls"):
            return dataset.decode(ids) if hasattr(dataset, "decode") else ids
        return dataset.tls[0].decode(ids)


def pad_id_in(vocab: Any) -> int:
    """Where `xxpad` stands in `vocab`, a list of tokens or of tokens and classes; 1 if it is not there."""
    if vocab is None or not len(vocab):
        return 1
    words = vocab if isinstance(vocab[0], str) else vocab[0]
    return words.index(PAD) if isinstance(words, list) and PAD in words else 1
