"""Every layer equals torch's own, output and gradients, and a convolution equals one written with windows."""

from __future__ import annotations

import pytest
import torch
from fastlearn.scratch import (
    AdaptivePool,
    BatchNorm,
    Conv,
    ConvLayer,
    Linear,
    MaxPool,
    ReLU,
    Sequential,
    conv2d_by_unfold,
    simple_cnn,
)
from torch import nn

CLOSE = {"rtol": 1e-5, "atol": 1e-5}


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def copy_to(theirs, ours):
    """Give a layer of torch our parameters, which come in the same order."""
    with torch.no_grad():
        for a, b in zip(theirs.parameters(), ours.parameters(), strict=True):
            a.copy_(b)
    return theirs


def assert_same(ours, theirs, x):
    """The same output, and the same gradients for input and parameters."""
    x1, x2 = x.clone().requires_grad_(), x.clone().requires_grad_()
    out, expected = ours(x1), theirs(x2)
    weights = torch.randn(out.shape, generator=rng(9))
    (out * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(out, expected, **CLOSE)
    torch.testing.assert_close(x1.grad, x2.grad, **CLOSE)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-4, atol=1e-4)


def test_linear_equals_torchs():
    ours = Linear(5, 3, rng())
    ours.bias.data.normal_(generator=rng(1))
    assert_same(ours, copy_to(nn.Linear(5, 3), ours), torch.randn(7, 5, generator=rng()))


@pytest.mark.parametrize("stride, ks", [(1, 3), (2, 3), (1, 1), (2, 7)])
def test_a_convolution_equals_torchs(stride, ks):
    ours = Conv(2, 4, ks, stride, rng=rng())
    theirs = copy_to(nn.Conv2d(2, 4, ks, stride, padding=ks // 2), ours)
    assert_same(ours, theirs, torch.randn(3, 2, 9, 8, generator=rng()))


def test_a_conv_layer_is_convolution_norm_and_relu():
    ours = ConvLayer(2, 4, stride=2, norm=BatchNorm, rng=rng())
    theirs = nn.Sequential(nn.Conv2d(2, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU())
    assert_same(ours, copy_to(theirs, ours), torch.randn(3, 2, 8, 8, generator=rng()))
    assert [type(layer) for layer in ConvLayer(1, 1, act=False)] == [Conv]
    assert [type(layer) for layer in ConvLayer(1, 1)] == [Conv, ReLU]


def test_pools_equal_torchs():
    x = torch.randn(3, 2, 7, 6, generator=rng())
    assert_same(AdaptivePool(), nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), x)
    assert_same(MaxPool(), nn.MaxPool2d(3, 2, 1), x)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("window", [(1, 1), (3, 3), (2, 5)])
def test_a_convolution_by_windows_is_a_convolution(stride, padding, window):
    x = torch.randn(2, 3, 9, 8, generator=rng(), dtype=torch.float64, requires_grad=True)
    weight = torch.randn(4, 3, *window, generator=rng(1), dtype=torch.float64, requires_grad=True)
    bias = torch.randn(4, generator=rng(2), dtype=torch.float64)
    ours = conv2d_by_unfold(x, weight, bias, stride, padding)
    theirs = torch.conv2d(x, weight, bias, stride, padding)
    torch.testing.assert_close(ours, theirs)
    grads = [torch.autograd.grad(out.sin().sum(), (x, weight)) for out in (ours, theirs)]
    torch.testing.assert_close(*grads)


def test_a_convolution_by_windows_needs_no_bias():
    x, weight = torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2)
    assert conv2d_by_unfold(x, weight).tolist() == [[[[4.0, 4.0], [4.0, 4.0]]]]


@pytest.mark.parametrize("shape", [(6, 3, 5, 4), (8, 3)])
def test_batch_norm_equals_torchs_in_training_and_in_use(shape):
    ours, theirs = BatchNorm(3), nn.BatchNorm2d(3) if len(shape) == 4 else nn.BatchNorm1d(3)
    ours.weight.data.uniform_(0.5, 2, generator=rng())
    ours.bias.data.normal_(generator=rng())
    copy_to(theirs, ours)
    for seed in range(3):
        x = 3 + 2 * torch.randn(shape, generator=rng(seed))
        ours.weight.grad = ours.bias.grad = None
        theirs.zero_grad()
        assert_same(ours, theirs, x)
        torch.testing.assert_close(ours.mean, theirs.running_mean)
        torch.testing.assert_close(ours.var, theirs.running_var)
    ours.train(False)
    theirs.eval()
    ours.weight.grad = ours.bias.grad = None
    theirs.zero_grad()
    assert_same(ours, theirs, torch.randn(shape, generator=rng(7)))


def test_batch_norm_of_a_single_number_a_channel_stays_finite():
    norm = BatchNorm(2)
    assert norm(torch.randn(1, 2, 1, 1)).isfinite().all() and norm.var.isfinite().all()


def test_batch_norm_forgets_what_it_saw_only_when_told():
    norm = BatchNorm(1).train(False)
    before = norm.state()
    norm(torch.randn(4, 1, 2, 2))
    torch.testing.assert_close(norm.state(), before)


def test_weights_keep_the_scale_through_a_relu():
    x = torch.randn(64, 256, generator=rng(99))
    deep = Sequential(*[part for i in range(8) for part in (Linear(256, 256, rng(i)), ReLU())])
    assert 0.5 < deep(x).square().mean().item() < 2  # without the 2 of the rule it would be 2 ** -8


def test_the_small_network_takes_any_size_and_repeats_itself():
    for size in (8, 28):
        assert simple_cnn(1, 10)(torch.rand(2, 1, size, size)).shape == (2, 10)
    first, again = (simple_cnn(3, 2, rng=rng(4)).state() for _ in range(2))
    torch.testing.assert_close(first, again)


def test_a_generator_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    simple_cnn(3, 2, rng=rng())
    assert torch.equal(torch.get_rng_state(), before)
