"""A network that makes images of noise."""

from __future__ import annotations

from typing import Any

from torch import nn

from fastlearn.layers.conv import ConvLayer
from fastlearn.vision.gan.add_channels import AddChannels

__all__ = ["basic_generator"]

FIRST_SIZES = range(4, 8)  # pixels, of what the noise becomes before it is enlarged


def basic_generator(
    out_size: int,
    n_channels: int,
    in_sz: int = 100,
    n_features: int = 64,
    n_extra_layers: int = 0,
    **kwargs: Any,
) -> nn.Sequential:
    """A generator that turns noise into 4 to 7 pixels and doubles them, at last from `n_features` channels.

    Shapes: `(N, in_sz)` becomes `(N, n_channels, out_size, out_size)`, values from -1 to 1 (tanh): normalise the real
    images with a mean and a standard deviation of 0.5. `n_extra_layers` come before the last doubling. `kwargs` are
    those of `ConvLayer`.
    Raises: ValueError for a size that is not 4, 5, 6 or 7 pixels doubled at least once.
    Source: Radford et al. 2016, "Unsupervised Representation Learning with DCGANs", figure 1.
    """
    first, n_doublings = _first_size(out_size)
    doubling: dict[str, Any] = {"ks": 4, "stride": 2, "padding": 1, "transpose": True, **kwargs}
    width = n_features * 2 ** (n_doublings - 1)
    layers: list[nn.Module] = [AddChannels(2), ConvLayer(in_sz, width, first, 1, transpose=True, **kwargs)]
    for _ in range(n_doublings - 1):
        layers.append(ConvLayer(width, width // 2, **doubling))
        width //= 2
    layers += [ConvLayer(width, width, 3, 1, 1, transpose=True, **kwargs) for _ in range(n_extra_layers)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(width, n_channels, 4, 2, 1, bias=False), nn.Tanh())


def _first_size(out_size: int) -> tuple[int, int]:
    """The size before the first doubling, and how often it is doubled."""
    size, n_doublings = out_size, 0
    while size % 2 == 0 and size // 2 >= FIRST_SIZES.start:
        size, n_doublings = size // 2, n_doublings + 1
    if size not in FIRST_SIZES or n_doublings == 0:
        raise ValueError(
            f"`out_size` is 4, 5, 6 or 7 pixels doubled once or more often, but got {out_size!r}. Try 8, 28, 32, 64 or "
            "96, and Resize the real images to that."
        )
    return size, n_doublings
