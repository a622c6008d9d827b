"""One step of a U-Net's way up: enlarge, put the encoder's map of that size beside, and mix the two."""

from __future__ import annotations

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fastlearn.layers.attention import SelfAttention
from fastlearn.layers.conv import ActClass, ConvLayer
from fastlearn.layers.norm import BatchNorm, NormName
from fastlearn.layers.sequence import SeesInput
from fastlearn.layers.upsample import PixelShuffle_ICNR
from fastlearn.models.init import InitFunc, apply_init


class UnetBlock(nn.Module):
    """Pixel shuffle by `scale` to half the channels, concatenation with the encoder's map, two 3x3 convolutions.

    Shapes: `(N, up_in_c, h, w)` and the map `(N, x_in_c, H, W)` become `(N, C, H, W)`, where C is
    `up_in_c // 2 + x_in_c`, or half of that in the last block (`final_div=False`). Where the enlarged map misses the
    size, as it does for odd ones, its nearest pixels are taken.
    """

    made_of: ClassVar = ()

    def __init__(
        self,
        up_in_c: int,
        x_in_c: int,
        final_div: bool = True,
        blur: bool = False,
        act_cls: ActClass = nn.ReLU,
        self_attention: bool = False,
        init: InitFunc | None = nn.init.kaiming_normal_,
        norm_type: NormName = None,
        scale: int = 2,
    ) -> None:
        super().__init__()
        self.shuf = PixelShuffle_ICNR(
            up_in_c, up_in_c // 2, scale=scale, blur=blur, act_cls=act_cls, norm_type=norm_type
        )
        self.bn = BatchNorm(x_in_c)
        ni = up_in_c // 2 + x_in_c
        nf = ni if final_div else ni // 2
        self.conv1 = ConvLayer(ni, nf, act_cls=act_cls, norm_type=norm_type)
        attention = SelfAttention(nf) if self_attention else None
        self.conv2 = ConvLayer(nf, nf, act_cls=act_cls, norm_type=norm_type, xtra=attention)
        self.relu = act_cls()
        if init is not None:
            apply_init(self.conv1, init)
            apply_init(self.conv2, init)

    def forward(self, up_in: Tensor, skip: Tensor) -> Tensor:
        up = resized(self.shuf(up_in), skip)
        mixed = self.relu(torch.cat((up, self.bn(skip)), dim=1))
        return self.conv2(self.conv1(mixed))  # type: ignore[no-any-return]


class ResizeToOrig(SeesInput):
    """Brings maps to the height and width of the image, by `mode` of torch's `interpolate`, where they miss them."""

    def __init__(self, mode: str = "nearest") -> None:
        super().__init__()
        self.mode = mode

    def forward(self, x: Tensor, orig: Tensor) -> Tensor:
        return resized(x, orig, self.mode)

    def extra_repr(self) -> str:
        return f"mode={self.mode!r}"


def resized(x: Tensor, like: Tensor, mode: str = "nearest") -> Tensor:
    """`x`, shape `(N, C, H, W)`, with the height and width of `like`."""
    return x if x.shape[-2:] == like.shape[-2:] else F.interpolate(x, like.shape[-2:], mode=mode)
