"""Trains the two parts of a GAN in turn, on the one loop and with the one optimizer that every learner has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fastlearn.callbacks.train_eval import TrainEvalCallback
from fastlearn.metrics.averages import AvgSmoothLoss
from fastlearn.models.freeze import set_trainable
from fastlearn.train.callback import Callback
from fastlearn.vision.gan.module import GANModule
from fastlearn.vision.gan.pictures import ImageStrip, fixed_inputs, made_images, tiled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["GANTrainer"]


class GANTrainer(Callback):
    """Lets the critic or the generator learn, whichever is in turn (`gen_mode`), while the other one is frozen.

    While the critic learns, it is given the targets of the batch (real images), and the inputs go to the loss. A
    `switcher` says whose turn it is; `gen_first` is who begins, and the turns go on from epoch to epoch. Validation,
    and everything outside a fit, is for the generator.

    `switch_eval` puts the part that does not learn into evaluation mode. `clip` keeps the critic's parameters between
    -clip and clip, from the start and after each of its steps. `gen_loss` and `crit_loss` are running means of the
    training losses in which the past weighs `beta`. Parameters that were frozen before the fit stay frozen.

    With `show_img`, `imgs` gets a picture after each epoch, bytes `(C, H, W)`: what the generator makes of the same 16
    inputs, titled by `titles`. They are drawn into `figure` as the fit goes on.
    Source (clip): Arjovsky, Chintala & Bottou 2017, "Wasserstein GAN", algorithm 1.
    """

    order = -7
    after = (TrainEvalCallback,)

    def __init__(
        self,
        switch_eval: bool = False,
        clip: float | None = None,
        beta: float = 0.98,
        gen_first: bool = False,
        show_img: bool = True,
    ) -> None:
        if clip is not None and not clip > 0:
            raise ValueError(f"`clip` is the largest size of a parameter, more than 0, but got {clip!r}. Try 0.01.")
        if not 0 <= beta < 1:
            raise ValueError(f"`beta` is the weight of the past, from 0 to less than 1, but got {beta!r}. Try 0.98.")
        self.switch_eval, self.clip, self.beta, self.show_img = switch_eval, clip, beta, show_img
        self.gen_first = self.gen_mode = gen_first
        self.gen_loss, self.crit_loss = AvgSmoothLoss(beta), AvgSmoothLoss(beta)
        self.imgs: list[Tensor] = []
        self.titles: list[str] = []
        self._gen_steps: list[int] = []  # of the history, in this fit
        self._crit_steps: list[int] = []
        self._learning: list[str] = []  # names of the parameters that are not frozen for good
        self._inputs: tuple[Any, ...] | None = None
        self._strip: ImageStrip | None = None
        self._due = False  # an epoch's training is over, and its picture not yet made

    # What may be read

    @property
    def gen_losses(self) -> NDArray[np.float32]:
        """The generator's loss at each of its steps in the latest fit."""
        return self._losses(self._gen_steps)

    @property
    def crit_losses(self) -> NDArray[np.float32]:
        """The critic's loss at each of its steps in the latest fit."""
        return self._losses(self._crit_steps)

    @property
    def figure(self) -> Figure | None:
        """The pictures of the latest fit beside each other, at most eight; None while there is none."""
        return None if self._strip is None else self._strip.figure

    # Whose turn it is

    def switch(self, gen_mode: bool | None = None) -> None:
        """Let the generator (True) or the critic (False) learn from now on; None: the other one than so far."""
        self.gen_mode = not self.gen_mode if gen_mode is None else gen_mode
        gan = self._gan()
        gan.switch(self.gen_mode)
        learns, waits = (gan.generator, gan.critic) if self.gen_mode else (gan.critic, gan.generator)
        learning = self._learning_parameters()
        for p in waits.parameters():
            set_trainable(p, False)
        for p in learns.parameters():
            set_trainable(p, id(p) in learning)
        if self.switch_eval:
            learns.train()
            waits.eval()

    # Events

    def before_fit(self) -> None:
        """Raises: RuntimeError among several processes; ValueError if a part has nothing to learn."""
        if self.learn.processes is not None:
            raise RuntimeError(
                "A GAN is trained by one process: its two losses call parts of the model by themselves, which torch's "
                "DistributedDataParallel does not see. Try the fit outside distrib_ctx."
            )
        gan = self._gan()
        for name, part in (("generator", gan.generator), ("critic", gan.critic)):
            if not any(p.requires_grad for p in part.parameters()):
                raise ValueError(f"The {name} has no parameter that trains: all are frozen or there are none. Try "
                                 f"set_freeze_model({name}, True).")  # fmt: skip
        self._learning = [name for name, p in gan.named_parameters() if p.requires_grad]
        self.gen_loss, self.crit_loss = AvgSmoothLoss(self.beta), AvgSmoothLoss(self.beta)
        self._gen_steps, self._crit_steps, self._due = [], [], False
        self.switch(self.gen_first)
        self._clamp(gan.critic)
        if self._pictures_wanted():
            self._begin_pictures()

    def before_train(self) -> None:
        self.switch(self.gen_mode)  # also after TrainEvalCallback has put all of it into training mode

    def before_batch(self) -> None:
        if self.training and not self.learn.yb:
            raise ValueError(
                "A batch of a GAN has inputs for the generator and real images, but got inputs alone. Try a DataBlock "
                "with blocks=(TransformBlock, ImageBlock) and get_x=generate_noise."
            )
        if self.training and not self.gen_mode:
            self.learn.xb, self.learn.yb = self.learn.yb, self.learn.xb

    def after_step(self) -> None:
        if not self.gen_mode and not self.learn.cleaning_up:
            self._clamp(self._gan().critic)

    def after_batch(self) -> None:
        learn = self.learn
        if not learn.training or learn.loss is None or learn.cleaning_up:
            return
        (self.gen_loss if self.gen_mode else self.crit_loss).accumulate(learn)
        (self._gen_steps if self.gen_mode else self._crit_steps).append(learn.history.n_steps)

    def after_train(self) -> None:
        self._due = self._pictures_wanted() and not self.learn.cleaning_up

    def before_validate(self) -> None:
        self._gan().switch(True)

    def after_validate(self) -> None:
        """The picture is made here, with the weights that validation sees: those of WeightAveraging are averages."""
        if self._due and not self.learn.cleaning_up:
            self._due = False
            self._add_picture()
        if self.learn.in_fit:
            self._gan().switch(self.gen_mode)

    def after_fit(self) -> None:
        if not isinstance(self.model, GANModule):
            return  # before_fit has said so
        learning = self._learning_parameters()
        for p in self.model.parameters():
            set_trainable(p, id(p) in learning)
        self.model.switch(True)

    # A run that goes on

    def state_dict(self) -> dict[str, Any]:
        """Whose turn it is, the running means, which steps were whose, and the pictures with their inputs."""
        return {
            "gen_mode": self.gen_mode,
            "means": [dict(vars(mean)) for mean in (self.gen_loss, self.crit_loss)],
            "steps": [list(self._gen_steps), list(self._crit_steps)],
            "learning": list(self._learning),
            "pictures": [list(self.imgs), list(self.titles)],
            "inputs": self._inputs,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self._learning = list(state["learning"])
        for mean, saved in zip((self.gen_loss, self.crit_loss), state["means"], strict=True):
            vars(mean).update(saved)
        self._gen_steps, self._crit_steps = (list(steps) for steps in state["steps"])
        self.imgs, self.titles = (list(part) for part in state["pictures"])
        self._inputs = state["inputs"]
        self.switch(state["gen_mode"])

    # Inside

    def _gan(self) -> GANModule:
        model: nn.Module = self.model
        if not isinstance(model, GANModule):
            raise TypeError(
                f"GANTrainer trains a GANModule, but the learner's model is a {type(model).__name__}. Try "
                "GANLearner(dls, generator, critic, ...), or GANModule(generator, critic) as the model."
            )
        return model

    def _learning_parameters(self) -> set[int]:
        names = set(self._learning)
        return {id(p) for name, p in self.model.named_parameters() if name in names}

    def _clamp(self, critic: nn.Module) -> None:
        if self.clip is None:
            return
        with torch.no_grad():
            for p in critic.parameters():
                p.clamp_(-self.clip, self.clip)

    def _losses(self, steps: Sequence[int]) -> NDArray[np.float32]:
        losses: NDArray[np.float32] = self.history.steps()["loss"]
        return losses[[step for step in steps if step < len(losses)]]

    def _pictures_wanted(self) -> bool:
        return self.show_img and self.learn.in_fit and not hasattr(self.learn, "lr_finder")

    def _begin_pictures(self) -> None:
        if self._strip is not None:
            self._strip.close()
        entry = self.learn.entry
        self._strip = ImageStrip(self.epoch if entry is None else entry.epoch, self.n_epoch)
        if self._inputs is None:
            self._inputs = fixed_inputs(self.learn)

    def _add_picture(self) -> None:
        assert self._inputs is not None and self._strip is not None
        made = made_images(self.learn, self._gan().generator, self._inputs)
        if made is None:
            return
        self.imgs.append(tiled(made))
        self.titles.append(f"epoch {self.epoch + 1}")
        self._strip.draw(self.epoch, self.imgs[-1], self.titles[-1])
