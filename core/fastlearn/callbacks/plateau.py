"""Lowers the learning rate where training stands still."""

from __future__ import annotations

from fastlearn.callbacks.tracker import Compare, TrackerCallback, check_patience

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(TrackerCallback):
    """Divide all that is left of the learning rate by `factor` once `monitor` has stood still for `patience` epochs.

    It works with and without a schedule. The highest rate of the layer groups does not fall below `min_lr`.
    """

    order = 62

    def __init__(
        self,
        monitor: str = "valid_loss",
        comp: Compare | None = None,
        min_delta: float = 0.0,
        patience: int = 1,
        factor: float = 10.0,
        min_lr: float = 0,
        reset_on_fit: bool = True,
    ) -> None:
        super().__init__(monitor, comp, min_delta, reset_on_fit)
        if not factor > 1:
            raise ValueError(f"`factor` divides the learning rate, so it is more than 1, but got {factor!r}. Try 10.")
        check_patience(patience)
        self.patience, self.factor, self.min_lr, self.wait = patience, factor, min_lr, 0

    def before_fit(self) -> None:
        super().before_fit()
        self.wait = 0

    def after_epoch(self) -> None:
        super().after_epoch()
        if self.learn.cleaning_up:
            return
        self.wait = 0 if self.new_best else self.wait + 1
        if self.wait >= self.patience and self.epoch + 1 < self.n_epoch:
            self.wait = 0
            highest = max(float(group["lr"]) for group in self.opt.param_groups)
            by = max(1 / self.factor, min(1.0, self.min_lr / highest)) if highest else 1.0
            if by < 1:
                self.control.scale_lr(by)
