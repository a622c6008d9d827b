"""What generator and critic are trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.vision.gan.module import GANModule

__all__ = ["GANLoss", "gan_loss_from_func", "wgan_crit_loss", "wgan_gen_loss"]

LossFunc = Callable[..., Any]


class GANLoss(nn.Module):
    """The loss of the part of `gan_model` that is in turn.

    `gen_loss_func` takes the critic's scores of what the generator made, that itself, and the targets;
    `crit_loss_func` takes the scores of real images and the scores of made ones. The latest value of each is kept as
    `gen_loss` and `crit_loss`.
    """

    def __init__(self, gen_loss_func: LossFunc, crit_loss_func: LossFunc, gan_model: GANModule) -> None:
        super().__init__()
        self.gen_loss_func, self.crit_loss_func = gen_loss_func, crit_loss_func
        self._model = (gan_model,)  # in a tuple, so that its weights are not those of the loss as well
        self.gen_loss: Any = None
        self.crit_loss: Any = None

    @property
    def gan_model(self) -> GANModule:
        """The model whose loss this is."""
        return self._model[0]

    def forward(self, pred: Any, *targets: Any) -> Any:
        return self.generator(pred, *targets) if self.gan_model.gen_mode else self.critic(pred, *targets)

    def generator(self, output: Any, *target: Any) -> Any:
        """The generator's loss: `output` is what it made, `target` what belongs to its input.

        Raises: ValueError if the real images are of another size: the critic would only have to look at that.
        """
        _check_sizes(output, *target)
        loss = self.gen_loss_func(self.gan_model.critic(output), output, *target)
        self.gen_loss = _detached(loss)
        return loss

    def critic(self, real_pred: Any, *inputs: Any) -> Any:
        """The critic's loss: `real_pred` are its scores of real images, `inputs` are what the generator gets."""
        with torch.no_grad():
            fake = self.gan_model.generator(*inputs)
        loss = self.crit_loss_func(real_pred, self.gan_model.critic(fake))
        self.crit_loss = _detached(loss)
        return loss


def gan_loss_from_func(
    loss_gen: LossFunc, loss_crit: LossFunc, weights_gen: Sequence[float] | None = (1.0, 1.0)
) -> tuple[LossFunc, LossFunc]:
    """The loss of the generator and that of the critic, from a loss of images and a loss of scores.

    The generator's is `weights_gen[0] * loss_crit(scores, 1) + weights_gen[1] * loss_gen(made, target)`; the critic's
    is the mean of its losses on real images (target 1) and on made ones (target 0).
    """
    to_fool, to_match = _two_weights(weights_gen)

    def loss_of_generator(fake_pred: Tensor, output: Tensor, *target: Tensor) -> Tensor:
        ones = fake_pred.new_ones(fake_pred.shape[0])
        loss: Tensor = to_fool * loss_crit(fake_pred, ones) + to_match * loss_gen(output, *target)
        return loss

    def loss_of_critic(real_pred: Tensor, fake_pred: Tensor) -> Tensor:
        ones, zeros = real_pred.new_ones(real_pred.shape[0]), fake_pred.new_zeros(fake_pred.shape[0])
        loss: Tensor = (loss_crit(real_pred, ones) + loss_crit(fake_pred, zeros)) / 2
        return loss

    return loss_of_generator, loss_of_critic


def wgan_gen_loss(fake_pred: Tensor, output: Any, *target: Any) -> Tensor:
    """The mean score of made images, which the generator brings down to that of real ones."""
    return fake_pred.mean()


def wgan_crit_loss(real_pred: Tensor, fake_pred: Tensor) -> Tensor:
    """Mean score of real images minus that of made ones: less than 0 once the critic tells them apart.

    Its negative estimates the Wasserstein distance between the two, up to the critic's Lipschitz constant.
    Source: Arjovsky, Chintala & Bottou 2017, "Wasserstein GAN", equation 2 with the sign turned.
    """
    return real_pred.mean() - fake_pred.mean()


def _two_weights(weights: Sequence[float] | None) -> tuple[float, float]:
    given = (1.0, 1.0) if weights is None else tuple(weights)
    if len(given) != 2:
        raise ValueError(
            f"`weights_gen` are two numbers, for fooling the critic and for matching the target, but got {weights!r}. "
            "Try weights_gen=(1.0, 50.0)."
        )
    return given[0], given[1]


def _check_sizes(made: Any, *target: Any) -> None:
    real = target[0] if target else None
    if not (isinstance(made, Tensor) and isinstance(real, Tensor) and made.ndim == real.ndim == 4):
        return
    if made.shape[1:] != real.shape[1:]:
        raise ValueError(
            f"The generator makes images of shape {tuple(made.shape[1:])}, but the real ones are "
            f"{tuple(real.shape[1:])}. Try item_tfms=Resize({made.shape[-1]}), or a generator of that size."
        )


def _detached(loss: Any) -> Any:
    return loss.detach() if isinstance(loss, Tensor) else loss
