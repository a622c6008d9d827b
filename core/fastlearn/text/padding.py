"""Texts of several lengths to one length, as a batch needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from fastlearn.data.transform import Kinds, Transform, remake_tuple

PAD_ID = 1


def pad_chunk(
    x: torch.Tensor, pad_idx: int = PAD_ID, pad_first: bool = True, seq_len: int = 72, pad_len: int = 10
) -> torch.Tensor:
    """`x`, shape `(n,)`, with padding to `pad_len`, so that the text begins at a multiple of `seq_len`.

    Whole chunks of padding stand before the text (after it without `pad_first`), what is left of the padding after it.
    """
    missing = pad_len - len(x)
    rest = missing % seq_len
    padded = x.new_full((pad_len,), pad_idx)
    start = missing - rest if pad_first else 0
    padded[start : start + len(x)] = x
    return padded


def pad_input_chunk(samples: Sequence[tuple[Any, ...]], n_inp: int = 1, **options: Any) -> list[tuple[Any, ...]]:
    """`samples` with their first `n_inp` parts padded by `pad_chunk` to the longest of all."""
    longest = max(len(sample[i]) for sample in samples for i in range(n_inp))
    return [
        remake_tuple(s, [*(pad_chunk(s[i], pad_len=longest, **options) for i in range(n_inp)), *s[n_inp:]])
        for s in samples
    ]


class TextPadding(Transform):
    """What both ways of padding share: which parts of a sample are texts. For `before_batch`."""

    kind = "text"

    def __call__(
        self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None, rng: torch.Generator | None = None
    ) -> Any:
        return self.pad(list(x), self.fields_of(kinds))

    def fields_of(self, kinds: Kinds | None) -> Sequence[int]:
        """The places of the texts in a sample: where the kinds say so, else the first."""
        found = [i for i, kind in enumerate(kinds or ()) if kind == "text"]
        return found or (0,)

    def pad(self, samples: list[Any], fields: Sequence[int]) -> list[Any]:
        """`samples` with the parts at `fields` padded."""
        raise NotImplementedError


class PadInput(TextPadding):
    """Padding at the end of each text, to the longest of the batch; before it with `pad_first`.

    `backwards` turns the padded text around, and the place of the padding with it. `pad_fields` says which parts of a
    sample are padded where its kinds do not.
    """

    def __init__(
        self,
        pad_idx: int = PAD_ID,
        pad_fields: int | Iterable[int] = 0,
        pad_first: bool = False,
        backwards: bool = False,
    ) -> None:
        super().__init__()
        self.pad_idx, self.pad_first, self.backwards = pad_idx, pad_first, backwards
        self.pad_fields = [pad_fields] if isinstance(pad_fields, int) else list(pad_fields)

    def fields_of(self, kinds: Kinds | None) -> Sequence[int]:
        """Those that were given, where they are not the default; else the texts."""
        return self.pad_fields if self.pad_fields != [0] else super().fields_of(kinds)

    def pad(self, samples: list[Any], fields: Sequence[int]) -> list[Any]:
        """`samples` with the parts at `fields` padded, each to its longest."""
        longest = {field: max(len(sample[field]) for sample in samples) for field in fields}
        return [_with_parts(s, {f: self._padded(s[f], longest[f]) for f in fields}) for s in samples]

    def _padded(self, x: torch.Tensor, length: int) -> torch.Tensor:
        padded = x.new_full((length,), self.pad_idx)
        start = length - len(x) if self.pad_first != self.backwards else 0
        padded[start : start + len(x)] = x
        return padded.flip(0) if self.backwards else padded


class PadChunk(TextPadding):
    """Padding of the texts of a batch to the longest, by `pad_chunk`: each begins at a multiple of `seq_len`.

    A model that reads `seq_len` tokens at a time then meets no padding in front of a text within one reading.
    Raises: ValueError if `seq_len` is not positive.
    """

    def __init__(self, pad_idx: int = PAD_ID, pad_first: bool = True, seq_len: int = 72) -> None:
        super().__init__()
        if not isinstance(seq_len, int) or seq_len < 1:
            raise ValueError(f"`seq_len` is how many tokens a model reads at a time, but got {seq_len!r}. Try 72.")
        self.pad_idx, self.pad_first, self.seq_len = pad_idx, pad_first, seq_len

    def pad(self, samples: list[Any], fields: Sequence[int]) -> list[Any]:
        """`samples` with the parts at `fields` padded, all to the longest."""
        longest = max(len(sample[field]) for sample in samples for field in fields)
        return [_with_parts(s, {f: self._padded(s[f], longest) for f in fields}) for s in samples]

    def _padded(self, x: torch.Tensor, length: int) -> torch.Tensor:
        return pad_chunk(x, self.pad_idx, self.pad_first, self.seq_len, length)


def _with_parts(sample: Any, parts: dict[int, Any]) -> Any:
    if not isinstance(sample, tuple):
        return next(iter(parts.values()))
    return remake_tuple(sample, [parts.get(i, part) for i, part in enumerate(sample)])


Pad_Input, Pad_Chunk = PadInput, PadChunk
pad_input = PadInput()
