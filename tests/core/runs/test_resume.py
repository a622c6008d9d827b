"""A run that is stopped or killed and goes on ends with the bits of one that was never broken."""

import collections
import io
import json
import subprocess
import sys
import threading
import time
import warnings
import weakref
from pathlib import Path

import pytest
import torch
from fastlearn.callbacks import (
    ActivationStats,
    BnFreeze,
    ChannelsLast,
    CollectDataCallback,
    CSVLogger,
    EarlyStoppingCallback,
    FetchPredsCallback,
    GradientAccumulation,
    GradientClip,
    MixedPrecision,
    MixUp,
    ModelResetter,
    NonNativeMixedPrecision,
    ReduceLROnPlateau,
    RNNRegularizer,
    SaveModelCallback,
    ShortEpochCallback,
    ShowGraphCallback,
    WeightAveraging,
)
from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.callbacks.schedule import ParamScheduler
from fastlearn.data import WeightedSampler
from fastlearn.data.loader import DataLoader
from fastlearn.metrics import accuracy
from fastlearn.optim import SchedLin
from fastlearn.runs import Run, RunInUse
from fastlearn.train.callback import Callback
from torch.utils.data import BatchSampler, RandomSampler, TensorDataset, WeightedRandomSampler
from torch.utils.data import DataLoader as TorchLoader


class Killed(BaseException):
    """What a kill looks like from inside: nothing runs after it."""


class KillAfter(Callback):
    """Ends everything once `step` training batches are done, and the checkpoint of that step is written."""

    order = -99

    def __init__(self, step):
        self.step = step

    def before_batch(self):
        if self.training and self.history.n_steps == self.step:
            raise Killed


class Waiting(Callback):
    """Remembers things of its own and uses them: every third batch is left out."""

    def __init__(self):
        self.seen, self.sums = 0, {"x": torch.zeros(4)}

    def before_batch(self):
        if self.training:
            self.seen += 1
            self.sums["x"] += self.xb[0].sum(0)
            self.learn.xb = (self.xb[0] + 0.01 * self.sums["x"] * (self.seen % 3),)


def weights(learn):
    state = learn.opt.state_dict()["state"]
    averages = {f"{i}.{name}": value for i, values in state.items() for name, value in values.items()}
    return {**learn.model.state_dict(), **averages}


def assert_same(a, b):
    one, other = weights(a), weights(b)
    assert one.keys() == other.keys()
    assert [name for name in one if not torch.equal(torch.as_tensor(one[name]), torch.as_tensor(other[name]))] == []
    for name in ("loss", "smooth_loss", "lr", "mom", "epoch", "n_items"):
        assert a.history.steps()[name].tolist() == b.history.steps()[name].tolist(), name
    rows = [[{k: v for k, v in row.items() if k != "seconds"} for row in learn.history.epochs] for learn in (a, b)]
    assert rows[0] == rows[1]
    assert [len(fit.metric_names) for fit in a.history.fits] == [len(fit.metric_names) for fit in b.history.fits]


def killed(learn, step, fit):
    with pytest.raises(Killed), learn.added_cbs(KillAfter(step)):
        fit(learn)


def one_cycle(learn, *cbs):
    learn.fit_one_cycle(3, 1e-2, cbs=[Waiting(), *cbs], display=False)


@pytest.mark.parametrize(
    "step", [1, 4, 5, 6, 9, 14]
)  # 5 batches an epoch: inside epochs, at their ends, before the last
def test_resume_equals_an_unbroken_run_bit_for_bit(make, loaders, step):
    whole = make("whole", loaders=loaders, metrics=accuracy)
    one_cycle(whole)
    broken = make(loaders=loaders, metrics=accuracy)
    killed(broken, step, lambda learn: one_cycle(learn, CheckpointCallback(every_steps=1)))
    again = make(loaders=loaders, metrics=accuracy)
    torch.manual_seed(99)  # another process draws other numbers
    again.resume(cbs=Waiting(), display=False)
    assert_same(whole, again)
    run = Run(next((again.path / "runs").iterdir()))
    assert run.info["completed"] and run.info["reason"] == "completed"
    assert run.history().to_json() == again.history.to_json()


WEIGHTS = torch.arange(1.0, 41)


def points(n, seed):
    x = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))
    return TensorDataset(x, (x.sum(1) > 0).long())


class Counting:
    """A sampler as users write them: its own count of epochs, which nobody tells it."""

    def __init__(self):
        self.epoch = 0

    def __iter__(self):
        self.epoch += 1
        return iter([(position * (2 * self.epoch + 1)) % 40 for position in range(40)])

    def __len__(self):
        return 40


SAMPLERS = {
    "weighted": lambda: {"sampler": WeightedSampler(WEIGHTS, seed=5)},
    "own count": lambda: {"sampler": Counting()},
    "global": lambda: {"sampler": WeightedRandomSampler(WEIGHTS, 40)},
    "generator": lambda: {"sampler": RandomSampler(range(40), True, generator=torch.Generator().manual_seed(5))},
    "batches": lambda: {"batch_sampler": BatchSampler(WeightedSampler(WEIGHTS, seed=5), 8, False)},
}


@pytest.mark.parametrize("step", [5, 7])  # at the end of the first of three epochs, inside the second
@pytest.mark.parametrize("kind", [DataLoader, TorchLoader])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_sampler_of_any_kind_draws_on_as_in_an_unbroken_run(make, sampler, kind, step):
    def loaders(seed):
        said = SAMPLERS[sampler]()
        sizes = {} if "batch_sampler" in said else {"batch_size": 8}
        ours = {"seed": seed} if kind is DataLoader else {}
        return kind(points(40, 1), num_workers=0, **sizes, **said, **ours), TorchLoader(points(16, 2), 8)

    whole, broken, again = (make(name, loaders=loaders) for name in ("whole", "run", "run"))
    for learn in (whole, broken):
        torch.manual_seed(7)
        if learn is whole:
            one_cycle(learn)
        else:
            killed(learn, step, lambda learn: one_cycle(learn, CheckpointCallback(every_steps=1)))
    torch.manual_seed(99)
    again.resume(cbs=Waiting(), display=False)
    assert_same(whole, again)


def test_a_run_goes_on_from_its_last_checkpoint_and_not_from_where_it_was_killed(make):
    whole = make("whole", seed=7)
    one_cycle(whole)
    broken = make(seed=7)
    killed(broken, 8, lambda learn: one_cycle(learn, CheckpointCallback(every_epochs=None, every_steps=3)))
    again = make(seed=7)
    again.resume(cbs=[Waiting()], display=False)
    assert_same(whole, again)


@pytest.mark.parametrize("step", [3, 5, 7, 12])
def test_fine_tune_goes_on_in_the_part_that_it_was_in(make, step):
    def fine_tune(learn, cbs=None):
        learn.fine_tune(2, 1e-2, cbs=cbs, display=False)

    whole = make("whole")
    fine_tune(whole)
    broken = make()
    killed(broken, step, lambda learn: fine_tune(learn, CheckpointCallback(every_steps=1)))
    again = make()
    again.resume(display=False)
    assert_same(whole, again)
    assert [fit.completed for fit in again.history.fits] == [True, True]


def test_a_run_that_was_stopped_goes_on_where_it_stopped(make):
    whole = make("whole")
    whole.fit_one_cycle(3, 1e-2, display=False)
    stopped = make()
    halt = Callback(
        after_batch=lambda self: self.training and self.history.n_steps == 7 and self.control.stop("enough")
    )
    with stopped.added_cbs(halt):
        stopped.fit_one_cycle(3, 1e-2, cbs=CheckpointCallback(every_epochs=None), display=False)
    (path,) = (stopped.path / "runs").iterdir()
    assert Run(path).info["reason"] == "enough" and not Run(path).info["completed"]
    again = make()
    assert again.resume(path.name, display=False).path == path
    assert_same(whole, again)


def test_a_learning_rate_that_was_scaled_by_hand_stays_scaled(make):
    def run(learn, *cbs):
        halve = Callback(after_batch=lambda self: self.train_iter == 4 and self.training and self.control.scale_lr(0.5))
        with learn.added_cbs(halve):
            learn.fit_one_cycle(2, 1e-2, cbs=list(cbs), display=False)

    whole = make("whole")
    run(whole)
    killed(make(), 8, lambda learn: run(learn, CheckpointCallback(every_steps=2)))
    again = make()
    again.resume(display=False)
    assert_same(whole, again)


def test_training_metrics_of_the_broken_epoch_count_what_came_before(make):
    def fit(learn, *cbs):
        learn.recorder.train_metrics = True
        learn.fit(2, 1e-2, cbs=list(cbs), display=False)

    whole = make("whole", metrics=accuracy)
    fit(whole)
    killed(make(metrics=accuracy), 7, lambda learn: fit(learn, CheckpointCallback(every_steps=1)))
    again = make(metrics=accuracy)
    again.recorder.train_metrics = True
    again.resume(display=False)
    assert_same(whole, again)


def test_a_complete_run_is_loaded_and_nothing_is_trained(make):
    done, again = make(), make()
    done.fit(2, 1e-2, cbs=CheckpointCallback(), display=False)
    again.resume(display=False)
    assert_same(done, again)


def test_a_checkpoint_by_hand_makes_the_folder_and_outlives_the_others(make):
    learn = make()
    ask = Callback(after_batch=lambda self: self.training and self.train_iter == 2 and self.control.checkpoint_now())
    with learn.added_cbs(ask):
        learn.fit(3, 1e-2, cbs=CheckpointCallback(keep=1), display=False)
        learn.fit(1, 1e-2, display=False)
    names = [[path.name for path in Run(path).checkpoints] for path in sorted((learn.path / "runs").iterdir())]
    assert sorted(names) == [
        ["asked_00000002.safetensors", "step_00000015.safetensors"],
        ["asked_00000017.safetensors"],
    ]
    again = make("other")
    again.load(next(learn.path.glob("runs/*/checkpoints/asked_00000017.safetensors")))
    assert again.model[0][0].weight.shape == (8, 4)


def test_the_folder_is_readable_without_this_library(make):
    learn = make(metrics=accuracy)
    learn.fit_one_cycle(2, slice(1e-3, 1e-2), cbs=CheckpointCallback(), display=False)
    (path,) = (learn.path / "runs").iterdir()
    info = json.loads((path / "run.json").read_text())
    assert info["code"].startswith("learn.fit_one_cycle(n_epoch=2, lr_max=slice(0.001, 0.01)")
    assert info["learner"]["n_params"] == 74 and info["learner"]["metrics"] == ["accuracy"]
    assert info["data"]["train"] == {"batch_size": 8, "n_items": 40, "seed": 3}
    assert info["started"] <= info["ended"] and info["reason"] == "completed"
    lines = [json.loads(line) for line in (path / "history.jsonl").read_text().splitlines()]
    assert [line["line"] for line in lines].count("step") == 10
    from safetensors.torch import load_file

    assert "state.modules.model.1.weight" in load_file(path / "checkpoints" / "step_00000010.safetensors")


def test_two_runs_get_folders_of_their_own_and_two_writers_are_told(make):
    learn = make()
    for _ in range(2):
        learn.fit(1, cbs=CheckpointCallback(), display=False)
    runs = list((learn.path / "runs").iterdir())
    assert len(runs) == 2
    with Run(runs[0]).writing(), pytest.raises(RunInUse, match="Another process is training in"):
        make().resume(runs[0], display=False)


def test_a_full_disk_costs_checkpoints_and_not_the_training(make, monkeypatch):
    learn = make()

    def full(tensors, path, meta):
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("safetensors.torch.save_file", full)
        with pytest.warns(RuntimeWarning, match="No space left on device.*Training goes on"):
            learn.fit(1, cbs=CheckpointCallback(), display=False)
    assert learn.history.fits[-1].completed
    (path,) = (learn.path / "runs").iterdir()
    assert list((path / "checkpoints").iterdir()) == []
    assert [note.kind for note in learn.history.notes] == ["problem"]


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(make):
    learn = make()
    learn.fit(2, 1e-2, cbs=CheckpointCallback(), display=False)
    run = Run(next((learn.path / "runs").iterdir()))
    newest = run.checkpoints[-1]
    newest.write_bytes(newest.read_bytes()[:-9])
    again = make()
    again.resume(display=False)
    assert_same(learn, again)  # the second epoch was trained again


def test_what_does_not_fit_the_run_is_said(make, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no run with a checkpoint in .*runs.*CheckpointCallback"):
        make().resume()
    broken = make()
    killed(broken, 3, lambda learn: one_cycle(learn, CheckpointCallback(every_steps=1)))
    with pytest.raises(ValueError, match=r"cbs=\['CheckpointCallback', 'Waiting'\], but learn\.resume with"):
        make().resume(display=False)
    with pytest.raises(FileNotFoundError, match=r"has no run\.json"):
        make().resume("nothing-there")
    other = make()
    other.model[1] = torch.nn.Linear(8, 3)
    other.opt = None
    with pytest.raises(ValueError, match=r"(?s)do not fit the Sequential.*built like the one of the run"):
        other.resume(cbs=Waiting(), display=False)


def test_a_schedule_of_ones_own_goes_on(make):
    def fit(learn, *cbs):
        learn.fit(2, 1e-2, cbs=[ParamScheduler({"lr": SchedLin(1e-3, 1e-2)}), *cbs], display=False)

    whole = make("whole")
    fit(whole)
    killed(make(), 6, lambda learn: fit(learn, CheckpointCallback(every_steps=1)))
    again = make()
    again.resume(cbs=ParamScheduler({"lr": SchedLin(1e-3, 1e-2)}), display=False)
    assert_same(whole, again)


def test_the_latest_run_is_the_one_that_started_last_even_within_a_second(make):
    learn = make()
    for n in range(1, 7):
        learn.fit(n, 1e-2, cbs=CheckpointCallback(), display=False)
        assert make().resume(display=False).info["call"]["arguments"]["n_epoch"] == n


def test_a_damaged_run_is_named_and_passed_over_for_the_one_before(make):
    learn = make()
    for n in (1, 2, 3):
        learn.fit(n, 1e-2, cbs=CheckpointCallback(), display=False)
    by_length = {run.info["call"]["arguments"]["n_epoch"]: run for run in map(Run, (learn.path / "runs").iterdir())}
    (by_length[3].path / "run.json").write_text('{"version": 1, "sta')
    by_length[2].update(started=None)
    with pytest.warns(RuntimeWarning, match=r"is passed over.*run\.json is damaged") as said:
        assert make().resume(display=False).path == by_length[1].path
    assert len([one for one in said if "passed over" in str(one.message)]) == 2
    for damage in ('{"version": 1, "sta', "[]", "[" * 100_000):
        (by_length[3].path / "run.json").write_text(damage)
        with pytest.raises(ValueError, match=r"run\.json is damaged: .*learn\.load\(path\) still takes the weights"):
            make().resume(by_length[3].path.name, display=False)


def test_a_missing_history_is_named_with_what_is_left(make):
    learn = make()
    learn.fit(1, 1e-2, cbs=CheckpointCallback(), display=False)
    run = Run(next((learn.path / "runs").iterdir()))
    run.history_file.unlink()
    with pytest.raises(FileNotFoundError, match=r"has no history\.jsonl, so the run cannot go on\. Restore it"):
        make().resume(display=False)
    make().load(run.checkpoints[-1])


@pytest.mark.parametrize("step", [1, 3, 6, 8])
def test_gradients_that_wait_for_their_step_go_on_with_the_run(make, step):
    def fit(learn, *cbs):
        learn.fit(2, 1e-2, cbs=[GradientAccumulation(24), *cbs], display=False)

    whole = make("whole")
    fit(whole)
    killed(make(), step, lambda learn: fit(learn, CheckpointCallback(every_steps=1)))
    again = make()
    again.resume(cbs=GradientAccumulation(24), display=False)
    assert_same(whole, again)


class Hoarder(Callback):
    """Keeps things that files cannot hold: some that matter, some that are there again anyway."""

    def __init__(self):
        self.queue, self.table = collections.deque([1]), {"a": {"b": object()}}
        self.rng, self.teacher = torch.Generator(), torch.nn.Linear(2, 2)
        self.function, self.functions, self.kind = len, [("a", print)], torch.float32
        self.lock, self.file, self.activation = threading.Lock(), io.StringIO(), torch.nn.ReLU()

    def before_fit(self):
        self.head, self.mine, self.loader = self.model[1], [self.learn], self.dls.train
        self.weak, self.criterion = weakref.ref(self.learn), torch.nn.CrossEntropyLoss(weight=torch.ones(2))


def test_what_callbacks_remember_and_no_checkpoint_holds_is_said_once(make):
    learn = make()
    with pytest.warns(RuntimeWarning, match="Checkpoints do not hold") as said:
        learn.fit(2, 1e-2, cbs=[Hoarder(), CheckpointCallback(every_steps=1)], display=False)
    (text,) = [str(one.message) for one in said if "do not hold" in str(one.message)]
    names = ", ".join(f"Hoarder.{name}" for name in ("queue", "table", "rng", "teacher"))
    assert text.startswith(f"Checkpoints do not hold {names}: ") and "load_state_dict(state)" in text


OURS = [
    ActivationStats, ChannelsLast, CSVLogger, EarlyStoppingCallback, GradientClip, MixUp, ModelResetter,
    MixedPrecision, NonNativeMixedPrecision, ReduceLROnPlateau, RNNRegularizer, SaveModelCallback, ShowGraphCallback,
    WeightAveraging, CollectDataCallback, FetchPredsCallback, BnFreeze, ShortEpochCallback,
]  # fmt: skip


@pytest.mark.parametrize("cb", OURS)
def test_our_own_callbacks_lose_nothing(make, cb):
    learn = make(metrics=accuracy)
    learn.loss_func = torch.nn.CrossEntropyLoss(weight=torch.ones(2))
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Checkpoints do not hold")
        learn.fit_one_cycle(2, 1e-2, cbs=[cb(), CheckpointCallback(every_steps=3)], display=False)


SCRIPT = """
import sys, time
sys.path.insert(0, {here!r})
from conftest import build
from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.train.callback import Callback
learn = build(sys.argv[1])
learn.logger = lambda row: None
slow = Callback(after_batch=lambda self: (time.sleep(0.002), print(self.history.n_steps, flush=True)))
with learn.added_cbs(slow):
    if sys.argv[2] == "fit":
        learn.fit_one_cycle(40, 1e-2, cbs=CheckpointCallback(every_steps=1), display=False)
"""


@pytest.mark.parametrize(
    "moment", [0.0037, *(pytest.param(0.0002 * i, marks=pytest.mark.soak) for i in range(30))], ids=lambda m: f"{m:.4f}"
)
def test_a_kill_at_any_moment_leaves_a_checkpoint_to_go_on_from(make, tmp_path, moment):
    script = [sys.executable, "-c", SCRIPT.format(here=str(Path(__file__).parent)), str(tmp_path / "run"), "fit"]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if int(line) >= 20:
                time.sleep(moment)
                process.kill()
                break
    whole = make("whole")
    whole.fit_one_cycle(40, 1e-2, display=False)
    again = make("run")
    again.resume(display=False)
    assert_same(whole, again)
