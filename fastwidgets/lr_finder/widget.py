"""The wire of the learning-rate finder: traits and messages, nothing else."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ClassVar

import traitlets as T
from fastlearn.train.events import LRFindEnded
from ipywidgets import widget_serialization

from fastwidgets.comm.widget import LiveWidget
from fastwidgets.lr_finder.chart import MARGIN, Chart
from fastwidgets.lr_finder.fallback import as_html, as_text
from fastwidgets.lr_finder.learner_name import learner_name
from fastwidgets.lr_finder.session import Finder, FinderSession

STATUSES = ["ready", "running", "finished", "diverged", "nan", "stopped", "interrupted", "error"]
RESULT_HAS = ("lrs", "losses", "stopped", "message", "suggestions")  # what the finder needs of one
# The widget whose Start button began the search under way: the search shows itself there and not in a new one.
_started_from: ContextVar[LRFinder | None] = ContextVar("_started_from", default=None)


class LRFinder(LiveWidget):
    """Shows a search for a learning rate, live or finished, and the line of code for the rate that is chosen.

    `source` is a learner (the widget then has a Start button, and `settings` go to its `lr_find`) or the result of an
    earlier `lr_find`. `lr` is the chosen rate and `session.line` the line of code.
    """

    _model_name = T.Unicode("LRFinderModel").tag(sync=True)
    _view_name = T.Unicode("LRFinderView").tag(sync=True)
    status = T.Enum(STATUSES, default_value="ready").tag(sync=True)
    message = T.Unicode("").tag(sync=True)
    can_start = T.Bool(False).tag(sync=True)
    markers = T.List(T.Dict()).tag(sync=True)
    chosen: Any = T.Dict(default_value=None, allow_none=True).tag(sync=True)
    code = T.Unicode("").tag(sync=True)
    lr_range = T.Tuple(T.Float(), T.Float(), default_value=(1e-7, 10.0)).tag(sync=True)
    loss_range = T.Tuple(T.Float(), T.Float(), default_value=(0.0, 1.0)).tag(sync=True)
    margin = T.Dict(MARGIN).tag(sync=True)
    figure = T.Any(None, allow_none=True).tag(sync=True, **widget_serialization)

    hears: ClassVar[tuple[str, ...]] = (*LiveWidget.hears, "start", "stop")

    def __new__(cls, source: Any = None, **settings: Any) -> LRFinder:
        """Refuse what is no source before there is a widget: a half-made one would stay in the kernel."""
        known = hasattr(source, "lr_find") or all(hasattr(source, name) for name in RESULT_HAS)
        if source is not None and (isinstance(source, type) or not known):
            got = repr(source) if isinstance(source, type) else type(source).__name__
            raise TypeError(
                f"`source` is a learner or what `learn.lr_find()` returned, but got {got}. Try LRFinder(learn)."
            )
        made: LRFinder = super().__new__(cls)
        return made

    def __init__(self, source: Any = None, **settings: Any) -> None:
        self.session = FinderSession()
        # A weak one: ipywidgets keeps every widget, and with it would keep the model and its data.
        self._learn = weakref.ref(source) if hasattr(source, "lr_find") else None
        self._settings = settings
        self._finder: Finder | None = None
        self._waits = False  # Start was pressed and the search has not ended yet
        self._chart = Chart(self.session.lr_range(), self.session.loss_range())
        self._to_main = _main_thread()
        super().__init__(figure=self._chart.figure, can_start=self._learn is not None)
        if self._learn is not None:
            self.session.call_it(learner_name(source))
            self.session.message = "Press Start to try learning rates. The model is put back afterwards."
        elif source is not None:
            self.session.finish(source)
        self.settle()

    @property
    def lr(self) -> float | None:
        """The chosen rate, for `learn.fit_one_cycle(5, lr_max=finder.lr)`; None before there is one."""
        return self.session.lr

    def watch(self, finder: Finder) -> None:
        """Show the search that `finder` is about to run."""
        with self.lock:
            self._finder = finder
            self.session.start(finder)
        self.poll_through(finder.control)
        self.refresh_twin()  # before the page hears of the search and saves the notebook
        self.settle()

    def finish(self, result: Any) -> None:
        """Show how the search ended, and what is suggested."""
        with self.lock:
            self._finder, self._waits = None, False
            self.session.finish(result)
        self.stop_polling()
        self.settle()
        self.refresh_twin()

    def on_stop(self, message: dict[str, Any]) -> None:
        """Runs on a subshell: sets the flag that the search reads between two batches."""
        if self._finder is not None:
            self._finder.control.stop("the Stop button was pressed")

    def on_start(self, message: dict[str, Any]) -> None:
        """Runs on a subshell: leaves the search to the main thread, which begins when no cell is running."""
        if self._learn is None or self._waits:
            return
        self._waits = True
        self.message = "Starting; while a cell is running, this waits for its end."
        self._to_main(self._search)

    def flush(self) -> None:
        if self._finder is not None and self.session.status == "running":
            self.session.grow(self._finder)
        fresh, reset = self.session.take()
        if fresh.shape[1] or reset:
            self.send_array({"kind": "points", "reset": reset}, fresh.astype("float32"))
        self._chart.draw(self.session.curve, self.session.lr_range(), self.session.loss_range())
        self._show()

    def send_whole(self) -> None:
        """Send the whole curve, to a page that was just opened or loaded again."""
        self.send_array({"kind": "points", "reset": True}, self.session.curve.astype("float32"))
        self.send_twin()

    def as_html(self) -> str:
        return as_html(self.session)

    def as_text(self) -> str:
        return as_text(self.session)

    def close(self) -> None:
        self._chart.close()
        self.layout.close()
        super().close()

    def _show(self) -> None:
        session = self.session
        with self.hold_sync():
            self.status, self.message, self.code = session.status, session.message, session.code
            self.lr_range, self.loss_range = session.lr_range(), session.loss_range()
            self.markers, self.chosen = session.markers, session.chosen

    def _search(self) -> None:
        token = _started_from.set(self)
        learn = None if self._learn is None else self._learn()
        try:
            if learn is None:
                self.notice = "Its learner is gone. Make the finder again: LRFinder(learn)."
                return
            self.session.call_it(learner_name(learn))
            learn.lr_find(**{"show_plot": False, **self._settings})
        except Exception as error:  # a traceback would appear nowhere: no cell is running
            self.notice = f"The search could not run. {type(error).__name__}: {error}"
        finally:
            _started_from.reset(token)
            self._waits = False

    @T.observe("chosen")
    def _choose(self, change: dict[str, Any]) -> None:
        chosen = change["new"]
        if chosen is not None and chosen != self.session.chosen:
            self.session.choose(str(chosen["name"]), float(chosen["lr"]))
            self.refresh_twin()


class SearchListener:
    """Passes the events of one search on to its widget."""

    every = 0.1

    def __init__(self, widget: LRFinder) -> None:
        self._widget = widget

    def __call__(self, event: object) -> None:
        if isinstance(event, LRFindEnded):
            self._widget.finish(event.result)
        else:
            self._widget.settle()


def show_search(finder: Finder, learn: Any) -> SearchListener:
    """Show the search of `finder` for `learn`: in the widget whose Start button began it, or in a new one."""
    from IPython.display import display

    widget = _started_from.get()
    if widget is None:
        widget = LRFinder()
        widget.session.call_it(learner_name(learn))
        display(widget)  # type: ignore[no-untyped-call]
    widget.watch(finder)
    return SearchListener(widget)


def _main_thread() -> Callable[[Callable[[], None]], Any]:
    """What runs a function in this thread when it is free: its event loop, or nothing but a call outside a kernel."""
    try:
        return asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:
        return lambda function: function()
