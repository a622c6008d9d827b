from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from fastlearn.train.events import BatchEnded, EpochEnded, EpochStarted, FitEnded, FitStarted, NoteAdded
from fastlearn.train.history import History
from hypothesis import given
from hypothesis import strategies as st

from fastwidgets.monitor.clock import RunClock
from fastwidgets.monitor.memory import Memory
from fastwidgets.monitor.session import MonitorSession
from fastwidgets.monitor.speed import RecentSteps
from fastwidgets.monitor.thin import Thinner, thin


class Run:
    """A fit told to a session by hand, a batch a second on a clock of its own."""

    def __init__(self, limit: int = 1600) -> None:
        self.now = 0.0
        self.history = History(beta=0.0)
        self.session = MonitorSession(self.history, limit, now=lambda: self.now, memory=lambda: Memory(1, "RAM"))

    def start(self, n_epoch: int = 2, n_batches: int = 10) -> None:
        start = self.history.n_steps
        self.history.begin_fit(n_epoch, ("accuracy",))
        plan = np.linspace(0, 1, n_epoch * n_batches, dtype=np.float32)
        self.n_batches, self.began = n_batches, self.now
        self.session.on(FitStarted(n_epoch, n_batches, start, ("accuracy",), plan, plan))

    def batches(self, n: int, epoch: int = 0, loss: float = 1.0) -> None:
        self.session.on(EpochStarted(epoch))
        for batch in range(1, n + 1):
            self.now += 1
            self.history.add_step(torch.tensor(loss), epoch, 0.1, 0.9, self.now - self.began, 0.5, 4)
            at = self.history.n_steps
            self.session.on(BatchEnded(epoch, at, batch, self.n_batches, True, self.now - self.began))

    def epoch(self, epoch: int, **values: float) -> None:
        self.history.add_epoch(epoch, {"train_loss": 1.0, **values}, 10.0)
        self.session.on(EpochEnded(epoch, self.history.n_steps, values))

    def note(self, kind: Any, value: float | None = None) -> None:
        self.session.on(NoteAdded(self.history.add_note(kind, kind, value)))

    def end(self, reason: str = "completed", completed: bool = True) -> None:
        self.history.end_fit(reason, completed)
        self.session.on(FitEnded(reason, completed))


def test_every_step_is_taken_once_and_the_whole_is_all_that_was_taken() -> None:
    run = Run()
    run.start()
    run.batches(4)
    first = run.session.take()[1]
    run.batches(3)
    second = run.session.take()[1]
    assert [*first[0], *second[0]] == [1, 2, 3, 4, 5, 6, 7]
    run.batches(1)  # not taken yet: the view will get it with the next message
    header, whole = run.session.whole()
    assert header["reset"] and whole[0].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_the_batch_is_that_of_the_history_also_when_its_event_has_not_come() -> None:
    run = Run()
    run.start()
    run.batches(4)
    run.session.take()
    for _ in range(3):  # steps that no event has told of
        run.history.add_step(torch.tensor(1.0), 0, 0.1, 0.9, 0.0, 0.0, 4)
    run.note("pause")
    assert run.session.take()[0]["progress"]["batch"] == 7
    run.batches(10, epoch=1)
    assert run.session.take()[0]["progress"]["batch"] == 10


def test_an_epoch_and_a_note_are_sent_once_and_again_with_the_whole() -> None:
    run = Run()
    run.start()
    run.batches(10)
    run.epoch(0, valid_loss=0.5, accuracy=math.nan)
    run.note("lr", 0.5)
    header, _ = run.session.take()
    assert [row["values"] for row in header["epochs"]] == [[1.0, 0.5, "nan"]]
    assert [(note["step"], note["kind"], note["value"]) for note in header["notes"]] == [(10, "lr", 0.5)]
    assert run.session.take()[0]["epochs"] == [] == run.session.take()[0]["notes"]
    whole, _ = run.session.whole()
    assert len(whole["epochs"]) == len(whole["notes"]) == 1


def test_two_fits_in_one_monitor_share_the_axis_and_the_table() -> None:
    run = Run()
    run.start(n_epoch=1)
    run.batches(10)
    run.epoch(0)
    run.end()
    run.start(n_epoch=1)
    run.batches(2)
    run.session.take()
    progress = run.session.progress()
    assert (progress["first_step"], progress["start_step"], progress["step"]) == (0, 10, 12)
    assert [run.session.fit_of(row) for row in run.session.epochs()] == [1]
    assert progress["starts"] == [0, 10]
    run.batches(8)
    run.epoch(0)
    assert [run.session.fit_of(row) for row in run.session.epochs()] == [1, 2]
    assert run.session.plan()[1][0].tolist() == [*range(11, 21)]


def test_epochs_that_start_epoch_left_out_count_as_done() -> None:
    run = Run()
    run.start(n_epoch=5)
    assert run.session.epochs_done() == 0
    run.batches(10, epoch=3)
    run.epoch(3)
    assert run.session.epochs_done() == 4


def test_what_earlier_fits_left_in_the_history_is_not_shown() -> None:
    run = Run()
    run.start(n_epoch=1)
    run.batches(10)
    run.note("pause")
    run.epoch(0)
    run.end()
    later = MonitorSession(run.history, memory=lambda: None)
    run.session = later
    run.start()
    run.batches(3)
    assert later.take()[1][0].tolist() == [11, 12, 13]
    assert later.epochs() == [] == later.notes()


def test_a_monitor_made_after_a_run_shows_that_run() -> None:
    run = Run()
    run.start(n_epoch=1)
    run.batches(10)
    run.end()
    run.start(n_epoch=2)
    run.batches(10)
    run.epoch(0, valid_loss=0.5)
    run.note("stop")
    run.end("stopped by the Stop button", completed=False)
    late = MonitorSession(run.history, memory=lambda: None)
    late.adopt()
    header, points = late.take()
    assert points[0].tolist() == [*range(11, 21)]
    assert header["progress"]["status"] == "stopped" and header["progress"]["elapsed"] == 10.0
    assert [note["kind"] for note in header["notes"]] == ["stop"]
    assert [row["step"] for row in header["epochs"]] == [20]
    assert header["progress"]["starts"] == [10]
    assert header["epochs"][0]["values"] == [1.0, 0.5, None]  # the accuracy is not known


def test_factors_of_the_learning_rate_multiply_and_a_new_fit_starts_from_one() -> None:
    run = Run()
    run.start()
    run.note("lr", 0.5)
    run.note("lr", 0.5)
    assert run.session.progress()["lr_scale"] == 0.25
    run.session.fit.ask_scale(2.0)  # in a pause: shown at once, applied once
    assert run.session.progress()["lr_scale"] == 0.5
    run.note("lr", 2.0)
    assert run.session.progress()["lr_scale"] == 0.5
    run.end()
    run.start()
    assert run.session.progress()["lr_scale"] == 1.0


@pytest.mark.parametrize("completed, status", [(True, "done"), (False, "stopped")])
def test_the_end_is_told_with_its_reason(completed: bool, status: str) -> None:
    run = Run()
    run.start()
    run.end("why", completed)
    progress = run.session.progress()
    assert (progress["status"], progress["reason"], progress["left"]) == (status, "why", None)


def test_events_of_batches_can_wait_and_all_others_are_shown_at_once() -> None:
    run = Run()
    run.history.begin_fit(1, ())
    assert run.session.on(FitStarted(1, 2, 0, (), None, None))
    assert not run.session.on(BatchEnded(0, 1, 1, 2, True, 0.1))
    assert run.session.on(NoteAdded(run.history.add_note("pause", "paused")))
    assert run.session.on(FitEnded("completed", True))


def test_a_pause_stops_the_clock() -> None:
    now = [0.0]
    clock = RunClock(lambda: now[0])
    now[0] = 4.0
    clock.pause()
    now[0] = 100.0
    assert clock.elapsed == 4.0
    clock.resume()
    now[0] = 101.0
    assert clock.elapsed == 5.0


# A batch takes a second, an epoch ten batches and two seconds of validation: twelve.
@pytest.mark.parametrize(
    "epochs_done, into_epoch, fraction, left",
    [
        (0, 0.0, 0.0, None),
        (0, 5.0, 0.5, 15.0),
        (1, 0.0, 0.0, 12.0),
        (1, 3.0, 0.3, 9.0),
        (1, 6.0, 0.3, 14.0),  # slower than the one before
        (1, 0.9, 0.05, 11.1),  # too early to tell
        (1, 13.0, 1.0, 0.0),
        (2, 0.0, 0.0, 0.0),
    ],
)
def test_time_left_is_worked_out_from_the_epochs_before(epochs_done, into_epoch, fraction, left) -> None:
    now = [0.0]
    clock = RunClock(lambda: now[0])
    for _ in range(epochs_done):
        now[0] += 12
        clock.epoch_ended()
    now[0] += into_epoch
    assert clock.left(2, fraction) == (left if left is None else pytest.approx(left))


def test_time_left_grows_while_an_epoch_slows_down() -> None:
    now = [0.0]
    clock = RunClock(lambda: now[0])
    now[0] += 6
    clock.epoch_ended()
    left = []
    for seconds, fraction in ((6, 0.2), (18, 0.5), (30, 0.9)):
        now[0] += seconds
        left.append(clock.left(5, fraction))
    assert left == [24 + 3 * 30, 24 + 3 * 48, pytest.approx(6 + 3 * 60)]


def steps(epoch: list[int], seconds: list[float], wait: float = 0.0) -> dict[str, np.ndarray]:
    n = len(epoch)
    return {"epoch": np.array(epoch), "seconds": np.array(seconds), "wait": np.full(n, wait), "n_items": np.full(n, 8)}


@pytest.mark.parametrize(
    "epoch, seconds, rate",
    [
        ([0], [1.0], None),
        ([0, 0, 0], [1.0, 2.0, 3.0], 8.0),
        ([0, 0, 1, 1], [1.0, 2.0, 50.0, 51.0], 8.0),  # 48 seconds of validation are nobody's training time
        ([0, 0, 0, 0, 0], [0.0, 10.0, 11.0, 15.5, 16.0], 3.2),  # only the last five seconds count
    ],
)
def test_items_per_second(epoch, seconds, rate) -> None:
    recent = RecentSteps()
    recent.add(steps(epoch, seconds))
    speed = recent.speed()
    assert (speed and speed.rate) == rate


def test_a_pause_is_not_slowness_and_waiting_is_a_share() -> None:
    recent = RecentSteps()
    recent.add(steps([0, 0], [1.0, 2.0], wait=0.25))
    recent.paused()
    recent.add(steps([0, 0], [4.0, 5.0], wait=0.25))
    speed = recent.speed()
    assert speed is not None and (speed.rate, speed.wait_share) == (8.0, 0.25)


def curve(losses: list[float]) -> np.ndarray:
    return np.array([np.arange(1, len(losses) + 1), losses], np.float32)


losses_of_a_run = st.lists(st.floats(-100, 100, width=32) | st.just(math.nan), min_size=1, max_size=300)


@given(losses_of_a_run, st.integers(1, 80))
def test_thinning_keeps_order_limit_newest_and_both_extremes(losses: list[float], limit: int) -> None:
    whole = curve(losses)
    few = thin(whole, limit)
    assert few.shape[1] <= limit and few[0, -1] == len(losses)
    assert (np.diff(few[0]) > 0).all()
    finite = whole[1][np.isfinite(whole[1])]
    if limit >= 3 and finite.size:
        assert np.nanmin(few[1]) == finite.min()


@given(losses_of_a_run, st.integers(1, 7), st.integers(4, 100))
def test_a_curve_in_pieces_is_thinned_as_one(losses: list[float], piece: int, limit: int) -> None:
    whole = curve(losses)
    pieces, at_once = Thinner(len(losses), limit), Thinner(len(losses), limit)
    parts = [pieces.push(whole[:, i : i + piece]) for i in range(0, len(losses), piece)]
    first, rest = at_once.push(whole), at_once.finish()
    last = pieces.finish()
    together = np.concatenate([*parts, *([] if last is None else [last])], axis=1)
    np.testing.assert_array_equal(together, first if rest is None else np.concatenate((first, rest), axis=1))
    assert together[0, -1] == len(losses) or len(losses) > limit
    assert together.shape[1] <= limit + 3


def test_thinning_keeps_a_spike_and_a_nan() -> None:
    losses = [1.0] * 10_000
    losses[7_777], losses[3_333] = 50.0, math.nan
    few = thin(curve(losses), 200)
    assert np.nanmax(few[1]) == 50 and np.isnan(few[1]).sum() == 1


def test_a_long_run_sends_about_as_many_points_as_a_plot_can_show() -> None:
    run = Run(limit=100)
    run.start(n_epoch=1, n_batches=5_000)
    sent = 0
    for _ in range(50):
        run.batches(100)
        sent += run.session.take()[1].shape[1]
    assert 50 <= sent <= 110
    assert run.session.progress()["step"] == 5_000
