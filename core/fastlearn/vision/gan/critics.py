"""Networks that score images."""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import nn

from fastlearn.layers.conv import ConvLayer
from fastlearn.layers.init import init_default
from fastlearn.layers.norm import NormName, NormType
from fastlearn.layers.sequence import MergeLayer, SequentialEx
from fastlearn.models.simple import Flatten

__all__ = ["DenseResBlock", "basic_critic", "gan_critic"]

SMALLEST = 4  # pixels


def basic_critic(
    in_size: int,
    n_channels: int,
    n_features: int = 64,
    n_extra_layers: int = 0,
    norm_type: NormName = NormType.Batch,
    **kwargs: Any,
) -> nn.Sequential:
    """A critic that halves the image until at most 4 pixels are left: `n_features` channels at first, then twice more.

    Shapes: `(N, n_channels, in_size, in_size)` becomes `(N, 1)`; any `in_size` of at least 4 will do.
    The first layer has no norm; `n_extra_layers` come behind it and keep the size. `kwargs` are those of `ConvLayer`.
    Raises: ValueError for a smaller image.
    Source: Radford et al. 2016, "Unsupervised Representation Learning with DCGANs", section 3.
    """
    if in_size < SMALLEST:
        raise ValueError(f"`in_size` is the side of the images in pixels, at least {SMALLEST}, but got {in_size!r}.")
    halving: dict[str, Any] = {"ks": 4, "stride": 2, "padding": 1, **kwargs}
    layers: list[nn.Module] = [ConvLayer(n_channels, n_features, norm_type=None, **halving)]
    size, width = in_size // 2, n_features
    layers += [ConvLayer(width, width, 3, 1, norm_type=norm_type, **kwargs) for _ in range(n_extra_layers)]
    while size > SMALLEST:
        layers.append(ConvLayer(width, width * 2, norm_type=norm_type, **halving))
        size, width = size // 2, width * 2
    return nn.Sequential(*layers, init_default(nn.Conv2d(width, 1, size)), Flatten())


def DenseResBlock(nf: int, norm_type: NormName = NormType.Batch, **kwargs: Any) -> SequentialEx:
    """Two convolutions whose result is laid beside their input: `(N, nf, H, W)` becomes `(N, 2 * nf, H, W)`.

    `kwargs` are those of `ConvLayer`.
    """
    return SequentialEx(
        ConvLayer(nf, nf, norm_type=norm_type, **kwargs),
        ConvLayer(nf, nf, norm_type=norm_type, **kwargs),
        MergeLayer(dense=True),
    )


def gan_critic(n_channels: int = 3, nf: int = 128, n_blocks: int = 3, p: float = 0.15) -> nn.Sequential:
    """A critic for image-to-image GANs, under spectral norm, with dropout `p` on whole channels.

    Shapes: `(N, n_channels, H, W)` becomes `(N, K)`, one score for each of K overlapping patches: 1 for images of 64
    pixels and 3 blocks, 25 for 128. Each block halves the size; what is left at the end must be at least 4 pixels.
    Source: Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks".
    """
    spectral: dict[str, Any] = {"norm_type": NormType.Spectral, "act_cls": partial(nn.LeakyReLU, negative_slope=0.2)}
    halving: dict[str, Any] = {"ks": 4, "stride": 2, **spectral}
    layers = [ConvLayer(n_channels, nf, **halving), nn.Dropout2d(p / 2), DenseResBlock(nf, **spectral)]
    width = nf * 2
    for _ in range(n_blocks):
        layers += [nn.Dropout2d(p), ConvLayer(width, width * 2, **halving)]
        width *= 2
    last = ConvLayer(width, 1, ks=4, bias=False, padding=0, norm_type=NormType.Spectral, act_cls=None)
    return nn.Sequential(*layers, last, Flatten())
