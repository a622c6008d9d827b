"""A body and a head as one network."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor, nn

from fastlearn.keywords import check_keywords
from fastlearn.models.body import Cut, create_body
from fastlearn.models.cut_report import attach_report, report_of
from fastlearn.models.encoder import Encoder
from fastlearn.models.first_layer import in_channels
from fastlearn.models.head import create_head
from fastlearn.models.init import InitFunc, apply_init
from fastlearn.models.seed import seeded
from fastlearn.models.simple import Layers
from fastlearn.models.sizes import Size, num_features_model, runs_on
from fastlearn.seed import ambient_seed
from fastlearn.vision.arch import Arch as ListedArch
from fastlearn.vision.network import arch_name, as_arch, brings_weights, build_network, info_of, listed_arch
from fastlearn.vision.timm_body import TimmBody, create_timm_body

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


USUAL_SIDES = (224, 256, 299, 384, 480)  # of the images that published networks are made for


class VisionModel(Layers):
    """A body, then a head. With `n_in`, images with another number of channels are refused in words."""

    made_by = "vision_learner"  # the function that messages and explanations name

    def __init__(self, *parts: Any, n_in: int | None = None, notes: BuildNotes | None = None) -> None:
        super().__init__(*parts)
        self.n_in, self.notes = n_in, notes

    def check_channels(self, x: Tensor) -> None:
        """Raises: ValueError if `x` are images with other channels than the network reads."""
        if self.n_in is not None and x.ndim == 4 and x.shape[1] != self.n_in:
            raise ValueError(
                f"This network reads images of {self.n_in} channels, but got {x.shape[1]} (batch {tuple(x.shape)}). "
                f"Try {self.made_by}(..., n_in={x.shape[1]}), or open the images with {self.n_in} channels."
            )

    def forward(self, x: Tensor) -> Tensor:
        self.check_channels(x)
        try:
            return super().forward(x)  # type: ignore[no-any-return, no-untyped-call]
        except Exception as error:
            self._explain_size(x, error)
            raise

    def _explain_size(self, x: Tensor, error: Exception) -> None:
        """Raises: ValueError if it is the size of the images that the network does not take."""
        plain = nn.Sequential(*self)  # whose failures are not explained again, each with as many tries
        if x.ndim != 4 or self.n_in is None or runs_on(plain, (x.shape[-2], x.shape[-1]), self.n_in):
            return
        side = next((side for side in USUAL_SIDES if runs_on(plain, (side, side), self.n_in)), None)
        if side is not None:
            raise ValueError(
                f"Images of {x.shape[-2]} x {x.shape[-1]} pixels do not run through this network: "
                f"{str(error).partition(chr(10))[0]} It does run on {side} x {side}. Try item_tfms=Resize({side})."
            ) from error


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
        body, channels = build_body(arch, pretrained, weights, cut, n_in)
        head = custom_head if custom_head is not None else create_head(
            num_features_model(body), n_out, lin_ftrs, ps, pool and _gives_maps(body), concat_pool, first_bn, bn_final,
            lin_first, y_range,
        )  # fmt: skip
        if init is not None:
            apply_init(head, init)
    recipe = recipe_of(arch, cut, n_in)
    if recipe is not None:
        body.__dict__["recipe"] = recipe  # how an export says what this is
    notes = notes_of(arch, pretrained, weights, init, seed, channels if channels != n_in else None)
    return VisionModel(body, head, n_in=n_in, notes=replace(notes, custom_head=custom_head is not None))


def notes_of(
    arch: Arch, pretrained: bool, weights: Any, init: InitFunc | None, seed: int, first_layer_from: int | None
) -> BuildNotes:
    """What to remember of how a network was put together."""
    return BuildNotes(
        arch=arch_name(arch),
        pretrained=pretrained,
        weights=str("DEFAULT" if weights is None else weights) if pretrained else None,
        init=None if init is None else getattr(init, "__name__", repr(init)),
        seed=seed,
        custom_head=False,
        first_layer_from=first_layer_from,
    )


def body_of_recipe(recipe: dict[str, Any]) -> nn.Module:
    """The body that a recipe describes (see `recipe_of`), without its learned weights; of a U-Net its encoder."""
    name = recipe["arch"]
    known: Any = (listed_arch(name) if recipe["listed"] else None) or name
    if "options" in recipe:
        known = functools.partial(known, **recipe["options"])
    body, _ = build_body(known, False, None, recipe["cut"], recipe["n_in"])
    made = encoder_of(body, recipe["n_in"]) if recipe.get("pyramid") else body
    made.__dict__["recipe"] = recipe
    return made


def encoder_of(body: nn.Module, n_in: int, sizes: Iterable[Size] = ()) -> Encoder:
    """`body` as the encoder of a U-Net. Raises: NoPyramid if it cannot be one."""
    if isinstance(body, TimmBody):
        body.maps = True  # tried without: an encoder finds out by itself where the channels are
    encoder = Encoder(body, n_in, sizes)
    encoder.__dict__["stats"] = getattr(body, "stats", None)
    return encoder


def recipe_of(arch: Arch, cut: Cut | None, n_in: int) -> dict[str, Any] | None:
    """What builds the body again: the name of a listed or timm architecture, or a constructor; None for a network.

    A listed architecture may have options, given by `functools.partial`. A constructor of a notebook, or one that has
    no name, is none either: another process would not find it, but can put the layers together one by one.
    """
    if isinstance(arch, nn.Module) or _is_of_this_process(arch):
        return None
    known, options = as_arch(arch), {}
    if isinstance(arch, functools.partial) and isinstance(as_arch(arch.func), ListedArch) and not arch.args:
        known, options = as_arch(arch.func), dict(arch.keywords)
    listed = known.name if isinstance(known, ListedArch) else None
    recipe = {"arch": listed or known, "listed": listed is not None, "cut": cut, "n_in": n_in}
    return {**recipe, "options": options} if options else recipe


def _is_of_this_process(arch: Arch) -> bool:
    """Whether `arch` is a function that no other process can import."""
    name = getattr(arch, "__qualname__", "")
    return callable(arch) and (getattr(arch, "__module__", None) == "__main__" or "<" in name)


def is_pretrained(arch: Arch, pretrained: bool | None, weights: Any) -> bool:
    """Whether the network comes with learned weights: as asked, otherwise if `weights` or `arch` bring some.

    Raises: ValueError for weights together with `pretrained=False`.
    """
    if pretrained is False and weights is not None:
        raise ValueError(
            f"weights={weights!r} asks for pretrained weights, but pretrained=False refuses them. Leave one out."
        )
    return brings_weights(arch) or weights is not None if pretrained is None else pretrained


def build_body(arch: Arch, pretrained: bool, weights: Any, cut: Cut | None, n_in: int) -> tuple[nn.Module, int]:
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
