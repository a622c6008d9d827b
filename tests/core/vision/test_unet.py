"""U-Nets: their structure follows the encoder's maps, for every family, every option and odd sizes."""

from __future__ import annotations

import copy
import inspect
import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from fastlearn.bundle import load_learner
from fastlearn.explain import explain
from fastlearn.layers import ConvLayer, NormType, PixelShuffle_ICNR, ResBlock, SelfAttention
from fastlearn.losses import CrossEntropyLossFlat, MSELossFlat
from fastlearn.models import SigmoidRange
from fastlearn.models.encoder import Encoder
from fastlearn.models.pyramid import NoPyramid, find_levels, nearest_power
from fastlearn.vision import models, xresnets
from fastlearn.vision.unet import DynamicUnet
from fastlearn.vision.unet_block import UnetBlock
from fastlearn.vision.unet_learner import create_unet_model, unet_learner
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def noise(*size, seed=0):
    return torch.rand(*size, generator=torch.Generator().manual_seed(seed))


def Small(n_in=3):
    """A network of one's own: blocks that pool at their end, then a classifier."""
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(n_in, 8, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        nn.Sequential(nn.Conv2d(8, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        nn.Conv2d(12, 16, 3, stride=2, padding=1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5),
    )  # fmt: skip


def body():
    return Small()[:3]


def data(n_in=3, n=8, size=(19, 26), path=".", **more):
    """Images in which bright pixels are of class 1."""
    x = noise(n, n_in, *size)
    y = (x.mean(1) > 0.5).long()
    loader = DataLoader(TensorDataset(x, y), 4)
    loss = CrossEntropyLossFlat(axis=1)
    return SimpleNamespace(
        train=loader, valid=loader, c=2, n_inp=1, kinds=("image", "mask"), path=path, loss_func=loss, **more
    )


def defaults(thing):
    parameters = inspect.signature(thing).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}


OPTIONS = {
    "blur": False, "blur_final": True, "self_attention": False, "y_range": None, "last_cross": True, "bottle": False,
    "act_cls": nn.ReLU, "init": nn.init.kaiming_normal_, "norm_type": None,
}  # fmt: skip


def test_the_published_defaults():
    assert OPTIONS.items() <= defaults(DynamicUnet).items()
    made = defaults(create_unet_model)
    assert OPTIONS.items() <= made.items() and (made["n_in"], made["cut"], made["weights"]) == (3, None, None)
    learner = defaults(unet_learner)
    assert OPTIONS.items() <= learner.items()
    assert {k: learner[k] for k in ("normalize", "lr", "wd", "wd_bn_bias", "train_bn", "moms", "model_dir")} == {
        "normalize": True, "lr": 1e-3, "wd": None, "wd_bn_bias": False, "train_bn": True,
        "moms": (0.95, 0.85, 0.95), "model_dir": "models",
    }  # fmt: skip
    assert learner["opt_func"].__name__ == "Adam" and defaults(UnetBlock)["final_div"] is True


# --- which maps are found -------------------------------------------------------------------------------------------

FAMILIES = {  # channels and how many times smaller, for each map that is used, as the papers' figures show them
    "resnet18": [(64, 2), (64, 4), (128, 8), (256, 16), (512, 32)],
    "resnext50_32x4d": [(64, 2), (256, 4), (512, 8), (1024, 16), (2048, 32)],
    "vgg11": [(64, 1), (128, 2), (256, 4), (512, 8), (512, 16), (512, 32)],
    "vgg13_bn": [(64, 1), (128, 2), (256, 4), (512, 8), (512, 16), (512, 32)],
    "densenet121": [(64, 2), (128, 4), (256, 8), (512, 16), (1024, 32)],
    "squeezenet1_1": [(64, 2), (128, 4), (256, 8), (512, 16)],
    "mobilenet_v2": [(16, 2), (24, 4), (32, 8), (96, 16), (1280, 32)],
    "mobilenet_v3_small": [(16, 2), (16, 4), (24, 8), (48, 16), (576, 32)],
    "mnasnet0_5": [(8, 2), (16, 4), (24, 8), (48, 16), (1280, 32)],
    "shufflenet_v2_x0_5": [(24, 2), (24, 4), (48, 8), (96, 16), (1024, 32)],
    "efficientnet_b0": [(16, 2), (24, 4), (40, 8), (112, 16), (1280, 32)],
    "regnet_y_400mf": [(32, 2), (48, 4), (104, 8), (208, 16), (440, 32)],
    "convnext_tiny": [(96, 4), (192, 8), (384, 16), (768, 32)],
    "swin_t": [(96, 4), (192, 8), (384, 16), (768, 32)],
    "maxvit_t": [(64, 2), (64, 4), (128, 8), (256, 16), (512, 32)],
    "googlenet": [(64, 2), (192, 4), (480, 8), (832, 16), (1024, 32)],
}


def encoder_of(name):
    """The encoder of a family, with weights of zeros: what is asked here are its maps."""
    arch = getattr(models, name)
    with torch.device("cpu" if name.startswith("regnet") else "meta"):  # a regnet works its widths out with tensors
        net = arch().eval()
    cut = arch.info.cut
    if callable(cut):
        kept = cut(net)
    else:
        parts = dict(net.named_children())
        dropped = ("avgpool", "classifier", "fc", "flatten", "head", "dropout", "aux1", "aux2")
        kept = nn.Sequential(*(part for name, part in parts.items() if name not in dropped))
    kept.to_empty(device="cpu")
    with torch.no_grad():
        for value in (*kept.parameters(), *kept.buffers()):
            value.zero_()
    return Encoder(kept)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_maps_of_every_family(name):
    encoder = encoder_of(name).eval()
    assert [(level.channels, level.shrunk_by) for level in encoder.levels] == FAMILIES[name]
    with torch.no_grad():
        maps = encoder(noise(1, 3, 224, 224) if name == "maxvit_t" else noise(1, 3, 97, 65))
    assert [m.shape[1] for m in maps] == [channels for channels, _ in FAMILIES[name]]
    sizes = [m.shape[2] for m in maps]
    assert sizes == sorted(set(sizes), reverse=True) and maps[0].shape[3] <= sizes[0]


def test_maps_are_those_of_the_whole_network():
    net = models.resnet18().eval()
    x = noise(2, 3, 64, 64)
    with torch.no_grad():
        maps = Encoder(nn.Sequential(*list(net.children())[:-2]))(x)
        y = net.relu(net.bn1(net.conv1(x)))
        expected = [y, net.layer1(net.maxpool(y))]
        for layer in (net.layer2, net.layer3, net.layer4):
            expected.append(layer(expected[-1]))
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(maps, expected, strict=True))


def test_blocks_that_pool_at_their_end_are_opened():
    levels = find_levels(body(), 3)
    assert [(level.path, level.channels, level.shrunk_by) for level in levels] == [
        (("0.0", "0.1"), 8, 1), (("0.2", "1.0", "1.1", "1.2"), 12, 2), (("1.3",), 12, 4), (("2",), 16, 8),
    ]  # fmt: skip


class ChannelsLast(nn.Module):
    def __init__(self, n_in, n_out, first=False):
        super().__init__()
        self.conv, self.first = nn.Conv2d(n_in, n_out, 2, stride=2), first

    def forward(self, x):
        return self.conv(x if self.first else x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


def test_channels_are_found_where_they_are():
    encoder = Encoder(nn.Sequential(ChannelsLast(3, 96, first=True), ChannelsLast(96, 130)))
    assert [level.channels_last for level in encoder.levels] == [True, True]
    assert [tuple(m.shape) for m in encoder(noise(2, 3, 32, 64))] == [(2, 96, 16, 32), (2, 130, 8, 16)]


class Overwriting(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 6, 3, stride=2, padding=1)

    def forward(self, x):
        return self.conv(x.relu_())


def test_a_map_that_a_later_layer_works_on_in_place_is_kept():
    first = nn.Conv2d(3, 4, 3, padding=1)
    encoder, x = Encoder(nn.Sequential(first, Overwriting())), noise(2, 3, 8, 8)
    assert [level.overwritten for level in encoder.levels] == [True, False]
    assert torch.equal(encoder(x)[0], first(x)) and first(x).min() < 0


class Residual(nn.Module):
    """Adds in place, which must not be taken for its layers in turn."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.BatchNorm2d(4), nn.MaxPool2d(2)

    def forward(self, x):
        y = self.a(x)
        y += x
        return self.b(y)


def test_a_module_that_does_more_than_its_layers_is_not_opened():
    levels = find_levels(nn.Sequential(nn.Conv2d(3, 4, 1), Residual(), nn.Conv2d(4, 4, 2, stride=2)), 3)
    assert [level.path for level in levels] == [("0",), ("1",), ("2",)]


class Idle(nn.Module):
    """A trunk, and a classifier that its features do not need."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Module()
        self.inner.trunk, self.inner.head = body(), nn.Linear(3, 3)

    def forward(self, x):
        return self.inner.trunk(x)


def test_parts_that_never_run_are_left_out_and_the_given_network_stays():
    net = Idle()
    encoder = Encoder(net)
    assert [n for n, _ in encoder.inner.named_children()] == ["trunk"] and net.inner.head.in_features == 3
    assert encoder.inner.trunk is net.inner.trunk


@pytest.mark.parametrize(
    "ratio, power", [(1.0, 1), (1.5, 1), (1.86, 2), (2.0, 2), (2.1, 2), (3.0, 2), (3.9, 4), (7.5, 8)]
)
def test_ratios_as_powers_of_two(ratio, power):
    assert nearest_power(ratio) == power


# --- what is built --------------------------------------------------------------------------------------------------


def test_the_parts_in_order():
    net = DynamicUnet(body(), 2, (64, 64))
    assert [type(m).__name__ for m in net] == [
        "Encoder", "BatchNorm2d", "ReLU", "Sequential", "UnetBlock", "UnetBlock", "UnetBlock", "ResizeToOrig",
        "MergeLayer", "ResBlock", "ConvLayer",
    ]  # fmt: skip
    widths = [(b.shuf[0][0].in_channels, b.bn.num_features, b.conv2[0].out_channels) for b in net.blocks]
    # Half of what comes up and all that is crossed over; the last block halves.
    assert widths == [(16, 12, 20), (20, 12, 22), (22, 8, (11 + 8) // 2)]
    assert [m[0].out_channels for m in net[3]] == [32, 16] and net[-1][0].kernel_size == (1, 1)
    assert net[-2].convpath[0][0].in_channels == 9 + 3 and net[-1][0].bias is not None


def test_as_many_parameters_as_the_published_one():
    """fastai's for resnet34 and three classes, as its own summary counts them."""
    net = create_unet_model(models.resnet34, 3, pretrained=False)
    assert sum(p.numel() for p in net.parameters()) == 41_221_268


def test_a_block_computes_what_it_says():
    block = UnetBlock(8, 6).eval()
    up, skip = noise(1, 8, 3, 4), noise(1, 6, 7, 8, seed=1) - 0.5
    larger = F.interpolate(block.shuf(up), (7, 8), mode="nearest")
    both = torch.cat((larger, skip / (1 + 1e-5) ** 0.5 + 1e-3), 1).relu()
    y = F.conv2d(both, block.conv1[0].weight, padding=1).relu()
    y = F.conv2d(y, block.conv2[0].weight, padding=1).relu()
    assert torch.allclose(block(up, skip), y, atol=1e-5) and y.shape == (1, 10, 7, 8)


def test_the_whole_computes_what_it_says():
    net, x = DynamicUnet(body(), 2, y_range=(0, 5)).eval(), noise(2, 3, 13, 9)
    first, second, third, y = net[0](x)
    y = net[3](net[1](y).relu())
    y = net[6](net[5](net[4](y, third), second), first)
    y = torch.sigmoid(net[-2](net[-3](torch.cat((y, x), 1)))) * 5
    assert torch.allclose(net(x), y, atol=1e-5)


@pytest.mark.parametrize(
    "settings, holds",
    [
        ({"blur": True}, lambda n: [len(b.shuf) for b in n.blocks] == [4, 4, 4]),
        ({"blur": True, "blur_final": False}, lambda n: [len(b.shuf) for b in n.blocks] == [4, 4, 2]),
        ({"self_attention": True}, lambda n: [len(b.conv2) for b in n.blocks] == [3, 2, 2]),
        ({"y_range": (0, 1)}, lambda n: isinstance(n[-1], SigmoidRange)),
        ({"last_cross": False}, lambda n: not any(isinstance(m, ResBlock) for m in n)),
        ({"bottle": True}, lambda n: n[-2].convpath[0][0].out_channels == (9 + 3) // 2),
        ({"act_cls": nn.Mish}, lambda n: isinstance(n[3][0][-1], nn.Mish) and isinstance(n[4].relu, nn.Mish)),
        ({"norm_type": "Batch"}, lambda n: len(n[4].conv1) == 3 and len(n[-1]) == 1),
        ({"norm_type": NormType.Weight}, lambda n: hasattr(n[4].conv1[0], "parametrizations")),
        ({"init": nn.init.zeros_}, lambda n: not n[4].conv1[0].weight.any() and not n[3][0][0].weight.any()),
        ({"init": None}, lambda n: n[4].conv1[0].bias.any()),
    ],
)
def test_every_option(settings, holds):
    net = DynamicUnet(body(), 2, **settings).eval()
    assert holds(net) and net(noise(1, 3, 16, 24)).shape == (1, 2, 16, 24)


def test_an_encoder_that_starts_by_a_quarter_is_doubled_twice_at_the_end():
    quarter = nn.Sequential(nn.Conv2d(3, 8, 4, stride=4), nn.ReLU(), nn.Conv2d(8, 8, 4, stride=4))
    net = DynamicUnet(quarter, 2).eval()
    assert [type(m) for m in net].count(PixelShuffle_ICNR) == 2 and net.blocks[0].shuf[1].upscale_factor == 4
    assert net(noise(1, 3, 33, 50)).shape == (1, 2, 33, 50)


@pytest.fixture(scope="module")
def resnet_unet():
    return create_unet_model(models.resnet18, 3, pretrained=False, seed=0, self_attention=True).eval()


@pytest.mark.parametrize("size", [(97, 65), (8, 8), (31, 64), (1, 40), (128, 9)])
def test_any_size_comes_out_as_it_went_in(resnet_unet, size):
    with torch.no_grad():
        assert resnet_unet(noise(1, 3, *size)).shape == (1, 3, *size)


def test_attention_is_in_the_third_block_from_the_end(resnet_unet):
    with_attention = [any(isinstance(m, SelfAttention) for m in b.modules()) for b in resnet_unet.blocks]
    assert with_attention == [False, True, False, False]


def test_the_structure_does_not_depend_on_the_size_of_the_images():
    shapes = [
        {k: v.shape for k, v in DynamicUnet(body(), 2, size).state_dict().items()}
        for size in ((8, 8), (65, 97), (224, 224), None)
    ]
    assert all(s == shapes[0] for s in shapes)


@pytest.mark.parametrize("blur", [False, True])
def test_a_new_one_draws_no_checkerboard(blur):
    """What a new block enlarges is as even as its input, which a checkerboard of period 2 is not."""
    net = create_unet_model(models.squeezenet1_1, 1, pretrained=False, blur=blur, seed=0).eval()
    with torch.no_grad():
        up = net.blocks[0].shuf(noise(1, 512, 9, 9))[..., 2:, 2:]  # the edge has no neighbours to blur with
    even, odd = up[..., ::2, ::2].mean((2, 3)), up[..., 1::2, 1::2].mean((2, 3))
    spread = up.mean((2, 3)).std()
    assert (even - odd).abs().max() < (0.15 * spread if blur else 1e-4)


def test_every_parameter_gets_a_gradient_and_batch_norm_learns():
    net = DynamicUnet(body(), 2, norm_type="Batch")
    for m in net[-2].modules():
        if isinstance(m, nn.BatchNorm2d):
            nn.init.ones_(m.weight)
    net(noise(2, 3, 21, 17)).square().mean().backward()
    assert [n for n, p in net.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0] == []
    assert net[1].running_mean.abs().sum() > 0


def test_building_leaves_modes_and_statistics_alone():
    encoder = body().train()
    encoder[1][1].eval()
    before = copy.deepcopy(encoder.state_dict())
    DynamicUnet(encoder, 2, (32, 32))
    assert encoder[0].training and not encoder[1][1].training
    assert all(torch.equal(v, before[k]) for k, v in encoder.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in encoder.modules())


def test_copies_and_threads_do_not_meet():
    net = DynamicUnet(body(), 2).eval()
    twin = copy.deepcopy(net)
    images = [noise(1, 3, 16 + i, 24, seed=i) for i in range(6)]
    with torch.no_grad():
        expected, got = [net(x) for x in images], {}

        def predict(i):
            with torch.no_grad():
                got[i] = net(images[i])

        threads = [threading.Thread(target=predict, args=(i,)) for i in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert all(torch.equal(got[i], expected[i]) and torch.equal(twin(images[i]), expected[i]) for i in range(6))


def test_slices_of_a_unet_are_plain_sequences():
    net = DynamicUnet(body(), 2)
    groups = [list(net[0].parameters()), list(net[1:].parameters())]
    assert sum(map(len, groups)) == len(list(net.parameters()))


# --- from an architecture -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arch", [models.squeezenet1_1, models.regnet_y_400mf, models.mobilenet_v3_small, Small])
def test_a_prediction_for_every_pixel(arch):
    net = create_unet_model(arch, 4, (40, 33), pretrained=False, n_in=2 if arch is Small else 3).eval()
    with torch.no_grad():
        assert net(noise(1, net.n_in, 40, 33)).shape == (1, 4, 40, 33)


def test_xresnets_are_encoders_too():
    net = create_unet_model(xresnets.xresnet18, 2).eval()
    assert [level.channels for level in net.levels] == [64, 64, 128, 256, 512] and not net.notes.pretrained


class OneSize(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 2, stride=2)

    def forward(self, x):
        assert x.shape[-1] == 224, "takes 224 pixels only"
        return self.conv(x)


def test_an_encoder_that_takes_one_size_says_which():
    net = DynamicUnet(nn.Sequential(OneSize(), nn.Conv2d(4, 8, 2, stride=2)), 1).eval()
    assert [level.size for level in net.levels] == [(112, 112), (56, 56)]
    words = r"Images of 100 x 100 pixels do not run.*4 times smaller: takes 224 pixels only.*224 x 224 pixels do"
    with pytest.raises(ValueError, match=words):
        net(noise(1, 3, 100, 100))


@pytest.mark.parametrize(
    "arch, words",
    [
        (models.vit_b_32, r"vit_b_32: .*cannot be the encoder of a U-Net: .* pooled numbers.*Try resnet34"),
        (lambda: nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU()), r"keep the size of the image"),
        (lambda: nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.Flatten(2)), r"No place to cut|tokens"),
    ],
)
def test_networks_without_maps_of_falling_size_are_refused(arch, words):
    with pytest.raises(ValueError, match=words):
        create_unet_model(arch, 2, pretrained=False)


@pytest.mark.parametrize(
    "net, words",
    [
        (nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.Flatten(2)), r"gives tokens, shape"),
        (nn.Sequential(nn.Flatten(), nn.LazyLinear(3)), r"gives pooled numbers|no image of the sizes"),
        (nn.Conv2d(5, 4, 3, stride=2), r"no image of the sizes"),
    ],
)
def test_what_cannot_be_an_encoder_says_what_it_gives(net, words):
    with pytest.raises(NoPyramid, match=words):
        DynamicUnet(net, 2)


class Twisted(nn.Module):
    """Runs its parts in turn, with something of its own in between."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 4, 3, stride=2), nn.Conv2d(4, 4, 3, stride=2)

    def forward(self, x):
        return self.b(self.a(x) * 2)


def test_a_network_that_does_more_than_its_parts_is_refused():
    with pytest.raises(NoPyramid, match="Twisted do not run one after the other"):
        DynamicUnet(Twisted(), 2)
    net = DynamicUnet(nn.Sequential(Twisted(), nn.Conv2d(4, 4, 2, stride=2)), 2)  # but as a part it may
    assert [level.channels for level in net.levels] == [4, 4]


def test_images_that_are_too_small_or_of_other_channels_are_answered_in_words():
    net = DynamicUnet(body(), 2).eval()
    with pytest.raises(ValueError, match=r"Images of 3 x 40 pixels do not run .* makes them 8 times smaller"):
        net(noise(1, 3, 3, 40))
    with pytest.raises(ValueError, match=r"reads images of 3 channels, but got 1.*unet_learner\(\.\.\., n_in=1\)"):
        net(noise(1, 1, 64, 64))
    with pytest.raises(ValueError, match=r"Images of 20 x 3 pixels"):
        DynamicUnet(net[0], 2, (20, 3))


def test_other_errors_are_not_taken_for_the_size():
    net = DynamicUnet(body(), 2)
    with pytest.raises(RuntimeError, match=r"type|dtype"):
        net(noise(1, 3, 16, 16).double())


def test_a_misspelt_option_is_answered():
    with pytest.raises(TypeError, match=r"'self_atention'.*Did you mean 'self_attention'"):
        unet_learner(data(), Small, self_atention=True)
    with pytest.raises(ValueError, match=r"norm_type"):
        DynamicUnet(body(), 2, norm_type="Layer")


# --- learners -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "squeezenet.pth"
    torch.save(models.squeezenet1_1().state_dict(), path)
    return path


def test_a_pretrained_encoder_is_frozen_and_its_input_normalised(weights):
    learn = unet_learner(data(), models.squeezenet1_1, weights=weights)
    early, late, new = learn.splitter(learn.model)
    assert [{p.requires_grad for p in group} for group in (early, late, new)] == [{False}, {False}, {True}]
    assert sum(map(len, (early, late, new))) == len(list(learn.model.parameters()))
    first = learn.model[0].get_submodule("0.0").weight
    assert torch.equal(first, torch.load(weights)["features.0.weight"])
    assert learn.input_tfms[0].mean.flatten().tolist() == pytest.approx([0.485, 0.456, 0.406])
    learn.unfreeze()
    assert all(p.requires_grad for p in learn.model.parameters())
    learn.freeze_to(-2)
    assert not early[0].requires_grad and late[0].requires_grad


@pytest.mark.parametrize("n_in", [1, 4])
def test_other_channels_reuse_the_pretrained_first_layer(weights, n_in):
    learn = unet_learner(data(n_in, size=(33, 40)), models.squeezenet1_1, weights=weights, n_in=n_in, seed=0)
    first, trained = learn.model[0].get_submodule("0.0").weight, torch.load(weights)["features.0.weight"]
    expected = trained.sum(1, keepdim=True) if n_in == 1 else F.pad(trained, (0, 0, 0, 0, 0, 1))
    assert torch.allclose(first, expected) and len(learn.input_tfms) == 0
    assert learn.model[-2].convpath[0][0].in_channels == learn.model[-1][0].in_channels == 128 + n_in
    learn.fit(1, display=False)


def test_it_learns_which_pixels_are_bright():
    learn = unet_learner(data(n=32), Small, seed=0)
    learn.fit_one_cycle(8, 0.01, display=False)
    preds, targets = learn.get_preds()
    assert (preds.argmax(1) == targets).float().mean() > 0.9


def test_one_class_for_a_picture_is_no_answer_for_every_pixel():
    dls = data()
    dls.kinds = ("image", "category")
    with pytest.raises(ValueError, match=r"answers for every pixel.* one category for a picture. Try vision_learner"):
        unet_learner(dls, Small)
    unet_learner(dls, Small, loss_func=MSELossFlat())


def test_a_picture_from_a_picture(tmp_path):
    x = noise(4, 3, 16, 16)
    loader = DataLoader(TensorDataset(x, x.flip(1)), 2)
    dls = SimpleNamespace(train=loader, valid=loader, n_inp=1, path=tmp_path)
    with pytest.raises(ValueError, match=r"n_out=<number of classes of a pixel, or of channels of a predicted image>"):
        unet_learner(dls, Small, loss_func=MSELossFlat())
    learn = unet_learner(dls, Small, n_out=3, loss_func=MSELossFlat(), y_range=(0, 1), seed=0)
    learn.fit(1, display=False)
    preds, _ = learn.get_preds()
    assert preds.shape == (4, 3, 16, 16) and preds.min() >= 0 and preds.max() <= 1


def test_a_seed_repeats_the_weights_and_leaves_torchs_random_state():
    before = torch.get_rng_state()
    a, b, c = (create_unet_model(Small, 2, seed=s).state_dict() for s in (1, 1, 2))
    assert all(torch.equal(a[k], b[k]) for k in a) and not all(torch.equal(a[k], c[k]) for k in a)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    "arch, settings",
    [
        (models.squeezenet1_1, {}),
        (models.mobilenet_v3_small, {"norm_type": "Weight", "blur": True, "self_attention": True, "y_range": (0, 1)}),
        (Small(), {"act_cls": nn.Mish, "norm_type": "Spectral", "bottle": True}),
    ],
    ids=["listed", "with-options", "own-network"],
)
def test_a_bundle_predicts_the_same(arch, settings, tmp_path):
    learn = unet_learner(data(size=(33, 46), path=tmp_path), arch, pretrained=False, seed=0, **settings)
    learn.fit(1, display=False)
    again = load_learner(learn.export("unet.zip")).model
    x = noise(2, 3, 41, 37)
    with torch.no_grad():
        assert torch.equal(again(x), learn.model.eval()(x))
    assert isinstance(again, DynamicUnet) and again.notes == learn.model.notes and again.levels == learn.model.levels


def test_a_changed_unet_is_exported_as_it_is(tmp_path):
    learn = unet_learner(data(path=tmp_path), models.squeezenet1_1, pretrained=False)
    learn.model[-1] = ConvLayer(learn.model[-1][0].in_channels, 7, ks=3, act_cls=nn.Tanh, norm_type=None)
    again = load_learner(learn.export("unet.zip")).model
    assert again(noise(1, 3, 32, 32)).shape == (1, 7, 32, 32)


def test_it_is_explained_with_its_steps_and_shapes(weights):
    text = str(explain(unet_learner(data(), models.squeezenet1_1, weights=weights, n_in=4)))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    for line in (
        "down 0.1 ReLU - 64 x 63 x 95", "bottom 0.12 Fire - 512 x 7 x 11", "up 4 UnetBlock 256 from 0.7 512 x 15 x 23",
        "up 6 UnetBlock 64 from 0.1 128 x 63 x 95",
    ):  # fmt: skip
        assert line in lines
    assert "last_cross=True" in text and "unet_learner(..., n_in=4)" in text and "The way up was filled by kai" in text
    assert "Cut off from SqueezeNet: classifier" in text and "How many numbers does the head read" not in text
    plain = str(explain(unet_learner(data(), Small, last_cross=False)))
    assert "not crossed over (last_cross=False)" in plain


# --- timm -----------------------------------------------------------------------------------------------------------


class Timm(nn.Module):
    """A network with timm's interface: named stages, and a classifier of its own that features do not need."""

    num_features = 24

    def __init__(self, in_chans, layout):
        super().__init__()
        self.stem = nn.Conv2d(in_chans, 8, 4, stride=4)
        self.stages = nn.Sequential(ChannelsLast(8, 16, first=True), ChannelsLast(16, 24))
        self.head, self.layout = nn.Linear(24, 24), layout
        self.pretrained_cfg = {"mean": (0.5,) * 3, "std": (0.25,) * 3}

    def forward_features(self, x):
        x = self.stages(self.stem(x))
        return x.flatten(1, 2) if self.layout == "tokens" else x

    def forward(self, x):
        return self.head(self.forward_features(x).flatten(1, -2).mean(1))


@pytest.fixture
def timm(monkeypatch):
    module = ModuleType("timm")
    module.create_model = lambda name, pretrained, num_classes, in_chans: Timm(in_chans, name)
    monkeypatch.setitem(sys.modules, "timm", module)


def test_timm_networks_by_name(timm, tmp_path):
    learn = unet_learner(data(size=(32, 48), path=tmp_path), "last", seed=0)
    levels = learn.model.levels
    assert [(level.channels, level.channels_last) for level in levels] == [(8, False), (16, True), (24, True)]
    assert not hasattr(learn.model[0].model, "head") and learn.input_tfms[0].mean.flatten().tolist() == [0.5] * 3
    learn.fit(1, display=False)
    again = load_learner(learn.export("timm.zip")).model
    with torch.no_grad():
        assert torch.equal(again(x := noise(1, 3, 40, 40)), learn.model.eval()(x))
    with pytest.raises(ValueError, match=r"tokens: This network cannot be the encoder .* gives tokens"):
        create_unet_model("tokens", 2)


@pytest.mark.parametrize("name, channels", [("resnet18", 512), ("mobilenetv3_small_050", 288), ("convnext_atto", 320)])
def test_real_timm_networks(name, channels):
    pytest.importorskip("timm")
    net = create_unet_model(name, 2, pretrained=False).eval()
    with torch.no_grad():
        assert net.levels[-1].channels == channels and net(noise(1, 3, 65, 97)).shape == (1, 2, 65, 97)
