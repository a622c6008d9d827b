"""One call from data to a learner: a pretrained body, a new head, normalised input, a frozen start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from fastlearn.keywords import check_keywords
from fastlearn.models.body import Cut
from fastlearn.models.init import InitFunc
from fastlearn.optim.adam import Adam
from fastlearn.train.learner import Learner
from fastlearn.train.run_state import n_inputs
from fastlearn.vision.arch import Splitter
from fastlearn.vision.network import info_of
from fastlearn.vision.network_stats import normalisation_for
from fastlearn.vision.vision_model import Arch, VisionModel, create_vision_model

if TYPE_CHECKING:
    import torch

ONE_ANSWER = ("category", "multicategory")  # kinds of targets that say something of the whole picture


@check_keywords
def vision_learner(
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
    n_in: int = 3,
    seed: int | None = None,
) -> Learner:
    """A learner for `dls` whose network is the body of `arch` with a new head; `explain(learn)` says what was done.

    `arch` is an architecture (`resnet34`), a constructor of your own, a network, or the name of a timm model. By
    default it is `pretrained` if it brings weights: all but the head is then frozen, and with `normalize` the learner
    (not your loaders) gives it pixels centred and scaled like those it was trained on. A network of your own counts as
    untrained unless you say `pretrained=True`. `weights` names others than the default ones, or a .pth or .safetensors
    file.

    `cut` is where the classifier begins, `splitter` gives the parameter groups for freezing and learning rates; both
    are known for listed architectures. `lin_ftrs`, `ps`, `pool`, `concat_pool`, `first_bn`, `bn_final`, `lin_first` and
    `y_range` shape the head (see `create_head`), `custom_head` replaces it, `init` fills it. `n_in` is the number of
    channels of your images. `seed` makes the initial weights (and whatever the learner draws) reproducible.
    Raises: ValueError if the number of outputs is neither given nor known from the data.
    """
    n_out = n_out or n_out_of(dls, "classes, or of predicted values")
    model = create_vision_model(
        arch, n_out, pretrained, weights, cut, n_in, init, custom_head, concat_pool, pool, lin_ftrs, ps,
        first_bn, bn_final, lin_first, y_range, seed,
    )  # fmt: skip
    return learner_for(
        dls, model, arch, normalize, splitter, loss_func=loss_func, opt_func=opt_func, lr=lr, cbs=cbs, metrics=metrics,
        path=path, model_dir=model_dir, wd=wd, wd_bn_bias=wd_bn_bias, train_bn=train_bn, moms=moms, seed=seed,
    )  # fmt: skip


def learner_for(
    dls: Any, model: VisionModel, arch: Arch, normalize: bool, splitter: Splitter | None, **settings: Any
) -> Learner:
    """A learner for a network made from `arch`; if it is pretrained, with its input normalised and all but the new
    layers frozen. `settings` are those of `Learner`."""
    _check_inputs(dls, model.made_by)
    if settings.get("loss_func") is None:
        _check_target(dls, model)
    info = info_of(arch)
    is_trained = model.notes is not None and model.notes.pretrained
    learn = Learner(
        dls, model, splitter=splitter or info.split,
        input_tfms=normalisation_for(dls, model, info.stats) if normalize and is_trained else None, **settings,
    )  # fmt: skip
    if is_trained:
        learn.freeze()
    return learn


cnn_learner = vision_learner  # the name it had in the book


def n_out_of(dls: Any, meaning: str) -> int:
    """How many outputs `dls` asks for. Raises: ValueError, with `meaning`, if it does not say so."""
    n_out = getattr(dls, "c", None)
    if not n_out:
        raise ValueError(
            f"How many outputs the network needs is not known from the data (dls.c). Try n_out=<number of {meaning}>."
        )
    return int(n_out)


def _check_inputs(dls: Any, made_by: str) -> None:
    n_inp = n_inputs(dls) or 1
    if n_inp > 1:
        raise ValueError(
            f"{made_by} makes a network that reads one picture, but the data give it {n_inp} inputs. Try n_inp=1 in "
            f"the DataBlock, or Learner(dls, model) with a forward of {n_inp} inputs."
        )


def _check_target(dls: Any, model: VisionModel) -> None:
    """Raises: ValueError where the data's own loss expects answers of another form than the network gives."""
    targets = (getattr(dls, "kinds", None) or ())[n_inputs(dls) or 1 :]
    target = targets[0] if len(targets) == 1 else None
    by_pixel = model.made_by == "unet_learner"
    if by_pixel and target in ONE_ANSWER:
        raise ValueError(
            f"unet_learner makes a network that answers for every pixel, but the data have one {target} for a picture. "
            "Try vision_learner, or targets of MaskBlock or ImageBlock; a loss_func= of your own lifts this check."
        )
    if not by_pixel and target == "mask" and not (model.notes and model.notes.custom_head):
        raise ValueError(
            "vision_learner makes a network that answers once for a picture, but the targets of the data are masks. "
            "Try unet_learner, or a custom_head= of your own."
        )
