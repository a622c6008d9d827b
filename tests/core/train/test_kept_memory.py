"""A fit on the processor keeps what it frees for its next batch, and gives it back when it ends, however it ends."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
import torch
from fastlearn.train import kept_memory as module
from fastlearn.train.callback import Callback
from fastlearn.train.kept_memory import kept_memory

PAGE = resource.getpagesize()
CPU = torch.device("cpu")
SIZE = 12 << 20  # numbers of one byte, eight times

needs_glibc = pytest.mark.skipif(module._glibc() is None, reason="malloc is not glibc's, or the environment sets it")


def use_memory() -> int:
    """Fill and free eight tensors; how many pages the system had to find for them."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    tensors = [torch.ones(SIZE, dtype=torch.uint8) for _ in range(8)]
    del tensors
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


@needs_glibc
def test_freed_memory_is_used_again_inside_and_given_back_after():
    with kept_memory(CPU):
        use_memory()
        assert use_memory() < 0.5 * 8 * SIZE / PAGE
        kept = resident()
    assert kept - resident() > 0.5 * 8 * SIZE


@needs_glibc
def test_the_last_of_several_fits_at_once_gives_back():
    with kept_memory(CPU):
        with kept_memory(CPU):
            use_memory()
        assert use_memory() < 0.5 * 8 * SIZE / PAGE


@needs_glibc
def test_a_fit_keeps_memory_and_ends_so_when_it_fails(make_learner):
    class Fails(Callback):
        def before_batch(self):
            assert module._users == 1
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        make_learner(cbs=Fails()).fit(1)
    assert module._users == 0


@pytest.mark.parametrize("name", module.SETTINGS)
def test_malloc_that_the_environment_sets_is_left_alone(name, monkeypatch):
    monkeypatch.setenv(name, "1")
    module._glibc.cache_clear()
    try:
        assert module._glibc() is None
        with kept_memory(CPU):
            assert module._users == 0
    finally:
        module._glibc.cache_clear()
