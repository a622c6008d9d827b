"""Architectures by name. Each is a small constructor that imports torchvision when it is called."""

from __future__ import annotations

from fastlearn.models.body import Cut
from fastlearn.vision.arch import Arch, ArchInfo, SplitBody, Splitter, default_split
from fastlearn.vision.cuts import main_branch, stem_and_blocks, without_classifier
from fastlearn.vision.stats import Stats, imagenet_stats

half_stats: Stats = ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])  # of networks trained first with TensorFlow


def _arch(name: str, cut: Cut | None = None, split: Splitter = default_split, stats: Stats = imagenet_stats) -> Arch:
    return Arch(name, ArchInfo(cut, split, stats))


# The cuts and the parameter groups are those that fastai's published results were made with.
resnet18 = _arch("resnet18", -2, SplitBody(6))
resnet34 = _arch("resnet34", -2, SplitBody(6))
resnet50 = _arch("resnet50", -2, SplitBody(6))
resnet101 = _arch("resnet101", -2, SplitBody(6))
resnet152 = _arch("resnet152", -2, SplitBody(6))
resnext50_32x4d = _arch("resnext50_32x4d", -2, SplitBody(6))
resnext101_32x8d = _arch("resnext101_32x8d", -2, SplitBody(6))
resnext101_64x4d = _arch("resnext101_64x4d", -2, SplitBody(6))
wide_resnet50_2 = _arch("wide_resnet50_2", -2, SplitBody(6))
wide_resnet101_2 = _arch("wide_resnet101_2", -2, SplitBody(6))

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
vgg11 = _arch("vgg11")
vgg13 = _arch("vgg13")
vgg16 = _arch("vgg16")
vgg19 = _arch("vgg19")

mobilenet_v2 = _arch("mobilenet_v2")
mobilenet_v3_large = _arch("mobilenet_v3_large")
mobilenet_v3_small = _arch("mobilenet_v3_small")

mnasnet0_5 = _arch("mnasnet0_5")
mnasnet0_75 = _arch("mnasnet0_75")
mnasnet1_0 = _arch("mnasnet1_0")
mnasnet1_3 = _arch("mnasnet1_3")

shufflenet_v2_x0_5 = _arch("shufflenet_v2_x0_5")
shufflenet_v2_x1_0 = _arch("shufflenet_v2_x1_0")
shufflenet_v2_x1_5 = _arch("shufflenet_v2_x1_5")
shufflenet_v2_x2_0 = _arch("shufflenet_v2_x2_0")

efficientnet_b0 = _arch("efficientnet_b0")
efficientnet_b1 = _arch("efficientnet_b1")
efficientnet_b2 = _arch("efficientnet_b2")
efficientnet_b3 = _arch("efficientnet_b3")
efficientnet_b4 = _arch("efficientnet_b4")
efficientnet_b5 = _arch("efficientnet_b5")
efficientnet_b6 = _arch("efficientnet_b6")
efficientnet_b7 = _arch("efficientnet_b7")
efficientnet_v2_l = _arch("efficientnet_v2_l")
efficientnet_v2_m = _arch("efficientnet_v2_m")
efficientnet_v2_s = _arch("efficientnet_v2_s")

convnext_base = _arch("convnext_base")
convnext_large = _arch("convnext_large")
convnext_small = _arch("convnext_small")
convnext_tiny = _arch("convnext_tiny")

regnet_x_1_6gf = _arch("regnet_x_1_6gf")
regnet_x_3_2gf = _arch("regnet_x_3_2gf")
regnet_x_8gf = _arch("regnet_x_8gf")
regnet_x_16gf = _arch("regnet_x_16gf")
regnet_x_32gf = _arch("regnet_x_32gf")
regnet_x_400mf = _arch("regnet_x_400mf")
regnet_x_800mf = _arch("regnet_x_800mf")
regnet_y_1_6gf = _arch("regnet_y_1_6gf")
regnet_y_3_2gf = _arch("regnet_y_3_2gf")
regnet_y_8gf = _arch("regnet_y_8gf")
regnet_y_16gf = _arch("regnet_y_16gf")
regnet_y_32gf = _arch("regnet_y_32gf")
regnet_y_128gf = _arch("regnet_y_128gf")
regnet_y_400mf = _arch("regnet_y_400mf")
regnet_y_800mf = _arch("regnet_y_800mf")

swin_b = _arch("swin_b")
swin_s = _arch("swin_s")
swin_t = _arch("swin_t")
swin_v2_b = _arch("swin_v2_b")
swin_v2_s = _arch("swin_v2_s")
swin_v2_t = _arch("swin_v2_t")

googlenet = _arch("googlenet", stats=half_stats)

# These are more than their parts in turn, so a function takes them apart.
inception_v3 = _arch("inception_v3", main_branch, stats=half_stats)

maxvit_t = _arch("maxvit_t", stem_and_blocks)

vit_b_16 = _arch("vit_b_16", without_classifier)
vit_b_32 = _arch("vit_b_32", without_classifier)
vit_h_14 = _arch("vit_h_14", without_classifier)
vit_l_16 = _arch("vit_l_16", without_classifier)
vit_l_32 = _arch("vit_l_32", without_classifier)

__all__ = [
    "alexnet",
    "convnext_base",
    "convnext_large",
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
    "efficientnet_b4",
    "efficientnet_b5",
    "efficientnet_b6",
    "efficientnet_b7",
    "efficientnet_v2_l",
    "efficientnet_v2_m",
    "efficientnet_v2_s",
    "googlenet",
    "inception_v3",
    "maxvit_t",
    "mnasnet0_5",
    "mnasnet0_75",
    "mnasnet1_0",
    "mnasnet1_3",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "regnet_x_1_6gf",
    "regnet_x_3_2gf",
    "regnet_x_8gf",
    "regnet_x_16gf",
    "regnet_x_32gf",
    "regnet_x_400mf",
    "regnet_x_800mf",
    "regnet_y_1_6gf",
    "regnet_y_3_2gf",
    "regnet_y_8gf",
    "regnet_y_16gf",
    "regnet_y_32gf",
    "regnet_y_128gf",
    "regnet_y_400mf",
    "regnet_y_800mf",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "shufflenet_v2_x0_5",
    "shufflenet_v2_x1_0",
    "shufflenet_v2_x1_5",
    "shufflenet_v2_x2_0",
    "squeezenet1_0",
    "squeezenet1_1",
    "swin_b",
    "swin_s",
    "swin_t",
    "swin_v2_b",
    "swin_v2_s",
    "swin_v2_t",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
    "vit_b_16",
    "vit_b_32",
    "vit_h_14",
    "vit_l_16",
    "vit_l_32",
    "wide_resnet50_2",
    "wide_resnet101_2",
]
