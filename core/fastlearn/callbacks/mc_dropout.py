"""Dropout while predicting, to see how sure a model is."""

from __future__ import annotations

from torch import nn

from fastlearn.callbacks.train_eval import TrainEvalCallback
from fastlearn.train.callback import Callback

__all__ = ["MCDropoutCallback"]


class MCDropoutCallback(Callback):
    """Dropout stays on in validation and predictions: several of them show how much a prediction varies.

    Source: Gal & Ghahramani 2016, "Dropout as a Bayesian Approximation".
    """

    after = (TrainEvalCallback,)

    def before_validate(self) -> None:
        for module in self._dropouts():
            module.train()

    def after_validate(self) -> None:
        for module in self._dropouts():
            module.eval()

    def _dropouts(self) -> list[nn.Module]:
        return [module for module in self.model.modules() if isinstance(module, nn.modules.dropout._DropoutNd)]
