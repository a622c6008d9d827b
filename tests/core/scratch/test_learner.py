"""The loop: its events, what ends it early, what it remembers, and how it is steered."""

from __future__ import annotations

import math
import re
import threading
from types import SimpleNamespace

import pytest
import torch
from fastlearn.optim.schedule import combined_cos
from fastlearn.scratch import (
    SGD,
    Callback,
    CancelBatchException,
    CancelEpochException,
    CancelFitException,
    OneCycle,
    SetupLearnerCB,
    TrackResults,
    accuracy,
    cross_entropy,
)
from fastlearn.train.events import BatchEnded, EpochEnded, FitEnded, FitStarted, NoteAdded, ValidationProgress
from torch import nn

EVENTS = [f"{when}_{what}" for what in ("fit", "epoch", "batch") for when in ("before", "after", "after_cancel")]


class Spy:
    """No base class: it has methods named after events, and that is enough."""

    def __init__(self):
        self.seen = []
        for event in [*EVENTS, "after_pred", "after_loss"]:
            setattr(self, event, lambda event=event: self.seen.append(event))


def raises(event, error, at=0):
    """A callback that raises `error` when `event` has come `at` times before."""
    calls = []

    def method():
        calls.append(event)
        if len(calls) == at + 1:
            raise error

    return SimpleNamespace(**{event: method})


def test_events_come_in_pairs_around_what_they_name(make_learner):
    spy = Spy()
    make_learner([spy], n=16).fit(1)
    batch = ["before_batch", "after_pred", "after_loss", "after_batch"]
    assert spy.seen == ["before_fit", "before_epoch", *batch * 4, "after_epoch", "after_fit"]


def test_it_learns_as_torch_does_with_the_same_batches(make_learner):
    learn = make_learner(opt_func=lambda params, lr: SGD(params, lr, mom=0.9))
    theirs = nn.Linear(2, 2)
    theirs.load_state_dict({"weight": learn.model.weight.detach(), "bias": learn.model.bias.detach()})
    opt = torch.optim.SGD(theirs.parameters(), 0.1, momentum=0.9)
    for x, y in make_learner().dls.train:
        nn.functional.cross_entropy(theirs(x), y).backward()
        opt.step()
        opt.zero_grad()
    learn.fit(1)
    torch.testing.assert_close(learn.model.weight.detach(), theirs.weight.detach())


def test_any_loss_that_is_a_function_of_tensors_will_do(make_learner):
    learn, other = make_learner(), make_learner(loss_func=nn.CrossEntropyLoss())
    learn.fit(1)
    other.fit(1)
    assert other.history.steps()["loss"].tolist() == pytest.approx(learn.history.steps()["loss"].tolist())


def test_the_history_holds_every_step_and_epoch(make_learner):
    learn = make_learner(lr=0.5)
    learn.fit(2)
    learn.fit(1, lr=0.25)
    steps = learn.history.steps()
    assert steps["lr"].tolist() == [0.5] * 16 + [0.25] * 8 and steps["epoch"].tolist()[-9:] == [1] + [0] * 8
    assert set(steps["n_items"]) == {16} and steps["mom"].tolist() == [0] * 24
    assert [row["epoch"] for row in learn.history.epochs] == [0, 1, 0]
    pred, y = learn.model(learn.dls.valid.ds.x), learn.dls.valid.ds.y
    row = learn.history.epochs[-1]
    assert row["valid_loss"] == pytest.approx(cross_entropy(pred, y).item())
    assert row["accuracy"] == pytest.approx(accuracy(pred, y).item()) and row["accuracy"] > 0.9
    assert row["train_loss"] == pytest.approx(learn.history.smooth_loss())


def test_a_validation_batch_counts_by_its_size(make_learner):
    learn = make_learner()
    learn.dls.valid.bs = 47  # and one of a single item
    learn.fit(1)
    expected = cross_entropy(learn.model(learn.dls.valid.ds.x), learn.dls.valid.ds.y)
    assert learn.history.last("valid_loss") == pytest.approx(expected.item())


def test_a_line_is_logged_for_each_epoch(make_learner, capsys):
    make_learner([TrackResults()]).fit(2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 1", "epoch 2"]
    assert re.fullmatch(r"epoch 1(  \w+ \d\.\d{4}){3}", lines[0]) and "valid_loss" in lines[0]


@pytest.mark.parametrize("event", ["before_batch", "after_pred", "after_loss"])
def test_a_cancelled_batch_is_followed_by_the_next(make_learner, event):
    spy = Spy()
    learn = make_learner([spy, raises(event, CancelBatchException(), at=1)])
    learn.fit(1)
    assert spy.seen.count("after_cancel_batch") == 1 and spy.seen.count("after_batch") == 8 + 3
    assert learn.history.n_steps == 8 and len(learn.history.epochs) == 1
    assert math.isnan(learn.history.steps()["loss"][1]) == (event != "after_loss")


def test_a_cancelled_epoch_has_its_row_and_is_followed_by_the_next(make_learner):
    spy = Spy()
    learn = make_learner([spy, raises("before_batch", CancelEpochException(), at=3)])
    learn.fit(2)
    assert spy.seen.count("after_cancel_epoch") == 1 and spy.seen.count("after_epoch") == 2
    assert [row["valid_loss"] is None for row in learn.history.epochs] == [True, False]
    assert [row["step"] for row in learn.history.epochs] == [3, 11] and learn.history.reason == "completed"


def test_a_cancelled_fit_ends_everything_and_cleans_up(make_learner):
    spy = Spy()
    learn = make_learner([spy, raises("after_loss", CancelFitException(), at=10)])
    learn.fit(5)
    assert spy.seen[-4:] == ["after_batch", "after_epoch", "after_cancel_fit", "after_fit"]
    assert learn.history.reason == "cancelled by a callback" and not learn.history.fits[-1].completed
    assert not learn.model.training and learn.batch is None


def test_ctrl_c_ends_a_fit_with_its_history(make_learner):
    learn = make_learner([raises("after_batch", KeyboardInterrupt(), at=2)])
    learn.fit(5)
    assert learn.history.reason == "interrupted" and learn.history.notes[-1].kind == "interrupt"
    learn.cbs = [cb for cb in learn.cbs if not isinstance(cb, SimpleNamespace)]
    learn.fit(1)
    assert learn.history.reason == "completed"


def test_an_error_is_raised_after_the_cleaning_up(make_learner):
    spy = Spy()
    learn = make_learner([spy, raises("after_pred", ValueError("bad batch"), at=2)])
    ended = []
    learn.events.subscribe(lambda event: ended.append(event) if isinstance(event, FitEnded) else None)
    with pytest.raises(ValueError, match="bad batch"):
        learn.fit(1)
    assert spy.seen[-3:] == ["after_batch", "after_epoch", "after_fit"] and not any("cancel" in s for s in spy.seen)
    assert learn.history.reason == ended[0].reason == "ValueError: bad batch" and learn.history.epochs == []
    assert learn.history.n_steps == 2


def test_an_error_before_a_fit_has_begun_leaves_no_trace(make_learner):
    learn = make_learner()
    learn.fit(1)
    with pytest.raises(ValueError, match="early"):
        learn.fit(1, cbs=[raises("before_fit", ValueError("early"))])
    assert len(learn.history.fits) == 1 and learn.history.reason == "completed"
    learn.fit(1)
    assert len(learn.history.fits) == 2


def test_callbacks_of_one_fit_are_gone_after_it(make_learner):
    spy, learn = Spy(), make_learner()
    learn.fit(1, cbs=[spy])
    n = len(spy.seen)
    learn.fit(1)
    assert len(spy.seen) == n


def test_callbacks_are_called_in_their_order(make_learner):
    calls = []

    class Late(Callback):
        order = 2

        def before_fit(self):
            calls.append(("late", self.learn))

    learn = make_learner([Late(), SimpleNamespace(before_fit=lambda: calls.append(("plain", None)))])
    learn.fit(1)
    assert calls == [("plain", None), ("late", learn)]


def test_setting_up_transforms_inputs_and_brings_all_to_one_place(make_learner):
    seen = []
    look = SimpleNamespace(before_batch=lambda: seen.append(learn.batch[0].abs().max().item()))
    learn = make_learner([SetupLearnerCB(lambda x: x * 0, device="cpu"), look])
    learn.fit(1)
    assert seen == [0] * 11


def test_one_cycle_follows_the_cosine_of_the_full_learner(make_learner):
    learn = make_learner()
    learn.fit(3, cbs=[OneCycle(0.5, pct_start=0.3)])
    steps, at = learn.history.steps(), [i / 24 for i in range(24)]
    lr, mom = combined_cos(0.3, 0.5 / 25, 0.5, 0.5 / 1e5), combined_cos(0.3, 0.95, 0.85, 0.95)
    assert steps["lr"].tolist() == pytest.approx([lr(p) for p in at])
    assert steps["mom"].tolist() == pytest.approx([mom(p) for p in at])


def test_one_cycle_can_leave_momentum_alone(make_learner):
    learn = make_learner()
    learn.fit(1, cbs=[OneCycle(0.5, moms=None)])
    assert learn.history.steps()["mom"].tolist() == [0] * 8


def test_a_search_leaves_everything_as_it_was(make_learner):
    learn, same = make_learner(), make_learner()
    before = learn.model.state()
    found = learn.lr_find(num_it=60, show_plot=False)
    torch.testing.assert_close(learn.model.state(), before)
    assert found.lrs[0] == pytest.approx(1e-7) and len(found.lrs) == len(found.losses) <= 60
    assert found.stopped in ("finished", "diverged") and 1e-4 < found.valley < 10
    assert learn.history.n_steps == 0
    learn.fit(1)
    same.fit(1)
    torch.testing.assert_close(learn.model.state(), same.model.state())  # the order of the batches too


@pytest.mark.parametrize(
    "error, stopped, words",
    [
        (KeyboardInterrupt(), "interrupted", "was interrupted"),
        (ValueError("no such batch"), "error", "ValueError: no such batch"),
    ],
)
def test_a_search_says_what_ended_it(make_learner, error, stopped, words):
    learn = make_learner([raises("before_batch", error, at=12)])
    found = learn.lr_find(show_plot=False)
    assert (found.stopped, found.valley) == (stopped, None) and words in found.message


def test_a_search_ends_at_a_loss_that_is_no_number(make_learner):
    found = make_learner(loss_func=lambda pred, y: cross_entropy(pred, y) * math.nan).lr_find(show_plot=False)
    assert found.stopped == "nan" and found.valley is None


def test_events_tell_the_whole_story(make_learner):
    learn, told = make_learner(), []
    learn.events.subscribe(told.append)
    learn.fit(2, cbs=[OneCycle(0.5)])
    kinds = [type(event) for event in told]
    start, end = told[0], told[-1]
    assert isinstance(start, FitStarted) and (start.n_epoch, start.n_batches, start.start_step) == (2, 8, 0)
    assert start.metric_names == ("accuracy",) and start.planned_lr.shape == start.planned_mom.shape == (16,)
    assert kinds.count(BatchEnded) == 16 and kinds.count(ValidationProgress) == 6
    assert [(e.step, e.batch) for e in told if isinstance(e, BatchEnded)][7:9] == [(8, 8), (9, 1)]
    rows = [event.values for event in told if isinstance(event, EpochEnded)]
    assert set(rows[0]) == {"train_loss", "valid_loss", "accuracy"} and len(rows) == 2
    assert isinstance(end, FitEnded) and (end.reason, end.completed) == ("completed", True)


def test_a_slow_listener_hears_of_the_last_batch_of_each_pass(make_learner):
    learn, told = make_learner(), []
    learn.events.subscribe(told.append, every=3600)
    learn.fit(1)
    done = [(type(e).__name__, e.batch) for e in told if isinstance(e, BatchEnded | ValidationProgress)]
    assert done == [("BatchEnded", 1), ("BatchEnded", 8), ("ValidationProgress", 3)]


def at_step(learn, step, action):
    """Do `action` once when so many steps are done."""

    def listen(event):
        if isinstance(event, BatchEnded) and event.step == step:
            action()

    learn.events.subscribe(listen)


def test_a_stop_is_obeyed_at_the_next_batch(make_learner):
    learn = make_learner()
    at_step(learn, 3, lambda: learn.control.stop("enough"))
    learn.fit(4)
    assert learn.history.n_steps == 3 and learn.history.reason == "enough"
    assert [note.kind for note in learn.history.notes] == ["stop"]


def test_a_stop_can_bring_back_the_best_epoch(make_learner):
    states = []
    keep = SimpleNamespace(order=99, after_epoch=lambda: states.append(learn.model.state()))
    learn = make_learner([keep])

    def ruin():
        learn.opt.lr = 1e4

    at_step(learn, 17, ruin)
    at_step(learn, 26, lambda: learn.control.stop("enough", keep="best"))
    learn.fit(8)
    losses = [row["valid_loss"] for row in learn.history.epochs]
    assert losses.index(min(losses)) == 1
    torch.testing.assert_close(learn.model.state(), states[1])
    assert "epoch 2" in learn.history.notes[-1].text


@pytest.mark.parametrize("scheduled", [False, True])
def test_a_factor_holds_for_all_that_is_left(make_learner, scheduled):
    learn, plain = make_learner(), make_learner()
    cbs = [OneCycle(0.5)] if scheduled else []
    at_step(learn, 10, lambda: learn.control.scale_lr(0.5))
    learn.fit(2, cbs=cbs)
    plain.fit(2, cbs=[OneCycle(0.5)] if scheduled else [])
    factor = learn.history.steps()["lr"] / plain.history.steps()["lr"]
    assert factor.tolist() == pytest.approx([1] * 10 + [0.5] * 6)
    assert [(note.kind, note.value) for note in learn.history.notes] == [("lr", 0.5)]


def test_a_pause_holds_the_loop_until_someone_resumes(make_learner):
    learn, notes = make_learner(), []

    def on_note(event):
        if isinstance(event, NoteAdded):
            notes.append(event.note.kind)
            if event.note.kind == "pause":
                threading.Timer(0.05, learn.control.resume).start()

    at_step(learn, 2, learn.control.pause)
    learn.events.subscribe(on_note)
    learn.fit(1)
    assert notes == ["pause", "resume"] and learn.history.n_steps == 8


def test_a_stop_does_not_hide_an_error(make_learner):
    learn = make_learner([raises("after_loss", ValueError("real"), at=2)])
    learn.cbs.insert(0, SimpleNamespace(after_pred=lambda: learn.control.stop("hide") if learn.num == 2 else None))
    with pytest.raises(ValueError, match="real"):
        learn.fit(1)


def test_no_checkpoint_is_said_and_training_goes_on(make_learner):
    learn = make_learner()
    at_step(learn, 2, learn.control.checkpoint_now)
    learn.fit(1)
    assert [note.kind for note in learn.history.notes] == ["problem"] and learn.history.reason == "completed"
