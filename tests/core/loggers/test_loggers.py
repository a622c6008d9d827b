"""Numbers reach those who draw them, and they cannot disturb the training."""

import importlib.util

import pytest
import torch
from fastlearn.loggers import ScalarLogger, TensorBoardCallback, WandbCallback
from fastlearn.metrics import accuracy
from fastlearn.train.callback import Callback
from fastlearn.train.learner import Learner
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@pytest.fixture
def learn(tmp_path):
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(32, 4), torch.randint(2, (32,)))
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    made = Learner(
        (DataLoader(data, 8), DataLoader(data, 8)), model, nn.CrossEntropyLoss(), metrics=accuracy, path=tmp_path
    )
    made.logger = lambda row: None
    return made


class Kept(ScalarLogger):
    def __init__(self, seconds=0.0):
        super().__init__(seconds)
        self.told, self.closed = [], 0

    def log(self, values, step):
        self.told.append((step, values))

    def close(self):
        self.closed += 1


@pytest.mark.parametrize("seconds", [0.0, 100.0])
def test_every_step_and_every_epoch_arrives_once_and_in_order(learn, seconds):
    cb = Kept(seconds)
    learn.fit(2, 1e-2, cbs=cb, display=False)
    steps = [step for step, values in cb.told if "train/loss" in values]
    assert steps == list(range(1, 9)) and cb.closed == 1
    epochs = [(step, values) for step, values in cb.told if "valid_loss" in values]
    assert [(step, values["epoch"]) for step, values in epochs] == [(4, 0.0), (8, 1.0)]
    assert epochs[1][1]["accuracy"] == pytest.approx(learn.history.epochs[1]["accuracy"])
    assert [step for step, _ in cb.told] == sorted(step for step, _ in cb.told)


def test_it_is_closed_after_an_error_with_the_steps_before_it(learn):
    cb = Kept(100.0)
    with pytest.raises(ZeroDivisionError):
        learn.fit(2, cbs=[cb, Callback(after_step=lambda self: 1 / 0 if self.train_iter == 2 else None)], display=False)
    assert cb.closed == 1 and [step for step, _ in cb.told] == [1, 2, 3]


def test_one_that_raises_is_dropped_and_the_training_goes_on(learn):
    class Broken(Kept):
        def log(self, values, step):
            raise ConnectionError("no network")

    with pytest.warns(RuntimeWarning, match="ConnectionError"):
        learn.fit(1, cbs=Broken(), display=False)
    assert learn.history.n_steps == 4


def test_a_missing_package_is_named_with_its_extra(learn, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "wandb", None)
    with pytest.raises(ImportError, match=r"pip install 'fastwidgets\[wandb\]'"):
        learn.fit(1, cbs=WandbCallback(), display=False)


@pytest.mark.skipif(importlib.util.find_spec("tensorboard") is None, reason="the extra tensorboard is not installed")
def test_tensorboard_reads_what_was_written(learn):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    learn.fit(2, 1e-2, cbs=TensorBoardCallback(), display=False)
    (folder,) = (learn.path / "tensorboard").iterdir()
    found = EventAccumulator(str(folder)).Reload()
    assert [one.step for one in found.Scalars("train/loss")] == list(range(1, 9))
    assert found.Scalars("valid_loss")[1].value == pytest.approx(learn.history.epochs[1]["valid_loss"])
    assert found.Tags()["graph"]


@pytest.mark.skipif(importlib.util.find_spec("wandb") is None, reason="the extra wandb is not installed")
def test_weights_and_biases_keeps_a_run_offline(learn, monkeypatch):
    monkeypatch.setenv("WANDB_SILENT", "true")
    learn.fit(1, 1e-2, cbs=WandbCallback(mode="offline", project="test"), display=False)
    (run,) = (learn.path / "wandb").glob("offline-run-*")
    assert list(run.glob("*.wandb"))
