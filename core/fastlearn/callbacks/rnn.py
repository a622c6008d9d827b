"""What recurrent networks need around the loop: a fresh start for each pass, and two penalties on activations."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from fastlearn.train.callback import Callback

__all__ = ["ModelResetter", "RNNCallback", "RNNRegularizer", "rnn_cbs"]


class ModelResetter(Callback):
    """Calls `model.reset()`, where there is one, before training, before validation and after the fit."""

    def before_train(self) -> None:
        self._reset()

    def before_validate(self) -> None:
        self._reset()

    def after_fit(self) -> None:
        self._reset()

    def _reset(self) -> None:
        reset: Any = getattr(self.model, "reset", None)
        if reset is not None:
            reset()


class RNNCallback(Callback):
    """Takes the output of a recurrent model apart: (prediction, raw outputs, outputs after dropout), of the last layer.

    The prediction goes on to the loss; the other two are kept as `raw_out` and `out`.
    """

    def after_pred(self) -> None:
        pred = self.pred
        if isinstance(pred, tuple | list) and len(pred) == 3:
            self.learn.pred = pred[0]
            self.raw_out, self.out = (_last(part) for part in pred[1:])


class RNNRegularizer(RNNCallback):
    """Adds to the training loss: `alpha` times the mean square of the outputs, `beta` times that of their changes.

    It takes the output of the model apart itself, where no `RNNCallback` has.
    Shapes: the outputs are `(B, T, H)`; changes are from one time step to the next.
    Source: Merity, McCann & Socher 2017, "Revisiting Activation Regularization for Language RNNs", equations 1 and 2.
    """

    order = 1  # after RNNCallback

    def __init__(self, alpha: float = 0.0, beta: float = 0.0) -> None:
        self.alpha, self.beta = alpha, beta

    def after_loss(self) -> None:
        rnn = next((cb for cb in self.cbs if isinstance(cb, RNNCallback) and hasattr(cb, "out")), None)
        if rnn is None or not self.training:
            return
        if self.alpha:
            self._add(self.alpha * rnn.out.float().pow(2).mean())
        if self.beta and rnn.raw_out.shape[1] > 1:
            self._add(self.beta * (rnn.raw_out[:, 1:] - rnn.raw_out[:, :-1]).float().pow(2).mean())

    def _add(self, penalty: Tensor) -> None:
        self.learn.loss_grad = self.loss_grad + penalty


def rnn_cbs(alpha: float = 0.0, beta: float = 0.0) -> list[Callback]:
    """The callbacks of a recurrent model."""
    cbs: list[Callback] = [ModelResetter(), RNNCallback()]
    return [*cbs, RNNRegularizer(alpha, beta)] if alpha or beta else cbs


def _last(part: Any) -> Any:
    return part[-1] if isinstance(part, tuple | list) else part
