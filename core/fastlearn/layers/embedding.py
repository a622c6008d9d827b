"""A table of vectors, one for each category."""

from __future__ import annotations

from torch import nn

from fastlearn.layers.init import trunc_normal_


class Embedding(nn.Embedding):
    """`ni` vectors of `nf` numbers that start small: normal with `std`, cut off at two standard deviations."""

    def __init__(self, ni: int, nf: int, std: float = 0.01) -> None:
        super().__init__(ni, nf)
        self.ni, self.nf, self.std = ni, nf, std  # what an export makes it from
        trunc_normal_(self.weight.data, std=std)
