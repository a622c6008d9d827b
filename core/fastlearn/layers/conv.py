"""A convolution, its normalisation and its activation as one layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from fastlearn.keywords import check_keywords
from fastlearn.layers.dimensions import by_dimension
from fastlearn.layers.init import init_linear
from fastlearn.layers.norm import (
    BATCH,
    INSTANCE,
    BatchNorm,
    InstanceNorm,
    NormName,
    NormType,
    norm_type_of,
    normalised_weight,
)
from fastlearn.models.init import InitFunc
from fastlearn.models.simple import Layers

ActClass = Callable[[], nn.Module]


class ConvLayer(Layers):
    """Convolution of `ni` to `nf` channels, then batch norm and `act_cls`, or the other way round (`bn_1st=False`).

    Shapes: `(N, ni, ...)` with `ndim` further axes becomes `(N, nf, ...)`, of the same size for `stride=1`.
    `padding` None is half of the kernel, and 0 for a `transpose`d convolution. There is a bias where no norm layer
    follows that has its own, unless `bias` says otherwise; it starts with a spread of `bias_std`. `norm_type` is
    batch, instance, weight or spectral norm; None is none. `init` fills the weight, "auto" by what suits `act_cls`.
    `xtra` is one more layer at the end. `groups`, `dilation`, `padding_mode` and `output_padding` are torch's.
    """

    @check_keywords
    def __init__(
        self,
        ni: int,
        nf: int,
        ks: int = 3,
        stride: int = 1,
        padding: int | None = None,
        bias: bool | None = None,
        ndim: int = 2,
        norm_type: NormName = NormType.Batch,
        bn_1st: bool = True,
        act_cls: ActClass | None = nn.ReLU,
        transpose: bool = False,
        init: InitFunc | str | None = "auto",
        xtra: nn.Module | None = None,
        bias_std: float | None = 0.01,
        groups: int = 1,
        dilation: int = 1,
        padding_mode: str = "zeros",
        output_padding: int = 0,
    ) -> None:
        kind = norm_type_of(norm_type)
        if padding is None:
            padding = 0 if transpose else dilation * (ks - 1) // 2
        if bias is None:
            bias = kind not in (*BATCH, *INSTANCE)
        options: dict[str, Any] = {"padding": padding, "bias": bias, "groups": groups, "dilation": dilation}
        options |= {"output_padding": output_padding} if transpose else {"padding_mode": padding_mode}
        make_conv = by_dimension("ConvTranspose" if transpose else "Conv", ndim)
        conv = make_conv(ni, nf, ks, stride=stride, **options)
        act = None if act_cls is None else act_cls()
        init_linear(conv, act, init=init, bias_std=bias_std)
        behind = [layer for layer in (_norm(nf, ndim, kind), act) if layer is not None]
        layers = [normalised_weight(conv, kind), *(behind if bn_1st else reversed(behind))]
        super().__init__(*layers, *([] if xtra is None else [xtra]))


def _norm(nf: int, ndim: int, kind: NormType | None) -> nn.Module | None:
    if kind in BATCH:
        return BatchNorm(nf, ndim=ndim, norm_type=kind)
    return InstanceNorm(nf, ndim=ndim, norm_type=kind) if kind in INSTANCE else None
