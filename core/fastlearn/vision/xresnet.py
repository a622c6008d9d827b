"""The ResNet of small improvements: a deeper stem, pooled shortcuts, blocks that start as their shortcut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import nn

from fastlearn.layers.conv import ActClass, ConvLayer
from fastlearn.layers.pooling import AdaptiveAvgPool, MaxPool
from fastlearn.models.groups import NORM_TYPES
from fastlearn.models.init import apply_init
from fastlearn.models.simple import Flatten, Layers

WIDTHS = (64, 128, 256, 512)
MORE = 256  # the width of every stage after those

Block = Callable[..., nn.Module]


class XResNet(Layers):
    """Three convolutions, max pooling, a stage of blocks for each of `layers`, average pooling, linear.

    Shapes: `(N, c_in, ...)` with `ndim` further axes becomes `(N, n_out)`.
    `block` and `expansion` are those of `ResBlock`; `block_options` go to every block. `layers` are the numbers of
    blocks: the first four stages are 64, 128, 256 and 512 channels wide times `widen` (and times `expansion`), further
    ones 256. `stem_szs` are the widths of the first convolutions. `stride` is that of the stem, the pooling and each
    stage but the first. `sa` puts simple self attention into the last block of one stage: the first of four, the
    second of five. `p` is the dropout before the last layer.
    Raises: ValueError for an even kernel size `ks`, which has no middle.
    Source: He et al. 2018, "Bag of Tricks for Image Classification with Convolutional Neural Networks", section 4.
    """

    def __init__(
        self,
        block: Block,
        expansion: int,
        layers: Sequence[int],
        p: float = 0.0,
        c_in: int = 3,
        n_out: int = 1000,
        stem_szs: Sequence[int] = (32, 32, 64),
        widen: float = 1.0,
        sa: bool = False,
        act_cls: ActClass = nn.ReLU,
        ndim: int = 2,
        ks: int = 3,
        stride: int = 2,
        **block_options: Any,
    ) -> None:
        if ks % 2 == 0:
            raise ValueError(f"`ks` is an odd kernel size, which has a middle, but got {ks}. Try ks={ks + 1}.")
        same: dict[str, Any] = {"act_cls": act_cls, "ndim": ndim, "ks": ks}
        sizes = [c_in, *stem_szs]
        stem = [ConvLayer(sizes[i], sizes[i + 1], stride=stride if i == 0 else 1, **same) for i in range(len(stem_szs))]
        widths = [sizes[-1] // expansion, *(int(w * widen) for w in (*WIDTHS, *[MORE] * (len(layers) - len(WIDTHS))))]
        with_attention = max(0, len(layers) - len(WIDTHS)) if sa else None
        stages = [
            _stage(block, expansion, widths[i], widths[i + 1], n, 1 if i == 0 else stride, i == with_attention,
                   {**same, **block_options})
            for i, n in enumerate(layers)
        ]  # fmt: skip
        super().__init__(
            *stem,
            MaxPool(ks=ks, stride=stride, padding=ks // 2, ndim=ndim),
            *stages,
            AdaptiveAvgPool(1, ndim=ndim),
            Flatten(),
            nn.Dropout(p),
            nn.Linear(widths[len(layers)] * expansion, n_out),
        )
        _init(self)


def _stage(
    block: Block, expansion: int, ni: int, nf: int, n: int, stride: int, attention: bool, options: dict[str, Any]
) -> nn.Sequential:
    """`n` blocks, the first of which changes width and size and the last of which may have self attention."""
    return nn.Sequential(*(
        block(expansion, ni if i == 0 else nf, nf, stride=stride if i == 0 else 1, sa=attention and i == n - 1,
              **options)
        for i in range(n)
    ))  # fmt: skip


def _init(model: nn.Module) -> None:
    apply_init(model, nn.init.kaiming_normal_)
    for module in model.modules():
        if isinstance(module, NORM_TYPES) and isinstance(module.bias, nn.Parameter):
            nn.init.zeros_(module.bias)
