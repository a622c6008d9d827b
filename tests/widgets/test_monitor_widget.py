"""The monitor's wire without a browser: in a kernel that nobody watches, and in no kernel at all."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import nbformat
import pytest
from fastlearn.train.control import FitControl
from fastlearn.train.events import EpochEnded, Events, FitEnded, FitStarted, NoteAdded
from fastlearn.train.history import History, Note
from nbclient import NotebookClient

from fastwidgets.display import NotebookDisplay
from fastwidgets.monitor.widget import TrainingMonitor, by_name

CELLS = [
    f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1] / 'browser')!r})\n"
    "from busy_learner import busy_learner\nlearn = busy_learner(load=0, n=160)",
    "learn.fit_one_cycle(2, 1e-3)",
    "learn.fit(1, 1e-3, display=False)",
]
VIEW = "application/vnd.jupyter.widget-view+json"


class Learn:
    """As much of a learner as a monitor needs."""

    def __init__(self) -> None:
        self.events, self.control, self.history = Events(), FitControl(), History()

    def fit(self, epochs: int = 1) -> None:
        self.history.begin_fit(epochs, ())
        self.events.send(FitStarted(epochs, 1, self.history.n_steps, (), None, None))
        for epoch in range(epochs):
            self.history.add_epoch(epoch, {"train_loss": 1.0}, 0.0)
            self.events.send(EpochEnded(epoch, self.history.n_steps, {"train_loss": 1.0}))
        self.history.end_fit("completed", True)
        self.events.send(FitEnded("completed", True))


def tell(monitor: TrainingMonitor, **message: Any) -> None:
    monitor._handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})


def test_a_notebook_run_without_a_browser_trains_and_keeps_a_page_to_read() -> None:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    live, twin = (output["data"] for output in book.cells[1].outputs)
    assert VIEW in live and VIEW not in twin
    assert twin["text/plain"].startswith("Training finished: 2 of 2 epochs")
    assert "<svg" in twin["text/html"] and "valid_loss" in twin["text/html"]
    shown_without = [output for output in book.cells[2].outputs if VIEW in output.get("data", {})]
    assert shown_without == []


def test_no_kernel_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert NotebookDisplay().fit(Learn()) is None
    assert NotebookDisplay().lr_find(Learn(), None) is None


@pytest.mark.parametrize(
    "message, happened",
    [
        ({"kind": "pause"}, lambda control: control.paused),
        ({"kind": "stop", "keep": "best"}, lambda control: control.stop_request.keep == "best"),
        ({"kind": "scale_lr", "factor": 0.5}, lambda control: control.lr_scale == 0.5),
    ],
)
def test_a_click_sets_a_flag_of_the_control(message: dict[str, Any], happened: Any) -> None:
    learn = Learn()
    monitor = TrainingMonitor(learn)
    tell(monitor, **message)
    assert happened(learn.control) and monitor.notice == ""
    monitor.close()


def test_a_factor_that_makes_no_sense_is_answered_in_the_widget() -> None:
    learn = Learn()
    monitor = TrainingMonitor(learn)
    tell(monitor, kind="scale_lr", factor=-1)
    assert "positive number" in monitor.notice and learn.control.lr_scale == 1
    monitor.close()


def test_a_view_that_says_hello_gets_the_plan_and_the_whole() -> None:
    learn = Learn()
    monitor = TrainingMonitor(learn)
    learn.fit()
    sent: list[Any] = []
    monitor.send = lambda content, buffers=None: sent.append(content)
    tell(monitor, kind="hello")
    assert [content["kind"] for content in sent] == ["plan", "update"] and sent[1]["reset"]
    assert sent[1]["progress"]["status"] == "done"
    monitor.close()


def test_the_twin_travels_to_the_view_once_it_is_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    learn, sent = Learn(), []
    monitor = TrainingMonitor(learn)
    monkeypatch.setattr(monitor, "send", lambda content, buffers=None: sent.append(content))
    learn.fit()
    assert not any(content["kind"] == "twin" for content in sent)
    monkeypatch.setattr("IPython.display.publish_display_data", lambda *args, **kwargs: None)
    monitor._ipython_display_()
    learn.fit()
    kinds = [content["kind"] for content in sent]
    assert kinds[-1] == "twin" and "Training finished" in sent[-1]["text"] and 'class="fw-static"' in sent[-1]["html"]
    assert kinds.index("twin") < kinds.index("update", kinds.index("twin"))  # before the page saves the notebook
    tell(monitor, kind="hello")
    assert sent[-1]["kind"] == "twin"
    monitor.close()


def test_the_first_epoch_of_a_fit_is_on_the_page_however_short_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    learn, twins = Learn(), []
    monitor = TrainingMonitor(learn)
    monkeypatch.setattr(monitor, "refresh_twin", lambda: twins.append(len(learn.history.epochs)))
    learn.fit(3)
    learn.fit(2)
    # Of each fit the beginning, the first epoch and the end; the epochs right after the first are left out.
    assert twins == [0, 1, 3, 3, 4, 5]
    monitor.close()


@pytest.mark.parametrize("wrong, got", [((), "nothing"), (("x",), "str"), ((Learn,), "Learn")])
def test_a_monitor_of_no_learner_is_refused_once(
    wrong: tuple[Any, ...], got: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignored: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    with pytest.raises(TypeError, match=rf"follows a learner, but got .*{got}.*Try TrainingMonitor\(learn\)"):
        TrainingMonitor(*wrong)
    gc.collect()
    assert ignored == []


def test_a_monitor_by_name_follows_until_it_is_closed_and_is_freed_then() -> None:
    learn = Learn()
    monitor = TrainingMonitor(learn)
    assert by_name(learn) is monitor
    learn.fit()
    assert monitor.session.n_fits == 1
    monitor.close()
    learn.fit()
    assert monitor.session.n_fits == 1 and by_name(learn) is None
    gone = weakref.ref(monitor)
    del monitor
    gc.collect()
    assert gone() is None


def test_pause_and_resume_are_shown_as_the_loop_obeys() -> None:
    learn = Learn()
    monitor = TrainingMonitor(learn)
    learn.history.begin_fit(1, ())
    learn.events.send(FitStarted(1, 1, 0, (), None, None))
    learn.events.send(NoteAdded(learn.history.add_note("pause", "paused")))
    assert monitor.session.status == "paused"
    learn.events.send(NoteAdded(learn.history.add_note("resume", "resumed")))
    assert monitor.session.status == "running"
    monitor.close()


def test_a_shown_run_does_not_keep_its_learner() -> None:
    learn = Learn()
    monitor = TrainingMonitor(learn, follow=False)
    learn.events.subscribe(monitor)
    learn.fit()
    gone = weakref.ref(learn)
    del learn
    gc.collect()
    assert gone() is None and monitor.session.status == "done"
    monitor.close()


def test_clicks_and_a_running_fit_never_wait_for_each_other() -> None:
    learn = Learn()
    monitor = TrainingMonitor(learn, follow=False)
    learn.history.begin_fit(1, ())
    monitor(FitStarted(1, 1, 0, (), None, None))
    over = threading.Event()

    def click() -> None:
        while not over.is_set():
            tell(monitor, kind="scale_lr", factor=1.0)

    def train() -> None:
        for _ in range(100):
            monitor(NoteAdded(Note(0, "lr", "learning rate times 1", 1.0)))
        over.set()

    threads = [threading.Thread(target=work, daemon=True) for work in (click, train)]
    for thread in threads:
        thread.start()
    assert over.wait(20), "the click and the fit each hold what the other needs"
    monitor.close()
