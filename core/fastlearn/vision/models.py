"""Architectures by name. Each is a small constructor that imports torchvision when it is called."""

from __future__ import annotations

from fastlearn.models.body import Cut
from fastlearn.vision.arch import Arch, ArchInfo, SplitBody, Splitter, default_split
from fastlearn.vision.stats import imagenet_stats


def _arch(name: str, cut: Cut | None = None, split: Splitter = default_split) -> Arch:
    return Arch(name, ArchInfo(cut, split, imagenet_stats))


# The cuts and the parameter groups are those that fastai's published results were made with.
resnet18 = _arch("resnet18", -2, SplitBody(6))
resnet34 = _arch("resnet34", -2, SplitBody(6))
resnet50 = _arch("resnet50", -2, SplitBody(6))
resnet101 = _arch("resnet101", -2, SplitBody(6))
resnet152 = _arch("resnet152", -2, SplitBody(6))
resnext50_32x4d = _arch("resnext50_32x4d", -2, SplitBody(6))
wide_resnet50_2 = _arch("wide_resnet50_2", -2, SplitBody(6))

squeezenet1_0 = _arch("squeezenet1_0", -1, SplitBody(5, inside=(0,)))
squeezenet1_1 = _arch("squeezenet1_1", -1, SplitBody(5, inside=(0,)))

densenet121 = _arch("densenet121", -1, SplitBody(7, inside=(0,)))
densenet161 = _arch("densenet161", -1, SplitBody(7, inside=(0,)))
densenet169 = _arch("densenet169", -1, SplitBody(7, inside=(0,)))
densenet201 = _arch("densenet201", -1, SplitBody(7, inside=(0,)))

vgg11_bn = _arch("vgg11_bn", -2, SplitBody(22, inside=(0,)))
vgg13_bn = _arch("vgg13_bn", -2, SplitBody(22, inside=(0,)))
vgg16_bn = _arch("vgg16_bn", -2, SplitBody(22, inside=(0,)))
vgg19_bn = _arch("vgg19_bn", -2, SplitBody(22, inside=(0,)))

alexnet = _arch("alexnet", -2, SplitBody(6, inside=(0,)))

# These are cut by trying them, and have two groups: body and head.
mobilenet_v2 = _arch("mobilenet_v2")
mobilenet_v3_small = _arch("mobilenet_v3_small")
mobilenet_v3_large = _arch("mobilenet_v3_large")
efficientnet_b0 = _arch("efficientnet_b0")
efficientnet_b1 = _arch("efficientnet_b1")
efficientnet_b2 = _arch("efficientnet_b2")
efficientnet_b3 = _arch("efficientnet_b3")
efficientnet_v2_s = _arch("efficientnet_v2_s")
convnext_tiny = _arch("convnext_tiny")
convnext_small = _arch("convnext_small")
convnext_base = _arch("convnext_base")
regnet_y_400mf = _arch("regnet_y_400mf")
shufflenet_v2_x1_0 = _arch("shufflenet_v2_x1_0")
swin_t = _arch("swin_t")

__all__ = [
    "alexnet",
    "convnext_base",
    "convnext_small",
    "convnext_tiny",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_v2_s",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "regnet_y_400mf",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "shufflenet_v2_x1_0",
    "squeezenet1_0",
    "squeezenet1_1",
    "swin_t",
    "vgg11_bn",
    "vgg13_bn",
    "vgg16_bn",
    "vgg19_bn",
    "wide_resnet50_2",
]
