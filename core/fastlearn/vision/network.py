"""From what users give as `arch` to a network and what is known about it."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable
from typing import Any

from torch import nn

from fastlearn.vision import models, xresnets
from fastlearn.vision.arch import Arch, ArchInfo, registered_info
from fastlearn.vision.weights import is_weights_file, load_weights, read_weights


def as_arch(arch: Any) -> Any:
    """`arch` itself, or for one of torchvision's own constructors ours of the same name."""
    if inspect.isfunction(arch) and arch.__module__.startswith("torchvision.models"):
        ours = getattr(models, arch.__name__, None)
        return ours if isinstance(ours, Arch) else arch
    return arch


def without_options(arch: Any) -> Any:
    """The constructor inside a `functools.partial`, which gives it options; anything else as it is."""
    return without_options(arch.func) if isinstance(arch, functools.partial) else arch


def listed_arch(name: str) -> Arch | None:
    """The architecture of this library that has the name `name`."""
    found = getattr(models, name, None) or getattr(xresnets, name, None)
    return found if isinstance(found, Arch) else None


def info_of(arch: Any) -> ArchInfo:
    """Cut, parameter groups and pixel statistics of `arch`, as far as they are known; options change none of them."""
    arch = as_arch(without_options(arch))
    return registered_info(arch) or (arch.info if isinstance(arch, Arch) else ArchInfo())


def brings_weights(arch: Any) -> bool:
    """Whether `arch` can build a pretrained network: a known architecture, timm, a constructor that says so."""
    arch = without_options(arch)
    if isinstance(arch, Arch):
        return arch.published
    return isinstance(arch, str) or bool(_weights_parameters(arch))


def arch_name(arch: Any) -> str:
    """How to call `arch` in messages."""
    arch = without_options(arch)
    return arch if isinstance(arch, str) else getattr(arch, "__name__", type(arch).__name__)


def build_network(arch: Any, pretrained: bool, weights: Any = None) -> nn.Module:
    """A network of `arch`, with its pretrained weights, those of a file, or random ones. An instance is copied.

    Raises: TypeError if `arch` is neither a network nor a constructor of one.
    """
    arch = as_arch(arch)
    if isinstance(arch, Arch):
        return arch(pretrained=pretrained, weights=weights if pretrained else None)
    if isinstance(arch, nn.Module):
        model = copy.deepcopy(arch)  # the caller's own stays as it is
    elif callable(arch):
        model = arch(**_weights_arguments(arch, pretrained, weights))
    else:
        model = arch
    if not isinstance(model, nn.Module):
        raise TypeError(
            f"`arch` is an architecture such as resnet34, a constructor of a network, an nn.Module or the name of a "
            f"timm model, but got {arch!r}. Try vision_learner(dls, resnet34)."
        )
    if pretrained and is_weights_file(weights):
        load_weights(model, read_weights(weights), str(weights))
    return model


def _weights_arguments(arch: Callable[..., Any], pretrained: bool, weights: Any) -> dict[str, Any]:
    known = _weights_parameters(arch)
    if is_weights_file(weights) or not pretrained:
        return {"pretrained": False} if known == ["pretrained"] else {}
    if "weights" in known:
        return {"weights": "DEFAULT" if weights is None else weights}
    return {"pretrained": True} if known else {}


def _weights_parameters(arch: Any) -> list[str]:
    if isinstance(arch, nn.Module) or not callable(arch):
        return []
    try:
        parameters = inspect.signature(arch).parameters
    except (TypeError, ValueError):  # some built-in callables have no signature
        return []
    return [name for name in ("weights", "pretrained") if name in parameters]
