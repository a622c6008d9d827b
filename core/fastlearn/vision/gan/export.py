"""What is left of a GAN once it is trained: the generator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastlearn.losses.base import BaseLoss
from fastlearn.train.learner import Learner

if TYPE_CHECKING:
    from fastlearn.vision.gan.module import GANModule

__all__ = ["NoCritic", "generator_learner"]


class NoCritic(BaseLoss):
    """Stands for the loss of a generator whose critic is not there; predictions do not need it."""

    def forward(self, pred: Any, *targets: Any) -> Any:
        raise ValueError(
            "This learner holds the generator of a GAN without its critic, so there is no loss. Try items without "
            "targets: learn.get_preds(dl=learn.dls.test_dl(range(16)))."
        )


def generator_learner(learn: Learner, gan: GANModule) -> Learner:
    """A learner that only makes images, of the same inputs: what is exported."""
    return Learner(learn.dls, gan.generator, NoCritic(), path=learn.path, input_tfms=learn.input_tfms)
