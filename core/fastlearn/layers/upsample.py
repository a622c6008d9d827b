"""Larger images by rearranging channels, without a checkerboard at the start."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

from fastlearn.layers.conv import ActClass, ConvLayer
from fastlearn.layers.norm import NormName, NormType, norm_type_of
from fastlearn.models.init import InitFunc
from fastlearn.models.simple import Layers


def icnr_init(x: Tensor, scale: int = 2, init: InitFunc = nn.init.kaiming_normal_) -> Tensor:
    """Kernels like `x`, shape `(C * scale**2, ...)`, in which each is repeated for the pixels that it is shuffled to.

    So the pixels of one block start equal, as if enlarged by the nearest neighbour.
    Raises: ValueError if the channels cannot be shared out among scale**2 pixels.
    Source: Aitken et al. 2017, "Checkerboard artifact free sub-pixel convolution", section 3.
    """
    channels, rest = divmod(x.shape[0], scale**2)
    if rest:
        raise ValueError(
            f"A pixel shuffle by {scale} needs a multiple of {scale**2} channels, but the kernels have {x.shape[0]}."
        )
    few: Any = torch.zeros(channels, *x.shape[1:], dtype=x.dtype, device=x.device)
    init(few)
    return few.repeat_interleave(scale**2, dim=0)  # type: ignore[no-any-return]


class PixelShuffle_ICNR(Layers):
    """Enlarge by `scale`: a 1x1 convolution to `nf * scale**2` channels, which are laid out as pixels.

    Shapes: `(N, ni, H, W)` becomes `(N, nf, scale * H, scale * W)`; `nf` None is `ni`.
    `blur` averages each pixel with its neighbours above and to the left, against a checkerboard that is learned later.
    Source: Shi et al. 2016, "Real-Time Single Image Super-Resolution", and `icnr_init`.
    """

    def __init__(
        self,
        ni: int,
        nf: int | None = None,
        scale: int = 2,
        blur: bool = False,
        norm_type: NormName = NormType.Weight,
        act_cls: ActClass | None = nn.ReLU,
    ) -> None:
        kind = norm_type_of(norm_type)
        n_out = ni if nf is None else nf
        bias_std = 0 if kind is NormType.Spectral else None
        conv = ConvLayer(ni, n_out * scale**2, ks=1, norm_type=kind, act_cls=act_cls, bias_std=bias_std)
        _start_equal(conv[0], scale)
        layers: list[nn.Module] = [conv, nn.PixelShuffle(scale)]
        if blur:
            layers += [nn.ReplicationPad2d((1, 0, 1, 0)), nn.AvgPool2d(2, stride=1)]
        super().__init__(*layers)


def _start_equal(conv: nn.Module, scale: int) -> None:
    """Fill the weight as `icnr_init` does, and the bias so that the pixels of one block start with the same one."""
    with torch.no_grad():
        weight: Any = conv.weight
        filled = icnr_init(weight, scale)
        if is_parametrized(conv, "weight"):
            conv.weight = filled  # split into length and direction by weight norm
        else:
            weight.copy_(filled)
        if isinstance(conv.bias, Tensor):
            conv.bias.copy_(conv.bias[:: scale**2].repeat_interleave(scale**2))
