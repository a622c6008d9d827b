"""The wire of the training monitor: events in, messages out, clicks to the fit's control."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

import traitlets as T
from fastlearn.train.events import EpochEnded, FitEnded, FitStarted

from fastwidgets.comm.widget import LiveWidget
from fastwidgets.monitor.fallback import html_of, text_of
from fastwidgets.monitor.session import MonitorSession

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

TWIN_EVERY = 5.0  # seconds between renewals of the static twin while a fit runs, after its first epoch
LEARNER_HAS = ("history", "control", "events")  # what the monitor needs of it
_BY_NAME: WeakKeyDictionary[Any, ref[TrainingMonitor]] = WeakKeyDictionary()


class TrainingMonitor(LiveWidget):
    """Shows a run live, and pauses, stops and steers it by buttons that act while the cell runs.

    `TrainingMonitor(learn)` at the end of a cell shows the learner's last run, if it had one, and follows its next fits
    until `close()`; those do not show a second monitor below their own cell. A fit without it shows one by itself.
    """

    _model_name = T.Unicode("MonitorModel").tag(sync=True)
    _view_name = T.Unicode("MonitorView").tag(sync=True)

    hears = ("hello", "ping", "pause", "resume", "stop", "scale_lr")
    # Seconds between two looks at a running fit, read by `Events.subscribe`. A look and its message cost 2 to 3 ms of
    # CPU time, most of it in the kernel's output thread: benchmarks/monitor.py holds the sum below 1 % of a core.
    every = 0.4

    def __new__(cls, learn: Any = None, follow: bool = True) -> TrainingMonitor:
        """Refuse what is no learner before there is a widget: a half-made one would complain again when it is freed."""
        if isinstance(learn, type) or not all(hasattr(learn, name) for name in LEARNER_HAS):
            got = "nothing" if learn is None else repr(learn) if isinstance(learn, type) else type(learn).__name__
            raise TypeError(f"A training monitor follows a learner, but got {got}. Try TrainingMonitor(learn).")
        made: TrainingMonitor = super().__new__(cls)
        return made

    def __init__(self, learn: Learner, follow: bool = True) -> None:
        self.session = MonitorSession(learn.history)
        # Not the learner: the kernel keeps every widget, and would keep its model and data with it.
        self._learn, self._control = ref(learn), learn.control
        self._twin_at = -math.inf
        self._unsubscribe: Callable[[], None] | None = None
        super().__init__(every=0.2)
        if follow:
            self.session.adopt()
            self.settle()
            self._unsubscribe = learn.events.subscribe(self, every=self.every)
            _BY_NAME[learn] = ref(self)

    def __call__(self, event: object) -> None:
        """Take note of an event of the learner; runs in the thread that trains."""
        with self.lock:
            at_once = self.session.on(event)
        if isinstance(event, FitStarted):
            self._fit_started()
            self._renew_twin(event)  # before the page hears of the fit and saves the notebook
        if at_once:
            self.settle()
        else:
            self.touch()
        if isinstance(event, FitEnded):
            self.stop_polling()
        if isinstance(event, (EpochEnded, FitEnded)):
            self._renew_twin(event)

    def flush(self) -> None:
        self.send_array(*self.session.take())

    def send_whole(self) -> None:
        self.send_array(*self.session.plan())
        self.send_array(*self.session.whole())
        self.send_twin()

    def as_html(self) -> str:
        with self.lock:
            return html_of(self.session)

    def as_text(self) -> str:
        with self.lock:
            return text_of(self.session)

    def close(self) -> None:
        """Take the monitor off the page; the run goes on without it."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        learn = self._learn()
        if learn is not None and by_name(learn) is self:
            del _BY_NAME[learn]
        super().close()

    # Clicks. They run on a kernel subshell: each sets a flag of the control, nothing else.

    def on_pause(self, message: dict[str, Any]) -> None:
        self._control.pause()

    def on_resume(self, message: dict[str, Any]) -> None:
        self._control.resume()

    def on_stop(self, message: dict[str, Any]) -> None:
        self._control.stop("stopped by hand", keep=message["keep"])

    def on_scale_lr(self, message: dict[str, Any]) -> None:
        factor = float(message["factor"])
        self._control.scale_lr(factor)
        self.session.fit.ask_scale(factor)
        self.touch()

    def _fit_started(self) -> None:
        self.notice = ""
        with self.lock:
            self.send_array(*self.session.plan())
        self.poll_through(self._control)

    def _renew_twin(self, event: object) -> None:
        now = time.monotonic()
        if isinstance(event, EpochEnded) and now - self._twin_at < TWIN_EVERY:
            return
        # The first epoch is never too early: a kernel that is lost a moment later would leave no picture at all.
        self._twin_at = -math.inf if isinstance(event, FitStarted) else now
        self.refresh_twin()


def by_name(learn: Learner) -> TrainingMonitor | None:
    """The open monitor that the user made for `learn`, if there is one."""
    found = _BY_NAME.get(learn)
    return None if found is None else found()
