"""Everything a notebook about pictures needs: `from fastlearn.vision.all import *`.

The names below, and all of `fastlearn.all`.
"""

# ruff: noqa: I001, RUF022, F403  # several names a line: this file is a list, read by searching
# fmt: off
from __future__ import annotations

from PIL import Image

from fastlearn import all as everywhere
from fastlearn.all import *
from fastlearn.data import get_image_files, ImageGetter
from fastlearn.data.picture_cache import PictureCache
from fastlearn.data.tv_border import TorchvisionTransform
from fastlearn.interpret import (
    ClassConfusion, Confusion, duplicate_groups, DuplicateGroup, find_label_doubts, GradCAM, HeatMap, LabelConfusion,
    LabelDoubts, LabelMistake, linked_confusion, Neighbours, PixelConfusion, Residuals, Staleness, StoredAnswers, Tag,
    why_here,
)
from fastlearn.interpret.attributions import Attribution, CaptumInterpretation
from fastlearn.metrics.box_precision import BoxAP
from fastlearn.metrics.boxes import BoxIoU
from fastlearn.vision import (
    Arch, cifar_stats, cnn_learner, create_vision_model, CropPad, Flip, FlipItem, get_grid, image2tensor, ImageBlock,
    ImageDataLoaders, imagenet_stats, IntToFloatTensor, load_image, MaskBlock, mnist_stats, models, Normalize, OpenMask,
    PadMode, PILBase, PILImage, PILImageBW, PILMask, RandomCrop, register_arch, Resize, ResizeMethod, show_image,
    show_images, show_titled_image, subplots, to_image, ToTensor, vision_learner,
)
from fastlearn.vision.albumentations import AlbumentationsTransform
from fastlearn.vision.annotations import (
    box_getters, get_annotations, get_coco_masks, get_voc_annotations, get_yolo_annotations,
)
from fastlearn.vision.augment import (
    affine_grid, affine_mat, AffineCoordTfm, apply_perspective, aug_transforms, Brightness, Contrast, cutout_gaussian,
    DeterministicDihedral, DeterministicDraw, DeterministicFlip, Dihedral, dihedral_mat, DihedralItem, find_coeffs,
    flip_mat, grayscale, hsv2rgb, HSVTfm, Hue, LightingTfm, mask_tensor, norm_apply_denorm, RandomErasing,
    RandomResizedCrop, RandomResizedCropGPU, RatioResize, rgb2hsv, Rotate, rotate_mat, Saturation, setup_aug_tfms,
    SpaceTfm, Warp, Zoom, zoom_mat,
)
from fastlearn.vision.boxes import bb_pad, BBoxBlock, BBoxLblBlock
from fastlearn.vision.channels import open_channels
from fastlearn.vision.detection import DetectionLoss, DetectionModel
from fastlearn.vision.files import (
    Crappify, download_images, find_problems, ImageSource, Problem, PROBLEMS, register_image_source, resize_image,
    resize_images, search_images, verify_image, verify_images,
)
from fastlearn.vision.gan import (
    accuracy_thresh_expand, AdaptiveGANSwitcher, AdaptiveLoss, AddChannels, basic_critic, basic_generator,
    DenseResBlock, FixedGANSwitcher, gan_critic, gan_loss_from_func, GANDiscriminativeLR, GANLearner, GANLoss,
    GANModule, GANSwitcher, GANTrainer, generate_noise, NoiseSource, set_freeze_model,
)
from fastlearn.vision.masks import AddMaskCodes, check_masks
from fastlearn.vision.model_meta import model_meta
from fastlearn.vision.models import (
    alexnet, convnext_base, convnext_large, convnext_small, convnext_tiny, densenet121, densenet161, densenet169,
    densenet201, efficientnet_b0, efficientnet_b1, efficientnet_b2, efficientnet_b3, efficientnet_b4, efficientnet_b5,
    efficientnet_b6, efficientnet_b7, efficientnet_v2_l, efficientnet_v2_m, efficientnet_v2_s, googlenet, inception_v3,
    maxvit_t, mnasnet0_5, mnasnet0_75, mnasnet1_0, mnasnet1_3, mobilenet_v2, mobilenet_v3_large, mobilenet_v3_small,
    regnet_x_16gf, regnet_x_1_6gf, regnet_x_32gf, regnet_x_3_2gf, regnet_x_400mf, regnet_x_800mf, regnet_x_8gf,
    regnet_y_128gf, regnet_y_16gf, regnet_y_1_6gf, regnet_y_32gf, regnet_y_3_2gf, regnet_y_400mf, regnet_y_800mf,
    regnet_y_8gf, resnet101, resnet152, resnet18, resnet34, resnet50, resnext101_32x8d, resnext101_64x4d,
    resnext50_32x4d, shufflenet_v2_x0_5, shufflenet_v2_x1_0, shufflenet_v2_x1_5, shufflenet_v2_x2_0, squeezenet1_0,
    squeezenet1_1, swin_b, swin_s, swin_t, swin_v2_b, swin_v2_s, swin_v2_t, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16,
    vgg16_bn, vgg19, vgg19_bn, vit_b_16, vit_b_32, vit_h_14, vit_l_16, vit_l_32, wide_resnet101_2, wide_resnet50_2,
)
from fastlearn.vision.points import PointBlock, PointScaler, ToPoints
from fastlearn.vision.task_loaders import ObjectDetectionDataLoaders, SegmentationDataLoaders
from fastlearn.vision.unet import DynamicUnet
from fastlearn.vision.unet_block import ResizeToOrig, UnetBlock
from fastlearn.vision.unet_learner import create_unet_model, unet_learner
from fastlearn.vision.xresnet import XResNet
from fastlearn.vision.xresnets import (
    xresnet101, xresnet152, xresnet18, xresnet18_deep, xresnet18_deeper, xresnet34, xresnet34_deep, xresnet34_deeper,
    xresnet50, xresnet50_deep, xresnet50_deeper, XResNetArch, xresnext101, xresnext18, xresnext34, xresnext50,
    xse_resnet101, xse_resnet152, xse_resnet18, xse_resnet34, xse_resnet50, xse_resnext101, xse_resnext18,
    xse_resnext18_deep, xse_resnext18_deeper, xse_resnext34, xse_resnext34_deep, xse_resnext34_deeper, xse_resnext50,
    xse_resnext50_deep, xse_resnext50_deeper, xsenet154,
)

__all__ = [
    "accuracy_thresh_expand", "AdaptiveGANSwitcher", "AdaptiveLoss", "AddChannels", "AddMaskCodes", "affine_grid",
    "affine_mat", "AffineCoordTfm", "AlbumentationsTransform", "alexnet", "apply_perspective", "Arch", "Attribution",
    "aug_transforms", "basic_critic", "basic_generator", "bb_pad", "BBoxBlock", "BBoxLblBlock", "box_getters", "BoxAP",
    "BoxIoU", "Brightness", "CaptumInterpretation", "check_masks", "cifar_stats", "ClassConfusion", "cnn_learner",
    "Confusion", "Contrast", "convnext_base", "convnext_large", "convnext_small", "convnext_tiny", "Crappify",
    "create_unet_model", "create_vision_model", "CropPad", "cutout_gaussian", "densenet121", "densenet161",
    "densenet169", "densenet201", "DenseResBlock", "DetectionLoss", "DetectionModel", "DeterministicDihedral",
    "DeterministicDraw", "DeterministicFlip", "Dihedral", "dihedral_mat", "DihedralItem", "download_images",
    "duplicate_groups", "DuplicateGroup", "DynamicUnet", "efficientnet_b0", "efficientnet_b1", "efficientnet_b2",
    "efficientnet_b3", "efficientnet_b4", "efficientnet_b5", "efficientnet_b6", "efficientnet_b7", "efficientnet_v2_l",
    "efficientnet_v2_m", "efficientnet_v2_s", "find_coeffs", "find_label_doubts", "find_problems", "FixedGANSwitcher",
    "Flip", "flip_mat", "FlipItem", "gan_critic", "gan_loss_from_func", "GANDiscriminativeLR", "GANLearner", "GANLoss",
    "GANModule", "GANSwitcher", "GANTrainer", "generate_noise", "get_annotations", "get_coco_masks", "get_grid",
    "get_image_files", "get_voc_annotations", "get_yolo_annotations", "googlenet", "GradCAM", "grayscale", "HeatMap",
    "hsv2rgb", "HSVTfm", "Hue", "Image", "image2tensor", "ImageBlock", "ImageDataLoaders", "ImageGetter",
    "imagenet_stats", "ImageSource", "inception_v3", "IntToFloatTensor", "LabelConfusion", "LabelDoubts",
    "LabelMistake", "LightingTfm", "linked_confusion", "load_image", "mask_tensor", "MaskBlock", "maxvit_t",
    "mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3", "mnist_stats", "mobilenet_v2", "mobilenet_v3_large",
    "mobilenet_v3_small", "model_meta", "models", "Neighbours", "NoiseSource", "norm_apply_denorm", "Normalize",
    "ObjectDetectionDataLoaders", "open_channels", "OpenMask", "PadMode", "PictureCache", "PILBase", "PILImage",
    "PILImageBW", "PILMask", "PixelConfusion", "PointBlock", "PointScaler", "Problem", "PROBLEMS", "RandomCrop",
    "RandomErasing", "RandomResizedCrop", "RandomResizedCropGPU", "RatioResize", "register_arch",
    "register_image_source", "regnet_x_16gf", "regnet_x_1_6gf", "regnet_x_32gf", "regnet_x_3_2gf", "regnet_x_400mf",
    "regnet_x_800mf", "regnet_x_8gf", "regnet_y_128gf", "regnet_y_16gf", "regnet_y_1_6gf", "regnet_y_32gf",
    "regnet_y_3_2gf", "regnet_y_400mf", "regnet_y_800mf", "regnet_y_8gf", "Residuals", "Resize", "resize_image",
    "resize_images", "ResizeMethod", "ResizeToOrig", "resnet101", "resnet152", "resnet18", "resnet34", "resnet50",
    "resnext101_32x8d", "resnext101_64x4d", "resnext50_32x4d", "rgb2hsv", "Rotate", "rotate_mat", "Saturation",
    "search_images", "SegmentationDataLoaders", "set_freeze_model", "setup_aug_tfms", "show_image", "show_images",
    "show_titled_image", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0",
    "SpaceTfm", "squeezenet1_0", "squeezenet1_1", "Staleness", "StoredAnswers", "subplots", "swin_b", "swin_s",
    "swin_t", "swin_v2_b", "swin_v2_s", "swin_v2_t", "Tag", "to_image", "ToPoints", "TorchvisionTransform", "ToTensor",
    "unet_learner", "UnetBlock", "verify_image", "verify_images", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16",
    "vgg16_bn", "vgg19", "vgg19_bn", "vision_learner", "vit_b_16", "vit_b_32", "vit_h_14", "vit_l_16", "vit_l_32",
    "Warp", "why_here", "wide_resnet101_2", "wide_resnet50_2", "XResNet", "xresnet101", "xresnet152", "xresnet18",
    "xresnet18_deep", "xresnet18_deeper", "xresnet34", "xresnet34_deep", "xresnet34_deeper", "xresnet50",
    "xresnet50_deep", "xresnet50_deeper", "XResNetArch", "xresnext101", "xresnext18", "xresnext34", "xresnext50",
    "xse_resnet101", "xse_resnet152", "xse_resnet18", "xse_resnet34", "xse_resnet50", "xse_resnext101", "xse_resnext18",
    "xse_resnext18_deep", "xse_resnext18_deeper", "xse_resnext34", "xse_resnext34_deep", "xse_resnext34_deeper",
    "xse_resnext50", "xse_resnext50_deep", "xse_resnext50_deeper", "xsenet154", "Zoom", "zoom_mat",
]
__all__ += everywhere.__all__
