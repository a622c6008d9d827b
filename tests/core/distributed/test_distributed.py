"""Two processes on the CPU train as one with the doubled batch does; what fails in one ends the run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from fastlearn.bundle import load_learner
from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.data.loader import DataLoader
from fastlearn.data.share import Share
from fastlearn.distributed import distrib_barrier, num_distrib, rank0_first, rank_distrib
from fastlearn.distributed.batchnorm import sync_batchnorm
from fastlearn.train.callback import Callback

sys.path.insert(0, str(Path(__file__).parent))
import job

# What C++ says when a process ends while a thread of torch's own still runs: once in some dozens of runs, on a busy
# machine, and nothing that a line of Python could prevent.
ABORTED = "terminate called without an active exception"
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", job.__file__]
ENV = {**os.environ, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"}


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    script = [sys.executable, Path(job.__file__).with_name("nursery.py")]
    with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENV) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def run(nursery: subprocess.Popen[str]) -> Run:
    """run(name, folder, launcher) runs a job of job.py in two processes."""

    def run(name: str, folder: Path, launcher: str = "torchrun") -> Done:
        for _ in range(2):
            print(launcher, name, folder, sep="\t", file=nursery.stdin, flush=True)
            status = int(nursery.stdout.readline())
            done = Done(status, (folder / "stdout").read_text(), (folder / "stderr").read_text())
            if ABORTED not in done.stderr:
                break
        return done

    return run


def run_anew(name: str, folder: Path) -> Done:
    """The same in new interpreters, as users start them."""
    command = [*TORCHRUN, name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, cwd=folder, env=ENV)
    return Done(done.returncode, done.stdout, done.stderr)


def told(folder: Path) -> list[dict[str, Any]]:
    """What both processes have written down."""
    return [torch.load(folder / f"told_{rank}.pt") for rank in (0, 1)]


def check_same(told: dict[str, Any], other: dict[str, Any]) -> None:
    assert told.keys() == other.keys() and told.pop("kinds") == other.pop("kinds")
    torch.testing.assert_close(told, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("interpreter", ["forked", pytest.param("new", marks=pytest.mark.soak)])
def test_two_processes_are_one_with_the_doubled_batch(run: Run, tmp_path: Path, interpreter: str) -> None:
    done = run("equal", tmp_path) if interpreter == "forked" else run_anew("equal", tmp_path)
    assert done.returncode == 0, done.stderr
    alone = job.train(job.learner(16, tmp_path / "alone"))
    after = torch.load(tmp_path / "after_1.pt")  # outside of the block every process has the whole again
    for found in (*told(tmp_path), after):
        check_same(found, dict(alone))
    torch.testing.assert_close(torch.load(tmp_path / "one_1.pt"), alone["preds"][0], rtol=1e-4, atol=1e-5)
    accumulated = job.accumulate(job.learner(16, tmp_path / "slowly"))
    for rank in (0, 1):
        torch.testing.assert_close(torch.load(tmp_path / f"accumulated_{rank}.pt"), accumulated, rtol=1e-4, atol=1e-5)
    assert done.stdout.count("train_loss") == 2  # only the first process prints, and writes
    assert len((tmp_path / "history.csv").read_text().splitlines()) == 3
    assert load_learner(tmp_path / "export.zip").predict(job.data(1, 2)[0][0])


def test_processes_agree_where_nothing_was_said_and_one_stops_all(run: Run, tmp_path: Path) -> None:
    done = run("more", tmp_path, "accelerate")
    assert done.returncode == 0, done.stderr
    first, second = told(tmp_path)
    assert first.pop("reason") == second.pop("reason") == "enough"
    assert "loss became nan" in first["without_numbers"][0] and first.pop("without_numbers") == second.pop(
        "without_numbers"
    )
    assert first["n_steps"] == 3 * 7 and len(first["lrs"]) == 12  # 103 items are 7 batches of two times 8
    torch.manual_seed(3)
    assert torch.equal(first["frozen"], job.net()[0].weight)
    check_same(first, second)
    [run_folder] = (tmp_path / "runs").iterdir()  # the first process alone has recorded it
    assert list((run_folder / "checkpoints").iterdir())


def test_a_run_goes_on_in_other_processes(run: Run, tmp_path: Path) -> None:
    """One process alone was stopped in its second epoch; with the same joint batch two end as it would have."""
    whole = job.learner(16, tmp_path / "whole")
    whole.fit(3)
    alone = job.learner(16, tmp_path)
    alone.add_cb(Callback(before_batch=lambda self: self.train_iter == 10 and self.control.stop()))
    alone.fit(3, cbs=CheckpointCallback())
    assert alone.history.n_steps == 11
    done = run("resumed", tmp_path)
    assert done.returncode == 0, done.stderr
    expected = job.told(whole)
    for found in told(tmp_path):
        check_same(found, dict(expected))


def test_what_cannot_be_done_together_is_refused_in_a_notebooks_processes_too(run: Run, tmp_path: Path) -> None:
    done = run("refused", tmp_path, "notebook")
    assert done.returncode == 0, done.stderr
    for rank in (0, 1):
        split, metric, stream, half = torch.load(tmp_path / f"said_{rank}.pt")
        assert "Process 1 has other items than the first one" in split and "seed" in split
        assert "'mine'" in metric and "summed = ('total', 'count')" in metric
        assert "no positions" in stream and "to_bf16" in half


@pytest.mark.parametrize(("name", "why"), [("fails", "a part of the second process is broken"), ("dies", "SIGKILL")])
def test_a_process_that_is_lost_ends_the_run_and_says_why(run: Run, tmp_path: Path, name: str, why: str) -> None:
    done = run(name, tmp_path)
    assert done.returncode != 0 and why in done.stderr


def test_an_ordinary_process_is_as_ever(tmp_path: Path) -> None:
    with job.learner(16, tmp_path).distrib_ctx() as learn:
        assert learn.processes is None
        found = job.train(learn)
    check_same(found, job.train(job.learner(16, tmp_path)))
    assert rank0_first(lambda x: x + 1, 1) == 2 and num_distrib() == 1 and rank_distrib() == 0
    distrib_barrier()


@pytest.mark.parametrize("n", [0, 1, 5, 16, 31, 32, 33])
@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("drop_last", [False, True])
def test_parts_of_an_epoch_are_its_whole(n: int, size: int, drop_last: bool) -> None:
    def shared(rank: int, even: bool) -> DataLoader:
        loader = DataLoader(list(range(n)), bs=5, shuffle=True, drop_last=drop_last, seed=1)
        loader.share = Share(rank, size, lambda value: value, even)
        return loader

    whole = [batch.tolist() for batch in DataLoader(list(range(n)), bs=5 * size, shuffle=True, seed=1) if n]
    for even in (False, True):
        loaders = [shared(rank, even) for rank in range(size)]
        parts = [[batch.tolist() for batch in loader] if n else [] for loader in loaders]
        assert [len(loader) for loader in loaders] == [len(part) for part in parts]
        joined = [list(chain(*batches)) for batches in zip_longest(*parts, fillvalue=[])]
        kept = [batch for batch in whole if len(batch) == 5 * size or not (drop_last and n >= 5 * size)]
        assert joined == [batch for batch in kept if not even or len(batch) >= size]


def test_synchronised_batch_norms_stay_the_same_modules() -> None:
    net = job.net()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    undo = sync_batchnorm(net)
    assert [type(m).__name__ for m in net.modules()].count("_SyncedOnCPU") == 2
    undo()
    assert isinstance(net[1], torch.nn.BatchNorm2d) and not hasattr(net[1], "process_group")
    torch.testing.assert_close(dict(net.state_dict()), before)
