"""The finder's wire: what reaches Python, what reaches the browser, and what a saved notebook keeps."""

from __future__ import annotations

import gc
import html.parser
import weakref
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from ipywidgets.widgets import widget as registry

from fastwidgets import LRFinder
from fastwidgets.lr_finder.fallback import as_html, as_text
from fastwidgets.lr_finder.widget import SearchListener, show_search

LRS = np.geomspace(1e-7, 10, 200)
LOSSES = 2.3 - 1.5 / (1 + np.exp(-3 * (np.log10(LRS) + 3)))


def result(n: int = 200, stopped: str = "finished", message: str = "Done.", **rates: float) -> Any:
    return SimpleNamespace(lrs=LRS[:n], losses=LOSSES[:n], stopped=stopped, message=message, suggestions=rates)


class Sent(list):
    """The messages that a widget sends, by kind and number of points."""

    def watch(self, widget: LRFinder, monkeypatch: pytest.MonkeyPatch) -> Sent:
        monkeypatch.setattr(widget, "send", lambda content, buffers=None: self.append((content, buffers)))
        return self


class Finder:
    """A search that somebody else runs."""

    num_it, start_lr, end_lr, result = 200, 1e-7, 10.0, None

    def __init__(self) -> None:
        self.n, self.reasons = 0, []
        self.control = SimpleNamespace(stop=self.reasons.append)

    def curve(self, start: int = 0) -> tuple[np.ndarray, np.ndarray]:
        return LRS[start : self.n], LOSSES[start : self.n]


def test_a_running_search_is_sent_as_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    widget, finder = LRFinder(), Finder()
    sent = Sent().watch(widget, monkeypatch)
    widget.watch(finder)
    listener = SearchListener(widget)
    for finder.n in (30, 80):
        listener(object())
    assert [(c["shape"][1], c["reset"]) for c, _ in sent] == [(0, True), (30, True), (50, False)]
    assert widget.status == "running" and "Step 80 of 200" in widget.message
    assert widget.figure.marks[0].x.size == 80
    widget.close()


def test_stop_sets_the_flag_of_the_search_and_nothing_else() -> None:
    widget, finder = LRFinder(), Finder()
    widget._receive(widget, {"kind": "stop"}, [])
    assert finder.reasons == []
    widget.watch(finder)
    widget._receive(widget, {"kind": "stop"}, [])
    assert finder.reasons == ["the Stop button was pressed"]
    widget.close()


def test_a_page_that_says_hello_gets_the_whole_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    widget = LRFinder(result(valley=1e-3))
    sent = Sent().watch(widget, monkeypatch)
    widget._receive(widget, {"kind": "hello"}, [])
    ((content, buffers),) = sent
    assert (content["shape"], content["reset"]) == ([2, 200], True)
    assert np.frombuffer(buffers[0], "<f4").reshape(2, -1)[1] == pytest.approx(LOSSES, abs=1e-6)
    widget.close()


def test_a_marker_moved_in_the_browser_changes_the_rate_in_python() -> None:
    widget = LRFinder(result(valley=1e-3))
    assert widget.lr == 1e-3
    widget.set_state({"chosen": {"name": "valley", "lr": 0.0031}})
    assert widget.lr == 3.1e-3
    assert widget.session.line == "learn.fit_one_cycle(5, lr_max=3.1e-03)"
    widget.close()


def test_start_runs_the_search_in_the_same_widget_with_the_given_settings() -> None:
    class Learner:
        def lr_find(self, **settings: Any) -> None:
            self.settings = settings
            self.listener = show_search(Finder(), self)

    learn = Learner()
    widget = LRFinder(learn, num_it=40)
    assert widget.can_start and widget.status == "ready"
    widget._receive(widget, {"kind": "start"}, [])
    assert learn.settings == {"show_plot": False, "num_it": 40}
    assert learn.listener._widget is widget and widget.status == "running"
    widget.close()


def test_a_search_that_cannot_run_is_said_in_the_widget() -> None:
    class Learner:
        def lr_find(self, **settings: Any) -> None:
            raise ValueError("no data")

    learn = Learner()
    widget = LRFinder(learn)
    widget._receive(widget, {"kind": "start"}, [])
    assert widget.notice == "The search could not run. ValueError: no data"
    widget.close()


def test_a_finder_keeps_no_learner_alive() -> None:
    class Learner:
        def lr_find(self, **settings: Any) -> None:
            raise AssertionError("it is gone")

    learn = Learner()
    widget, gone = LRFinder(learn), weakref.ref(learn)
    del learn
    gc.collect()
    assert gone() is None
    widget._receive(widget, {"kind": "start"}, [])
    assert widget.notice == "Its learner is gone. Make the finder again: LRFinder(learn)."
    widget.close()


@pytest.mark.parametrize(
    ("names", "shown"), [(["model_a"], "model_a"), (["other", "learn"], "learn"), (["_", "_3"], "learn"), ([], "learn")]
)
def test_the_line_of_code_calls_the_learner_as_the_user_does(
    names: list[str], shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import IPython

    class Learner:
        lr_find = None

    learn = Learner()
    shell = SimpleNamespace(user_ns={"In": [], **dict.fromkeys(names, learn)})
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    widget = LRFinder(learn)
    widget.finish(result(valley=1e-3))
    assert widget.session.line == f"{shown}.fit_one_cycle(5, lr_max=1.0e-03)" and widget.code.startswith(f"{shown}.fit")
    widget.close()


@pytest.mark.parametrize(
    "source, got", [("x", "str"), (3, "int"), (LRFinder, "LRFinder"), (SimpleNamespace(), "Simple")]
)
def test_a_source_that_is_none_is_refused_and_leaves_nothing_behind(source: Any, got: str) -> None:
    before = set(registry._instances)
    with pytest.raises(TypeError, match=rf"`source` is a learner or what .*got .*{got}.*Try LRFinder\(learn\)"):
        LRFinder(source)
    assert set(registry._instances) == before


def test_closing_frees_the_figure_and_all_its_parts() -> None:
    before = set(registry._instances)
    widget = LRFinder(result(valley=1e-3))
    assert len(set(registry._instances) - before) > 5
    widget.close()
    assert set(registry._instances) == before


def test_an_empty_plot_has_no_made_up_axes() -> None:
    widget, finder = LRFinder(), Finder()
    assert [axis.visible for axis in widget.figure.axes] == [False, False]
    widget.watch(finder)
    finder.n = 3
    SearchListener(widget)(object())
    assert [axis.visible for axis in widget.figure.axes] == [True, True]
    widget.close()


def test_the_axis_gets_its_number_format_before_the_numbers_that_are_written_in_it() -> None:
    widget, seen = LRFinder(), []
    for name in ("tick_format", "tick_values"):
        widget.figure.axes[1].observe(lambda change: seen.append(change["name"]), name)
    widget.finish(result(valley=1e-3))
    assert seen == ["tick_format", "tick_values"]
    widget.close()


def test_the_twin_of_a_search_under_way_says_so_and_travels_to_the_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("IPython.display.publish_display_data", lambda *args, **kwargs: None)
    widget = LRFinder()
    sent = Sent().watch(widget, monkeypatch)
    widget._ipython_display_()
    widget.watch(Finder())
    content, _ = sent[0]
    assert content["kind"] == "twin" and "A search had begun" in content["html"]  # before the page saves the notebook
    widget.finish(result(valley=1e-3))
    content, _ = sent[-1]
    assert content["kind"] == "twin" and "<svg" in content["html"] and "valley" in content["text"]
    widget.close()


class Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def test_the_saved_notebook_shows_curve_suggestions_and_code() -> None:
    widget = LRFinder(result(valley=1e-3, steep=3e-4))
    page, tags = as_html(widget.session), Tags()
    tags.feed(page)
    assert tags.seen.count("svg") == 1 and tags.seen.count("circle") == 2 and tags.seen.count("li") == 2
    assert "learn.fit_one_cycle(5, lr_max=1.0e-03)" in page
    assert len(page) < 20_000
    widget.close()


def test_names_and_messages_are_shown_as_text_and_never_as_html() -> None:
    widget = LRFinder(result(message="<script>", **{"<b>mine": 1e-3}))
    page = as_html(widget.session)
    assert "<script>" not in page and "<b>mine" not in page and "&lt;b&gt;mine" in page
    widget.close()


def test_a_terminal_shows_the_same_in_lines() -> None:
    widget = LRFinder(result(valley=1e-3))
    assert as_text(widget.session).splitlines() == [
        "Learning-rate finder",
        "The loss falls clearly, by 65%. It never rises: a larger end_lr would show where it breaks. Done.",
        "  valley: 1.0e-03 (in the middle of the longest descent)",
        "learn.fit_one_cycle(5, lr_max=1.0e-03)",
    ]
    widget.close()
