"""Numbers reach those who draw them, and they cannot disturb the training."""

import importlib.util

import pytest
import torch
from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.loggers import ScalarLogger, TensorBoardCallback, WandbCallback
from fastlearn.metrics import accuracy
from fastlearn.train.callback import Callback
from fastlearn.train.learner import Learner
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@pytest.fixture
def learn(tmp_path):
    return built(tmp_path)


@pytest.fixture
def other(tmp_path):
    """Another learner with the same folder, as a restart or the next fold makes it."""
    return built(tmp_path)


def built(tmp_path):
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


def test_one_that_cannot_be_closed_is_said(learn):
    class Stuck(Kept):
        def close(self):
            raise ConnectionError("no network")

    with pytest.warns(RuntimeWarning, match=r"Stuck raised ConnectionError at the end of the fit: no network"):
        learn.fit(1, cbs=Stuck(), display=False)


class TwoWays(nn.Module):
    """One that torch cannot trace: what it gives depends on more than tensors."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        if torch._C._get_tracing_state():
            raise RuntimeError("this cannot be traced")
        return self.head(x)


needs_tensorboard = pytest.mark.skipif(
    importlib.util.find_spec("tensorboard") is None, reason="the extra tensorboard is not installed"
)


def scalars(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder)).Reload()


@needs_tensorboard
def test_a_network_that_cannot_be_traced_costs_its_drawing_and_not_the_training(learn):
    learn.model = TwoWays()
    with pytest.warns(RuntimeWarning, match=r"no drawing of the network.*RuntimeError: this cannot be traced") as said:
        learn.fit(2, cbs=TensorBoardCallback(), display=False)
    assert len([one for one in said if "no drawing" in str(one.message)]) == 1
    assert learn.history.n_steps == 8
    found = scalars(learn.path / "tensorboard" / "fit_1")
    assert len(found.Scalars("train/loss")) == 8 and not found.Tags()["graph"]


@needs_tensorboard
def test_each_fit_of_each_learner_gets_a_folder_of_its_own(learn, other):
    for one in (learn, other, learn):
        one.fit(1, cbs=TensorBoardCallback(trace_model=False), display=False)
    folders = sorted((learn.path / "tensorboard").iterdir())
    assert [folder.name for folder in folders] == ["fit_1", "fit_2", "fit_3"]
    assert [len(scalars(folder).Scalars("train/loss")) for folder in folders] == [4, 4, 4]


@needs_tensorboard
def test_a_run_that_goes_on_is_drawn_in_its_folder_and_each_step_once(learn, other):
    halt = Callback(after_batch=lambda self: self.train_iter == 7 and self.control.stop("now"))
    cbs = [TensorBoardCallback(trace_model=False), CheckpointCallback(every_epochs=1)]
    with learn.added_cbs(halt):
        learn.fit(3, cbs=cbs, display=False)
    for path in sorted(learn.path.glob("runs/*/checkpoints/*"))[1:]:
        path.unlink()  # as if it had been killed: steps 5 to 7 are drawn, and done again
    other.resume(cbs=TensorBoardCallback(trace_model=False), display=False)
    (folder,) = (learn.path / "tensorboard").iterdir()
    assert [one.step for one in scalars(folder).Scalars("train/loss")] == list(range(1, 13))


@pytest.mark.skipif(importlib.util.find_spec("wandb") is None, reason="the extra wandb is not installed")
def test_a_run_of_weights_and_biases_under_way_takes_the_steps_of_several_learners(learn, other, monkeypatch):
    import wandb

    monkeypatch.setenv("WANDB_SILENT", "true")
    told = []
    with wandb.init(mode="offline", project="folds", dir=learn.path) as run:
        real = run.log
        monkeypatch.setattr(run, "log", lambda values, step: (told.append((step, run.step)), real(values, step=step)))
        for one in (learn, other, learn):
            one.fit(1, 1e-2, cbs=WandbCallback(), display=False)
        real({"by hand": 1.0})
        other.fit(1, 1e-2, cbs=WandbCallback(), display=False)
        assert run.step == 17
    assert all(step >= before for step, before in told)  # W&B drops what goes back
    assert sorted({step for step, _ in told}) == [*range(1, 13), *range(14, 18)]  # one by hand between them


@pytest.mark.skipif(importlib.util.find_spec("wandb") is None, reason="the extra wandb is not installed")
def test_weights_and_biases_keeps_a_run_offline(learn, monkeypatch):
    monkeypatch.setenv("WANDB_SILENT", "true")
    learn.fit(1, 1e-2, cbs=WandbCallback(mode="offline", project="test"), display=False)
    (run,) = (learn.path / "wandb").glob("offline-run-*")
    assert list(run.glob("*.wandb"))


@pytest.mark.parametrize("cls", [TensorBoardCallback, WandbCallback])
def test_fastais_arguments_for_pictures_may_be_switched_off_and_no_more(cls):
    cb = cls(log_preds=False, n_preds=9)
    assert getattr(cb, "init", {}) == {}
    with pytest.raises(TypeError, match=rf"{cls.__name__} sends losses.*log_preds=True asks for more"):
        cls(log_preds=True)


def test_other_arguments_are_those_of_wandb_or_misspelt():
    assert WandbCallback(mode="offline", project="p", log_model=False).init == {"mode": "offline", "project": "p"}
    with pytest.raises(TypeError, match="Did you mean 'log_dir'"):
        TensorBoardCallback(logdir="x")
