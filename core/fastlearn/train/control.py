"""Steering a fit while it runs, from another thread or from a callback. The loop obeys between batches."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fastlearn.warn import warn_user

__all__ = ["POLL_SECONDS", "FitControl", "StopRequest"]

POLL_SECONDS = 0.1  # pollers are called at most this often
Keep = Literal["last", "best"]
Checkpoint = Literal["asked", "due"]  # by the user, and then it stays; or by a callback that keeps the newest few


@dataclass(frozen=True)
class StopRequest:
    """Why to stop, and which weights to keep: those of the last batch or those of the best epoch."""

    reason: str
    keep: Keep


class FitControl:
    """Thread-safe flags that the training loop reads between two batches, the only safe point.

    Every method returns at once; what was asked for happens at the next batch boundary and leaves a note in the
    history. The flags are cleared when a fit begins. Set `keep_best` to False to save the memory of one copy of the
    weights; `stop(keep="best")` then keeps the last ones.
    """

    def __init__(self, keep_best: bool = True) -> None:
        self.keep_best = keep_best
        self.pending = False  # something was asked for that the loop has not looked at yet
        self.next_poll = math.inf  # `time.perf_counter()` at which pollers want to be called
        self.held = 0.0  # seconds that this fit was paused for
        self._changed = threading.Condition()
        self._pollers: tuple[Callable[[], None], ...] = ()
        self._paused = False
        self._stop: StopRequest | None = None
        self._factor = 1.0  # asked for, not applied yet
        self.applied_lr_scale = 1.0  # the part of `lr_scale` that the loop has already applied
        self._checkpoint: Checkpoint | None = None

    @property
    def paused(self) -> bool:
        """Whether a pause was asked for and not ended yet."""
        return self._paused

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for in this fit."""
        return self._stop is not None

    @property
    def stop_request(self) -> StopRequest | None:
        """The stop that was asked for, if any."""
        return self._stop

    @property
    def lr_scale(self) -> float:
        """The product of all factors given to `scale_lr` in this fit, also of those that wait for the next batch."""
        return self.applied_lr_scale * self._factor

    def pause(self) -> None:
        """Hold the loop at the next batch boundary until `resume` or `stop`."""
        with self._changed:
            self._paused = self.pending = True

    def resume(self) -> None:
        """Go on after `pause`."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self, reason: str = "stopped", keep: Keep = "last") -> None:
        """End the fit at the next batch boundary, paused or not; the first request counts.

        `keep="best"` puts back the weights of the epoch with the lowest validation loss of this fit.
        """
        if keep not in ("last", "best"):
            raise ValueError(f"`keep` is 'last' or 'best', but got {keep!r}.")
        with self._changed:
            self._stop = self._stop or StopRequest(reason, keep)
            self._paused, self.pending = False, True
            self._changed.notify_all()

    def scale_lr(self, factor: float) -> None:
        """Multiply all that is left of the learning rate schedule by `factor`."""
        if not (math.isfinite(factor) and factor > 0):
            raise ValueError(
                f"`factor` is a positive number that multiplies the learning rate, but got {factor!r}. "
                "Try 0.5 to halve it."
            )
        with self._changed:
            self._factor *= factor
            self.pending = True

    def checkpoint_now(self) -> None:
        """Write a checkpoint that `learn.resume` can go on from, at the next batch boundary, without stopping.

        It lies in the folder of the run (made now if there is none), and stays when newer ones come.
        """
        with self._changed:
            self._checkpoint, self.pending = "asked", True

    def checkpoint_due(self) -> None:
        """Write a checkpoint at the next batch boundary, one of those that come and go."""
        with self._changed:
            self._checkpoint, self.pending = self._checkpoint or "due", True

    def add_poller(self, poller: Callable[[], None]) -> None:
        """Have the loop call `poller` between batches and while paused, at most ten times a second."""
        with self._changed:
            if poller not in self._pollers:
                self._pollers = (*self._pollers, poller)
            self.next_poll = -math.inf

    def remove_poller(self, poller: Callable[[], None]) -> None:
        """End what `add_poller` began; nothing happens when it is not there."""
        with self._changed:
            self._pollers = tuple(p for p in self._pollers if p != poller)
            if not self._pollers:
                self.next_poll = math.inf

    # What the loop calls, in the training thread.

    def begin(self) -> None:
        """Forget what was asked for before this fit."""
        with self._changed:
            self._paused = self.pending = False
            self.held = 0.0
            self._checkpoint = None
            self._stop, self._factor, self.applied_lr_scale = None, 1.0, 1.0

    def end(self) -> None:
        """The fit is over: nothing is paused any more, also where Ctrl-C ended a pause."""
        with self._changed:
            self._paused = False

    def poll(self) -> None:
        """Call the pollers if their time has come. One that raises is reported once and removed."""
        now = time.perf_counter()
        if now < self.next_poll or not self._pollers:
            return
        self.next_poll = now + POLL_SECONDS
        for poller in self._pollers:
            try:
                poller()
            except Exception as error:
                self.remove_poller(poller)
                warn_user(
                    f"The poller {poller!r} raised {type(error).__name__} and is not called again; training "
                    f"goes on. It said: {error}",
                )

    def hold(self) -> None:
        """Wait while paused, calling the pollers. Ctrl-C gets through: each wait lasts at most a tenth of a second."""
        while self._paused:
            self.poll()
            with self._changed:
                if self._paused:
                    self._changed.wait(POLL_SECONDS)

    def take_lr_factor(self) -> float:
        """The factor that the loop has to apply now; from here on it counts as applied."""
        with self._changed:
            factor, self._factor = self._factor, 1.0
            self.applied_lr_scale *= factor
        return factor

    def restore_lr_scale(self, applied: float) -> None:
        """Count `applied` as the factors that the loop has applied: a run goes on that had them."""
        with self._changed:
            self.applied_lr_scale = applied

    def take_checkpoint(self) -> Checkpoint | None:
        """Whether a checkpoint is to be written now, and which kind; asking answers it."""
        with self._changed:
            wanted, self._checkpoint = self._checkpoint, None
        return wanted

    @property
    def asked(self) -> tuple[StopRequest | None, float]:
        """The stop and the factor that the loop has not obeyed yet, for other processes."""
        return self._stop, self._factor

    def adopt(self, stop: StopRequest | None, factor: float) -> None:
        """Ask for what all processes have agreed on, in the place of what was asked for in this one."""
        with self._changed:
            self._stop, self._factor = stop, factor
            self.pending = self.pending or stop is not None or factor != 1

    def acknowledge(self) -> None:
        """The loop has seen every request made so far. Called before it acts on them, so that none gets lost."""
        self.pending = False
