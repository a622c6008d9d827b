"""It really learns: handwritten digits to 95 %, and a residual network on blends of them."""

from __future__ import annotations

import pytest
import torch
from fastlearn.scratch import (
    BatchNorm,
    Callback,
    Conv,
    ConvLayer,
    DataLoader,
    DataLoaders,
    Dataset,
    Learner,
    Linear,
    MixUp,
    Normalize,
    SetupLearnerCB,
    TrackResults,
    accuracy,
    collate,
    cross_entropy,
    lsuv,
    resnet18,
    simple_cnn,
)
from fastlearn.scratch.hooks import Hooks
from fastlearn.scratch.lsuv import orthonormal
from fastlearn.scratch.mixup import blend, one_hot


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def loaders(files, vocab, size, n_train=1437, bs=64):
    train, valid = (Dataset(part, vocab, size, mode="L") for part in (files[360 : 360 + n_train], files[:360]))
    return DataLoaders(DataLoader(train, bs, shuffle=True), DataLoader(valid, 128))


def test_digits_are_read_to_95_per_cent(digit_files):
    files, vocab = digit_files
    dls = loaders(files, vocab, size=16)
    normalize = Normalize.from_batch(collate(range(64), dls.train.ds)[0])
    cbs = [SetupLearnerCB(normalize), TrackResults([accuracy], log=None)]
    learn = Learner(simple_cnn(1, len(vocab), rng=rng()), dls, cross_entropy, cbs=cbs)
    learn.fit_one_cycle(5, lr_max=0.2)
    assert learn.history.last("accuracy") >= 0.95


class Mixed(Callback):
    """Notes what the network gets to see."""

    order = 20

    def __init__(self):
        self.shares, self.valid_shapes = [], set()

    def before_batch(self):
        y = self.learn.batch[1]
        if self.learn.training:
            self.shares.append(y)
        else:
            self.valid_shapes.add(y.ndim)


def test_a_resnet18_learns_digits_from_blends(digit_files):
    files, vocab = digit_files
    dls, mixed = loaders(files, vocab, size=32, n_train=512, bs=32), Mixed()
    cbs = [MixUp(len(vocab)), mixed, TrackResults(log=None)]
    learn = Learner(resnet18(1, len(vocab), width=8, rng=rng()), dls, cross_entropy, cbs=cbs)
    learn.fit_one_cycle(4, lr_max=0.1)
    losses = [row["valid_loss"] for row in learn.history.epochs]
    assert losses[-1] < losses[0] and learn.history.last("accuracy") > 0.6
    shares = torch.cat(mixed.shares)
    torch.testing.assert_close(shares.sum(1), torch.ones(len(shares)))
    assert (shares > 0).sum(1).max() == 2 and mixed.valid_shapes == {1}


def test_a_blend_by_hand():
    a, b = torch.tensor([[[1.0]], [[2.0]]]), torch.tensor([[[3.0]], [[6.0]]])
    assert blend(a, b, torch.tensor([0.5, 0.75])).flatten().tolist() == [2.0, 3.0]
    assert one_hot(torch.tensor([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_the_loss_of_a_blend_is_the_blend_of_the_losses():
    scores, y1, y2 = torch.randn(6, 4, generator=rng()), torch.tensor([0, 1, 2, 3, 0, 1]), torch.tensor([1] * 6)
    shares = blend(one_hot(y1, 4), one_hot(y2, 4), torch.full((6,), 0.3))
    expected = 0.3 * cross_entropy(scores, y1) + 0.7 * cross_entropy(scores, y2)
    torch.testing.assert_close(cross_entropy(scores, shares), expected)


@pytest.mark.parametrize("training", [True, False])
def test_resnet18_is_torchvisions(training):
    from torchvision.models import resnet18 as reference

    ours, theirs = resnet18(3, 7, rng=rng()).train(training), reference(num_classes=7).train(training)
    with torch.no_grad():
        for a, b in zip(theirs.parameters(), ours.parameters(), strict=True):
            assert a.shape == b.shape
            a.copy_(b)
    x = torch.randn(2, 3, 64, 64, generator=rng(1))
    torch.testing.assert_close(ours(x).detach(), theirs(x).detach(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("shape", [(4, 9), (9, 4), (6, 2, 3, 3)])
def test_orthonormal_weights_are_at_right_angles(shape):
    flat = orthonormal(torch.Size(shape), rng()).flatten(1)
    small = flat @ flat.T if flat.shape[0] <= flat.shape[1] else flat.T @ flat
    torch.testing.assert_close(small, torch.eye(len(small)), atol=1e-5, rtol=0)


def test_lsuv_gives_every_weighted_sum_unit_variance():
    deep = [
        ConvLayer(1, 8, stride=2, rng=rng()),
        *[ConvLayer(8, 8, norm=norm, rng=rng()) for norm in (None, BatchNorm)],
    ]
    model = simple_cnn(8, 5, widths=(16, 16), rng=rng())
    model.layers = [*deep, *model.layers]
    x = 5 * torch.randn(32, 1, 16, 16, generator=rng()) + 2
    state = [module.state() for module in model.modules() if isinstance(module, BatchNorm)]
    assert lsuv(model, x, rng=rng()) is model and model.training
    sums = [module for module in model.modules() if isinstance(module, Conv | Linear)]
    model.train(False)
    with Hooks(sums, lambda module, inputs, output: output.var().item()) as hooks:
        model(x)
    assert hooks.stored == pytest.approx([1] * 6, abs=0.1)
    torch.testing.assert_close([m.state() for m in model.modules() if isinstance(m, BatchNorm)], state)
    assert all(p.requires_grad for p in model.parameters())
