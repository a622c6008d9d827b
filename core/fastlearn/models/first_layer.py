"""A first layer for images with another number of channels, keeping what a pretrained one has learned."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def first_conv(model: nn.Module) -> tuple[str, nn.Conv2d]:
    """The dotted name and the module of the first convolution in `model`.

    Raises: ValueError if there is none.
    """
    found = _find_conv(model)
    if found is None:
        raise ValueError(
            f"`n_in` is about the first convolution of a network, but {type(model).__name__} has no nn.Conv2d. "
            "Build it for your number of channels and leave n_in at its default."
        )
    return found


def in_channels(m: nn.Module) -> int:
    """How many channels the first convolution of `m` takes."""
    return first_conv(m)[1].in_channels


def change_first_layer(model: nn.Module, n_in: int, pretrained: bool = True) -> None:
    """Let `model` take images of `n_in` channels, in place: its first convolution is replaced by one that does.

    With `pretrained`, one channel gets the sum of the three kernels, two get the first two times 1.5, and further
    channels start at zero, so that the first three work as before. A model that takes `n_in` channels is left alone.
    Raises: ValueError if the first convolution does not take three channels.
    """
    if n_in == 3 and _find_conv(model) is None:
        return
    name, old = first_conv(model)
    if old.in_channels == n_in:
        return
    if old.in_channels != 3 or old.groups != 1:
        raise ValueError(
            f"`n_in={n_in}` needs a network whose first convolution reads 3 channels, but {name!r} reads "
            f"{old.in_channels}{' in groups' if old.groups != 1 else ''}. Try n_in={old.in_channels}, or build the "
            f"network for {n_in} channels."
        )
    new = _like(old, n_in)
    if pretrained:
        with torch.no_grad():
            new.weight.copy_(expand_kernels(old.weight, n_in))
            if old.bias is not None and new.bias is not None:
                new.bias.copy_(old.bias)
    parent, _, child = name.rpartition(".")
    model.get_submodule(parent).register_module(child, new)


def expand_kernels(weight: Tensor, n_in: int) -> Tensor:
    """Kernels `(out, 3, h, w)` of colour images as kernels `(out, n_in, h, w)`."""
    if n_in == 1:
        return weight.sum(dim=1, keepdim=True)
    if n_in == 2:
        return weight[:, :2] * 1.5
    zeros = weight.new_zeros(weight.shape[0], n_in - 3, *weight.shape[2:])
    return torch.cat((weight, zeros), dim=1)


def _find_conv(model: nn.Module) -> tuple[str, nn.Conv2d] | None:
    convs = ((name, module) for name, module in model.named_modules() if isinstance(module, nn.Conv2d))
    return next(convs, None)


def _like(old: nn.Conv2d, n_in: int) -> nn.Conv2d:
    return nn.Conv2d(
        n_in,
        old.out_channels,
        kernel_size=old.kernel_size,  # type: ignore[arg-type]
        stride=old.stride,  # type: ignore[arg-type]
        padding=old.padding,  # type: ignore[arg-type]
        dilation=old.dilation,  # type: ignore[arg-type]
        bias=old.bias is not None,
        padding_mode=old.padding_mode,
        device=old.weight.device,
        dtype=old.weight.dtype,
    )
