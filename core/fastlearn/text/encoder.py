"""Encoders of whole texts: a recurrent module run over them in chunks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.text.heads import LinearDecoder

__all__ = ["LanguageModel", "SentenceEncoder", "SequentialRNN"]


class SequentialRNN(nn.Sequential):
    """Modules one after the other; `reset()` reaches those that have a state."""

    def reset(self) -> None:
        """Reset every part that can be."""
        for part in self.children():
            _reset(part)


class LanguageModel(SequentialRNN):
    """A recurrent encoder and a decoder, `tie_weights` by the same table of words."""

    def __init__(self, encoder: nn.Module, decoder: LinearDecoder, tie_weights: bool = True) -> None:
        super().__init__(encoder, decoder)
        self.tie_weights = tie_weights
        if tie_weights:
            decoder.tie(encoder.encoder)  # type: ignore[arg-type]

    def forward(self, words: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Shapes: word ids `(B, T)` become `(scores (B, T, V), features (B, T, E), features after dropout)`."""
        scored: tuple[Tensor, Tensor, Tensor] = self[1](self[0](words))
        return scored

    def read(self, words: Tensor) -> Tensor:
        """Scores `(B, V)` of the word that follows `words`, `(B, T)`; the state goes on."""
        scores: Tensor = self[1](self[0](words)[:, -1:])[0]
        return scores[:, -1]

    def constructor_arguments(self) -> dict[str, Any]:
        """For an export."""
        return {"encoder": self[0], "decoder": self[1], "tie_weights": self.tie_weights}


class SentenceEncoder(nn.Module):
    """Runs `module` over whole texts, `bptt` words at a time, and keeps what it gives for the last `max_len` words.

    The texts of a batch end together: shorter ones join in later, each with a fresh state, however they are padded,
    so that a text gives the same whatever is beside it. Gradients reach back as far as a chunk.
    Shapes: word ids `(B, T)`, padded with `pad_idx`, become `((B, T', H), padding mask (B, T'))`, with `T'` at most
    `max_len`, in whole chunks.
    Raises: ValueError if `bptt` is not positive or `max_len` is less.
    """

    def __init__(self, bptt: int, module: nn.Module, pad_idx: int = 1, max_len: int | None = None) -> None:
        super().__init__()
        if bptt < 1 or (max_len is not None and max_len < bptt):
            raise ValueError(
                f"Texts are read in chunks of `bptt` (seq_len) words, at least 1, of which at least one whole chunk is "
                f"kept, but got {bptt!r} and max_len={max_len!r}. Try seq_len=72, max_len=1440."
            )
        self.bptt, self.module, self.pad_idx, self.max_len = bptt, module, pad_idx, max_len

    def reset(self) -> None:
        """Forget the state of the module."""
        _reset(self.module)

    def forward(self, words: Tensor) -> tuple[Tensor, Tensor]:
        words, first = in_chunks(words, self.bptt, self.pad_idx)
        order = sorted(range(len(first)), key=first.__getitem__)
        words, first = words[order], [first[row] for row in order]
        n_chunks = -(-words.shape[1] // self.bptt)
        dropped = 0 if self.max_len is None else n_chunks - self.max_len // self.bptt
        self.reset()
        outputs, masks = [], []
        for chunk, piece in enumerate(torch.split(words, self.bptt, dim=1)):
            rows = bisect_right(first, chunk)  # those that have begun
            with torch.set_grad_enabled(torch.is_grad_enabled() and chunk >= dropped):
                output = self.module(piece[:rows])
            if chunk >= dropped:
                outputs.append(_for_all(output, len(words)))
                masks.append(piece == self.pad_idx)
        self.reset()
        back = torch.tensor(order, device=words.device).argsort()
        return torch.cat(outputs, dim=1)[back], torch.cat(masks, dim=1)[back]


def in_chunks(words: Tensor, bptt: int, pad_idx: int) -> tuple[Tensor, list[int]]:
    """The texts of a batch moved so that all end in the last chunk of `bptt` words, each at the beginning of a chunk.

    Shapes: `(B, T)`, padded anywhere around the texts, becomes `(B, T')`.
    Returns: the words, and for each text the chunk in which it begins; one without words begins after the last.
    Raises: ValueError if no text has any words.
    """
    real = words != pad_idx
    places = torch.arange(words.shape[1], device=words.device)
    first = torch.where(real, places, words.shape[1]).amin(dim=1)
    length = (torch.where(real, places, -1).amax(dim=1) - first + 1).clamp(min=0)
    chunks = (length + bptt - 1) // bptt
    starts = (chunks.max() - chunks) * bptt
    width, *begins = [int((starts + length).max()), *(starts // bptt).tolist()]
    if not width:
        raise ValueError(
            "All texts of a batch are empty: there is nothing but padding in them. Try leaving them out; our "
            "tokenizers mark even an empty text by xxbos."
        )
    source = torch.arange(width, device=words.device) - starts[:, None]  # which word of its text stands at each place
    inside = (source >= 0) & (source < length[:, None])
    moved = words.gather(1, (source + first[:, None]).clamp(0, words.shape[1] - 1))
    return torch.where(inside, moved, pad_idx), begins


@contextmanager
def in_one_chunk(model: nn.Module) -> Iterator[None]:
    """Inside, the sentence encoders in `model` read texts as a whole, so that gradients reach every word."""
    encoders = [module for module in model.modules() if isinstance(module, SentenceEncoder)]
    before = [(encoder.bptt, encoder.max_len) for encoder in encoders]
    try:
        for encoder in encoders:
            encoder.bptt, encoder.max_len = 1 << 40, None
        yield
    finally:
        for encoder, (bptt, max_len) in zip(encoders, before, strict=True):
            encoder.bptt, encoder.max_len = bptt, max_len


def _for_all(output: Tensor, n: int) -> Tensor:
    """`output` for `n` rows: zeros for those that have not begun."""
    missing = n - len(output)
    return torch.cat([output, output.new_zeros(missing, *output.shape[1:])]) if missing else output


def _reset(module: nn.Module) -> None:
    reset = getattr(module, "reset", None)
    if reset is not None:
        reset()
