"""Ends a fit that gets no better."""

from __future__ import annotations

import math

from fastlearn.callbacks.tracker import Compare, TrackerCallback, check_patience

__all__ = ["EarlyStoppingCallback"]


class EarlyStoppingCallback(TrackerCallback):
    """Stop once `monitor` has gone `patience` epochs without getting better by more than `min_delta`.

    `patience` is a whole number of at least 1. The weights stay those of the last epoch; SaveModelCallback brings back
    those of the best.
    """

    order = 63  # after SaveModelCallback

    def __init__(
        self,
        monitor: str = "valid_loss",
        comp: Compare | None = None,
        min_delta: float = 0.0,
        patience: int = 1,
        reset_on_fit: bool = True,
    ) -> None:
        super().__init__(monitor, comp, min_delta, reset_on_fit)
        check_patience(patience)
        self.patience, self.wait = patience, 0

    def before_fit(self) -> None:
        super().before_fit()
        self.wait = 0

    def after_epoch(self) -> None:
        super().after_epoch()
        if self.learn.cleaning_up:
            return
        self.wait = 0 if self.new_best else self.wait + 1
        if self.wait >= self.patience and self.epoch + 1 < self.n_epoch:
            epochs = f"{self.wait} epoch{'s' if self.wait > 1 else ''}"
            never = self.best_epoch < 0 and (self.best is None or math.isinf(self.best))
            why = f"was no number for {epochs}" if never else f"has not improved on {self.best:.4g} for {epochs}"
            self.control.stop(f"{self.monitor} {why}")
