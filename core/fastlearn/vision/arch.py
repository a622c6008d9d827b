"""What is known about an architecture: where to cut it, how to group its parameters, which pixels it was trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from torch import nn

from fastlearn.models.body import Cut
from fastlearn.models.groups import params
from fastlearn.vision.stats import Stats
from fastlearn.vision.weights import build_torchvision

LayerGroups: TypeAlias = list[list[nn.Parameter]]
Splitter: TypeAlias = Callable[[nn.Module], Sequence[Sequence[nn.Parameter]]]


def default_split(model: nn.Module) -> LayerGroups:
    """Two parameter groups: the body, `model[0]`, and the head, everything after it."""
    body, *rest = model.children()
    return [params(body), [p for part in rest for p in params(part)]]


@dataclass(frozen=True)
class SplitBody:
    """Three parameter groups: the body before layer `at`, the rest of the body, the head.

    `inside` leads to the sequence of layers to count in: `(0,)` is the first part of the body.
    """

    at: int
    inside: tuple[int, ...] = ()

    def __call__(self, model: nn.Module) -> LayerGroups:
        body, *rest = model.children()
        layers = body
        for i in self.inside:
            layers = list(layers.children())[i]
        early = [p for layer in list(layers.children())[: self.at] for p in params(layer)]
        ids = {id(p) for p in early}
        late = [p for p in params(body) if id(p) not in ids]
        return [early, late, [p for part in rest for p in params(part)]]


@dataclass(frozen=True)
class ArchInfo:
    """`cut`: where the classifier begins (None: find out); `split`: parameter groups; `stats`: of the pixels."""

    cut: Cut | None = None
    split: Splitter = default_split
    stats: Stats | None = None


@dataclass(frozen=True)
class Arch:
    """A constructor of a torchvision network; calling it imports torchvision and builds the network.

    `weights` is "DEFAULT", the name of other published weights, torchvision's own enum or a local .pth or .safetensors
    file; `pretrained=True` is short for "DEFAULT". Further options go to torchvision's constructor.
    """

    name: str
    info: ArchInfo = field(hash=False)  # statistics are lists

    published: ClassVar[bool] = True  # whether there are pretrained weights to be had

    @property
    def __name__(self) -> str:
        return self.name

    def __call__(
        self,
        *,
        pretrained: bool = False,
        weights: Any | str | Path | None = None,
        progress: bool = True,
        **options: Any,
    ) -> nn.Module:
        chosen = "DEFAULT" if pretrained and weights is None else weights
        return build_torchvision(self.name, chosen, progress, **options)

    def __repr__(self) -> str:
        return f"<architecture {self.name}>"


_registered: dict[Callable[..., nn.Module], ArchInfo] = {}


def register_arch(
    arch: Callable[..., nn.Module],
    cut: Cut | None = None,
    split: Splitter | None = None,
    stats: Stats | None = None,
) -> None:
    """Tell `vision_learner` about an architecture of your own: its constructor, or the class of its networks.

    `cut` and `split` as in `vision_learner` (`cut=` and `splitter=`); `stats` are the mean and standard deviation of
    the pixels its weights were trained on. Registering again replaces what was known.
    Raises: TypeError if `arch` is not a constructor, as a network's instance says nothing about its kind.
    """
    if isinstance(arch, nn.Module) or not callable(arch):
        raise TypeError(
            f"`register_arch` takes a constructor or a class of networks, but got {type(arch).__name__}. "
            f"Try register_arch({type(arch).__name__}, ...)."
        )
    _registered[arch] = ArchInfo(cut, split or default_split, stats)


def registered_info(arch: Any) -> ArchInfo | None:
    """What was registered for the constructor `arch`, or for the class of the network `arch`."""
    for key in (arch, type(arch)):
        try:
            info = _registered.get(key)
        except TypeError:  # unhashable: nobody registered it
            continue
        if info is not None:
            return info
    return None
