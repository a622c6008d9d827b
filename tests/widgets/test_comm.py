from __future__ import annotations

import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import traitlets as T
from ipywidgets import HTML, HBox, widget_serialization

from fastwidgets.comm import front_end
from fastwidgets.comm.arrays import number_or_none, pack_array
from fastwidgets.comm.pace import Pace
from fastwidgets.comm.told import told
from fastwidgets.comm.widget import LiveWidget, keep_on_subshell


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
def test_an_array_arrives_as_it_was_whatever_its_layout(dtype: str) -> None:
    array = np.arange(12).astype(dtype).reshape(3, 4).T  # not contiguous
    content, data = pack_array({"kind": "x"}, array)
    assert content == {"kind": "x", "dtype": dtype, "shape": [4, 3]}
    np.testing.assert_array_equal(np.frombuffer(data, dtype).reshape(4, 3), array)


def test_a_dtype_that_the_browser_cannot_read_is_refused() -> None:
    with pytest.raises(ValueError, match=r"float32.*got int64.*astype"):
        pack_array({}, np.arange(3))


@pytest.mark.parametrize("value, json", [(1.5, 1.5), (None, None), (float("nan"), None), (float("inf"), None)])
def test_what_is_no_number_becomes_null(value: float | None, json: float | None) -> None:
    assert number_or_none(value) == json


class Sends:
    def __init__(self) -> None:
        self.now, self.state, self.seen = 0.0, 0, []
        self.pace = Pace(lambda: self.seen.append(self.state), every=0.1, clock=lambda: self.now)


def test_many_touches_send_at_most_ten_times_a_second() -> None:
    sends = Sends()
    for step in range(100):
        sends.now, sends.state = step * 0.01, step
        sends.pace.touch()
    sends.pace.close()
    assert len(sends.seen) in (10, 11)


def test_the_last_state_is_sent_without_another_touch() -> None:
    sent = threading.Event()
    seen: list[str] = []
    state = "first"

    def send() -> None:
        seen.append(state)
        if state == "last":
            sent.set()

    pace = Pace(send, every=0.02)
    pace.touch()
    state = "last"
    pace.touch()
    assert sent.wait(5)
    assert seen == ["first", "last"]


def test_settling_sends_now_and_closing_sends_no_more() -> None:
    sends = Sends()
    sends.pace.settle()
    sends.pace.settle()
    assert len(sends.seen) == 2
    sends.pace.touch()  # waits for a timer
    sends.pace.close()
    sends.pace.settle()
    assert len(sends.seen) == 2


class Widget(LiveWidget):
    hears = (*LiveWidget.hears, "good", "bad")

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []
        self.sent: list[Any] = []

    def send(self, content: Any, buffers: Any = None) -> None:
        self.sent.append(content)

    def on_good(self, message: dict[str, Any]) -> None:
        self.heard.append(message)

    def on_bad(self, message: dict[str, Any]) -> None:
        raise RuntimeError("no such thing")


def tell(widget: LiveWidget, **message: Any) -> None:
    widget._handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})


def test_a_message_reaches_the_method_of_its_kind_and_a_ping_is_answered() -> None:
    widget = Widget()
    tell(widget, kind="good", value=3)
    tell(widget, kind="ping", rid=7)
    assert widget.heard == [{"kind": "good", "value": 3}]
    assert widget.sent == [{"kind": "pong", "rid": 7}]
    widget.close()


@pytest.mark.parametrize("kind", ["close", "msg", "trait_change", "_receive", None])
def test_only_the_kinds_a_widget_hears_are_obeyed(kind: str | None) -> None:
    widget = Widget()
    tell(widget, kind=kind)
    assert "does not know" in widget.notice and widget.comm is not None
    widget.close()


@pytest.mark.parametrize(
    "asked, every", [({"every": 0.5}, 0.5), ({"every": 0.001}, 0.1), ({"every": 99}, 10), ({}, 0.1)]
)
def test_the_user_may_have_it_slower_but_not_faster_than_the_widget_goes(asked: dict[str, float], every: float) -> None:
    widget = Widget()
    tell(widget, kind="hello", **asked)
    assert widget._pace.every == every


def test_an_error_in_a_handler_is_shown_in_the_widget() -> None:
    widget = Widget()
    tell(widget, kind="bad")
    assert widget.notice == "RuntimeError: no such thing"
    widget.close()


@pytest.mark.parametrize(
    "error, words",
    [
        (ValueError("There is no class 'cow'. Add it first."), "There is no class 'cow'. Add it first."),
        (KeyError("There is no column 'loss'."), "There is no column 'loss'."),
        (KeyError("rid"), "KeyError: rid"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_what_was_written_for_people_is_told_as_it_is_and_all_else_with_its_kind(error: Exception, words: str) -> None:
    assert told(error) == words


def test_a_setting_that_is_misspelt_is_refused_before_anything_is_done() -> None:
    class Shows(LiveWidget):
        def __init__(self, given: int, task: str = "single", **kwargs: Any) -> None:
            made.append(given)
            super().__init__(**kwargs)

    made: list[int] = []
    with pytest.raises(TypeError, match=r"Shows\(\) got an unexpected keyword argument 'taks'. Did you mean 'task'\?"):
        Shows(1, taks="boxes")
    assert made == []
    Shows(2, task="boxes", every=0.2, tooltip="a trait of all widgets").close()
    assert made == [2]


def test_routing_by_the_message_is_left_alone_where_the_kernel_already_does_it() -> None:
    assert keep_on_subshell(SimpleNamespace(comm=SimpleNamespace())).comm.__dict__ == {}
    comm = SimpleNamespace(_reply_subshell_for=lambda data, default: "main")
    keep_on_subshell(SimpleNamespace(comm=comm))
    assert comm._reply_subshell_for({}, "subshell-1") == "subshell-1"


def test_a_message_fires_no_event_that_would_close_the_figures_of_the_running_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fired: list[str] = []
    shell = SimpleNamespace(events=SimpleNamespace(trigger=fired.append), kernel=None)
    inner = HBox([HTML("inside")])
    widget = Around(inside=inner)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    for one in (widget, inner, inner.children[0]):
        one.comm.handle_msg({"content": {"data": {"method": "custom", "content": {"kind": "hello"}}}, "buffers": []})
    assert fired == [] and widget.notice == ""
    widget.close()


class Around(LiveWidget):
    inside = T.Any(None).tag(sync=True, **widget_serialization)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    found = SimpleNamespace(get_parent=lambda channel: {"header": {"msg_id": "cell-1"}})
    shell = SimpleNamespace(kernel=found)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.delenv("FASTWIDGETS_DISPLAY", raising=False)
    monkeypatch.delenv("VSCODE_PID", raising=False)
    return found


def test_a_kernel_can_show_widgets_and_knows_its_cell(kernel: SimpleNamespace) -> None:
    assert front_end.can_show_widgets()
    assert front_end.running_cell() == "cell-1"


def test_a_script_and_a_terminal_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTWIDGETS_DISPLAY", "on")  # even when wished for: there is no kernel
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not front_end.can_show_widgets()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace()))
    assert not front_end.can_show_widgets() and front_end.running_cell() is None


@pytest.mark.parametrize(
    "env, shown",
    [
        ({"VSCODE_PID": "1"}, False),
        ({"VSCODE_PID": "1", "JPY_SESSION_NAME": "a.ipynb"}, True),
        ({"FASTWIDGETS_DISPLAY": "off"}, False),
        ({"FASTWIDGETS_DISPLAY": "on", "VSCODE_PID": "1"}, True),
    ],
)
def test_front_ends_without_our_bundle_get_no_widget(kernel, monkeypatch, env: dict[str, str], shown: bool) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert front_end.can_show_widgets() is shown


def test_colab_gets_no_widget(kernel: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    assert not front_end.can_show_widgets()


def test_close_stops_the_timer_so_that_nothing_holds_the_widget() -> None:
    widget = Widget()
    widget.settle()
    widget.touch()
    widget.close()
    time.sleep(0.15)
    assert widget.comm is None
