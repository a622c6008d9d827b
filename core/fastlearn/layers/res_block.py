"""Blocks with a shortcut: what they learn is added to what went in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from torch import Tensor, nn

from fastlearn.keywords import check_keywords
from fastlearn.layers.attention import SimpleSelfAttention
from fastlearn.layers.conv import ActClass, ConvLayer
from fastlearn.layers.norm import NormName, NormType, norm_type_of, starting_at_zero
from fastlearn.layers.pooling import AvgPool
from fastlearn.layers.squeeze_excite import SEModule


class ResBlock(nn.Module):
    """Two convolutions (`expansion` 1), or a narrow one between two of 1x1, and a shortcut past them.

    Shapes: `(N, ni * expansion, ...)` becomes `(N, nf * expansion, ...)`, at a `stride`-th of the size.
    `nh1` and `nh2` are the widths inside, `nf` if not given. `groups` and `dw` (one group per channel) are those of the
    wide convolution, `g2` those of the last one. `reduction` adds squeeze and excitation, `sa` simple self attention
    (`sym`: symmetric). The shortcut shrinks by `pool` and changes width by a 1x1 convolution, the pooling coming first
    unless `pool_first=False`. With batch or instance norm the last one starts at 0, so that the block starts as its
    shortcut.
    Source: He et al. 2016, "Deep Residual Learning"; He et al. 2018, "Bag of Tricks", section 4 (ResNet-D).
    """

    made_of: ClassVar = ()

    @check_keywords
    def __init__(
        self,
        expansion: int,
        ni: int,
        nf: int,
        stride: int = 1,
        groups: int = 1,
        reduction: int | None = None,
        nh1: int | None = None,
        nh2: int | None = None,
        dw: bool = False,
        g2: int = 1,
        sa: bool = False,
        sym: bool = False,
        norm_type: NormName = NormType.Batch,
        act_cls: ActClass = nn.ReLU,
        ndim: int = 2,
        ks: int = 3,
        pool: Callable[..., nn.Module] = AvgPool,
        pool_first: bool = True,
        bn_1st: bool = True,
    ) -> None:
        super().__init__()
        kind = norm_type_of(norm_type)
        nh2 = nf if nh2 is None else nh2
        nh1 = nh2 if nh1 is None else nh1
        n_in, n_out = ni * expansion, nf * expansion
        inner: dict[str, Any] = {"norm_type": kind, "act_cls": act_cls, "ndim": ndim, "bn_1st": bn_1st}
        last = {**inner, "norm_type": starting_at_zero(kind), "act_cls": None}
        if expansion == 1:
            path: list[nn.Module] = [
                ConvLayer(n_in, nh2, ks, stride=stride, groups=n_in if dw else groups, **inner),
                ConvLayer(nh2, n_out, ks, groups=g2, **last),
            ]
        else:
            path = [
                ConvLayer(n_in, nh1, 1, **inner),
                ConvLayer(nh1, nh2, ks, stride=stride, groups=nh1 if dw else groups, **inner),
                ConvLayer(nh2, n_out, 1, groups=g2, **last),
            ]
        if reduction:
            path.append(SEModule(n_out, reduction, act_cls=act_cls, ndim=ndim))
        if sa:
            path.append(SimpleSelfAttention(n_out, ks=1, sym=sym))
        self.convpath = nn.Sequential(*path)
        self.idpath = nn.Sequential(*_shortcut(n_in, n_out, stride, ndim, pool, pool_first, bn_1st))
        self.act = act_cls()

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.convpath(x) + self.idpath(x))  # type: ignore[no-any-return]


def SEBlock(
    expansion: int, ni: int, nf: int, groups: int = 1, reduction: int = 16, stride: int = 1, **kwargs: Any
) -> ResBlock:
    """A `ResBlock` with squeeze and excitation, wider inside. Further arguments are those of `ResBlock`."""
    return ResBlock(
        expansion, ni, nf, stride=stride, groups=groups, reduction=reduction, nh1=nf * 2, nh2=nf * expansion, **kwargs
    )


def SEResNeXtBlock(
    expansion: int,
    ni: int,
    nf: int,
    groups: int = 32,
    reduction: int = 16,
    stride: int = 1,
    base_width: int = 4,
    **kwargs: Any,
) -> ResBlock:
    """A `ResBlock` of `groups` paths, each `base_width` channels wide where `nf` is 64. `reduction=0`: no excitation.

    Source: Xie et al. 2017, "Aggregated Residual Transformations for Deep Neural Networks", section 3.
    """
    width = math.floor(nf * (base_width / 64)) * groups
    return ResBlock(expansion, ni, nf, stride=stride, groups=groups, reduction=reduction, nh2=width, **kwargs)


def SeparableBlock(
    expansion: int, ni: int, nf: int, reduction: int = 16, stride: int = 1, base_width: int = 4, **kwargs: Any
) -> ResBlock:
    """A `ResBlock` with squeeze and excitation whose wide convolution looks at each channel by itself.

    `base_width` is there so that the blocks can be exchanged; it changes nothing.
    """
    return ResBlock(expansion, ni, nf, stride=stride, reduction=reduction, nh2=nf * 2, dw=True, **kwargs)


def _shortcut(
    n_in: int, n_out: int, stride: int, ndim: int, pool: Callable[..., nn.Module], pool_first: bool, bn_1st: bool
) -> list[nn.Module]:
    path: list[nn.Module] = []
    if n_in != n_out:
        path.append(ConvLayer(n_in, n_out, 1, act_cls=None, ndim=ndim, bn_1st=bn_1st))
    if stride != 1:
        path.insert(0 if pool_first else 1, pool(stride, ndim=ndim, ceil_mode=True))
    return path
