"""From files to batches, in this process and in others."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest
import torch
from fastlearn.scratch import DataLoader, DataLoaders, Dataset, Normalize, collate, reverse_map, vocab_of
from PIL import Image


class Squares:
    """`ds[i]` is i and its square; number `bad` raises, number `deadly` ends the process that asks for it."""

    def __init__(self, n, bad=None, deadly=None):
        self.n, self.bad, self.deadly = n, bad, deadly

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i == self.bad:
            raise ValueError(f"item {i} is broken")
        if i == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return torch.tensor([float(i)]), torch.tensor(i * i)


def children():
    return len(multiprocessing.active_children())


@pytest.fixture
def pictures(tmp_path):
    """A red, a half-grey and an opaque green picture, of different sizes and modes."""
    for name, mode, size, colour in [
        ("b/1.png", "RGB", (8, 4), (255, 0, 0)),
        ("a/2.png", "L", (3, 3), 51),
        ("b/3.png", "RGBA", (5, 9), (0, 255, 0, 255)),
    ]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Image.new(mode, size, colour).save(path)
    return sorted(tmp_path.rglob("*.png"), key=lambda path: path.name)


def test_the_vocabulary_is_sorted_and_its_reverse_map_leads_back():
    vocab = vocab_of([Path("x/dog/1.png"), Path("y/cat/2.png"), Path("x/dog/3.png")])
    assert vocab == ["cat", "dog"] and reverse_map(vocab) == {"cat": 0, "dog": 1}
    assert all(vocab[number] == name for name, number in reverse_map(vocab).items())


def test_a_sample_has_the_shape_and_range_that_is_promised(pictures):
    ds = Dataset(pictures, vocab_of(pictures), size=6)
    (x, y), (grey, z) = ds[0], ds[1]
    assert x.shape == (3, 6, 6) and x.dtype == torch.float32
    assert x.amax((1, 2)).tolist() == [1, 0, 0] and (int(y), int(z)) == (1, 0)
    assert y.dtype == torch.int64 and y.shape == ()
    assert grey.unique().tolist() == pytest.approx([0.2])  # three equal channels
    assert Dataset(pictures, vocab_of(pictures), size=6, mode="L")[0][0].shape == (1, 6, 6)


def test_pictures_of_all_sizes_make_one_batch(pictures):
    x, y = collate([2, 0], Dataset(pictures, vocab_of(pictures), size=4))
    assert x.shape == (2, 3, 4, 4) and y.tolist() == [1, 1]
    assert x[0].amax((1, 2)).tolist() == [0, 1, 0]


def test_normalised_channels_have_mean_0_and_deviation_1():
    x = torch.randn(16, 3, 5, 5, generator=torch.Generator().manual_seed(0)) * torch.tensor([1.0, 2, 3])[:, None, None]
    x = Normalize.from_batch(x + 4)(x + 4)
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(x.std((0, 2, 3)), torch.ones(3))
    assert Normalize([0.5], [0.25])(torch.ones(1, 1, 1, 1)).item() == 2


def test_every_item_comes_once_and_in_order():
    batches = list(DataLoader(Squares(10), 4))
    assert [len(x) for x, _ in batches] == [4, 4, 2] and len(DataLoader(Squares(10), 4)) == 3
    assert torch.cat([y for _, y in batches]).tolist() == [i * i for i in range(10)]


def test_shuffled_epochs_differ_and_the_seed_repeats_them():
    first, again = (DataLoader(Squares(50), 50, shuffle=True, seed=3) for _ in range(2))
    epochs = [next(iter(first))[1].tolist() for _ in range(2)]
    assert epochs[0] != epochs[1] and sorted(epochs[0]) == sorted(epochs[1])
    assert epochs == [next(iter(again))[1].tolist() for _ in range(2)]


@pytest.mark.parametrize("start, n", [("spawn", 1), ("fork", 2)])
def test_a_pool_gives_the_same_batches_and_ends_when_closed(start, n):
    torch.rand(300, 300) @ torch.rand(300, 300)  # torch's own threads are awake when the processes begin
    before, here = children(), DataLoader(Squares(50), 8, shuffle=True)
    with DataLoaders(DataLoader(Squares(50), 8, shuffle=True, n_workers=n, start=start), []) as dls:
        for _ in range(2):
            torch.testing.assert_close(list(dls.train), list(here))
        assert children() == before + n  # the second epoch used the same processes
    assert children() == before


def test_an_epoch_left_in_its_middle_ends_cleanly_and_the_next_is_whole():
    loader = DataLoader(Squares(200), 2, n_workers=1, start="fork")
    for x, _ in loader:
        assert x.shape == (2, 1)
        break
    assert sum(len(x) for x, _ in loader) == 200
    loader.close()
    loader.close()


def test_a_forgotten_loader_takes_its_processes_with_it():
    before = children()
    loader = DataLoader(Squares(4), 2, n_workers=1, start="fork")
    list(loader)
    assert children() == before + 1
    del loader
    gc.collect()
    deadline = time.monotonic() + 20
    while children() > before and time.monotonic() < deadline:  # the pool's own thread waits for the process too
        time.sleep(0.05)
    assert children() == before


def test_an_item_that_fails_in_a_process_says_why_here():
    loader = DataLoader(Squares(8, bad=5), 2, n_workers=1, start="fork")
    with DataLoaders(loader, []), pytest.raises(ValueError, match="item 5 is broken"):
        list(loader)


def test_a_process_that_is_killed_ends_the_epoch_with_a_remedy():
    loader = DataLoader(Squares(8, deadly=3), 2, n_workers=1, start="fork")
    with pytest.raises(RuntimeError, match=r"ended before its batch was made\. Try n_workers=0"):
        list(loader)
    loader.ds.deadly = None
    assert len(list(loader)) == 4  # with new processes
    loader.close()
