from __future__ import annotations

import json
import math
import re
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from fastlearn.train.events import EpochEnded, FitEnded, FitStarted, NoteAdded
from fastlearn.train.history import History

from fastwidgets.monitor import words
from fastwidgets.monitor.axis import loss_top
from fastwidgets.monitor.chart import Line, chart
from fastwidgets.monitor.fallback import html_of, text_of
from fastwidgets.monitor.session import MonitorSession

GOLDEN = json.loads((Path(__file__).parents[1] / "contract/monitor.json").read_text())["words"]


def run(n_epoch: int = 2, n_batches: int = 3, note: str = "learning rate times 0.5", reason: str = "completed"):
    history = History()
    session = MonitorSession(history, memory=lambda: None)
    history.begin_fit(n_epoch, ("accuracy",))
    session.on(FitStarted(n_epoch, n_batches, 0, ("accuracy",), None, None))
    for epoch in range(n_epoch):
        for _ in range(n_batches):
            history.add_step(torch.tensor(1.0), epoch, 0.1, 0.9, 0.0, 0.0, 1)
        values = {"train_loss": 1.0, "valid_loss": 0.5, "accuracy": math.nan}
        history.add_epoch(epoch, values, 61.0)
        session.on(EpochEnded(epoch, history.n_steps, values))
    session.on(NoteAdded(history.add_note("lr", note, 0.5)))
    history.end_fit(reason, reason == "completed")
    session.on(FitEnded(reason, reason == "completed"))
    session.take()
    return session


def test_text_tells_the_run_in_a_table() -> None:
    assert text_of(run()).splitlines() == [
        "Training finished: 2 of 2 epochs in 0:00.",
        "epoch  train_loss  valid_loss  accuracy  time",
        "    1      1.0000      0.5000       nan  1:01",
        "    2      1.0000      0.5000       nan  1:01",
        "step 6: learning rate times 0.5",
    ]


def test_html_is_well_formed_and_shows_words_as_words() -> None:
    html = html_of(run(note="<script>alert(1)</script>", reason="a < b"))
    root = ElementTree.fromstring(f"<div>{html}</div>")
    assert root.find(".//li").text == "step 6: <script>alert(1)</script>"
    assert "a < b" in root.find(".//strong").text
    assert [cell.text for cell in root.findall(".//th")] == ["epoch", "train_loss", "valid_loss", "accuracy", "time"]
    assert len(root.findall(".//tbody/tr")) == 2


def test_a_long_run_stays_small_and_says_what_it_leaves_out() -> None:
    html = html_of(run(n_epoch=200, n_batches=100))
    assert len(html) < 100_000
    assert "The first 150 epochs are left out." in html


def test_nothing_has_run_is_said_in_words() -> None:
    empty = MonitorSession(History(), memory=lambda: None)
    assert text_of(empty) == "No training run had begun when this was saved."
    assert text_of(empty) in html_of(empty)


def test_what_is_saved_as_a_second_fit_begins_tells_of_that_fit_alone() -> None:
    first = run()
    later = MonitorSession(first.history, memory=lambda: None, today=lambda: datetime(2030, 5, 1, 14, 5))
    assert "<table" not in html_of(later)
    first.history.begin_fit(1, ("accuracy",))
    later.on(FitStarted(1, 3, first.history.n_steps, ("accuracy",), None, None))
    assert text_of(later) == (
        "A training run of 1 epoch began at 14:05 on 2030-05-01. "
        "Its curves appear here from the end of its first epoch on; if it ended before that, there are none."
    )


def test_a_run_that_is_saved_in_its_middle_is_told_as_such() -> None:
    session = run()
    session.history.begin_fit(2, ("accuracy",))
    session.on(FitStarted(2, 3, 6, ("accuracy",), None, None))
    assert text_of(session).splitlines()[0].endswith("so far. What came after that is not in this picture.")


def test_the_second_fit_is_told_apart_in_table_and_charts() -> None:
    session = run()
    assert "fit" not in html_of(session).split("Loss by step")[1]
    session.history.begin_fit(1, ("accuracy",))
    session.on(FitStarted(1, 3, 6, ("accuracy",), None, None))
    for _ in range(3):
        session.history.add_step(torch.tensor(1.0), 0, 0.1, 0.8, 0.0, 0.0, 1)
    session.history.add_epoch(0, {"train_loss": 1.0, "valid_loss": math.nan}, 61.0)
    session.take()
    assert [line.split()[:3] for line in text_of(session).splitlines()[2:5]] == [
        ["1", "1.0000", "0.5000"],
        ["2", "1.0000", "0.5000"],
        ["fit", "2:", "1"],
    ]
    root = ElementTree.fromstring(f"<div>{html_of(session)}</div>")
    charts = root.findall(".//svg")
    assert len(charts) == 3  # loss, learning rate, momentum
    assert all("fit 2" in [text.text for text in svg.findall("text")] for svg in charts)
    assert [row[0].text for row in root.findall(".//tbody/tr")] == ["1", "2", "fit 2: 1"]


def test_momentum_does_not_look_like_validation() -> None:
    session = run()
    session.history.begin_fit(1, ())
    session.on(FitStarted(1, 2, 6, (), None, None))
    for mom in (0.95, 0.85):
        session.history.add_step(torch.tensor(1.0), 0, 0.1, mom, 0.0, 0.0, 1)
    session.take()
    root = ElementTree.fromstring(f"<div>{html_of(session)}</div>")
    looks = {}
    for svg in root.findall(".//svg"):
        names = [text.text for text in svg.findall("text")]
        samples = [path for path in svg.findall("path") if path.get("d").endswith("h18")]
        looks |= {
            name: (line.get("stroke"), line.get("stroke-dasharray")) for name, line in zip(names, samples, strict=False)
        }
    assert {"validation", "momentum"} <= set(looks)
    assert not set(looks["validation"]) & set(looks["momentum"])


SPIKES = [
    ([2.3, 4000, 2.2, 2.0, 1.8, 1.5, 1.2, 1.0], [], 2.2 + 1.2),
    ([2.0, 1e29, math.nan, math.inf, 1.0, 0.9, 0.8], [0.9], 1.0 + 0.2),
    ([2.3, 2.2, 2.0, 1.0, *[0.1] * 500], [], 2.3),  # an ordinary start is no spike
    ([0.5, 0.4, 0.3, 0.2, 0.1, 0.1], [0.5, 3.0, 3.2], 3.2),  # nor is a validation loss that stays high
    ([1.0, 1.0, 1.0, 5.0], [], 5.0),
    ([0.9, 1.2, 0.8], [], 1.2),  # few and noisy is no spike either
    ([1.0], [], 1.0),
    ([1.0, 2.0, 1.0], [4000.0, 1.1], 1.1 + 0.1),
]


@pytest.mark.parametrize("losses, valid, top", SPIKES)
def test_a_spike_does_not_press_the_rest_of_the_curve_flat(losses: list[float], valid: list[float], top: float) -> None:
    assert loss_top(losses, valid) == pytest.approx(top)


@pytest.mark.parametrize(
    "spike, smooth, top",
    [
        (40, [2.3, 4, 3.5, 3, 2.5, 2.2, 2, 2], 4.0),  # one and a half times as high as without it: it is shown whole
        (40, [2.3, 2.5, 2.4, 2, 1.8, 1.5, 1.2, 1], 2.2 + 1.2),
        (4000, [2.3, 900, 800, 700, 600, 500, 400, 300], 2.2 + 1.2),  # all else would be flat
    ],
)
def test_the_smoothed_losses_stay_in_view_where_that_leaves_room(spike: float, smooth: list[float], top: float) -> None:
    assert loss_top([2.3, spike, 2.2, 2.0, 1.8, 1.5, 1.2, 1.0], [], smooth) == pytest.approx(top)


def test_without_losses_there_is_no_top() -> None:
    assert loss_top([math.nan], []) is None


def test_what_lies_above_the_axis_is_on_its_border_and_told() -> None:
    line = Line("a", np.arange(4.0), np.array([1.0, 4000.0, 2.0, 1.0]), "red")
    svg = chart("t", [line, Line("b", line.x, line.y / 40, "blue"), Line("c", line.x, np.ones(4), "gray")], top=3.0)
    assert "↑ a to 4000, b to 100<" in svg and ">3.0000<" in svg
    path = re.search(r'd="M([^"]+)" fill="none" stroke="red"', svg)[1]
    heights = [float(point.split()[1]) for point in path.split("L")]
    assert min(heights) == heights[1] == 22.0
    assert "↑" not in chart("t", [line], top=4000.0)


@pytest.mark.parametrize("epochs, said", [(1, "after 1 of 1 epoch and"), (2, "after 2 of 2 epochs and")])
def test_epochs_are_counted_in_grammar(epochs: int, said: str) -> None:
    assert said in text_of(run(n_epoch=epochs, reason="stopped by hand"))


def test_a_single_point_is_a_dot() -> None:
    svg = chart("t", [Line("a", np.arange(1.0), np.array([1.0]), "red")])
    assert svg.count("<circle") == 1
    gaps = chart("t", [Line("a", np.arange(5.0), np.array([1.0, 2.0, math.nan, 3.0, math.nan]), "red")])
    assert gaps.count("<circle") == 1


def test_a_line_has_a_gap_where_there_is_no_number() -> None:
    svg = chart("t", [Line("a", np.arange(4.0), np.array([1.0, 2.0, math.nan, 3.0]), "red")])
    path = re.search(r'd="(M[^"]+)" fill="none" stroke="red"', svg)
    assert path is not None and path[1].count("M") == 2 and path[1].count("L") == 1


def groups_of(session: MonitorSession, *rates: float, method: str = "fit_one_cycle") -> None:
    """A fit of three steps whose layer groups begin with these `rates`; the last group's rate is 0.1, 0.2, 0.1."""
    settings = {
        "call": {"method": method},
        "learner": {
            "optimizer": {"groups": [{"lr": rate} for rate in rates]},
            "callbacks": [{"class": "ParamScheduler"}],
        },
    }
    session.history.begin_fit(1, (), settings)
    session.on(FitStarted(1, 3, session.history.n_steps, (), None, None))
    for lr in (0.1, 0.2, 0.1):
        session.history.add_step(torch.tensor(1.0), 0, lr, math.nan, 0.0, 0.0, 1)
    session.take()


def test_rates_of_layer_groups_are_drawn_and_told() -> None:
    session = MonitorSession(History(), memory=lambda: None)
    groups_of(session, 1e-4, 1e-3, 1e-2)
    told = "The learning rate is that of the last layer group; the first has 1/100 of it."
    assert told in text_of(session).splitlines() and told in html_of(session)
    np.testing.assert_allclose(session.curve()[5], [1e-3, 2e-3, 1e-3], rtol=1e-6)
    rates = ElementTree.fromstring(f"<div>{html_of(session)}</div>").findall(".//svg")[1]
    assert {"learning rate", "first group"} <= {text.text for text in rates.findall("text")}
    assert rates.get("aria-label") == "Learning rate by step"


@pytest.mark.parametrize(
    "rates, method",
    [
        ((1e-2, 1e-2), "fit_one_cycle"),
        ((1e-2,), "fit_one_cycle"),
        ((1e-4, 1e-2), "fit"),  # with a scheduler of the user's own, nobody knows the first group's rate
        ((0.0, 1e-2), "fit_one_cycle"),
    ],
)
def test_one_rate_is_drawn_where_there_is_one_or_the_others_are_not_known(
    rates: tuple[float, ...], method: str
) -> None:
    session = MonitorSession(History(), memory=lambda: None)
    groups_of(session, *rates, method=method)
    assert np.isnan(session.curve()[5]).all() and "group" not in html_of(session)
    assert session.progress()["lr_first"] is None


def test_lines_are_told_apart_without_colour() -> None:
    root = ElementTree.fromstring(f"<div>{html_of(run())}</div>")
    lines = [path for path in root.find(".//svg").findall("path") if path.get("d").count("L") and path.get("fill")]
    assert len({(line.get("stroke-dasharray"), line.get("stroke-width")) for line in lines}) == len(lines) >= 2


@pytest.mark.parametrize("name", ["duration", "size", "short"])
def test_numbers_are_worded_as_in_the_browser(name: str) -> None:
    for value, text in GOLDEN[name]:
        assert getattr(words, name)(value) == text


def test_a_loss_that_is_no_number_is_not_shown_as_unknown() -> None:
    assert [words.short(value) for value in (math.nan, -math.inf, None)] == ["nan", "-inf", "–"]  # noqa: RUF001
