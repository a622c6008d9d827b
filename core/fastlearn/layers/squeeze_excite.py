"""Channels weighed by what the whole image shows."""

from __future__ import annotations

import math

from torch import nn

from fastlearn.layers.conv import ActClass, ConvLayer
from fastlearn.layers.pooling import AdaptiveAvgPool
from fastlearn.layers.sequence import ProdLayer, SequentialEx


def SEModule(ch: int, reduction: int, act_cls: ActClass = nn.ReLU, ndim: int = 2) -> SequentialEx:
    """Squeeze and excitation: every channel times a number in (0, 1), made from the averages of all channels.

    Shapes: `(N, ch, ...)` stays. The averages go through about `ch / reduction` channels, rounded up to eights.
    Source: Hu et al. 2018, "Squeeze-and-Excitation Networks", section 3.
    """
    nf = math.ceil(ch // reduction / 8) * 8
    if nf == 0:
        raise ValueError(f"`reduction={reduction}` leaves none of {ch} channels. Try a reduction of {ch} or less.")
    return SequentialEx(
        AdaptiveAvgPool(1, ndim=ndim),
        ConvLayer(ch, nf, ks=1, ndim=ndim, norm_type=None, act_cls=act_cls),
        ConvLayer(nf, ch, ks=1, ndim=ndim, norm_type=None, act_cls=nn.Sigmoid),
        ProdLayer(),
    )
