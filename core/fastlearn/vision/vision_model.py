"""A body and a head as one network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor, nn

from fastlearn.keywords import check_keywords
from fastlearn.models.body import Cut, create_body
from fastlearn.models.cut_report import attach_report, report_of
from fastlearn.models.first_layer import in_channels
from fastlearn.models.head import create_head
from fastlearn.models.init import InitFunc, apply_init
from fastlearn.models.seed import seeded
from fastlearn.models.sizes import num_features_model
from fastlearn.seed import ambient_seed
from fastlearn.vision import models
from fastlearn.vision.arch import Arch as ListedArch
from fastlearn.vision.network import arch_name, as_arch, brings_weights, build_network, info_of
from fastlearn.vision.timm_body import create_timm_body

Arch = str | nn.Module | Callable[..., nn.Module]


@dataclass(frozen=True)
class BuildNotes:
    """How a network was put together, for those who ask later: what its modules cannot tell any more."""

    arch: str
    pretrained: bool
    weights: str | None
    init: str | None
    seed: int
    custom_head: bool
    first_layer_from: int | None  # the channels it read before `n_in` changed it


class VisionModel(nn.Sequential):
    """A body, then a head. With `n_in`, images with another number of channels are refused in words."""

    def __init__(self, *parts: Any, n_in: int | None = None, notes: BuildNotes | None = None) -> None:
        super().__init__(*parts)
        self.n_in, self.notes = n_in, notes

    def forward(self, x: Tensor) -> Tensor:
        if self.n_in is not None and x.ndim == 4 and x.shape[1] != self.n_in:
            raise ValueError(
                f"This network reads images of {self.n_in} channels, but got {x.shape[1]} (batch {tuple(x.shape)}). "
                f"Try vision_learner(..., n_in={x.shape[1]}), or open the images with {self.n_in} channels."
            )
        return super().forward(x)  # type: ignore[no-any-return, no-untyped-call]


@check_keywords
def create_vision_model(
    arch: Arch,
    n_out: int,
    pretrained: bool | None = None,
    weights: Any = None,
    cut: Cut | None = None,
    n_in: int = 3,
    init: InitFunc | None = nn.init.kaiming_normal_,
    custom_head: nn.Module | None = None,
    concat_pool: bool = True,
    pool: bool = True,
    lin_ftrs: Sequence[int] | None = None,
    ps: float | Sequence[float] = 0.5,
    first_bn: bool = True,
    bn_final: bool = False,
    lin_first: bool = False,
    y_range: tuple[float, float] | None = None,
    seed: int | None = None,
) -> VisionModel:
    """The body of `arch` with a new head of `n_out` outputs; the parameters are those of `vision_learner`.

    The same `seed` gives the same weights; torch's random state is left as it was. Without one the weights follow
    `torch.manual_seed`.
    """
    pretrained = is_pretrained(arch, pretrained, weights)
    seed = ambient_seed() if seed is None else seed
    with seeded(seed):
        body, channels = _build_body(arch, pretrained, weights, cut, n_in)
        head = custom_head if custom_head is not None else create_head(
            num_features_model(body), n_out, lin_ftrs, ps, pool and _gives_maps(body), concat_pool, first_bn, bn_final,
            lin_first, y_range,
        )  # fmt: skip
        if init is not None:
            apply_init(head, init)
    recipe = _recipe(arch, cut, n_in)
    if recipe is not None:
        body.__dict__["recipe"] = recipe  # how an export says what this is
    notes = BuildNotes(
        arch=arch_name(arch),
        pretrained=pretrained,
        weights=str("DEFAULT" if weights is None else weights) if pretrained else None,
        init=None if init is None else getattr(init, "__name__", repr(init)),
        seed=seed,
        custom_head=custom_head is not None,
        first_layer_from=channels if channels != n_in else None,
    )
    return VisionModel(body, head, n_in=n_in, notes=notes)


def body_of_recipe(recipe: dict[str, Any]) -> nn.Module:
    """The body that a recipe describes (see `_recipe`), without its learned weights."""
    name = recipe["arch"]
    known = recipe["listed"] and getattr(models, name, None)
    body, _ = _build_body(known or name, False, None, recipe["cut"], recipe["n_in"])
    body.__dict__["recipe"] = recipe
    return body


def _recipe(arch: Arch, cut: Cut | None, n_in: int) -> dict[str, Any] | None:
    """What builds the body again: the name of a listed or timm architecture, or a constructor; None for a network."""
    arch = as_arch(arch)
    if isinstance(arch, nn.Module):
        return None
    listed = arch.name if isinstance(arch, ListedArch) else None
    return {"arch": listed or arch, "listed": listed is not None, "cut": cut, "n_in": n_in}


def is_pretrained(arch: Arch, pretrained: bool | None, weights: Any) -> bool:
    """Whether the network comes with learned weights: as asked, otherwise if `weights` or `arch` bring some.

    Raises: ValueError for weights together with `pretrained=False`.
    """
    if pretrained is False and weights is not None:
        raise ValueError(
            f"weights={weights!r} asks for pretrained weights, but pretrained=False refuses them. Leave one out."
        )
    return brings_weights(arch) or weights is not None if pretrained is None else pretrained


def _build_body(arch: Arch, pretrained: bool, weights: Any, cut: Cut | None, n_in: int) -> tuple[nn.Module, int]:
    """The body, and how many channels the network read before."""
    if isinstance(arch, str):
        return create_timm_body(arch, pretrained, weights, n_in), n_in
    model = build_network(arch, pretrained, weights)
    channels = _channels(model, n_in)
    listed = info_of(arch).cut if cut is None else None
    body = create_body(model, n_in, pretrained, listed if cut is None else cut)
    report = report_of(body)
    if listed is not None and report is not None:
        attach_report(body, replace(report, how="listed"))
    return body, channels


def _channels(model: nn.Module, n_in: int) -> int:
    try:
        return in_channels(model)
    except ValueError:  # no convolution: nothing to change
        return n_in


def _gives_maps(body: nn.Module) -> bool:
    """Whether a head has to pool: not after a body that pools by itself."""
    report = report_of(body)
    return report is None or report.shape is None or len(report.shape) == 4
