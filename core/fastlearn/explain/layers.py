"""What a layer does, in a few words taken from the layer itself."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from fastlearn.models.groups import NORM_TYPES
from fastlearn.models.pool import AdaptiveConcatPool2d, is_pool
from fastlearn.models.ranges import SigmoidRange
from fastlearn.models.simple import Flatten

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Hardswish, nn.Mish, nn.PReLU, nn.Sigmoid, nn.Tanh)
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)


def leaves(m: nn.Module, name: str = "") -> Iterator[tuple[str, nn.Module]]:
    """The layers of `m` that are read as one thing, in order, with their dotted names."""
    children = list(m.named_children())
    if not children or isinstance(m, (AdaptiveConcatPool2d, nn.MultiheadAttention)):
        yield name or "whole", m
        return
    for child_name, child in children:
        yield from leaves(child, f"{name}.{child_name}" if name else child_name)


def layer_words(m: nn.Module) -> str:
    """What the layer `m` does."""
    if isinstance(m, AdaptiveConcatPool2d):
        return "keeps the maximum and the average of every feature map, side by side"
    if is_pool(m):
        return _pool_words(m)
    if isinstance(m, (nn.Flatten, Flatten)):
        return "lays the numbers of an image out in one row"
    if isinstance(m, nn.Linear):
        return f"weighs {m.in_features} numbers into {m.out_features}" + (
            "" if m.bias is not None else ", without a bias"
        )
    if isinstance(m, nn.modules.conv._ConvNd):
        return f"looks for {m.out_channels} patterns in {m.in_channels} channels"
    if isinstance(m, DROPOUTS):
        return f"drops numbers at random while training, probability {m.p:g}"
    if isinstance(m, NORM_TYPES):
        return "brings the numbers to a common scale"
    if isinstance(m, SigmoidRange):
        return f"keeps the output between {m.low:g} and {m.high:g}"
    if isinstance(m, ACTIVATIONS):
        return "bends the numbers, so that layers can build on each other"
    return "passes the numbers on" if isinstance(m, nn.Identity) else "a layer of its own kind"


def dropout_probabilities(m: nn.Module) -> list[float]:
    """The probabilities of the dropout layers in `m`, in order."""
    return [float(layer.p) for _, layer in leaves(m) if isinstance(layer, DROPOUTS)]


def first_weighted(m: nn.Module) -> tuple[str, nn.Module] | None:
    """The first convolution or linear layer of `m`, with its dotted name."""
    return next(((n, x) for n, x in leaves(m) if isinstance(x, (nn.modules.conv._ConvNd, nn.Linear))), None)


def last_weighted(m: nn.Module) -> tuple[str, nn.Module] | None:
    """The last convolution or linear layer of `m`, with its dotted name."""
    found = [(n, x) for n, x in leaves(m) if isinstance(x, (nn.modules.conv._ConvNd, nn.Linear))]
    return found[-1] if found else None


def width_in(m: nn.Module) -> int:
    """How many numbers or channels a convolution or linear layer reads."""
    return int(m.in_features if isinstance(m, nn.Linear) else getattr(m, "in_channels", 0))


def width_out(m: nn.Module) -> int:
    """How many numbers or channels a convolution or linear layer gives."""
    return int(m.out_features if isinstance(m, nn.Linear) else getattr(m, "out_channels", 0))


def _pool_words(m: nn.Module) -> str:
    kind = "maximum" if "Max" in type(m).__name__ else "average"
    whole = getattr(m, "output_size", None) in (1, (1, 1))
    return f"keeps the {kind} of {'every feature map' if whole else 'neighbouring points'}"
