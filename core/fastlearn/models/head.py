"""The new end of a network: from feature maps to predictions."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from fastlearn.models.init import InitFunc, apply_init
from fastlearn.models.lin_bn_drop import LinBnDrop
from fastlearn.models.pool import AdaptiveConcatPool2d
from fastlearn.models.ranges import SigmoidRange
from fastlearn.models.seed import seeded
from fastlearn.models.simple import Flatten


def create_head(
    nf: int,
    n_out: int,
    lin_ftrs: Sequence[int] | None = None,
    ps: float | Sequence[float] = 0.5,
    pool: bool = True,
    concat_pool: bool = True,
    first_bn: bool = True,
    bn_final: bool = False,
    lin_first: bool = False,
    y_range: tuple[float, float] | None = None,
    init: InitFunc | None = None,
    seed: int | None = None,
) -> nn.Sequential:
    """Pooling, then linear layers of widths `lin_ftrs` (by default one of 512), each after batch norm and dropout.

    Shapes: feature maps `(N, nf, H, W)` (`(N, nf)` with `pool=False`) become `(N, n_out)`.
    `concat_pool` keeps the maximum and the average of every map, so the first layer reads `2 * nf` numbers. A single
    dropout `ps` is used in full before the last layer and halved before the others; a list has one per linear layer.
    `lin_first` moves batch norm and dropout behind each hidden layer, `bn_final` normalises the output, `y_range`
    bounds it. `init` fills the weights (none: torch's defaults), reproducibly with `seed`.
    Raises: ValueError if `ps` does not fit the number of layers.
    """
    widths = [nf * 2 if pool and concat_pool else nf, *([512] if lin_ftrs is None else lin_ftrs), n_out]
    dropouts = _dropouts(ps, len(widths) - 1)
    with seeded(seed):
        layers = _pooling(concat_pool) if pool else []
        layers += _linear_first(widths, dropouts, first_bn) if lin_first else _linear_last(widths, dropouts, first_bn)
        if bn_final:
            layers.append(nn.BatchNorm1d(n_out, momentum=0.01))
        if y_range is not None:
            layers.append(SigmoidRange(*y_range))
        head = nn.Sequential(*layers)
        if init is not None:
            apply_init(head, init)
    return head


def _dropouts(ps: float | Sequence[float], n_layers: int) -> list[float]:
    values = [float(ps)] if isinstance(ps, (int, float)) else [float(p) for p in ps]
    if len(values) == 1:
        values = [values[0] / 2] * (n_layers - 1) + values
    if len(values) != n_layers or not all(0 <= p < 1 for p in values):
        raise ValueError(
            f"`ps` is one dropout probability in [0, 1), or one for each of the {n_layers} linear layers, but got "
            f"{ps!r}. Try ps=0.5, which means {[0.25] * (n_layers - 1) + [0.5]}."
        )
    return values


def _pooling(concat_pool: bool) -> list[nn.Module]:
    return [AdaptiveConcatPool2d() if concat_pool else nn.AdaptiveAvgPool2d(1), Flatten()]


def _linear_last(widths: Sequence[int], dropouts: Sequence[float], first_bn: bool) -> list[nn.Module]:
    n = len(widths) - 1
    layers: list[nn.Module] = []
    for i, p in enumerate(dropouts):
        act = nn.ReLU(inplace=True) if i < n - 1 else None
        layers += LinBnDrop(widths[i], widths[i + 1], bn=first_bn or i > 0, p=p, act=act)
    return layers


def _linear_first(widths: Sequence[int], dropouts: Sequence[float], first_bn: bool) -> list[nn.Module]:
    layers: list[nn.Module] = [nn.Dropout(dropouts[0])]
    for i, p in enumerate(dropouts[1:]):
        act = nn.ReLU(inplace=True)
        layers += LinBnDrop(widths[i], widths[i + 1], bn=first_bn or i > 0, p=p, act=act, lin_first=True)
    return [*layers, nn.Linear(widths[-2], widths[-1])]
