"""What goes on top of a text encoder: the next word, or a class of the whole text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.models.lin_bn_drop import LinBnDrop
from fastlearn.models.ranges import SigmoidRange
from fastlearn.text.dropouts import RNNDropout

__all__ = ["LinearDecoder", "PoolingLinearClassifier", "masked_concat_pool"]

INIT_RANGE = 0.1


class LinearDecoder(nn.Module):
    """Scores for the next word. With `tie_encoder`, an embedding, both use the same weights.

    Shapes: `(B, T, n_hid)` becomes `(scores (B, T, n_out), the input, the input after its dropout)`; the last two are
    what activation regularisation looks at.
    Source: Press & Wolf 2017, "Using the Output Embedding to Improve Language Models", for the tied weights.
    """

    def __init__(
        self,
        n_out: int,
        n_hid: int,
        output_p: float = 0.1,
        tie_encoder: nn.Embedding | None = None,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.n_out, self.n_hid, self.output_p, self.bias = n_out, n_hid, output_p, bias
        self.decoder = nn.Linear(n_hid, n_out, bias=bias)
        self.output_dp = RNNDropout(output_p)
        nn.init.uniform_(self.decoder.weight, -INIT_RANGE, INIT_RANGE)
        if bias:
            nn.init.zeros_(self.decoder.bias)
        if tie_encoder is not None:
            self.tie(tie_encoder)

    def tie(self, embedding: nn.Embedding) -> None:
        """Use the weights of `embedding` from now on. Raises: ValueError if they have another shape."""
        if embedding.weight.shape != self.decoder.weight.shape:
            raise ValueError(
                f"Tied weights have one shape, but the decoder has {tuple(self.decoder.weight.shape)} and the "
                f"embedding {tuple(embedding.weight.shape)}. Try tie_weights=False."
            )
        self.decoder.weight = embedding.weight

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        dropped = self.output_dp(features)
        return self.decoder(dropped), features, dropped

    def constructor_arguments(self) -> dict[str, Any]:
        """For an export: the tie is made by the model that has both."""
        return {"n_out": self.n_out, "n_hid": self.n_hid, "output_p": self.output_p, "bias": self.bias}


def masked_concat_pool(output: Tensor, mask: Tensor, bptt: int | None = None) -> Tensor:
    """The last, the largest and the mean features of each text, side by side; padding does not count.

    Shapes: `output` is `(B, T, H)`, `mask` `(B, T)`, True where a place is padding; the result is `(B, 3 H)`. A row
    of padding alone gives zeros. `bptt` is for code written for fastai, and changes nothing: the last word is found
    wherever the padding lies.
    Source: Howard & Ruder 2018, "Universal Language Model Fine-tuning for Text Classification", section 3.3.
    """
    real = ~mask
    lengths = real.sum(dim=1)
    there = real[:, :, None]
    mean = output.masked_fill(~there, 0).sum(dim=1) / lengths.clamp(min=1).to(output.dtype)[:, None]
    largest = output.masked_fill(~there, -torch.inf).amax(dim=1)
    places = torch.arange(mask.shape[1], device=mask.device)
    last = output[torch.arange(len(output), device=output.device), (places * real).amax(dim=1)]
    none = (lengths == 0)[:, None]
    return torch.cat((last.masked_fill(none, 0), largest.masked_fill(none, 0), mean), dim=1)


class PoolingLinearClassifier(nn.Module):
    """Classes of a text from the pooled output of a `SentenceEncoder`, through layers of the sizes `dims`.

    `ps` are the dropouts before the layers; `y_range` keeps the result, a number, within a range.
    Shapes: `((B, T, H), padding mask (B, T))` becomes `(scores (B, dims[-1]), output, output)`; `dims[0]` is `3 H`.
    Raises: ValueError if there is not one dropout for each layer.
    """

    def __init__(
        self,
        dims: Sequence[int],
        ps: Sequence[float],
        bptt: int,
        y_range: tuple[float, float] | None = None,
    ) -> None:
        super().__init__()
        if len(ps) != len(dims) - 1:
            raise ValueError(
                f"Every layer has one dropout, but there are {len(dims) - 1} layers (dims={list(dims)}) and {len(ps)} "
                f"dropouts (ps={list(ps)}). Try ps of the length of lin_ftrs: the last encoder's is added by itself."
            )
        self.dims, self.ps, self.bptt, self.y_range = list(dims), list(ps), bptt, y_range
        hidden = len(dims) - 2
        layers: list[nn.Module] = [
            LinBnDrop(n_in, n_out, p=p, act=nn.ReLU(inplace=True) if i < hidden else None)
            for i, (n_in, n_out, p) in enumerate(zip(dims[:-1], dims[1:], ps, strict=True))
        ]
        if y_range is not None:
            layers.append(SigmoidRange(*y_range))
        self.layers = nn.Sequential(*layers)

    def forward(self, encoded: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        output, mask = encoded
        return self.layers(masked_concat_pool(output, mask)), output, output
