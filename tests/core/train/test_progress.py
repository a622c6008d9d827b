import sys

import pytest
from fastlearn.callbacks.progress import ConsoleBar, TableLogger
from fastlearn.train import display
from fastlearn.train.events import BatchEnded, FitEnded, FitStarted


class Entry:
    """An installed entry point."""

    name, value = "test", "test:Display"

    def __init__(self, made):
        self.made = made

    def load(self):
        return self.made


class Watcher:
    every = 0.0

    def __init__(self):
        self.heard = []

    def __call__(self, event):
        self.heard.append(type(event).__name__)


@pytest.fixture
def install(monkeypatch):
    def put(*made):
        monkeypatch.setattr(display, "_installed", lambda: tuple(map(Entry, made)))

    put()
    return put


def shows(watcher):
    class Display:
        def fit(self, learn):
            return watcher

        def lr_find(self, learn, finder):
            return watcher

    return Display


def test_an_installed_display_is_told_everything_and_the_table_is_left_to_it(make_learner, install, capsys):
    watcher = Watcher()
    install(shows(None), shows(watcher))
    learn = make_learner()
    learn.fit(2)
    assert watcher.heard[0] == "FitStarted" and watcher.heard[-1] == "FitEnded"
    assert watcher.heard.count("BatchEnded") == 16 and capsys.readouterr().out == ""
    learn.fit(1, display=False)
    assert watcher.heard[-1] == "FitEnded" and watcher.heard.count("FitStarted") == 1
    assert "valid_loss" in capsys.readouterr().out


def test_a_display_that_cannot_be_shown_is_reported_and_ignored(make_learner, install):
    class Broken:
        def fit(self, learn):
            raise ImportError("no front end library")

    install(Broken)
    learn = make_learner()
    with pytest.warns(RuntimeWarning, match=r"display test .*left out.*ImportError: no front end library"):
        learn.fit(1)
    assert learn.history.reason == "completed"


def test_a_display_shows_a_search(make_learner, install):
    watcher = Watcher()
    install(shows(watcher))
    result = make_learner().lr_find(num_it=10, stop_div=False)
    assert watcher.heard == ["LRFindStarted", *["LRFindProgress"] * 10, "LRFindEnded"] and len(result.lrs) == 10


def test_a_table_has_a_row_for_each_epoch(make_learner, install, capsys):
    make_learner().fit(2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["epoch", "train_loss", "valid_loss", "accuracy", "time"] and len(lines) == 3
    assert len({line.index(line.split()[1]) for line in lines}) == 1


def test_rows_and_bars_can_be_silenced_each_by_itself(make_learner, install, capsys):
    watcher = Watcher()
    install(shows(watcher))
    learn = make_learner()
    with learn.no_bar():
        learn.fit(1)
    assert watcher.heard == [] and "valid_loss" in capsys.readouterr().out
    with learn.no_bar(), learn.no_logging():
        learn.fit(1)
    assert capsys.readouterr().out == "" and isinstance(learn.logger, TableLogger)


def test_a_terminal_gets_bars_that_are_wiped(make_learner, install, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    make_learner().fit(1)
    out = capsys.readouterr().out
    assert "Epoch 1/1" in out and "8/8" in out and "valid_loss" in out


def test_a_search_in_a_terminal_has_a_bar_unless_bars_are_off(make_learner, install, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    learn = make_learner()
    learn.lr_find(num_it=12, stop_div=False)
    out = capsys.readouterr().out
    assert "Learning rates" in out and "/12 " in out and out.endswith("\r")
    with learn.no_bar():
        learn.lr_find(num_it=12, stop_div=False)
    assert "Learning rates" not in capsys.readouterr().out


def test_a_bar_is_wiped_when_the_fit_is_stopped(capsys):
    bar = ConsoleBar()
    bar(FitStarted(n_epoch=3, n_batches=10, start_step=0, metric_names=()))
    bar(BatchEnded(epoch=1, step=14, batch=4, n_batches=10, training=True, seconds=1.0))
    bar(FitEnded("stopped", False))
    out = capsys.readouterr().out
    assert "Epoch 2/3" in out and "4/10" in out and out.endswith("\r")
