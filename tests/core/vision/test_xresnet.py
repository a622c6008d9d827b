"""The XResNet family: every variant's blocks and numbers of parameters, its options, and its use by learners."""

from __future__ import annotations

import functools
import inspect
import math
from types import SimpleNamespace

import pytest
import torch
from fastlearn.bundle import load_learner
from fastlearn.layers import ConvLayer, ResBlock, SEBlock, SEResNeXtBlock, SimpleSelfAttention
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.train.learner import Learner
from fastlearn.vision import xresnets
from fastlearn.vision.learner import vision_learner
from fastlearn.vision.network import brings_weights, info_of, listed_arch
from fastlearn.vision.weights import WeightsError
from fastlearn.vision.xresnet import XResNet
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

NAMES = [name for name in xresnets.__all__ if name != "XResNetArch"]
DEEP = [1, 1]
BLOCKS = {  # how many blocks in each stage, from the reference
    "18": [2, 2, 2, 2], "34": [3, 4, 6, 3], "50": [3, 4, 6, 3], "101": [3, 4, 23, 3], "152": [3, 8, 36, 3],
    "154": [3, 8, 36, 3], "18_deep": [2, 2, 2, 2, *DEEP], "34_deep": [3, 4, 6, 3, *DEEP],
    "50_deep": [3, 4, 6, 3, *DEEP], "18_deeper": [2, 2, 1, 1, 1, 1, 1, 1],
    "34_deeper": [3, 4, 6, 3, 1, 1, 1, 1], "50_deeper": [3, 4, 6, 3, 1, 1, 1, 1],
}  # fmt: skip
SE_DEEPER = [3, 4, 4, 2, 2, 1, 1, 1]


def count(m):
    return sum(p.numel() for p in m.parameters())


def layers_of(name):
    number = name.lstrip("xserngt_")
    return SE_DEEPER if name in ("xse_resnext34_deeper", "xse_resnext50_deeper") else BLOCKS[number]


def small(arch, **options):
    with torch.device("meta"):
        return arch(**options)


@functools.cache
def plain(name):
    return small(getattr(xresnets, name))


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_has_its_blocks_and_runs(name):
    model = plain(name).eval()
    stages = list(model)[4:-4]
    assert [len(stage) for stage in stages] == layers_of(name)
    if count(model) < 30e6:
        with torch.device("meta"):
            assert model(torch.zeros(1, 3, 32, 32)).shape == (1, 1000)
    assert repr(getattr(xresnets, name)) == f"<architecture {name}>" and listed_arch(name).name == name


@pytest.mark.parametrize(
    "name, like",
    [("xresnet18", "resnet18"), ("xresnet34", "resnet34"), ("xresnet50", "resnet50"), ("xresnet101", "resnet101"),
     ("xresnet152", "resnet152"), ("xresnext50", "resnext50_32x4d")],
)  # fmt: skip
def test_they_differ_from_torchvisions_by_their_stem(name, like):
    from torchvision import models as tv

    with torch.device("meta"):
        expected = count(getattr(tv, like)())
    stem, norms = 9 * (3 * 32 + 32 * 32 + 32 * 64), 2 * (32 + 32)  # three small kernels for one of 7x7
    assert count(plain(name)) == expected + stem + norms - 7 * 7 * 3 * 64


def expected_parameters(block, expansion, layers, groups, reduction):
    """The parameters of a network by the formulas of its blocks, without building it."""

    def conv(a, b, k=1, g=1, bias=False):
        return a * b * k * k // g + (b if bias else 2 * b)  # a bias, or a norm layer with two numbers a channel

    total = conv(3, 32, 3) + conv(32, 32, 3) + conv(32, 64, 3)
    before = 64
    for width, n in zip([64, 128, 256, 512, *[256] * 4], layers, strict=False):
        nh1, nh2 = {"plain": (width, width), "se": (2 * width, width * expansion)}.get(
            block, (width // 16 * groups, width // 16 * groups)
        )
        for _ in range(n):
            after = width * expansion
            total += (
                conv(before, nh2, 3, groups) + conv(nh2, after, 3)
                if expansion == 1
                else conv(before, nh1) + conv(nh1, nh2, 3, groups) + conv(nh2, after)
            )
            if reduction:
                inside = math.ceil(after // reduction / 8) * 8
                total += conv(after, inside, bias=True) + conv(inside, after, bias=True)
            total += conv(before, after) if before != after else 0
            before = after
    return total + before * 1000 + 1000


@pytest.mark.parametrize(
    "name, block, expansion, groups, reduction",
    [
        ("xresnet50_deeper", "plain", 4, 1, 0), ("xse_resnet18", "se", 1, 1, 16), ("xse_resnet50", "se", 4, 1, 16),
        ("xresnext34", "grouped", 1, 32, 0), ("xse_resnext50", "grouped", 4, 32, 16),
        ("xse_resnext18_deep", "grouped", 1, 32, 16), ("xsenet154", "se", 4, 64, 16),
    ],
)  # fmt: skip
def test_numbers_of_parameters_follow_the_formulas(name, block, expansion, groups, reduction):
    expected = expected_parameters(block, expansion, layers_of(name), groups, reduction)
    assert count(plain(name)) == expected


def test_the_settings_of_each_kind():
    kinds = {name: (a.block, a.expansion, dict(a.options)) for name in NAMES for a in [getattr(xresnets, name)]}
    assert kinds["xresnet18"] == (ResBlock, 1, {}) and kinds["xresnet50_deep"][1] == 4
    assert kinds["xse_resnet34"] == (SEBlock, 1, {"groups": 1, "reduction": 16})
    assert kinds["xresnext101"] == (SEResNeXtBlock, 4, {"groups": 32, "reduction": 0})
    assert kinds["xse_resnext50_deeper"] == (SEResNeXtBlock, 4, {"groups": 32, "reduction": 16})
    assert kinds["xsenet154"] == (SEBlock, 4, {"groups": 64, "reduction": 16, "p": 0.2})


def test_the_published_defaults():
    parameters = inspect.signature(XResNet).parameters.values()
    assert {p.name: p.default for p in parameters if p.default is not p.empty} == {
        "p": 0.0, "c_in": 3, "n_out": 1000, "stem_szs": (32, 32, 64), "widen": 1.0, "sa": False, "act_cls": nn.ReLU,
        "ndim": 2, "ks": 3, "stride": 2,
    }  # fmt: skip


def test_the_layers_in_order_with_their_strides_and_first_weights():
    model = xresnets.xresnet18(n_out=4)
    assert [type(m).__name__ for m in model] == [
        *["ConvLayer"] * 3, "MaxPool2d", *["Sequential"] * 4, "AdaptiveAvgPool2d", "Flatten", "Dropout", "Linear",
    ]  # fmt: skip
    assert [m[0].stride[0] for m in model[:3]] == [2, 1, 1] and model[-2].p == 0.0
    assert [stage[0].convpath[0][0].stride[0] for stage in model[4:8]] == [1, 2, 2, 2]
    last_norms = [block.convpath[-1][1].weight for stage in model[4:8] for block in stage]
    assert all(not w.any() for w in last_norms) and not model[0][1].bias.any() and model[0][1].weight.min() == 1
    fan_in = 512 * 9
    assert model[7][1].convpath[0][0].weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.02)


def test_options_reach_every_part():
    model = small(xresnets.xresnet18, n_out=3, p=0.3, c_in=5, widen=0.5, act_cls=nn.Mish, ks=5, sa=True, sym=True)
    assert model[0][0].in_channels == 5 and model[-2].p == 0.3 and model[-1].in_features == 256
    convs = [m for m in model.modules() if isinstance(m, nn.Conv2d)]
    assert {c.kernel_size[0] for c in convs} == {1, 5} and not any(isinstance(m, nn.ReLU) for m in model.modules())
    with_attention = [name for name, m in model.named_modules() if isinstance(m, SimpleSelfAttention)]
    assert with_attention == ["4.1.convpath.2"] and model[4][1].convpath[2].sym


def test_attention_moves_on_with_further_stages():
    model = small(xresnets.xresnet18_deep, sa=True)
    assert [n for n, m in model.named_modules() if isinstance(m, SimpleSelfAttention)] == ["6.1.convpath.2"]


@pytest.mark.parametrize("ndim", [1, 3])
def test_series_and_volumes(ndim):
    model = XResNet(ResBlock, 1, [1, 1], ndim=ndim, c_in=2, n_out=3, stem_szs=(8, 8, 16), widen=0.25, reduction=4)
    assert model.eval()(torch.zeros(2, 2, *[16] * ndim)).shape == (2, 3) and model[-1].in_features == 32


def test_a_tiny_one_gives_gradients_to_every_layer():
    model = XResNet(ResBlock, 4, [1, 1], n_out=3, stem_szs=(8, 8, 16), widen=0.25)
    for m in model.modules():
        if isinstance(m, nn.BatchNorm2d):
            nn.init.ones_(m.weight)  # those that start at zero hold back what lies behind them
    model(torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


@pytest.mark.parametrize(
    "wrong, error, words",
    [({"ks": 4}, ValueError, r"odd kernel size.*Try ks=5"), ({"reducton": 4}, TypeError, r"mean 'reduction'")],
)
def test_wrong_options_are_answered(wrong, error, words):
    with pytest.raises(error, match=words):
        xresnets.xresnet18(**wrong)


def test_no_weights_are_promised_but_files_are_read(tmp_path):
    arch = xresnets.xresnet18
    assert not brings_weights(arch)
    with pytest.raises(WeightsError, match=r"no published weights of xresnet18 .* pretrained=False"):
        arch(pretrained=True)
    with pytest.raises(WeightsError, match=r"no published weights"):
        arch(weights="DEFAULT")
    with pytest.raises(WeightsError, match=r"xrn50_940.pth: download them and say weights="):
        xresnets.xresnet50(pretrained=True)
    trained = arch()
    torch.save({"model": trained.state_dict(), "opt": None}, tmp_path / "x.pth")
    again = arch(n_out=3, weights=tmp_path / "x.pth")
    assert torch.equal(again[5][0].convpath[0][0].weight, trained[5][0].convpath[0][0].weight)


def test_a_learner_cuts_and_splits_it_as_published(tmp_path):
    torch.save(xresnets.xresnet18().state_dict(), tmp_path / "x.pth")
    loader = DataLoader(TensorDataset(torch.rand(4, 3, 32, 32), torch.tensor([0, 1, 0, 1])), 2)
    dls = SimpleNamespace(train=loader, valid=loader, c=2, n_inp=1, path=tmp_path, loss_func=CrossEntropyLossFlat())
    learn = vision_learner(dls, xresnets.xresnet18, weights=tmp_path / "x.pth")
    early, late, head = learn.splitter(learn.model)
    assert len(learn.model[0]) == 8 and [type(m) for m in learn.model[0][:3]] == [ConvLayer] * 3
    assert len(early) == 9 and sum(map(len, (early, late, head))) == len(list(learn.model.parameters()))
    # The norm layers of the frozen body go on training.
    assert not learn.model[0][0][0].weight.requires_grad and head[0].requires_grad and len(learn.input_tfms) == 1
    assert info_of(xresnets.xresnet18).cut == -4
    untrained = vision_learner(dls, xresnets.xresnet18, n_in=1)
    assert untrained.model[0][0][0].in_channels == 1 and all(p.requires_grad for p in untrained.model.parameters())


def test_options_by_partial_are_kept_by_a_learner_and_its_bundle(tmp_path):
    x = torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    loader = DataLoader(TensorDataset(x, torch.tensor([0, 1, 0, 1])), 2)
    dls = SimpleNamespace(train=loader, valid=loader, c=2, n_inp=1, path=tmp_path, loss_func=CrossEntropyLossFlat())
    learn = vision_learner(dls, functools.partial(xresnets.xresnet18, act_cls=nn.Mish, widen=0.5, sa=True), seed=0)
    assert learn.model.notes.arch == "xresnet18" and not learn.model.notes.pretrained
    assert isinstance(learn.model[0][0][2], nn.Mish) and len(learn.splitter(learn.model)[0]) == 9
    again = load_learner(learn.export("x.zip")).model
    with torch.no_grad():
        assert torch.equal(again(x), learn.model.eval()(x))


def test_a_whole_one_is_exported_with_its_changes(tmp_path):
    loader = DataLoader(TensorDataset(torch.rand(4, 2, 64), torch.tensor([0, 1, 0, 1])), 2)
    dls = SimpleNamespace(train=loader, valid=loader, c=2, n_inp=1, path=tmp_path, loss_func=CrossEntropyLossFlat())
    net = XResNet(ResBlock, 1, [1, 1], ndim=1, c_in=2, stem_szs=(8, 8, 16), widen=0.25, sa=True, reduction=4)
    net[-1] = nn.Linear(32, 2)
    learn = Learner(dls, net)
    again, x = load_learner(learn.export("x.zip")).model, torch.rand(3, 2, 50)
    assert isinstance(again, XResNet) and torch.equal(again.eval()(x), net.eval()(x))
