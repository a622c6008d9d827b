"""The dropouts of a regularised language model: of words, of weights, and of the same features at every step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

__all__ = ["EmbeddingDropout", "RNNDropout", "WeightDropout", "check_dropout", "dropout_mask"]


def check_dropout(name: str, p: float) -> float:
    """`p` if it is a probability below 1. Raises: ValueError, naming the setting and `drop_mult`."""
    if not 0 <= p < 1:
        raise ValueError(
            f"`{name}` is the share of values to drop, at least 0 and below 1, but got {p!r}. All of a configuration's "
            "are multiplied by `drop_mult`: try a smaller one."
        )
    return p


def dropout_mask(x: Tensor, sz: Sequence[int], p: float, generator: torch.Generator | None = None) -> Tensor:
    """Zeros with probability `p`, else `1 / (1 - p)`: a mask of shape `sz`, of the dtype and device of `x`."""
    return x.new_empty(*sz).bernoulli_(1 - p, generator=generator).div_(1 - p)


class RNNDropout(nn.Module):
    """Dropout that drops the same features at every time step of a sequence.

    Shapes: `(B, T, ...)` stays as it is; one mask `(B, 1, ...)` for all steps.
    Source: Gal & Ghahramani 2016, "A Theoretically Grounded Application of Dropout in Recurrent Neural Networks".
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = check_dropout("p", p)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        return x * dropout_mask(x, (x.shape[0], 1, *x.shape[2:]), self.p)

    def extra_repr(self) -> str:
        return f"p={self.p}"


class EmbeddingDropout(nn.Module):
    """The embedding `emb` with whole words dropped: all places of a word at once, with probability `embed_p`.

    Shapes: word ids `(B, T)` become `(B, T, E)`.
    Source: Gal & Ghahramani 2016, section 4.2.
    """

    def __init__(self, emb: nn.Embedding, embed_p: float) -> None:
        super().__init__()
        self.emb, self.embed_p = emb, check_dropout("embed_p", embed_p)

    def forward(self, words: Tensor, scale: float | None = None) -> Tensor:
        vectors: Tensor = self.emb(words)
        if self.training and self.embed_p:
            kept = dropout_mask(self.emb.weight, (self.emb.num_embeddings, 1), self.embed_p)
            vectors = vectors * F.embedding(words, kept)  # a row's factor, without a second table of vectors
        return vectors if scale is None else vectors * scale

    def extra_repr(self) -> str:
        return f"embed_p={self.embed_p}"


class WeightDropout(nn.Module):
    """`module` with some of its weights dropped in training: each single number with probability `weight_p`.

    `layer_names` are the parameters; the state has them under their own names. Every call draws anew. In evaluation
    the module runs as it is. Weights of a recurrent layer on a CUDA device stay in one block, as cuDNN wants them.
    Raises: ValueError if `module` has no such parameter.
    Source: Merity, Keskar & Socher 2018, "Regularizing and Optimizing LSTM Language Models", section 2.
    """

    def __init__(self, module: nn.Module, weight_p: float, layer_names: str | Sequence[str] = "weight_hh_l0") -> None:
        super().__init__()
        names = (layer_names,) if isinstance(layer_names, str) else tuple(layer_names)
        own = dict(module.named_parameters(recurse=False))
        for name in names:
            if name not in own:
                raise ValueError(f"{type(module).__name__} has no parameter {name!r} to drop. It has {', '.join(own)}.")
        self.module, self.weight_p, self.layer_names = module, check_dropout("weight_p", weight_p), names

    def forward(self, *args: Any) -> Any:
        if not self.training or self.weight_p == 0:
            return self.module(*args)
        dropped = {name: F.dropout(getattr(self.module, name), self.weight_p) for name in self.layer_names}
        if isinstance(self.module, nn.RNNBase):
            with _running_on(self.module, dropped):
                return self.module(*args)
        return functional_call(self.module, dropped, args)

    def reset(self) -> None:
        """Pass a reset on to the module, where it knows what that is."""
        reset = getattr(self.module, "reset", None)
        if reset is not None:
            reset()

    def extra_repr(self) -> str:
        return f"weight_p={self.weight_p}, layer_names={self.layer_names}"


@contextmanager
def _running_on(rnn: nn.RNNBase, weights: dict[str, Tensor]) -> Iterator[None]:
    """Inside, `rnn` computes with `weights` in place of its parameters of these names.

    A recurrent layer computes with a list of its own, which names that are swapped do not reach.
    """
    own: list[Any] = rnn._flat_weights
    chosen = [weights.get(name, weight) for name, weight in zip(rnn._flat_weights_names, own, strict=True)]
    used: list[Any] = laid_out_like(chosen, own) if _is_one_block(own) else chosen
    rnn._flat_weights = used
    try:
        yield
    finally:
        rnn._flat_weights = own


def _is_one_block(weights: Sequence[Tensor]) -> bool:
    """Whether `weights` lie together on a CUDA device, as cuDNN's fused kernels take them without a copy."""
    one_storage = len({weight.untyped_storage().data_ptr() for weight in weights}) == 1
    return weights[0].is_cuda and len(weights) > 1 and one_storage


def laid_out_like(weights: Sequence[Tensor], pattern: Sequence[Tensor]) -> list[Tensor]:
    """`weights` as views of one new block of memory, at the places that `pattern` has in its own.

    Gradients reach `weights`. Shapes: those of `pattern`, one by one.
    """
    offsets = [int(part.storage_offset()) for part in pattern]
    places = sorted((offset - min(offsets), i) for i, offset in enumerate(offsets))
    pieces: list[Tensor] = []
    owners: list[int | None] = []
    filled = 0
    for start, i in places:
        if start > filled:  # alignment
            pieces.append(weights[i].new_zeros(start - filled))
            owners.append(None)
        pieces.append(weights[i].reshape(-1))
        owners.append(i)
        filled = start + weights[i].numel()
    views = torch.split(torch.cat(pieces), [len(piece) for piece in pieces])
    found = {i: view.view(weights[i].shape) for i, view in zip(owners, views, strict=True) if i is not None}
    return [found[i] for i in range(len(weights))]
