"""Architecture names: what is known about each, registering one's own, and no torchvision before a call."""

from __future__ import annotations

import pytest
import torch
from fastlearn.models import params
from fastlearn.vision import models
from fastlearn.vision.arch import Arch, SplitBody, default_split, register_arch
from fastlearn.vision.network import arch_name, as_arch, brings_weights, build_network, info_of
from torch import nn

LISTED = {  # where fastai cuts, how many layers of the body are its first group, and inside what they are counted
    "resnet18": (-2, 6, ()), "resnet34": (-2, 6, ()), "resnet50": (-2, 6, ()), "resnet101": (-2, 6, ()),
    "resnet152": (-2, 6, ()), "squeezenet1_0": (-1, 5, (0,)), "squeezenet1_1": (-1, 5, (0,)),
    "densenet121": (-1, 7, (0,)), "densenet161": (-1, 7, (0,)), "densenet169": (-1, 7, (0,)),
    "densenet201": (-1, 7, (0,)), "vgg11_bn": (-2, 22, (0,)), "vgg13_bn": (-2, 22, (0,)), "vgg16_bn": (-2, 22, (0,)),
    "vgg19_bn": (-2, 22, (0,)), "alexnet": (-2, 6, (0,)), "resnext50_32x4d": (-2, 6, ()),
    "wide_resnet50_2": (-2, 6, ()),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTED)
def test_listed_architectures_are_cut_and_split_as_in_fastai(name):
    arch, (cut, at, inside) = getattr(models, name), LISTED[name]
    with torch.device("meta"):  # structure only
        net = arch()
        model = nn.Sequential(nn.Sequential(*list(net.children())[:cut]), nn.Linear(1, 1))
    layers = model[0][0] if inside else model[0]
    expected = [params(layers[:at]), params(layers[at:]), params(model[1])]
    groups = arch.info.split(model)
    assert arch.info.cut == cut
    assert [[id(p) for p in g] for g in groups] == [[id(p) for p in g] for g in expected]


@pytest.mark.parametrize("name", models.__all__)
def test_every_name_is_torchvisions_with_published_weights_and_statistics(name):
    from torchvision.models import get_model_weights, list_models

    arch = getattr(models, name)
    assert arch.name == arch.__name__ == name and name in list_models()
    assert get_model_weights(name).DEFAULT.url.startswith("https://")
    half = name in ("googlenet", "inception_v3")  # torchvision rescales ImageNet's statistics to 0.5 inside these two
    assert arch.info.stats == (([0.5] * 3, [0.5] * 3) if half else ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))


def test_every_classification_network_of_torchvision_is_listed():
    import torchvision.models
    from torchvision.models import list_models

    assert set(models.__all__) == set(list_models(module=torchvision.models))


def test_torchvisions_own_constructors_are_recognised():
    from torchvision import models as tv

    assert as_arch(tv.resnet18) is models.resnet18 and info_of(tv.resnet18).cut == -2
    other = tv.segmentation.lraspp_mobilenet_v3_large
    assert as_arch(other) is other and brings_weights(other)


def test_options_reach_torchvision():
    assert models.squeezenet1_1(num_classes=7)(torch.zeros(1, 3, 64, 64)).shape == (1, 7)
    with pytest.raises(TypeError, match="num_clases"):
        models.squeezenet1_1(num_clases=7)


class Own(nn.Module):
    def __init__(self, pretrained=False):
        super().__init__()
        self.pretrained = pretrained
        self.stem, self.fc = nn.Conv2d(3, 4, 3), nn.Linear(4, 2)


def test_an_own_architecture_is_registered_by_constructor_or_class():
    def own():
        return Own()

    register_arch(own, cut=1, stats=([0.5] * 3, [0.2] * 3))
    assert info_of(own).cut == 1 and info_of(own).split is default_split and info_of(own).stats[0] == [0.5] * 3
    register_arch(Own, cut=-1, split=SplitBody(1))
    assert info_of(Own).cut == -1 and info_of(Own()).split == SplitBody(1)
    with pytest.raises(TypeError, match=r"got Own. Try register_arch\(Own, ...\)"):
        register_arch(Own())


def test_an_instance_is_copied():
    net = Own()
    built = build_network(net, pretrained=False)
    assert built is not net and torch.equal(built.fc.weight, net.fc.weight)


@pytest.mark.parametrize("pretrained", [True, False])
def test_a_constructor_that_knows_pretrained_is_told(pretrained):
    assert brings_weights(Own) and build_network(Own, pretrained).pretrained is pretrained


def test_a_constructor_that_knows_weights_gets_them():
    def own(weights=None):
        net = Own()
        net.told = weights
        return net

    told = [build_network(own, True).told, build_network(own, True, "v2").told, build_network(own, False).told]
    assert told == ["DEFAULT", "v2", None]


@pytest.mark.parametrize("arch", [3, lambda: "net"])
def test_something_else_is_refused(arch):
    with pytest.raises(TypeError, match=r"such as resnet34.*but got"):
        build_network(arch, pretrained=False)


def test_names_in_messages():
    assert [arch_name(a) for a in (models.resnet18, "convnext_pico", Own, Own())] == [
        "resnet18", "convnext_pico", "Own", "Own",
    ]  # fmt: skip
    assert isinstance(models.resnet18, Arch) and repr(models.resnet18) == "<architecture resnet18>"
