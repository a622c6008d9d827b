"""Bodies of torchvision's networks that are more than their first parts, one after the other."""

from __future__ import annotations

import copy

from torch import nn


def without_classifier(net: nn.Module) -> nn.Module:
    """`net` without its last part. It shares the layers of `net`, which stays as it is; for networks of tokens."""
    body = copy.copy(net)
    body._modules = dict(net._modules)
    name = list(body._modules)[-1]
    body._modules[name] = nn.Identity()
    return body


def stem_and_blocks(net: nn.Module) -> nn.Module:
    """The parts `stem` and those of the list `blocks`, in turn; of a MaxViT."""
    return nn.Sequential(net.get_submodule("stem"), *net.get_submodule("blocks").children())


def main_branch(net: nn.Module) -> nn.Module:
    """The parts up to the pooling, in turn, without the second classifier on the side; of an Inception v3."""
    names = [name for name, _ in net.named_children()]
    kept = [name for name in names[: names.index("avgpool")] if name != "AuxLogits"]
    return nn.Sequential(*(net.get_submodule(name) for name in kept))
