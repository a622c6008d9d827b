"""A search for a learning rate whose losses are made up: for tests of the widget, not of training."""

from __future__ import annotations

import math
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
from fastlearn.train.control import FitControl
from fastlearn.train.events import Events, LRFindEnded, LRFindProgress, LRFindStarted


def loss_at(lr: float) -> float:
    """Flat at 2.3, down to 0.8 around 1e-2, then up."""
    x = math.log10(lr)
    return 2.3 - 1.5 / (1 + math.exp(-3 * (x + 3))) + max(x + 0.5, 0) ** 2 * 3


class FakeFinder:
    """Tries `num_it` rates, `pause` seconds each, and tells a display as `learn.lr_find` does."""

    def __init__(self, num_it: int = 100, pause: float = 0.02, nan_at: int | None = None) -> None:
        self.num_it, self.start_lr, self.end_lr = num_it, 1e-7, 10.0
        self.control, self.result = FitControl(), None
        self._pause, self._nan_at = pause, nan_at
        self._points = np.empty((2, 0))

    def curve(self, start: int = 0) -> tuple[np.ndarray, np.ndarray]:
        lrs, losses = self._points[:, start:]
        return lrs, losses

    def run(self, listener: Any) -> Any:
        events = Events()
        events.subscribe(listener, every=listener.every)
        events.send(LRFindStarted(self.start_lr, self.end_lr, self.num_it))
        stopped = self._steps(events)
        rates = {} if self._points.shape[1] < 60 else {"valley": 1.6e-3, "steep": 8.3e-4, "slide": 2.4e-2}
        lrs, losses = self._points
        words = {"finished": "All rates were tried.", "stopped": "Stopped.", "nan": "The loss became NaN."}
        self.result = SimpleNamespace(
            lrs=lrs, losses=losses, stopped=stopped, message=words[stopped], suggestions=rates, **rates
        )
        events.send(LRFindEnded(self.result))
        return self.result

    def _steps(self, events: Events) -> str:
        for step, lr in enumerate(np.geomspace(self.start_lr, self.end_lr, self.num_it)):
            self.control.poll()
            if self.control.stopping:
                return "stopped"
            loss = math.nan if step == self._nan_at else loss_at(lr)
            self._points = np.column_stack((self._points, (lr, loss)))
            events.progress(LRFindProgress(step + 1))
            if math.isnan(loss):
                return "nan"
            time.sleep(self._pause)
        return "finished"


class FakeLearner:
    """A learner that can do nothing but search; it shows the search by the installed display."""

    def lr_find(self, num_it: int = 100, pause: float = 0.02, nan_at: int | None = None, show_plot: bool = True) -> Any:
        from fastwidgets.display import NotebookDisplay

        finder = FakeFinder(num_it, pause, nan_at)
        listener = NotebookDisplay().lr_find(self, finder)
        assert listener is not None, "no front end"
        return finder.run(listener)
