"""Threads or processes by a look at the first items; the fresh processes are scripts as users write them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest
import torch
from fastlearn.data import python_bound, worker_choice
from fastlearn.data.datasets import Datasets
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.python_bound import Load, Ran, measure
from fastlearn.data.worker_choice import has_main_guard, why_not_spawn


def busy(seconds):
    """Python code for so many seconds of processor time."""
    start, total = time.thread_time(), 0
    while time.thread_time() - start < seconds:
        total += sum(range(200))
    return total


def slow_python(i):
    busy(0.004)
    return torch.tensor([float(i)])


def slow_and_free(i):
    from hashlib import blake2b

    start = time.thread_time()
    while time.thread_time() - start < 0.004:
        blake2b(bytes(1 << 18))
    return torch.tensor([float(i)])


def made_of(read, n=1000):
    return Datasets(range(n), [[read], [parity]]).train


def parity(i):
    return i % 2


def always(seconds):
    return True


@pytest.fixture
def bound(monkeypatch):
    """A measurement that finds Python, on any machine."""
    monkeypatch.setattr(worker_choice, "measure", lambda *args: Load(0.01, 0.9))


def loader(dataset=None, **settings):
    dataset = made_of(lambda i: torch.tensor([float(i)])) if dataset is None else dataset
    return DataLoader(dataset, **{"bs": 100, "num_workers": 2, "seed": 1, "shuffle": True, **settings})


def maker_of(read, **settings):
    return loader(made_of(read), **settings).maker()


# The measurement.


SUSPECT = 0.5


def retried(read, good, times=5):
    """The load of reading items by `read`, measured again while it is not `good`: other programs may be busy, too."""
    for _ in range(times):
        found = measure(maker_of(read), 1000, always, SUSPECT)
        if found is not None and good(found.bound):
            return found
    pytest.skip("the machine is too busy to measure")


def scripted(alone, *processors):
    """A stopwatch that has seen `alone` seconds for four items, and then so many busy processors each time."""
    ran = iter([Ran(alone, alone), *(Ran(0.08, 0.08 / n) for n in processors)])
    return lambda jobs, end: next(ran)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor tells nothing")
def test_python_code_is_told_from_code_that_lets_other_threads_run():
    python = retried(slow_python, lambda bound: True)
    free = retried(slow_and_free, lambda bound: bound < 0.4)
    assert python.bound > 0.6 > 0.4 > free.bound
    assert 0.002 < python.seconds < 0.1


@pytest.mark.parametrize(
    "processors, bound",
    [
        ((2.0, 1.9, 2.0), 0.1),  # free work got 2 processors, and reading nearly as many: one look is enough
        ((2.0, 1.0, 2.0, 2.0, 1.9, 2.0), 0.1),  # another program came between in the first look
        ((2.0, 1.1, 2.0, 2.0, 1.0, 2.0), 0.9),  # the smaller share of two
        ((1.8, 1.2, 1.6, 1.6, 1.3, 1.6), 0.5),  # against the slower free work beside it
        ((2.0, 1.0, 2.0, 2.0, 1.0, 1.2), None),  # by now the machine is too busy to tell
        ((1.4, 1.0, 2.0), None),
        ((2.0, 2.2, 2.0), 0.0),
    ],
)
def test_what_looks_like_python_is_measured_twice_and_the_smaller_share_counts(processors, bound):
    stopwatch = scripted(0.02, *processors)
    load = measure(maker_of(slow_python), 1000, always, SUSPECT, stopwatch)
    assert load == (None if bound is None else (pytest.approx(0.005), pytest.approx(bound)))
    with pytest.raises(StopIteration):  # all that was scripted has been asked for
        stopwatch([], 0)


def test_a_loader_stays_with_threads_when_a_second_look_finds_them_free(monkeypatch):
    stopwatch = scripted(0.04, 2.0, 1.0, 2.0, 2.0, 1.9, 2.0)
    monkeypatch.setattr(worker_choice, "measure", lambda *said: measure(*said, stopwatch))
    dl = loader(made_of(slow_python))
    next(iter(dl))
    assert dl.workers == "thread" and dl._pool is None


def test_a_look_reads_a_handful_of_items_and_leaves_random_states_and_the_order_alone():
    seen = set()

    def read(i):
        seen.add(i)
        random.random(), np.random.rand(), torch.rand(())
        return slow_python(i)

    dl = loader(made_of(read))
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    measure(dl.maker(), 1000, always, SUSPECT)
    assert seen == {0, 1, 2} and random.getstate() == states[0] and torch.equal(torch.get_rng_state(), states[2])
    assert all(np.array_equal(a, b) for a, b in zip(np.random.get_state(), states[1], strict=True))
    assert dl.epoch == 0 and dl.state() == loader(made_of(read)).state()


def test_quick_items_are_not_looked_at_twice():
    asked = []
    assert measure(maker_of(lambda i: torch.tensor(i)), 1000, asked.append, SUSPECT) is None
    assert asked == []
    assert measure(maker_of(slow_python), 1000, asked.append, SUSPECT) is None
    assert len(asked) == 1 and asked[0] > 0.003
    assert measure(maker_of(slow_python), 0, always, SUSPECT) is None


def test_items_that_fail_or_take_long_leave_it_at_threads(monkeypatch):
    monkeypatch.setattr(python_bound, "PATIENCE", 0.3)
    release = threading.Event()
    release.set()

    def waits(i):
        release.wait(20)
        return torch.tensor(i)

    def fails(i):
        raise RuntimeError("no such thing")

    maker, start = maker_of(waits), time.monotonic()
    release.clear()
    assert measure(maker, 10, always, SUSPECT) is None and time.monotonic() - start < 5
    release.set()
    assert measure(maker_of(fails), 10, always, SUSPECT) is None


# The choice.


def test_python_bound_items_get_processes_and_that_is_said_once(bound):
    dls = DataLoaders.from_dsets(made_of(lambda i: torch.tensor([float(i)])), made_of(picture, 200), bs=100,
                                 num_workers=2, seed=1, device="cpu")  # fmt: skip
    assert (dls.train.workers, "workers" in repr(dls.train)) == ("auto", True)
    with pytest.warns(
        UserWarning, match=r"Python code.*90%.*2 processes read in their place.*workers='thread'"
    ) as said:
        got = [batch.items.tolist() for dl in dls.loaders for _ in range(2) for batch in dl]
    assert len(said) == 1 and dls.train.workers == dls.valid.workers == "process"
    assert len(dls.train._pool._loader._iterator._workers) == 2
    for dl in dls.loaders:
        dl.close()
    threads = DataLoaders.from_dsets(dls.train_ds, dls.valid_ds, bs=100, num_workers=2, seed=1, workers="thread",
                                     device="cpu")  # fmt: skip
    assert got == [batch.items.tolist() for dl in threads.loaders for _ in range(2) for batch in dl]


def picture(i):
    return torch.tensor([float(i)])


@pytest.mark.parametrize(
    "load, n, settings",
    [
        (Load(0.01, 0.2), 1000, {}),  # free enough
        (Load(0.01, 0.9), 50, {}),  # half a second in an epoch
        (None, 1000, {}),  # not known
        (Load(0.01, 0.9), 1000, {"num_workers": 1}),
        (Load(0.01, 0.9), 1000, {"num_workers": 0}),
    ],
)
def test_threads_stay_where_processes_would_gain_little(monkeypatch, load, n, settings):
    monkeypatch.setattr(worker_choice, "measure", lambda *args: load)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dl = loader(made_of(picture, n), **settings)
        assert len(list(dl)) == -(-n // 100)
    assert dl._pool is None and dl.workers in ("thread", "auto")


def test_what_was_said_is_not_looked_at(monkeypatch):
    monkeypatch.setattr(worker_choice, "measure", lambda *args: pytest.fail("measured"))
    dl = loader(workers="thread")
    assert len(list(dl)) == 10 and dl.workers == "thread"
    assert dl.new(dl.dataset).workers == "thread" and loader(workers="process").workers == "process"


def test_workers_that_do_not_start_leave_it_at_threads(bound):
    def dies(number):
        raise SystemExit(3)

    dl = loader(worker_init_fn=dies)
    with pytest.warns(UserWarning, match=r"Processes would be faster, but they could not be started.*So threads read"):
        assert len(list(dl)) == 10
    assert dl.workers == "thread" and dl._pool is None


@pytest.mark.parametrize("trial", [0.0, 0.5])  # over before the workers are there, and as a rule after it
def test_workers_that_hang_at_their_start_leave_it_at_threads(bound, monkeypatch, trial):
    monkeypatch.setattr(worker_choice, "TRIAL", trial)
    dl = loader(worker_init_fn=lambda number: time.sleep(600))
    with pytest.warns(UserWarning, match="could not be started"):
        assert len(list(dl)) == 10
    assert dl.workers == "thread" and dl._pool is None


def test_steps_that_cannot_be_sent_leave_it_at_threads_where_processes_start_from_nothing(bound):
    dl = loader(made_of(lambda i: torch.tensor([float(i)]), 2000), multiprocessing_context="spawn")
    with pytest.warns(UserWarning, match=r"Processes would be faster, but .*(cannot be sent|from its top)"):
        assert len(list(dl)) == 20
    assert dl.workers == "thread"


def test_a_script_is_known_by_its_main_guard(tmp_path):
    script = tmp_path / "script.py"
    for text, guarded in [
        ("import torch\ntrain()\n", False),
        ("def main():\n    if __name__ == '__main__':\n        pass\n", False),
        ("import torch\nif __name__ == '__main__':\n    train()\n", True),
        ("if '__main__' == __name__: train()", True),
        ("not python at all ((", False),
    ]:
        script.write_text(text)
        assert has_main_guard(script) == guarded
    assert has_main_guard(tmp_path / "ipykernel_launcher") is True


def test_functions_of_a_notebook_are_not_sent(monkeypatch):
    main = sys.modules["__main__"]
    monkeypatch.delattr(main, "__file__", raising=False)
    assert why_not_spawn(maker_of(picture)) is None
    own = type(picture)(picture.__code__, {"torch": torch}, "own_picture")
    own.__module__, own.__qualname__ = "__main__", "own_picture"
    monkeypatch.setattr(main, "own_picture", own, raising=False)
    assert "functions of a notebook" in why_not_spawn(maker_of(own))
    assert "cannot be sent" in why_not_spawn(maker_of(lambda i: torch.tensor(i)))


# In fresh processes.

SCRIPT = """
import torch
from fastlearn.data.datasets import Datasets
from fastlearn.data.loader import DataLoader

def picture(i):
    return torch.tensor([float(i)])

def parity(i):
    return i % 2

def main(**settings):
    data = Datasets(range(400), [[picture], [parity]]).train
    dl = DataLoader(data, **{"bs": 20, "num_workers": 2, "seed": 1, **settings})
    for _ in range(2):
        print(sum(batch[0].sum().item() for batch in dl))
    return dl
"""


def run(tmp_path, text, fails=False, as_notebook=False):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT + text)
    started = ["-c", SCRIPT + text] if as_notebook else [script]  # neither knows a file of its own
    done = subprocess.run([sys.executable, "-W", "ignore", *started], capture_output=True, text=True, timeout=120)
    assert (done.returncode != 0) == fails, done.stderr
    return done


def test_a_notebook_and_a_script_end_with_workers_alive_and_an_epoch_half_way(tmp_path):
    """Also with functions of `__main__`, which forked processes know and others are said not to."""
    done = run(tmp_path, """
kept = [main(workers="thread"), main(workers="process")]
halves = [iter(dl) for dl in kept]
for half in halves:
    next(half)
try:
    main(workers="process", multiprocessing_context="spawn")
except RuntimeError as error:
    print(error)
""", as_notebook=True)  # fmt: skip
    *sums, said = done.stdout.splitlines()
    assert sums == ["79800.0"] * 4 and "Traceback" not in done.stderr
    assert "functions of a notebook" in said and "workers='thread'" in said


def test_a_script_with_spawned_workers_runs(tmp_path):
    done = run(tmp_path, """
if __name__ == "__main__":
    dl = main(workers="process", multiprocessing_context="spawn", num_workers=1)
    workers = dl._pool._loader._iterator._workers
    print(all(worker.is_alive() for worker in workers))
    next(iter(dl))
""")  # fmt: skip
    assert done.stdout.split() == ["79800.0", "79800.0", "True"] and "Traceback" not in done.stderr


def test_spawned_workers_of_a_script_without_a_guard_are_explained(tmp_path):
    done = run(tmp_path, 'main(workers="process", multiprocessing_context="spawn")\n', fails=True)
    assert "runs script.py from its top, which has no `if __name__ == '__main__':`" in done.stderr
    assert "workers='thread'" in done.stderr and done.stderr.count("Traceback") == 1
