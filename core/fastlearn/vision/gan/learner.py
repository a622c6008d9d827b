"""Learners for generative adversarial networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import torch
from torch import nn

from fastlearn.keywords import check_keywords
from fastlearn.metrics.averages import ValueMetric
from fastlearn.models.groups import trainable_params
from fastlearn.optim.adam import Adam
from fastlearn.train.callback import Callback
from fastlearn.train.host import Callbacks, as_callbacks
from fastlearn.train.learner import Learner
from fastlearn.vision.gan.critic_input import with_input_tfms
from fastlearn.vision.gan.export import generator_learner
from fastlearn.vision.gan.losses import GANLoss, LossFunc, gan_loss_from_func, wgan_crit_loss, wgan_gen_loss
from fastlearn.vision.gan.module import GANModule
from fastlearn.vision.gan.pictures import has_batches
from fastlearn.vision.gan.switchers import FixedGANSwitcher
from fastlearn.vision.gan.trainer import GANTrainer

__all__ = ["GANLearner"]

G = TypeVar("G", bound="GANLearner")


class GANLearner(Learner):
    """Trains `generator` to make images that `critic` cannot tell from the real ones in `dls`.

    A batch has the inputs of the generator (noise, or images to change) and real images. `gen_loss_func` takes the
    scores of made images, those images, and the targets; `crit_loss_func` takes the scores of real and of made images.
    `switcher` says whose turn it is (default: one step each). For `gen_first`, `switch_eval`, `show_img` and `clip` see
    `GANTrainer`, which is `learn.gan_trainer`. The other arguments are those of `Learner`.

    The table and the history have the columns `gen_loss` and `crit_loss`, running means of the training losses;
    `valid_loss` is the generator's loss on validation data. Predictions, results and exports are those of the
    generator.
    """

    @check_keywords
    def __init__(
        self,
        dls: Any,
        generator: nn.Module,
        critic: nn.Module,
        gen_loss_func: LossFunc,
        crit_loss_func: LossFunc,
        switcher: Callback | type[Callback] | None = None,
        gen_first: bool = False,
        switch_eval: bool = True,
        show_img: bool = True,
        clip: float | None = None,
        cbs: Callbacks = None,
        metrics: Any = None,
        opt_func: Callable[..., torch.optim.Optimizer] = Adam,
        lr: float | slice = 1e-3,
        splitter: Callable[[nn.Module], Any] = trainable_params,
        path: str | Path | None = None,
        model_dir: str | Path = "models",
        wd: float | None = None,
        wd_bn_bias: bool = False,
        train_bn: bool = True,
        moms: tuple[float, float, float] = (0.95, 0.85, 0.95),
        default_cbs: bool = True,
        seed: int | None = None,
        input_tfms: Any = None,
    ) -> None:
        gan = GANModule(generator, critic, gen_mode=True)  # outside a fit the model is the generator
        trainer = GANTrainer(switch_eval=switch_eval, clip=clip, gen_first=gen_first, show_img=show_img)
        turns = as_callbacks(FixedGANSwitcher() if switcher is None else switcher)
        super().__init__(
            dls, gan, GANLoss(gen_loss_func, crit_loss_func, gan), opt_func=opt_func, lr=lr, splitter=splitter,
            cbs=[trainer, *turns, *as_callbacks(cbs)], metrics=[*_listed(metrics), *_loss_columns(trainer)], path=path,
            model_dir=model_dir, wd=wd, wd_bn_bias=wd_bn_bias, train_bn=train_bn, moms=moms, default_cbs=default_cbs,
            seed=seed, input_tfms=input_tfms,
        )  # fmt: skip

    @classmethod
    def from_learners(
        cls: type[G],
        gen_learn: Learner,
        crit_learn: Learner,
        switcher: Callback | type[Callback] | None = None,
        weights_gen: Sequence[float] | None = None,
        **options: Any,
    ) -> G:
        """A GAN of two trained learners: one makes images, one tells made images (target 0) from real ones (1).

        The generator's loss is `weights_gen[0]` times the critic's loss of what it made, aimed at 1, plus
        `weights_gen[1]` times its own loss; None is (1, 1). The data, and what is done to the inputs, are those of
        `gen_learn`; a normalisation in `crit_learn` becomes the first layer of the critic. `options` are those of
        `GANLearner`.
        """
        losses = gan_loss_from_func(gen_learn.loss_func, crit_learn.loss_func, weights_gen)
        critic = with_input_tfms(crit_learn.model, crit_learn.input_tfms)
        options = {"input_tfms": gen_learn.input_tfms, "path": gen_learn.path, **options}
        return cls(gen_learn.dls, gen_learn.model, critic, *losses, switcher=switcher, **options)

    @classmethod
    def wgan(
        cls: type[G],
        dls: Any,
        generator: nn.Module,
        critic: nn.Module,
        switcher: Callback | type[Callback] | None = None,
        clip: float | None = 0.01,
        switch_eval: bool = False,
        **options: Any,
    ) -> G:
        """A Wasserstein GAN: the critic's scores are numbers without bounds, and its parameters are clipped.

        By default the critic makes five steps, then the generator one. Momentum harms (take RMSProp, or Adam with a
        small `mom`). `options` are those of `GANLearner`.
        Source: Arjovsky, Chintala & Bottou 2017, "Wasserstein GAN", algorithm 1.
        """
        turns = FixedGANSwitcher(n_crit=5, n_gen=1) if switcher is None else switcher
        return cls(
            dls, generator, critic, wgan_gen_loss, wgan_crit_loss, switcher=turns, clip=clip, switch_eval=switch_eval,
            **options,
        )  # fmt: skip

    def show_results(
        self, ds_idx: int = 1, dl: Any = None, max_n: int = 9, shuffle: bool = True, **options: Any
    ) -> Any:
        """Show real images and made ones; those of the training data where there is no validation data."""
        if dl is None and ds_idx == 1 and not has_batches(self.dls.valid):
            ds_idx = 0
        return super().show_results(ds_idx, dl, max_n, shuffle, **options)

    @check_keywords
    def export(self, path: str | Path = "export.zip", build: Callable[[], nn.Module] | None = None) -> Path:
        """Write the generator as a bundle that `load_learner` reads; see `Learner.export`. The critic stays behind.

        `learn.get_preds(dl=learn.dls.test_dl(range(n)))` then makes n images of noise. `build` makes the generator.
        """
        return generator_learner(self, cast(GANModule, self.model)).export(path, build)


def _loss_columns(trainer: GANTrainer) -> list[ValueMetric]:
    return [
        ValueMetric(lambda: trainer.gen_loss.value, "gen_loss"),
        ValueMetric(lambda: trainer.crit_loss.value, "crit_loss"),
    ]


def _listed(metrics: Any) -> list[Any]:
    if metrics is None:
        return []
    return list(metrics) if isinstance(metrics, Iterable) and not isinstance(metrics, str) else [metrics]
