"""Pictures: opening, resizing, normalising, mirroring; blocks, loaders, plots; architectures and their learner."""

from __future__ import annotations

from fastlearn.vision.arch import Arch, register_arch
from fastlearn.vision.arrays import image2tensor, to_image
from fastlearn.vision.augment import Flip
from fastlearn.vision.blocks import ImageBlock, MaskBlock, OpenMask
from fastlearn.vision.flip import FlipItem
from fastlearn.vision.learner import cnn_learner, vision_learner
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.open import PILBase, PILImage, PILImageBW, PILMask, load_image
from fastlearn.vision.plots import get_grid, show_image, show_images, show_titled_image, subplots
from fastlearn.vision.resize import CropPad, PadMode, RandomCrop, Resize, ResizeMethod
from fastlearn.vision.stats import cifar_stats, imagenet_stats, mnist_stats
from fastlearn.vision.tensors import IntToFloatTensor, ToTensor
from fastlearn.vision.vision_model import create_vision_model

__all__ = [
    "Arch",
    "CropPad",
    "Flip",
    "FlipItem",
    "ImageBlock",
    "ImageDataLoaders",
    "IntToFloatTensor",
    "MaskBlock",
    "Normalize",
    "OpenMask",
    "PILBase",
    "PILImage",
    "PILImageBW",
    "PILMask",
    "PadMode",
    "RandomCrop",
    "Resize",
    "ResizeMethod",
    "ToTensor",
    "cifar_stats",
    "cnn_learner",
    "create_vision_model",
    "get_grid",
    "image2tensor",
    "imagenet_stats",
    "load_image",
    "mnist_stats",
    "register_arch",
    "show_image",
    "show_images",
    "show_titled_image",
    "subplots",
    "to_image",
    "vision_learner",
]
