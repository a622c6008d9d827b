"""Writes the run into a folder of its own, with checkpoints to go on from."""

from __future__ import annotations

from time import perf_counter

from fastlearn.train.callback import Callback

__all__ = ["CheckpointCallback"]


class CheckpointCallback(Callback):
    """Records the run in `learn.path/runs/<time>-<id>/`, with a checkpoint every so many epochs, steps or seconds.

    `every_steps` counts training batches. The newest `keep` checkpoints stay, and those asked for by hand
    (`learn.control.checkpoint_now()`). A stop leaves a checkpoint too. After a kill, `learn.resume()` goes on with the
    same weights as if nothing had happened. A full disk costs checkpoints, with a warning, but not the training.
    """

    order = 90  # when all others have done what belongs to the batch or the epoch
    in_lr_find = False
    first_process_only = True
    run_valid = False

    def __init__(
        self,
        every_epochs: int | None = 1,
        every_steps: int | None = None,
        every_seconds: float | None = None,
        keep: int = 2,
    ) -> None:
        for name, value in (("every_epochs", every_epochs), ("every_steps", every_steps), ("keep", keep)):
            if value is not None and (not isinstance(value, int) or value < 1):
                raise ValueError(f"`{name}` is a whole number of at least 1, but got {value!r}.")
        if every_seconds is not None and not every_seconds > 0:
            raise ValueError(f"`every_seconds` is a positive number of seconds, but got {every_seconds!r}. Try 300.")
        self.every_epochs, self.every_steps, self.every_seconds, self.keep = (
            every_epochs, every_steps, every_seconds, keep,
        )  # fmt: skip

    def before_fit(self) -> None:
        self.learn.record_run().keep = self.keep
        self._next = perf_counter() + (self.every_seconds or 0)

    def after_batch(self) -> None:
        if self.every_steps and self.history.n_steps % self.every_steps == 0:
            self.control.checkpoint_due()
        if self.every_seconds and perf_counter() >= self._next:
            self._next = perf_counter() + self.every_seconds
            self.control.checkpoint_due()

    def after_epoch(self) -> None:
        if not self.learn.cleaning_up and self.every_epochs and (self.epoch + 1) % self.every_epochs == 0:
            self.control.checkpoint_due()

    def state_dict(self) -> dict[str, float]:
        """Nothing: when the next checkpoint is due counts from the start of the process."""
        return {}

    def load_state_dict(self, state: dict[str, float]) -> None:
        """Nothing to load."""
