"""AWD-LSTM: a stack of LSTMs in which everything that can be dropped is dropped."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor, nn

from fastlearn.text.dropouts import EmbeddingDropout, RNNDropout, WeightDropout, check_dropout

__all__ = ["AWD_LSTM"]

State: TypeAlias = tuple[Tensor, Tensor]  # of one layer: hidden and cell, each (directions, B, H)
INIT_RANGE = 0.1


class AWD_LSTM(nn.Module):  # the name that it has in the literature
    """An embedding and `n_layers` LSTMs, the last of which returns to `emb_sz`; their state goes on from call to call.

    Dropped in training: whole words with `embed_p`, features of the input with `input_p` and between layers with
    `hidden_p` (the same at every step), and hidden-to-hidden weights with `weight_p`. The state is carried to the next
    call without its gradient, until `reset()`. A larger batch begins its new rows at zero, a smaller one keeps the
    first rows. `pad_token` is the word whose vector is not trained.
    Shapes: word ids `(B, T)`, or vectors `(B, T, emb_sz)` with `from_embeds`, become `(B, T, emb_sz)`.
    Raises: ValueError for word ids beyond `vocab_sz`, and for dropouts outside of [0, 1).
    Source: Merity, Keskar & Socher 2018, "Regularizing and Optimizing LSTM Language Models".
    """

    def __init__(
        self,
        vocab_sz: int,
        emb_sz: int,
        n_hid: int,
        n_layers: int,
        pad_token: int = 1,
        hidden_p: float = 0.2,
        input_p: float = 0.6,
        embed_p: float = 0.1,
        weight_p: float = 0.5,
        bidir: bool = False,
    ) -> None:
        super().__init__()
        self.vocab_sz, self.emb_sz, self.n_hid, self.n_layers = vocab_sz, emb_sz, n_hid, n_layers
        self.pad_token, self.bidir = pad_token, bidir
        self.hidden_p, self.input_p, self.embed_p, self.weight_p = hidden_p, input_p, embed_p, weight_p
        self._check()
        embedding = nn.Embedding(vocab_sz, emb_sz, padding_idx=pad_token)
        nn.init.uniform_(embedding.weight, -INIT_RANGE, INIT_RANGE)
        self.encoder_dp = EmbeddingDropout(embedding, embed_p)
        self.rnns = nn.ModuleList(self._layer(i) for i in range(n_layers))
        self.input_dp = RNNDropout(input_p)
        self.hidden_dps = nn.ModuleList(RNNDropout(hidden_p) for _ in range(n_layers))
        self.hidden: list[State] | None = None

    @property
    def encoder(self) -> nn.Embedding:
        """The embedding, without its dropout."""
        return self.encoder_dp.emb

    def reset(self) -> None:
        """Forget the state: the next call begins a text."""
        self.hidden = None

    def forward(self, inp: Tensor, from_embeds: bool = False) -> Tensor:
        output: Tensor = self.input_dp(inp if from_embeds else self._embedded(inp))
        before = self._state(output)
        after: list[State] = []
        for i, (rnn, dropout) in enumerate(zip(self.rnns, self.hidden_dps, strict=True)):
            output, (h, c) = rnn(output, before[i])
            after.append((h.detach(), c.detach()))
            if i + 1 < self.n_layers:
                output = dropout(output)
        self.hidden = after
        return output

    def _embedded(self, words: Tensor) -> Tensor:
        try:
            vectors: Tensor = self.encoder_dp(words)
            return vectors
        except IndexError:  # torch's message names neither the id nor the size
            raise ValueError(
                f"The model knows {self.vocab_sz} words, ids 0 to {self.vocab_sz - 1}, but a batch has ids from "
                f"{int(words.min())} to {int(words.max())}. Its vocabulary is not that of the data: try loaders with "
                "the vocabulary of the model (text_vocab=...), or a new learner for these."
            ) from None

    def _state(self, like: Tensor) -> list[State]:
        """The state that the last call left, for as many rows as `like` has, where and of what type it is."""
        n = like.shape[0]
        if self.hidden is None:
            return [self._zeros(i, n, like) for i in range(self.n_layers)]
        return [(_for_rows(h, n, like), _for_rows(c, n, like)) for h, c in self.hidden]

    def _zeros(self, layer: int, n: int, like: Tensor) -> State:
        zeros = like.new_zeros(2 if self.bidir else 1, n, self._width(layer))
        return zeros, zeros

    def _width(self, layer: int) -> int:
        """How many features each direction of a layer gives."""
        return (self.n_hid if layer + 1 < self.n_layers else self.emb_sz) // (2 if self.bidir else 1)

    def _layer(self, i: int) -> WeightDropout:
        n_in = self.emb_sz if i == 0 else self.n_hid
        lstm = nn.LSTM(n_in, self._width(i), batch_first=True, bidirectional=self.bidir)
        names = ("weight_hh_l0", "weight_hh_l0_reverse") if self.bidir else ("weight_hh_l0",)
        return WeightDropout(lstm, self.weight_p, names)

    def _check(self) -> None:
        for name in ("input_p", "hidden_p", "embed_p", "weight_p"):
            check_dropout(name, getattr(self, name))
        sizes = {name: getattr(self, name) for name in ("vocab_sz", "emb_sz", "n_hid", "n_layers")}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"`{name}` is a positive whole number, but got {size!r}.")
        if self.bidir and (self.n_hid % 2 or self.emb_sz % 2):
            raise ValueError(
                f"Two directions share the sizes, which are even, but got emb_sz={self.emb_sz}, n_hid={self.n_hid}."
            )


def _for_rows(state: Tensor, n: int, like: Tensor) -> Tensor:
    state = state.to(device=like.device, dtype=like.dtype)
    rows = state.shape[1]
    if rows < n:
        return torch.cat([state, state.new_zeros(state.shape[0], n - rows, state.shape[2])], dim=1)
    return state[:, :n].contiguous()
