"""Small data and small learners for the tests of the teaching path."""

from __future__ import annotations

import pytest
import torch
from fastlearn.data.find import get_image_files
from fastlearn.data.samples import sample_data
from fastlearn.scratch import DataLoader, DataLoaders, Learner, Linear, TrackResults, cross_entropy, vocab_of


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def digit_files(tmp_path_factory):
    """The files of the sample digits, in an order that mixes the classes, and their vocabulary."""
    files = list(get_image_files(sample_data("digits", tmp_path_factory.mktemp("samples"))))
    order = torch.randperm(len(files), generator=torch.Generator().manual_seed(0)).tolist()
    return [files[i] for i in order], vocab_of(files)


class Points:
    """`n` points in the plane, `(2,)`; class 1 is right of the line x0 + x1 = 0."""

    def __init__(self, n, seed=0):
        self.x = torch.randn(n, 2, generator=torch.Generator().manual_seed(seed))
        self.y = (self.x.sum(1) > 0).long()

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


@pytest.fixture
def make_learner():
    """Builds a quiet learner over 128 points in 8 batches and 48 in 3."""

    def make(cbs=(), n=128, lr=0.1, **options):
        dls = DataLoaders(DataLoader(Points(n), 16, shuffle=True), DataLoader(Points(48, seed=1), 16))
        model = Linear(2, 2, torch.Generator().manual_seed(0))
        if not any(isinstance(cb, TrackResults) for cb in cbs):
            cbs = [*cbs, TrackResults(log=None)]
        return Learner(model, dls, options.pop("loss_func", cross_entropy), lr, cbs, **options)

    return make
