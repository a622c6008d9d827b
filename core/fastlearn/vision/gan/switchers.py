"""Whose turn it is: after so many steps, or once a loss is low enough."""

from __future__ import annotations

from collections.abc import Callable

from fastlearn.train.callback import Callback
from fastlearn.vision.gan.trainer import GANTrainer

__all__ = ["AdaptiveGANSwitcher", "FixedGANSwitcher", "GANSwitcher"]

Steps = int | Callable[[int], int]


class GANSwitcher(Callback):
    """Asks `is_due` after each step of the part in turn, and switches to the other one if it says so.

    Batches without a step of the optimizer, as when gradients are accumulated, do not count.
    """

    order = 70  # when all others have seen the batch
    after = (GANTrainer,)
    run_valid = False

    def __init__(self) -> None:
        self._stepped = False

    def is_due(self, gen_mode: bool) -> bool:
        """Whether the other part's turn begins, now that the generator (`gen_mode`) or the critic has made a step."""
        raise NotImplementedError(f"{type(self).__name__} needs a method is_due(self, gen_mode).")

    def before_fit(self) -> None:
        self._stepped = False
        self._trainer()

    def after_step(self) -> None:
        self._stepped = not self.learn.cleaning_up

    def after_batch(self) -> None:
        stepped, self._stepped = self._stepped, False
        if not stepped or self.learn.cleaning_up:
            return
        trainer = self._trainer()
        if self.is_due(trainer.gen_mode):
            trainer.switch()

    def _trainer(self) -> GANTrainer:
        found = next((cb for cb in self.cbs if isinstance(cb, GANTrainer)), None)
        if found is None:
            raise RuntimeError(f"{type(self).__name__} switches a GANTrainer, and there is none. Try a GANLearner, or "
                               "cbs=[GANTrainer(), ...].")  # fmt: skip
        return found


class FixedGANSwitcher(GANSwitcher):
    """`n_crit` steps of the critic, then `n_gen` of the generator, then again; the count goes on from epoch to epoch.

    Either may be a function of how many steps the other part has made in this fit, asked after each step: with
    `n_crit=lambda n: 100 if n < 25 else 5` the critic is trained well before the generator's first steps.
    """

    def __init__(self, n_crit: Steps = 1, n_gen: Steps = 1) -> None:
        super().__init__()
        for name, n in (("n_crit", n_crit), ("n_gen", n_gen)):
            if not callable(n) and not (isinstance(n, int) and n >= 1):
                raise ValueError(f"`{name}` is a number of steps of at least 1, or a function of one, but got {n!r}.")
        self.n_crit, self.n_gen = n_crit, n_gen
        self.n_c, self.n_g = 0, 0  # steps in this turn
        self.total_c, self.total_g = 0, 0  # in this fit

    def before_fit(self) -> None:
        super().before_fit()
        self.n_c = self.n_g = self.total_c = self.total_g = 0

    def is_due(self, gen_mode: bool) -> bool:
        """Whether the turn is as long as it should be."""
        if gen_mode:
            self.n_g, self.total_g = self.n_g + 1, self.total_g + 1
            due = self.n_g >= _steps(self.n_gen, self.total_c)
        else:
            self.n_c, self.total_c = self.n_c + 1, self.total_c + 1
            due = self.n_c >= _steps(self.n_crit, self.total_g)
        if due:
            self.n_c = self.n_g = 0
        return due


class AdaptiveGANSwitcher(GANSwitcher):
    """The generator's turn ends once its loss is below `gen_thresh`, the critic's once below `critic_thresh`.

    None ends the turn after one step. Reading the loss waits for the device at each step.
    """

    def __init__(self, gen_thresh: float | None = None, critic_thresh: float | None = None) -> None:
        super().__init__()
        self.gen_thresh, self.critic_thresh = gen_thresh, critic_thresh

    def is_due(self, gen_mode: bool) -> bool:
        """Whether the loss is low enough."""
        threshold = self.gen_thresh if gen_mode else self.critic_thresh
        return threshold is None or float(self.loss) < threshold


def _steps(n: Steps, others: int) -> int:
    return n(others) if callable(n) else n
