"""The training monitor and the learning-rate finder work on the small learner as they do on the full one."""

from __future__ import annotations

import pytest
from fastlearn.scratch import OneCycle
from fastlearn.train.display import _installed
from fastlearn.train.events import BatchEnded

from fastwidgets import LRFinder
from fastwidgets.lr_finder.session import FinderSession
from fastwidgets.lr_finder.widget import show_search
from fastwidgets.monitor.session import MonitorSession
from fastwidgets.monitor.widget import TrainingMonitor


def test_the_monitors_session_follows_a_fit(make_learner):
    learn = make_learner()
    session = MonitorSession(learn.history)
    learn.events.subscribe(session.on)
    learn.fit(2, cbs=[OneCycle(0.5)])
    header, points = session.take()
    assert points.shape == (6, 16) and points[0].tolist() == list(range(1, 17))
    assert header["progress"]["status"] == "done" and header["progress"]["total_steps"] == 16
    assert header["progress"]["columns"] == ["train_loss", "valid_loss", "accuracy"]
    assert len(header["epochs"]) == 2 and None not in header["epochs"][1]["values"]
    assert session.plan()[1].shape == (4, 16)


def test_the_monitors_session_adopts_a_fit_that_is_over(make_learner):
    learn = make_learner()
    learn.fit(2)
    session = MonitorSession(learn.history)
    session.adopt()
    assert session.status == "done" and len(session.epochs()) == 2 and session.epochs_done() == 2


def test_the_monitor_shows_a_fit_and_its_stop_button_ends_it(make_learner):
    learn = make_learner()
    monitor = TrainingMonitor(learn)
    click = {"content": {"data": {"method": "custom", "content": {"kind": "stop", "keep": "best"}}}, "buffers": []}

    def listen(event):
        if isinstance(event, BatchEnded) and event.step == 12:
            monitor._handle_msg(click)

    learn.events.subscribe(listen)
    learn.fit(5)
    assert learn.history.n_steps == 12 and monitor.session.status == "stopped"
    assert "stopped by hand" in monitor.as_text()
    assert [note.text for note in learn.history.notes][-1].endswith("the best so far")
    monitor.close()


def test_the_finders_session_follows_a_search(make_learner, monkeypatch):
    learn, session = make_learner(), FinderSession()
    seen = []

    def show(learn, finder):
        session.start(finder)

        def listen(event):
            session.grow(finder)
            seen.append(session.curve.shape[1])

        return listen

    monkeypatch.setattr("fastlearn.scratch.search.open_lr_find_display", show)
    found = learn.lr_find(num_it=60)
    assert seen[0] == 0 and seen[-1] == len(found.lrs) > 20
    session.finish(found)
    assert session.status == found.stopped and session.lr == pytest.approx(found.valley, rel=0.05)


def test_the_finders_widget_searches_and_its_line_of_code_runs(make_learner, monkeypatch):
    learn = make_learner()
    monkeypatch.setattr(
        "fastlearn.scratch.search.open_lr_find_display", lambda learn, finder: show_search(finder, learn)
    )
    widget = LRFinder(learn, num_it=60)
    assert widget.can_start
    widget._receive(widget, {"kind": "start"}, [])
    assert widget.notice == "" and widget.status in ("finished", "diverged")
    assert widget.session.line.startswith("learn.fit_one_cycle(5, lr_max=")
    exec(widget.session.line, {"learn": learn})
    assert len(learn.history.epochs) == 5
    widget.close()


def test_the_finders_stop_button_ends_the_search_and_the_model_is_put_back(make_learner, monkeypatch):
    learn = make_learner()
    widget = LRFinder(learn)

    def press(learn, finder):
        listener = show_search(finder, learn)
        finder.control.add_poller(
            lambda: widget._receive(widget, {"kind": "stop"}, []) if len(finder.lrs) >= 5 else None
        )
        return listener

    monkeypatch.setattr("fastlearn.train.control.POLL_SECONDS", 0.0)
    monkeypatch.setattr("fastlearn.scratch.search.open_lr_find_display", press)
    widget._receive(widget, {"kind": "start"}, [])
    assert widget.status == "stopped" and widget.session.curve.shape[1] < 100
    widget.close()


def test_a_fit_shows_itself_on_the_installed_display(make_learner, monkeypatch, capsys):
    told = []

    class Display:
        def fit(self, learn):
            return told.append

    class Entry:
        def load(self):
            return Display

    monkeypatch.setattr("fastlearn.train.display._installed", lambda: (Entry(),))
    learn = make_learner()
    learn.fit(1)
    assert type(told[0]).__name__ == "FitStarted" and type(told[-1]).__name__ == "FitEnded"
    n = len(told)
    learn.fit(1, display=False)
    assert len(told) == n and not learn.events.has_listeners
    assert _installed()  # the entry point of this very repository
