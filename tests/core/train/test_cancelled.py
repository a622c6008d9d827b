"""What is recorded of batches and passes that were cancelled or failed, and what steers from before the recorder."""

import json
import math

import pytest
import torch
from fastlearn.callbacks import TerminateOnNaNCallback
from fastlearn.metrics.base import Metric
from fastlearn.train import cancel
from fastlearn.train.callback import Callback
from torch import nn


def at_batch(event, error, training=True, number=2):
    def handle(self):
        if self.training == training and self.iter == number:
            raise error

    return Callback(**{event: handle})


@pytest.mark.parametrize("event", ["before_batch", "after_pred"])
def test_a_cancelled_batch_is_a_step_without_a_loss(make_learner, event):
    learn = make_learner()
    learn.fit(1, cbs=at_batch(event, cancel.CancelBatchException()))
    assert [math.isnan(loss) for loss in learn.history.steps()["loss"]] == [i == 2 for i in range(8)]
    assert learn.history.reason == "completed"


def test_a_cancelled_batch_does_not_count_as_nan_on_an_accelerator(make_learner):
    class NoWaiting(Callback):  # as if the losses were on a device that must not be waited for
        after = (TerminateOnNaNCallback,)

        def before_fit(self):
            self.learn.terminate_on_na_n._waits = True

    learn = make_learner(cbs=NoWaiting)
    learn.fit(1, cbs=at_batch("before_batch", cancel.CancelBatchException()))
    assert learn.history.reason == "completed"


@pytest.mark.parametrize("event, n_steps", [("before_batch", 2), ("after_pred", 2), ("after_loss", 3)])
def test_a_batch_that_fails_before_it_has_a_loss_is_no_step(make_learner, event, n_steps):
    learn = make_learner()
    with pytest.raises(ValueError, match="it broke"):
        learn.fit(1, cbs=at_batch(event, ValueError("it broke")))
    losses = learn.history.steps()["loss"]
    assert len(losses) == n_steps and len(set(losses.tolist())) == n_steps


def test_a_cancelled_validation_batch_counts_in_no_average(make_learner):
    learn = make_learner(model=nn.Linear(4, 2))
    batches = list(learn.dls.train)
    skip = at_batch("before_batch", cancel.CancelBatchException(), training=False)
    others = [batch for i, batch in enumerate(batches) if i != 2]
    assert learn.validate(dl=batches, cbs=skip) == pytest.approx(learn.validate(dl=others))


@pytest.mark.parametrize("event, error", [
    ("before_fit", cancel.CancelFitException), ("before_epoch", cancel.CancelEpochException),
    ("before_epoch", cancel.CancelFitException), ("before_train", cancel.CancelTrainException),
    ("before_validate", cancel.CancelValidException),
])  # fmt: skip
def test_a_cancel_that_the_recorder_never_hears_of_leaves_no_stale_values(make_learner, event, error):
    def handle(self):
        if self.epoch == which:
            raise error

    learn = make_learner()
    for which in (0, 1):  # at once, and after an epoch that left values
        learn.fit(2, cbs=Callback(**{event: handle}))
        row = learn.history.epochs[-1] if learn.history.epochs else {}
        if event == "before_validate" and which == 1:
            assert row["valid_loss"] is None and row.get("accuracy") is None and row["train_loss"] > 0
        if error is cancel.CancelEpochException and which == 1:
            assert row["valid_loss"] is row["train_loss"] is None


@pytest.mark.parametrize("stage, event, error", [
    ("batch", "before_batch", cancel.CancelBatchException), ("epoch", "before_epoch", cancel.CancelEpochException),
    ("fit", "before_fit", cancel.CancelFitException),
])  # fmt: skip
def test_an_error_in_the_handler_of_a_cancel_does_not_call_it_twice(make_learner, stage, event, error):
    calls = []

    def start(self):
        raise error

    def cancelled(self):
        calls.append(stage)
        raise ValueError("it broke")

    after = Callback(**{f"after_{stage}": lambda self: calls.append("after")})
    with pytest.raises(ValueError, match="it broke"):
        make_learner(cbs=[Callback(**{event: start, f"after_cancel_{stage}": cancelled}), after]).fit(1)
    assert calls == [stage, "after"]


def test_a_metric_that_gives_a_tensor_is_recorded_as_a_number(make_learner):
    class Half(Metric):
        value = torch.tensor(0.5)

    learn = make_learner(metrics=Half())
    learn.fit(1)
    assert json.loads(learn.history.to_json())["epochs"][0]["half"] == 0.5


def test_the_last_value_is_that_of_the_latest_fit(make_learner):
    learn = make_learner()
    learn.fit(1)
    assert learn.history.last("valid_loss") > 0
    learn.fit(1, cbs=Callback(before_validate=lambda self: (_ for _ in ()).throw(cancel.CancelValidException())))
    assert math.isnan(learn.history.last("valid_loss"))


def test_a_validation_loader_may_be_without_a_length(make_learner):
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            return iter([(torch.zeros(4), torch.tensor(0))] * 6)

    learn = make_learner()
    learn.dls = learn.dls.train, torch.utils.data.DataLoader(Stream(), 4)
    learn.fit(1)
    assert learn.history.reason == "completed" and learn.history.last("valid_loss") > 0
