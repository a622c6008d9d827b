"""Puts the model on its device and into the right mode, and counts the batches."""

from __future__ import annotations

from fastlearn.train.callback import Callback

__all__ = ["TrainEvalCallback"]


class TrainEvalCallback(Callback):
    """Training mode while training, evaluation mode while validating; `train_iter` and `pct_train` move on."""

    order = -10
    run_valid = False  # only training batches count

    def before_fit(self) -> None:
        self.learn.train_iter = self.learn.position = 0
        self.learn.place_model()

    def before_train(self) -> None:
        learn = self.learn
        learn.position = learn.epoch * learn.n_train_iter  # also after an epoch that was cut short
        learn.model.train()

    def after_batch(self) -> None:
        learn = self.learn
        learn.train_iter += 1
        learn.position += 1

    def before_validate(self) -> None:
        self.learn.place_model()
        self.learn.model.eval()
