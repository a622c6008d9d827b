"""What is written and kept beside a fit."""

import pandas as pd
import pytest
import torch
from fastlearn.callbacks import (
    CollectDataCallback,
    CSVLogger,
    FetchPredsCallback,
    ShortEpochCallback,
    ShowGraphCallback,
    SkipToEpoch,
)
from fastlearn.train.callback import Callback


def test_the_log_has_the_columns_of_the_table(make):
    learn = make(cbs=CSVLogger())
    learn.fit(2, display=False)
    frame = learn.csv_logger.read_log()
    assert list(frame) == ["epoch", "train_loss", "valid_loss", "accuracy", "seconds"]
    assert frame["valid_loss"].tolist() == pytest.approx([row["valid_loss"] for row in learn.history.epochs])
    learn.fit(1, display=False)
    assert len(learn.csv_logger.read_log()) == 1  # replaced


def test_a_log_that_is_appended_to_has_one_header(make):
    learn = make(cbs=CSVLogger("log.csv", append=True))
    for _ in range(2):
        learn.fit(2, display=False)
    assert learn.csv_logger.read_log()["epoch"].tolist() == [0, 1, 0, 1]
    learn.metrics = []
    with pytest.raises(ValueError, match=r"log\.csv has the columns .*accuracy.*but this fit logs"):
        learn.fit(1, display=False)
    assert learn.csv_logger._file is None


def test_every_step_can_be_logged_and_those_before_an_error_are_there(make):
    fail = Callback(after_batch=lambda self: 1 / 0 if self.training and self.train_iter == 6 else None)
    learn = make(cbs=[CSVLogger(every="batch"), fail])
    with pytest.raises(ZeroDivisionError):
        learn.fit(3, 0.1, display=False)
    frame = pd.read_csv(learn.path / "history.csv")
    assert frame["step"].tolist() == list(range(6)) and frame["epoch"].tolist() == [0] * 4 + [1] * 2
    assert frame["loss"].tolist() == pytest.approx(learn.history.steps()["loss"].tolist())


def test_a_folder_that_cannot_be_written_costs_the_log_and_not_the_training(make, monkeypatch):
    learn = make(cbs=CSVLogger("no/log.csv"))
    monkeypatch.setattr("os.fsync", lambda fd: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.warns(RuntimeWarning, match=r"log\.csv cannot be written.*No space left.*Training goes on") as said:
        learn.fit(2, display=False)
    assert len(said) == 1 and learn.history.fits[-1].completed


def test_predictions_are_fetched_after_each_validation_and_disturb_nothing(make):
    plain, fetching = make(), make(cbs=FetchPredsCallback(with_decoded=True))
    for learn in (plain, fetching):
        learn.fit(2, 0.1, display=False)
    assert (
        plain.history.to_frame("epochs")["accuracy"].tolist()
        == fetching.history.to_frame("epochs")["accuracy"].tolist()
    )
    preds, targs, decoded = fetching.fetch_preds.preds
    assert torch.equal(preds, fetching.get_preds()[0]) and torch.equal(decoded, preds.argmax(1)) and len(targs) == 16


def test_a_short_epoch_takes_its_share_of_the_batches(make):
    learn = make(n=80)  # ten batches, and two of validation
    seen = []
    learn.add_cb(Callback(after_batch=lambda self: seen.append(self.training)))
    learn.fit(2, cbs=ShortEpochCallback(0.25), display=False)
    assert seen == [True] * 3 + [False] + [True] * 3 + [False]
    assert len(learn.history.epochs) == 2


def test_first_epochs_can_be_skipped(make):
    learn = make()
    learn.fit(3, cbs=SkipToEpoch(2), display=False)
    assert [row["epoch"] for row in learn.history.epochs if row["train_loss"] is not None] == [2]
    assert set(learn.history.steps()["epoch"]) == {2}


def test_the_graph_has_both_losses_whatever_the_metrics_and_the_first_epoch(make):
    learn = make(cbs=ShowGraphCallback(), metrics=[])
    learn.fit(4, start_epoch=1, display=False)
    (axes,) = learn.show_graph.figure.axes
    train, valid = axes.lines
    assert len(train.get_xdata()) == 12
    assert valid.get_ydata().tolist() == pytest.approx([row["valid_loss"] for row in learn.history.epochs])


def test_batches_are_collected_with_what_was_made_of_them(make):
    learn = make(cbs=CollectDataCallback())
    learn.fit(1, display=False)
    data = learn.collect_data.data
    assert len(data) == 4 + 2
    (x,), (y,), pred, loss = data[0]
    assert x.shape == (8, 4) and y.shape == (8,) and pred.shape == (8, 2) and not pred.requires_grad
    assert float(loss) == pytest.approx(float(learn.history.steps()["loss"][0]))
