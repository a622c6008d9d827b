"""What `fit` and `lr_find` show by themselves in a notebook: found by the entry point `fastlearn.display`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from fastwidgets.comm.front_end import can_show_widgets, running_cell

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner
    from fastlearn.train.lr_find import LRFinder as Finder

    from fastwidgets.lr_finder.widget import SearchListener
    from fastwidgets.monitor.widget import TrainingMonitor

# The last monitor that was shown for a learner, and in which cell: the two fits of one `fine_tune` share one.
_LATEST: WeakKeyDictionary[Any, tuple[str | None, ref[TrainingMonitor]]] = WeakKeyDictionary()


class NotebookDisplay:
    """Shows our widgets where a front end can draw them; each method returns None where it cannot.

    The widget modules are imported only then: a training script never loads ipywidgets.
    """

    def fit(self, learn: Learner) -> TrainingMonitor | _Elsewhere | None:
        """Show a training monitor below the running cell; the listener that keeps it up to date."""
        if not can_show_widgets():
            return None
        from IPython.display import display

        from fastwidgets.monitor.widget import TrainingMonitor, by_name

        if by_name(learn) is not None:
            return _Elsewhere()
        cell = running_cell()
        shown_in, latest = _LATEST.get(learn, (None, None))
        monitor = latest() if latest is not None and cell is not None and shown_in == cell else None
        if monitor is None or monitor.comm is None:
            monitor = TrainingMonitor(learn, follow=False)
            display(monitor)  # type: ignore[no-untyped-call]
            _LATEST[learn] = cell, ref(monitor)
        return monitor

    def lr_find(self, learn: Learner, finder: Finder) -> SearchListener | None:
        """Show the learning-rate finder below the running cell; the listener that keeps it up to date."""
        if not can_show_widgets():
            return None
        from fastwidgets.lr_finder.widget import show_search

        return show_search(finder, learn)


class _Elsewhere:
    """The listener of a fit that a monitor of the user's own already follows: there is nothing more to tell it."""

    every = 3600.0

    def __call__(self, event: object) -> None:
        """Nothing to do."""
