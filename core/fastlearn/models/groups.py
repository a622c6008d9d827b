"""Which parameters a module has: all, trainable, or those of norm layers and biases."""

from __future__ import annotations

from torch import nn

NORM_TYPES: tuple[type[nn.Module], ...] = (
    nn.modules.batchnorm._NormBase,  # batch, sync-batch and instance norm of every dimension
    nn.LayerNorm,
    nn.GroupNorm,
    nn.RMSNorm,
)


def params(m: nn.Module) -> list[nn.Parameter]:
    """All parameters of `m`."""
    return list(m.parameters())


def trainable_params(m: nn.Module) -> list[nn.Parameter]:
    """The parameters of `m` that require a gradient."""
    return [p for p in m.parameters() if p.requires_grad]


def has_params(m: nn.Module) -> bool:
    """Whether `m` or any module in it has parameters."""
    return next(m.parameters(), None) is not None


def norm_bias_params(m: nn.Module, with_bias: bool = True) -> list[nn.Parameter]:
    """All parameters of norm layers in `m` and, `with_bias`, the biases of every other layer, in the model's order."""
    found: dict[int, nn.Parameter] = {}
    for module in m.modules():
        is_norm = isinstance(module, NORM_TYPES)
        for name, p in module.named_parameters(recurse=False):
            if is_norm or (with_bias and (name == "bias" or name.endswith("_bias"))):
                found[id(p)] = p
    return list(found.values())
