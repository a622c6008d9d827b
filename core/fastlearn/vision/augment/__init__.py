"""Augmentation: random changes of pictures, masks, points and boxes, one draw for all parts of a sample."""

from __future__ import annotations

from fastlearn.vision.augment.affine import AffineCoordTfm
from fastlearn.vision.augment.affine_grid import affine_grid
from fastlearn.vision.augment.composing import norm_apply_denorm
from fastlearn.vision.augment.crop_gpu import RandomResizedCropGPU
from fastlearn.vision.augment.crop_item import RandomResizedCrop, RatioResize
from fastlearn.vision.augment.deterministic import DeterministicDihedral, DeterministicFlip
from fastlearn.vision.augment.dihedral_item import DihedralItem
from fastlearn.vision.augment.draws import DeterministicDraw, mask_tensor
from fastlearn.vision.augment.erasing import RandomErasing, cutout_gaussian
from fastlearn.vision.augment.geometric import Dihedral, Flip, Rotate, Warp, Zoom
from fastlearn.vision.augment.hue import HSVTfm, Hue
from fastlearn.vision.augment.lighting import Brightness, Contrast, LightingTfm, Saturation, SpaceTfm
from fastlearn.vision.augment.matrices import affine_mat, dihedral_mat, flip_mat, rotate_mat, zoom_mat
from fastlearn.vision.augment.perspective import apply_perspective, find_coeffs
from fastlearn.vision.augment.recipe import aug_transforms, setup_aug_tfms
from fastlearn.vision.augment.spaces import grayscale, hsv2rgb, rgb2hsv

__all__ = [
    "AffineCoordTfm",
    "Brightness",
    "Contrast",
    "DeterministicDihedral",
    "DeterministicDraw",
    "DeterministicFlip",
    "Dihedral",
    "DihedralItem",
    "Flip",
    "HSVTfm",
    "Hue",
    "LightingTfm",
    "RandomErasing",
    "RandomResizedCrop",
    "RandomResizedCropGPU",
    "RatioResize",
    "Rotate",
    "Saturation",
    "SpaceTfm",
    "Warp",
    "Zoom",
    "affine_grid",
    "affine_mat",
    "apply_perspective",
    "aug_transforms",
    "cutout_gaussian",
    "dihedral_mat",
    "find_coeffs",
    "flip_mat",
    "grayscale",
    "hsv2rgb",
    "mask_tensor",
    "norm_apply_denorm",
    "rgb2hsv",
    "rotate_mat",
    "setup_aug_tfms",
    "zoom_mat",
]
