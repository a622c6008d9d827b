"""Blocks against their formulas in plain torch: shortcuts, attention, excitation, pixel shuffle, sequences."""

from __future__ import annotations

import inspect
from collections import OrderedDict

import pytest
import torch
import torch.nn.functional as F
from fastlearn.layers import (
    AvgPool,
    Cat,
    ConvLayer,
    MaxPool,
    MergeLayer,
    NormType,
    PixelShuffle_ICNR,
    PooledSelfAttention2d,
    ProdLayer,
    ResBlock,
    SEBlock,
    SelfAttention,
    SEModule,
    SeparableBlock,
    SequentialEx,
    SEResNeXtBlock,
    SimpleSelfAttention,
    icnr_init,
    sequential,
)
from torch import nn


def noise(*size, seed=0):
    return torch.randn(*size, generator=torch.Generator().manual_seed(seed))


def defaults(thing):
    parameters = inspect.signature(thing).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}


def shaken(block):
    """`block` with norm weights that are not at their start, where parts of it would be switched off."""
    for m in block.modules():
        if isinstance(m, nn.BatchNorm2d):
            nn.init.normal_(m.weight, 1.0, 0.2, generator=torch.Generator().manual_seed(1))
    return block


def test_the_published_defaults_of_the_blocks():
    assert defaults(ResBlock) == {
        "stride": 1, "groups": 1, "reduction": None, "nh1": None, "nh2": None, "dw": False, "g2": 1, "sa": False,
        "sym": False, "norm_type": NormType.Batch, "act_cls": nn.ReLU, "ndim": 2, "ks": 3, "pool": AvgPool,
        "pool_first": True, "bn_1st": True,
    }  # fmt: skip
    assert defaults(SEBlock) == {"groups": 1, "reduction": 16, "stride": 1}
    assert defaults(SEResNeXtBlock) == {"groups": 32, "reduction": 16, "stride": 1, "base_width": 4}
    assert defaults(SeparableBlock) == {"reduction": 16, "stride": 1, "base_width": 4}
    assert defaults(PixelShuffle_ICNR) == {
        "nf": None, "scale": 2, "blur": False, "norm_type": NormType.Weight, "act_cls": nn.ReLU,
    }  # fmt: skip
    assert defaults(SimpleSelfAttention) == {"ks": 1, "sym": False} and defaults(MergeLayer) == {"dense": False}
    assert defaults(Cat) == {"dim": 1} and defaults(icnr_init)["scale"] == 2


@pytest.mark.parametrize("norm_type", ["Batch", "Instance"])
def test_a_block_starts_as_its_shortcut(norm_type):
    x = noise(2, 8, 5, 5).relu()
    block = ResBlock(1, 8, 8, norm_type=norm_type)
    assert torch.allclose(block(x), (x + 1e-3).relu(), atol=1e-6)


def test_a_block_that_shrinks_pools_its_shortcut():
    block, x = shaken(ResBlock(1, 4, 6, stride=2)).eval(), noise(2, 4, 7, 7)
    path = [ConvLayer, ConvLayer]
    assert [type(m) for m in block.convpath] == path and [type(m) for m in block.idpath] == [nn.AvgPool2d, ConvLayer]
    short = F.avg_pool2d(x, 2, ceil_mode=True)
    norm = block.idpath[1][1]
    short = F.conv2d(short, block.idpath[1][0].weight) / (1 + 1e-5) ** 0.5 * norm.weight[:, None, None] + 1e-3
    first, second = (F.conv2d, block.convpath[0]), (F.conv2d, block.convpath[1])
    y = first[1][2](first[1][1](F.conv2d(x, first[1][0].weight, stride=2, padding=1)))
    y = second[1][1](F.conv2d(y, second[1][0].weight, padding=1))
    assert torch.allclose(block(x), (y + short).relu(), atol=1e-5) and block(x).shape == (2, 6, 4, 4)


def test_pooling_can_come_last_and_be_another():
    block = ResBlock(1, 4, 6, stride=2, pool=MaxPool, pool_first=False)
    assert [type(m) for m in block.idpath] == [ConvLayer, nn.MaxPool2d]


@pytest.mark.parametrize(
    "make, settings, convs",
    [  # of each convolution: in, out, kernel, groups
        (ResBlock, {}, [(32, 8, 1, 1), (8, 8, 3, 1), (8, 32, 1, 1)]),
        (ResBlock, {"nh1": 4, "nh2": 6, "g2": 2}, [(32, 4, 1, 1), (4, 6, 3, 1), (6, 32, 1, 2)]),
        (ResBlock, {"dw": True, "ks": 5}, [(32, 8, 1, 1), (8, 8, 5, 8), (8, 32, 1, 1)]),
        (SEBlock, {"groups": 2}, [(32, 16, 1, 1), (16, 32, 3, 2), (32, 32, 1, 1)]),
        (SEResNeXtBlock, {"groups": 4, "base_width": 64}, [(32, 32, 1, 1), (32, 32, 3, 4), (32, 32, 1, 1)]),
        (SeparableBlock, {}, [(32, 16, 1, 1), (16, 16, 3, 16), (16, 32, 1, 1)]),
    ],
)
def test_widths_kernels_and_groups_inside(make, settings, convs):
    block = make(4, 8, 8, **settings)
    layers = [m[0] for m in block.convpath if isinstance(m, ConvLayer)]
    assert [(c.in_channels, c.out_channels, c.kernel_size[0], c.groups) for c in layers] == convs
    excited = any(isinstance(m, SequentialEx) for m in block.convpath)
    assert excited is (make is not ResBlock) and block(noise(2, 32, 5, 5)).shape == (2, 32, 5, 5)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_blocks_of_every_dimension_with_all_parts(ndim):
    block = ResBlock(1, 8, 8, ndim=ndim, reduction=1, sa=True, sym=True, act_cls=nn.Mish)
    assert block(noise(2, 8, *[4] * ndim)).shape == (2, 8, *[4] * ndim)


def test_a_misspelt_setting_of_a_block_is_answered():
    with pytest.raises(TypeError, match=r"'strides'.*Did you mean 'stride'"):
        SEBlock(1, 8, 8, strides=2)


def test_excitation_weighs_channels_by_their_averages():
    layer, x = SEModule(16, 2), noise(2, 16, 5, 6)
    small, big = layer[1][0], layer[2][0]
    mean = x.mean((2, 3))
    weights = torch.sigmoid(F.linear(F.linear(mean, small.weight.flatten(1), small.bias).relu(), big.weight.flatten(1),
                                     big.bias))  # fmt: skip
    assert small.out_channels == 8 and torch.allclose(layer(x), x * weights[..., None, None], atol=1e-6)


@pytest.mark.parametrize("ch, reduction, width", [(64, 16, 8), (256, 16, 16), (160, 16, 16), (32, 16, 8), (16, 1, 16)])
def test_the_width_of_an_excitation_is_rounded_up_to_eights(ch, reduction, width):
    assert SEModule(ch, reduction)[1][0].out_channels == width
    with pytest.raises(ValueError, match=f"leaves none of {ch} channels"):
        SEModule(ch, ch + 1)


@pytest.mark.parametrize("make", [SelfAttention, PooledSelfAttention2d, SimpleSelfAttention])
def test_attention_starts_as_nothing_and_gets_gradients(make):
    layer, x = make(16), noise(2, 16, 4, 6)
    assert torch.equal(layer(x), x) and layer.gamma.item() == 0
    with torch.no_grad():
        layer.gamma.fill_(1.0)
    layer(x).square().sum().backward()
    assert not torch.equal(layer(x), x) and all(p.grad.abs().sum() > 0 for p in layer.parameters())


def test_attention_mixes_places_by_the_softmax_of_their_products():
    layer, x = SelfAttention(8).eval(), noise(1, 8, 2, 3)
    with torch.no_grad():
        layer.gamma.fill_(0.5)
    flat = x[0].reshape(8, 6)
    q, k, v = (m[0].weight[:, :, 0] @ flat for m in (layer.query, layer.key, layer.value))
    by_hand = torch.zeros(8, 6)
    for place in range(6):
        weights = torch.softmax(torch.stack([q[:, other] @ k[:, place] for other in range(6)]), 0)
        by_hand[:, place] = v @ weights
    assert torch.allclose(layer(x)[0].reshape(8, 6), flat + 0.5 * by_hand, atol=1e-5)


def test_pooled_attention_looks_at_a_quarter_of_the_places():
    layer, x = PooledSelfAttention2d(16).eval(), noise(1, 16, 4, 4)
    with torch.no_grad():
        layer.gamma.fill_(1.0)
    query = layer.query(x)[0].flatten(1)
    key, value = (F.max_pool2d(m(x), 2)[0].flatten(1) for m in (layer.key, layer.value))
    found = value @ torch.softmax(query.T @ key, -1).T
    assert key.shape == (2, 4) and torch.allclose(layer(x), x + layer.out(found.reshape(1, 8, 4, 4)), atol=1e-5)


@pytest.mark.parametrize("sym", [False, True])
def test_simple_attention_multiplies_by_what_channels_have_in_common(sym):
    layer, x = SimpleSelfAttention(4, sym=sym).eval(), noise(1, 4, 3, 3)
    with torch.no_grad():
        layer.gamma.fill_(1.0)
    flat, w = x[0].flatten(1), layer.conv[0].weight[:, :, 0]
    w = (w + w.T) / 2 if sym else w
    assert torch.allclose(layer(x)[0].flatten(1), flat + flat @ flat.T @ w @ flat, atol=1e-5)


def test_attention_says_what_it_needs():
    with pytest.raises(ValueError, match="needs 8 or more: 4"):
        SelfAttention(4)
    with pytest.raises(ValueError, match=r"kernel of 1.*got ks=3"):
        SimpleSelfAttention(4, ks=3, sym=True)


@pytest.mark.parametrize("norm_type", [None, "Weight", "Spectral", "Batch"])
@pytest.mark.parametrize("scale", [2, 3])
def test_a_new_pixel_shuffle_draws_no_checkerboard(norm_type, scale):
    layer = PixelShuffle_ICNR(6, 5, scale=scale, norm_type=norm_type)
    y = layer(noise(2, 6, 4, 3))
    assert y.shape == (2, 5, 4 * scale, 3 * scale) and y.std() > 0
    blocks = y.unfold(2, scale, scale).unfold(3, scale, scale)  # (N, C, 4, 3, scale, scale)
    assert torch.allclose(blocks, blocks[..., :1, :1].expand_as(blocks), atol=1e-6)


def test_repeated_kernels_are_in_the_order_of_torchs_shuffle():
    x = icnr_init(torch.zeros(8, 3, 1, 1), scale=2)
    assert torch.equal(x[0:4], x[:1].expand(4, 3, 1, 1)) and not torch.equal(x[0], x[4])
    with pytest.raises(ValueError, match="multiple of 4 channels, but the kernels have 6"):
        icnr_init(torch.zeros(6, 3, 1, 1))


def test_blur_averages_with_the_neighbours_above_and_to_the_left():
    layer, x = PixelShuffle_ICNR(4, blur=True, norm_type=None), noise(1, 4, 3, 3)
    sharp = layer[:2](x)
    padded = F.pad(sharp, (1, 0, 1, 0), mode="replicate")
    by_hand = (padded[..., 1:, 1:] + padded[..., :-1, 1:] + padded[..., 1:, :-1] + padded[..., :-1, :-1]) / 4
    assert torch.allclose(layer(x), by_hand, atol=1e-6) and layer(x).shape == (1, 4, 6, 6)


def test_layers_see_the_input_of_their_sequence():
    x = noise(2, 3)
    double = nn.Linear(3, 3)
    nn.init.zeros_(double.bias)
    with torch.no_grad():
        double.weight.copy_(2 * torch.eye(3))
    assert torch.allclose(SequentialEx(double, MergeLayer())(x), 3 * x)
    assert torch.allclose(SequentialEx(double, ProdLayer())(x), 2 * x * x)
    assert torch.allclose(SequentialEx(double, MergeLayer(dense=True))(x), torch.cat((2 * x, x), 1))
    nested = SequentialEx(double, SequentialEx(double, MergeLayer()), MergeLayer())
    assert torch.allclose(nested(x), (4 + 2 + 1) * x)


def test_a_sequence_is_changed_like_a_list():
    seq = SequentialEx(nn.ReLU()).append(nn.Tanh()).extend([nn.Sigmoid()]).insert(0, nn.Identity())
    assert [type(m) for m in seq] == [nn.Identity, nn.ReLU, nn.Tanh, nn.Sigmoid] and len(seq) == 4
    assert isinstance(seq[-1], nn.Sigmoid)


def test_sequential_leaves_out_what_does_nothing():
    assert [type(m) for m in sequential(nn.ReLU(), nn.Identity(), nn.Tanh())] == [nn.ReLU, nn.Tanh]
    assert list(dict(sequential(OrderedDict(a=nn.ReLU())).named_children())) == ["a"]


def test_a_slice_of_a_layer_is_a_plain_sequence():
    layer, x = ConvLayer(2, 3), noise(2, 2, 4, 4)
    assert type(layer[:2]) is nn.Sequential and torch.equal(layer[2](layer[:2](x)), layer(x))


def test_layers_side_by_side():
    x = noise(2, 3, 4)
    assert torch.equal(Cat([nn.Identity(), nn.ReLU()])(x), torch.cat((x, x.relu()), 1))
    assert Cat([nn.Identity(), nn.ReLU()], dim=2)(x).shape == (2, 3, 8)
