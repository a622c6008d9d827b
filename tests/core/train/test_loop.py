import signal
import threading
import time

import pytest
import torch
from fastlearn.callbacks import KeepBest, ProgressCallback, TerminateOnNaNCallback
from fastlearn.train import BatchEnded, ValidationProgress, cancel
from fastlearn.train.callback import EVENTS, Callback
from fastlearn.train.recorder import Recorder
from torch import nn

BATCH = [
    "before_batch", "after_pred", "after_loss", "before_backward", "after_backward", "before_step", "after_step",
    "after_batch",
]  # fmt: skip
VALID_BATCH = ["before_batch", "after_pred", "after_loss", "after_batch"]


class Log(Callback):
    """Writes down every event; raises `error` at `event`, the first time."""

    order = 100

    def __init__(self, event=None, error=None):
        self.seen, self.event, self.error = [], event, error


def _listen(event):
    def handle(self):
        self.seen.append(event)
        if event == self.event and self.error is not None:
            error, self.error = self.error, None
            raise error

    return handle


for event in EVENTS:
    setattr(Log, event, _listen(event))


def seen(make_learner, event=None, error=None, n_epoch=1):
    """The events of a fit over one training and two validation batches."""
    log = Log(event, error)
    learn = make_learner(n=16, bs=16, cbs=log)
    log.seen.clear()
    try:
        learn.fit(n_epoch)
    finally:
        log.after_the_fit = learn
    return log.seen


def test_the_events_of_a_fit_come_in_this_order(make_learner):
    valid = ["before_validate", *VALID_BATCH, *VALID_BATCH, "after_validate"]
    epoch = ["before_epoch", "before_train", *BATCH, "after_train", *valid, "after_epoch"]
    assert seen(make_learner, n_epoch=2) == ["before_fit", *epoch, *epoch, "after_fit"]


def test_the_learner_says_when_it_is_built(make_learner):
    log = Log()
    make_learner(cbs=log)
    assert log.seen == ["after_create"]


@pytest.mark.parametrize("at, error, then", [
    ("before_batch", cancel.CancelBatchException, ["after_cancel_batch", "after_batch", "after_train"]),
    ("before_backward", cancel.CancelBackwardException, ["after_cancel_backward", "after_backward", "before_step"]),
    ("before_step", cancel.CancelStepException, ["after_cancel_step", "after_step", "after_batch"]),
    ("before_train", cancel.CancelTrainException, ["after_cancel_train", "after_train", "before_validate"]),
    ("before_validate", cancel.CancelValidException, ["after_cancel_validate", "after_validate", "after_epoch"]),
    ("before_epoch", cancel.CancelEpochException, ["after_cancel_epoch", "after_epoch", "after_fit"]),
    ("before_fit", cancel.CancelFitException, ["after_cancel_fit", "after_fit"]),
])  # fmt: skip
def test_each_cancel_ends_its_own_stage(make_learner, at, error, then):
    events = seen(make_learner, at, error())
    place = events.index(at) + 1
    assert events[place : place + len(then)] == then
    assert events[-1] == "after_fit"


def test_a_cancelled_step_leaves_the_weights_and_a_cancelled_batch_is_not_the_end(make_learner, weights):
    class NoStep(Callback):
        def before_step(self):
            raise cancel.CancelStepException

    learn = make_learner(model=nn.Linear(4, 2), cbs=NoStep)
    before = weights(learn.model)
    learn.fit(1)
    assert all(torch.equal(before[k], v) for k, v in weights(learn.model).items()) and learn.history.n_steps == 8


@pytest.mark.parametrize("at", ["after_loss", "before_step", "before_epoch", "after_validate", "after_epoch"])
def test_an_error_is_raised_by_name_after_every_open_stage_was_closed(make_learner, at):
    log = Log(at, ValueError("it broke"))
    learn = make_learner(n=16, bs=16, cbs=log)
    log.seen.clear()
    with pytest.raises(ValueError, match=rf"^Log\.{at}: it broke$"):
        learn.fit(1)
    for event in log.seen:
        if event.startswith("before_"):
            after = event.replace("before", "after")
            assert log.seen.count(event) == log.seen.count(after), f"{event} without {after}"
    assert log.seen[-1] == "after_fit"
    assert learn.history.reason.startswith("ValueError: Log.") and learn.history.notes[-1].kind == "problem"


def test_other_callbacks_clean_up_even_if_one_fails_to(make_learner):
    class Careless(Callback):
        order = 1

        def after_fit(self):
            raise RuntimeError("no clean-up here")

    log = Log()
    learn = make_learner(cbs=[Careless, log])
    with pytest.raises(RuntimeError, match=r"Careless.after_fit: no clean-up here"):
        learn.fit(1)
    assert log.seen[-1] == "after_fit"


def test_an_error_while_cleaning_up_never_hides_the_first_one(make_learner):
    class Twice(Callback):
        def before_step(self):
            raise ValueError("the first")

        def after_fit(self):
            raise ValueError("the second")

    with (
        pytest.warns(RuntimeWarning, match=r"cleaning up, Twice.after_fit raised ValueError: the second"),
        pytest.raises(ValueError, match="the first"),
    ):
        make_learner(cbs=Twice).fit(1)


def test_a_key_error_keeps_its_key(make_learner):
    with pytest.raises(KeyError) as caught:
        make_learner(cbs=Log("after_pred", KeyError("lr"))).fit(1)
    assert caught.value.args == ("lr",)


@pytest.mark.parametrize("at", ["after_pred", "before_validate", "after_epoch", "before_fit"])
def test_ctrl_c_ends_a_fit_normally_with_the_history_kept(make_learner, capsys, at):
    log = Log(at, KeyboardInterrupt())
    learn = make_learner(n=32, bs=16, cbs=log)
    learn.fit(3)
    assert learn.history.reason == "interrupted" and not learn.history.fits[-1].completed
    assert learn.history.notes[-1].kind == "interrupt" and log.seen[-1] == "after_fit"
    places = {"before_fit": "before the first batch", "after_epoch": "after epoch 1 of 3"}
    where = places.get(at, "in epoch 1 of 3")
    assert f"Interrupted {where}" in capsys.readouterr().out
    assert not learn.model.training
    learn.fit(1)
    assert learn.history.reason == "completed"


def test_ctrl_c_gets_through_a_pause(make_learner):
    learn = make_learner(cbs=Callback(before_epoch=lambda self: self.control.pause()))
    pressed = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
    pressed.start()
    learn.fit(1)
    assert [note.kind for note in learn.history.notes] == ["pause", "interrupt"]
    assert not learn.control.paused  # the fit is over, and nothing waits any more


def test_pause_holds_at_the_next_batch_and_resume_goes_on(make_learner):
    held = []

    def after_batch(self):
        if self.training and self.iter == 2:
            self.control.pause()
            threading.Timer(0.2, self.control.resume).start()
        held.append(time.perf_counter())

    learn = make_learner(cbs=Callback(after_batch=after_batch))
    learn.fit(1)
    assert held[3] - held[2] > 0.18
    assert [(note.kind, note.step) for note in learn.history.notes] == [("pause", 3), ("resume", 3)]
    assert learn.history.reason == "completed"
    whole = time.perf_counter() - learn.fit_started
    assert learn.history.epochs[0]["seconds"] < whole - 0.18 and learn.control.held > 0.18


def test_stop_ends_after_this_batch_and_says_where(make_learner, capsys):
    learn = make_learner(cbs=Callback(after_batch=lambda self: self.iter == 2 and self.control.stop("enough")))
    learn.fit(5)
    assert learn.history.n_steps == 3 and learn.history.reason == "enough" and learn.history.epochs == []
    assert "Stopped in epoch 1 of 5, training batch 3 of 8: enough." in capsys.readouterr().out


def test_stop_with_the_best_weights_puts_back_those_of_the_best_epoch(make_learner, weights):
    best = {}

    def after_epoch(self):
        if self.epoch == 1:
            best.update(weights(self.model))
        if self.epoch == 3:
            self.control.stop("overfitting", keep="best")

    def after_validate(self):  # the second shall be the best
        self.recorder._values["valid_loss"] = [0.5, 0.1, 0.4, 0.3][self.epoch]

    spy = type("Spy", (Callback,), {"order": 55, "after_epoch": after_epoch, "after_validate": after_validate})
    learn = make_learner(cbs=spy)
    learn.fit(6)
    after = weights(learn.model)
    assert all(torch.equal(best[name], after[name]) for name in best)
    assert "the weights of epoch 2 are back (valid_loss 0.1)" in [note.text for note in learn.history.notes]


def test_stop_with_the_best_weights_before_any_epoch_says_that_there_are_none(make_learner, capsys):
    make_learner(cbs=Callback(after_batch=lambda self: self.control.stop("now", keep="best"))).fit(1)
    assert "no epoch was finished, so the last weights stay" in capsys.readouterr().out


def test_scaling_the_rate_multiplies_all_that_is_left_of_the_schedule(make_learner):
    plain, scaled = make_learner(), make_learner()
    plain.fit_one_cycle(2, 1e-2)
    halve = Callback(after_batch=lambda self: self.training and self.train_iter == 5 and self.control.scale_lr(0.5))
    scaled.fit_one_cycle(2, 1e-2, cbs=halve)
    ratio = scaled.history.steps()["lr"] / plain.history.steps()["lr"]
    assert ratio.tolist() == pytest.approx([1] * 5 + [0.5] * 11)
    note = scaled.history.notes[0]
    assert (note.kind, note.step, note.value) == ("lr", 5, 0.5)


def test_scaling_the_rate_also_works_without_a_schedule(make_learner):
    halve = Callback(after_batch=lambda self: self.training and self.train_iter == 5 and self.control.scale_lr(0.5))
    learn = make_learner(cbs=halve)
    learn.fit(1, 1e-2)
    assert learn.history.steps()["lr"].tolist() == pytest.approx([1e-2] * 5 + [5e-3] * 3)


def test_a_checkpoint_on_request_can_be_loaded(make_learner, weights):
    learn = make_learner(cbs=Callback(after_batch=lambda self: self.iter == 2 and self.control.checkpoint_now()))
    learn.fit(1)
    notes = [note for note in learn.history.notes if note.kind == "checkpoint"]
    assert notes[0].text == "checkpoint saved as asked_00000003.safetensors"
    learn.load(notes[0].value)


def test_control_works_from_another_thread(make_learner):
    learn = make_learner(cbs=Callback(after_batch=lambda self: time.sleep(0.01)))
    threading.Timer(0.1, learn.control.stop, ["from outside"]).start()
    learn.fit(100)
    assert learn.history.reason == "from outside"


@pytest.mark.parametrize("bad, word", [(float("nan"), "nan"), (float("inf"), "infinite")])
def test_a_loss_that_is_no_number_stops_the_fit_before_it_spoils_the_weights(make_learner, weights, bad, word):
    calls = []

    def loss(pred, target):
        calls.append(len(calls))
        return nn.functional.cross_entropy(pred, target) * (bad if calls[-1] == 5 else 1)

    learn = make_learner(loss_func=loss, n=160, model=nn.Linear(4, 2))
    with pytest.warns(RuntimeWarning, match=rf"loss became {word} at step 6.*Try a learning rate ten times lower"):
        learn.fit(1)
    assert learn.history.reason == f"loss became {word} at step 6" and learn.history.n_steps == 6
    assert all(torch.isfinite(w).all() for w in weights(learn.model).values())
    calls.extend([0] * 10)
    learn.fit(1)
    assert learn.history.reason == "completed"


def test_on_an_accelerator_the_optimizer_skips_bad_steps_by_itself_until_somebody_looks(make_learner, weights):
    calls = []

    def loss(pred, target):
        calls.append(len(calls))
        return nn.functional.cross_entropy(pred, target) * (float("nan") if len(calls) > 3 else 1)

    class NoWaiting(Callback):  # as if the losses were on a device that must not be waited for
        after = (TerminateOnNaNCallback,)

        def before_fit(self):
            guard = self.learn.terminate_on_na_n
            guard._waits = guard._guards = True

        def before_step(self):
            if self.iter == 3:
                self.before = weights(self.model)

    watch = NoWaiting()
    learn = make_learner(loss_func=loss, model=nn.Linear(4, 2), cbs=watch)
    with pytest.warns(RuntimeWarning, match=r"loss became nan at step 4"):
        learn.fit(1)
    assert learn.history.n_steps == 8  # all batches ran before it was looked at
    assert all(torch.equal(watch.before[name], w) for name, w in weights(learn.model).items())


def test_the_guard_against_nan_can_be_taken_off(make_learner):
    learn = make_learner(loss_func=lambda pred, target: nn.functional.cross_entropy(pred, target) * float("nan"))
    learn.remove_cb(TerminateOnNaNCallback).fit(1)
    assert learn.history.reason == "completed" and learn.history.n_steps == 8


def test_no_loss_is_read_from_an_accelerator_while_nobody_looks(make_learner, monkeypatch):
    learn = make_learner(shuffle=False).remove_cbs([ProgressCallback, KeepBest])
    reads = []
    monkeypatch.setattr(torch.Tensor, "is_cpu", False, raising=False)
    monkeypatch.setattr(torch.Tensor, "item", lambda self: reads.append(learn.training) or float(self))
    learn.fit(2)
    assert reads.count(True) == 2  # torch's loader reads a seed when an epoch begins


def test_the_loss_that_callbacks_see_has_no_graph_and_is_the_one_that_is_recorded(make_learner):
    seen = []

    class Look(Callback):
        only_reads = True  # else it sees a copy that is made for it

        def after_batch(self):
            seen.append((self.loss.requires_grad, self.loss.item()))

    learn = make_learner(cbs=Look())
    learn.fit(1)
    losses = learn.history.steps()["loss"].tolist()
    assert seen[: len(losses)] == [(False, loss) for loss in losses] and learn.loss is None


def test_a_listener_hears_a_fit_in_order(make_learner):
    learn, heard = make_learner(), []
    learn.events.subscribe(heard.append)
    learn.fit_one_cycle(2, 1e-2)
    kinds = [type(event).__name__ for event in heard]
    epoch = ["EpochStarted", *["BatchEnded"] * 8, *["ValidationProgress"] * 2, "EpochEnded"]
    assert kinds == ["FitStarted", *epoch, *epoch, "FitEnded"]
    start = heard[0]
    assert (start.n_epoch, start.n_batches, start.start_step, start.metric_names) == (2, 8, 0, ("accuracy",))
    assert start.planned_lr.tolist() == pytest.approx(learn.history.steps()["lr"].tolist())
    assert start.planned_mom.tolist() == pytest.approx(learn.history.steps()["mom"].tolist())
    assert heard[8].step == heard[8].batch == 7 and heard[-2].values["accuracy"] == learn.recorder.values[-1][2]


def test_a_listener_that_asks_seldom_still_hears_the_last_batch_of_each_pass(make_learner):
    learn, heard = make_learner(), []
    learn.events.subscribe(heard.append, every=1000)
    learn.fit(2)
    assert [e.batch for e in heard if isinstance(e, BatchEnded)] == [1, 8, 8]
    assert [e.batch for e in heard if isinstance(e, ValidationProgress)] == [2, 2]


def test_adding_and_removing_callbacks_counts_at_once(make_learner):
    extra = Log()

    def after_batch(self):
        if self.training and self.iter == 1:
            self.learn.add_cb(extra)
        elif self.training and self.iter == 3:
            self.learn.remove_cb(extra)

    make_learner(cbs=Callback(after_batch=after_batch)).fit(1)
    assert extra.seen.count("before_batch") == 2


def test_a_callback_that_changes_the_loss_in_place_trains_on_it_and_the_record_keeps_the_original(make_learner):
    def scale(self):
        self.learn.loss_grad *= 100

    plain, scaled = (make_learner(shuffle=False, seed=1, opt_func=torch.optim.SGD) for _ in range(2))
    plain.fit(1, 1e-3)
    scaled.fit(1, 1e-5, cbs=Callback(before_backward=scale))
    assert scaled.history.steps()["loss"].tolist() == pytest.approx(plain.history.steps()["loss"].tolist(), rel=1e-4)


def test_a_batch_without_targets_skips_the_loss_and_all_after_it(make_learner):
    learn = make_learner(metrics=None)
    learn.dls.train.collate_fn = learn.dls.valid.collate_fn = lambda samples: torch.stack([x for x, _ in samples])
    log = Log()
    learn.add_cb(log)
    learn.fit(1)
    assert "after_pred" in log.seen and not {"after_loss", "before_backward", "before_step"} & set(log.seen)


def test_a_metric_that_raises_is_named_and_the_other_values_are_kept(make_learner):
    def moody(pred, target):
        raise ZeroDivisionError("no positives")

    from fastlearn.metrics import accuracy

    learn = make_learner(metrics=[accuracy, moody])
    with pytest.raises(ZeroDivisionError, match=r"metric 'moody' failed in epoch 1.*no positives"):
        learn.fit(2)
    row = learn.history.epochs[0]
    assert row["moody"] is None and 0 <= row["accuracy"] <= 1 and row["valid_loss"] > 0
    assert len(learn.history.epochs) == 1 and learn.history.n_steps == 8


def test_without_a_recorder_the_loop_still_runs(make_learner, weights):
    learn = make_learner().remove_cb(Recorder)
    learn.remove_cb(KeepBest)
    before = weights(learn.model)
    learn.fit(1)
    assert any(not torch.equal(before[k], v) for k, v in weights(learn.model).items())
