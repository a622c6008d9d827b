"""One call from data to a learner that predicts for every pixel: a pretrained encoder and a new way up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from fastlearn.keywords import check_keywords
from fastlearn.layers.conv import ActClass
from fastlearn.layers.norm import NormName
from fastlearn.models.body import Cut
from fastlearn.models.encoder import Encoder
from fastlearn.models.init import InitFunc
from fastlearn.models.pyramid import NoPyramid
from fastlearn.models.seed import seeded
from fastlearn.models.sizes import Size
from fastlearn.optim.adam import Adam
from fastlearn.seed import ambient_seed
from fastlearn.train.learner import Learner
from fastlearn.vision.arch import Splitter
from fastlearn.vision.learner import learner_for, n_out_of
from fastlearn.vision.network import arch_name
from fastlearn.vision.unet import DynamicUnet, cannot_encode
from fastlearn.vision.vision_model import Arch, build_body, encoder_of, is_pretrained, notes_of, recipe_of

if TYPE_CHECKING:
    import torch


@check_keywords
def create_unet_model(
    arch: Arch,
    n_out: int,
    img_size: Size | None = None,
    pretrained: bool | None = None,
    weights: Any = None,
    cut: Cut | None = None,
    n_in: int = 3,
    blur: bool = False,
    blur_final: bool = True,
    self_attention: bool = False,
    y_range: tuple[float, float] | None = None,
    last_cross: bool = True,
    bottle: bool = False,
    act_cls: ActClass = nn.ReLU,
    init: InitFunc | None = nn.init.kaiming_normal_,
    norm_type: NormName = None,
    seed: int | None = None,
) -> DynamicUnet:
    """A U-Net of `n_out` numbers per pixel whose encoder is the body of `arch`.

    `arch`, `pretrained`, `weights`, `cut`, `n_in` and `seed` are those of `vision_learner`, the others those of
    `DynamicUnet`. With `img_size`, (height, width) in pixels, that size is tried out at once.
    Raises: ValueError if `arch` has no feature maps of falling size.
    """
    pretrained = is_pretrained(arch, pretrained, weights)
    seed = ambient_seed() if seed is None else seed
    with seeded(seed):
        encoder, channels = _encoder(arch, pretrained, weights, cut, n_in, img_size)
        model = DynamicUnet(
            encoder, n_out, img_size, blur, blur_final, self_attention, y_range, last_cross, bottle, act_cls, init,
            norm_type, n_in,
        )  # fmt: skip
    model.notes = notes_of(arch, pretrained, weights, init, seed, channels if channels != n_in else None)
    return model


@check_keywords
def unet_learner(
    dls: Any,
    arch: Arch,
    normalize: bool = True,
    n_out: int | None = None,
    pretrained: bool | None = None,
    weights: Any = None,
    loss_func: Callable[..., Any] | None = None,
    opt_func: Callable[..., torch.optim.Optimizer] = Adam,
    lr: float | slice = 1e-3,
    splitter: Splitter | None = None,
    cbs: Any = None,
    metrics: Any = None,
    path: str | Path | None = None,
    model_dir: str | Path = "models",
    wd: float | None = None,
    wd_bn_bias: bool = False,
    train_bn: bool = True,
    moms: tuple[float, float, float] = (0.95, 0.85, 0.95),
    cut: Cut | None = None,
    n_in: int = 3,
    blur: bool = False,
    blur_final: bool = True,
    self_attention: bool = False,
    y_range: tuple[float, float] | None = None,
    last_cross: bool = True,
    bottle: bool = False,
    act_cls: ActClass = nn.ReLU,
    init: InitFunc | None = nn.init.kaiming_normal_,
    norm_type: NormName = None,
    seed: int | None = None,
) -> Learner:
    """A learner for `dls` whose network is a U-Net around the body of `arch`; `explain(learn)` says what it is made of.

    `n_out` is the number of classes of a pixel, known from the data, or of the channels of a predicted image. As in
    `vision_learner` the network is pretrained if `arch` brings weights: its input is then normalised by the learner,
    and the encoder frozen. The other settings are those of `vision_learner` and `DynamicUnet`.
    Raises: ValueError if the number of outputs is not known, or if `arch` has no feature maps of falling size.
    """
    model = create_unet_model(
        arch, n_out or n_out_of(dls, "classes of a pixel, or of channels of a predicted image"), None, pretrained,
        weights, cut, n_in, blur, blur_final, self_attention, y_range, last_cross, bottle, act_cls, init, norm_type,
        seed,
    )  # fmt: skip
    return learner_for(
        dls, model, arch, normalize, splitter, loss_func=loss_func, opt_func=opt_func, lr=lr, cbs=cbs, metrics=metrics,
        path=path, model_dir=model_dir, wd=wd, wd_bn_bias=wd_bn_bias, train_bn=train_bn, moms=moms, seed=seed,
    )  # fmt: skip


def _encoder(
    arch: Arch, pretrained: bool, weights: Any, cut: Cut | None, n_in: int, img_size: Size | None
) -> tuple[Encoder, int]:
    """The encoder, and how many channels the network read before."""
    try:
        body, channels = build_body(arch, pretrained, weights, cut, n_in)
        encoder = encoder_of(body, n_in, [] if img_size is None else [img_size])
    except NoPyramid as error:
        raise NoPyramid(f"{arch_name(arch)}: {cannot_encode(str(error))}") from error
    recipe = recipe_of(arch, cut, n_in)
    if recipe is not None:
        encoder.__dict__["recipe"] = {**recipe, "pyramid": True}
    return encoder, channels
