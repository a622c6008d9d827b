"""Everything a notebook about pictures needs: `from fastlearn.vision.all import *`.

The names are those of the packages, and the modules that notebooks use everywhere. Nothing here is loaded on demand: a
star import would load it at once.
"""

# ruff: noqa: I001, RUF022  # several names a line: this file is a list, read by searching
# fmt: off
from __future__ import annotations

import functools
import itertools
import json
import math
import operator
import os
import random
import re
import shutil
import string
import sys
import time
import warnings
from collections import Counter, OrderedDict, defaultdict, namedtuple
from contextlib import contextmanager
from functools import partial, reduce
from operator import attrgetter, itemgetter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F
from numpy import array
from PIL import Image
from torch import FloatTensor, LongTensor, Tensor, as_tensor, nn

from fastlearn.basics import first, tensor, to_np
from fastlearn.bundle import UntrustedCode, load_learner
from fastlearn.callbacks import (
    AMPMode, ActivationStats, BnFreeze, CSVLogger, ChannelsLast, CheckOutputs, CheckpointCallback,
    CollectDataCallback, CutMix, EarlyStoppingCallback, FetchPredsCallback, GatherPredsCallback,
    GradientAccumulation, GradientClip, HookCallback, KeepBest, MCDropoutCallback, MixHandler, MixUp,
    MixedPrecision, ModelResetter, NonNativeMixedPrecision, ParamScheduler, ProgressCallback, RNNCallback,
    RNNRegularizer, ReduceLROnPlateau, SaveModelCallback, ShortEpochCallback, ShowGraphCallback, SkipToEpoch,
    TerminateOnNaNCallback, TorchScheduler, TrackerCallback, TrainEvalCallback, WeightAveraging, rnn_cbs,
    set_bn_eval,
)
from fastlearn.data import (
    AttrGetter, Categorize, CategoryBlock, CategoryMap, ColReader, ColSplitter, CollateError, DataBlock,
    DataError, DataLoader, DataLoaders, Datasets, DisplayedTransform, EncodedMultiCategorize, EndSplitter,
    FileGetter, FileSplitter, FuncSplitter, GrandparentSplitter, GroupSplitter, ImageGetter, IndexSplitter,
    InplaceTransform, ItemError, ItemGetter, ItemTransform, MaskSplitter, MultiCategorize, MultiCategoryBlock,
    OneHotEncode, Pipeline, RandomSplitter, RandomSubsetSplitter, RandomTransform, RegexLabeller, RegressionBlock,
    RegressionSetup, SampleTransform, StratifiedSplitter, TfmdLists, TimeSplitter, TrainTestSplitter, Transform,
    TransformBlock, URLs, WeightedSampler, class_weights, clear_cache, collate, compose_tfms, decode_at,
    default_device, download_url, get_files, get_image_files, get_text_files, item_weights, kfold, merge_tfms,
    mk_transform, parent_label, register_viewer, sample_data, show_at, test_set, to_cpu, to_device, untar_data,
)
from fastlearn.explain import Explanation, explain
from fastlearn.distributed import (
    DistributedTrainer,
    distrib_barrier,
    num_distrib,
    rank0_first,
    rank_distrib,
    setup_distrib,
    teardown_distrib,
)
from fastlearn.hooks import Hook, Hooks, hook_output, hook_outputs, layer_info, module_summary, total_params
from fastlearn.install import show_install
from fastlearn.interpret.attributions import Attribution, CaptumInterpretation
from fastlearn.interpret import (
    ClassConfusion, ClassificationInterpretation, Confusion, DuplicateGroup, GradCAM, HeatMap, Interpretation,
    LabelConfusion, LabelDoubts, LabelMistake, Neighbours, PixelConfusion, Residuals, Staleness, StoredAnswers,
    Tag, duplicate_groups, find_label_doubts, linked_confusion, why_here,
)
from fastlearn.loggers import ScalarLogger, TensorBoardCallback, WandbCallback
from fastlearn.losses import (
    BCELossFlat, BCEWithLogitsLossFlat, BaseLoss, CombinedLoss, CrossEntropyLossFlat, DiceLoss, FocalLoss,
    FocalLossFlat, L1LossFlat, LabelSmoothingCrossEntropy, LabelSmoothingCrossEntropyFlat, MSELossFlat,
    activation_of, decodes_of,
)
from fastlearn.metrics import (
    APScoreBinary, APScoreMulti, AccumMetric, AvgLoss, AvgMetric, AvgSmoothLoss, BalancedAccuracy, BrierScore,
    BrierScoreMulti, CohenKappa, CorpusBLEUMetric, Dice, DiceMulti, ExplainedVariance, F1Score, F1ScoreMulti,
    FBeta, FBetaMulti, HammingLoss, HammingLossMulti, Jaccard, JaccardCoeff, JaccardCoeffMulti, JaccardMulti,
    LossMetric, LossMetrics, MatthewsCorrCoef, MatthewsCorrCoefMulti, Metric, PearsonCorrCoef, Perplexity,
    Precision, PrecisionMulti, R2Score, Recall, RecallMulti, RocAuc, RocAucBinary, RocAucMulti,
    SpearmanCorrCoef, TorchMetric, ValueMetric, accuracy, accuracy_multi, error_rate, exp_rmspe, foreground_acc,
    mae, mk_metric, mse, msle, optim_metric, over_all_items, perplexity, rmse, skm_to_fastai, top_k_accuracy,
)
from fastlearn.models import (
    AdaptiveConcatPool2d, Flatten, Identity, Lambda, LinBnDrop, SigmoidRange, apply_init, change_first_layer,
    create_body, create_head, dummy_eval, freeze_to, has_params, in_channels, model_sizes, norm_bias_params,
    num_features_model, params, sigmoid_range, trainable_params,
)
from fastlearn.optim import (
    LARC, LARS, SGD, SGDW, Adam, Lamb, Larc, Lars, Lookahead, OptimWrapper, Optimizer, QHAdam, RAdam, RMSProp,
    SchedCos, SchedExp, SchedLin, SchedNo, SchedPoly, Step, adam_step, annealer, average_grad,
    average_grad_dampened, average_sqr_grad, combine_scheds, combined_cos, debias, get_hyper, has_hyper,
    hyper_setter, l2_reg, lamb_step, larc_layer_lr, larc_step, lars_layer_lr, make_param_groups, momentum_step,
    n_layer_groups, qhadam_step, radam_step, ranger, rms_prop_step, set_hyper, sgd_step, step_stat,
    to_param_groups, weight_decay,
)
from fastlearn.tensors import (
    apply, concat, find_bs, find_device, flatten_model, get_random_states, interp_1d, load_array, logit,
    no_random, one_hot, one_hot_decode, pca, requires_grad, save_array, set_random_states, set_seed, to_concat,
    to_detach, to_float, to_half, unsqueeze,
)
from fastlearn.train import (
    BatchEnded, Callback, CancelBackwardException, CancelBatchException, CancelEpochException, CancelException,
    CancelFitException, CancelStepException, CancelTrainException, CancelValidException, EpochEnded, EpochStarted,
    Events, FitControl, FitEnded, FitStarted, History, LRFindEnded, LRFindProgress, LRFindResult, LRFindStarted,
    Learner, Note, NoteAdded, Recorder, ValidationProgress, minimum, slide, steep, valley,
)
from fastlearn.vision import (
    Arch, CropPad, Flip, FlipItem, ImageBlock, ImageDataLoaders, IntToFloatTensor, MaskBlock, Normalize, OpenMask,
    PILBase, PILImage, PILImageBW, PILMask, PadMode, RandomCrop, Resize, ResizeMethod, ToTensor, cifar_stats,
    cnn_learner, create_vision_model, get_grid, image2tensor, imagenet_stats, load_image, mnist_stats,
    register_arch, show_image, show_images, show_titled_image, subplots, to_image, vision_learner,
)
from fastlearn.vision.models import (
    alexnet, convnext_base, convnext_small, convnext_tiny, densenet121, densenet161, densenet169, densenet201,
    efficientnet_b0, efficientnet_b1, efficientnet_b2, efficientnet_b3, efficientnet_v2_s, mobilenet_v2,
    mobilenet_v3_large, mobilenet_v3_small, regnet_y_400mf, resnet101, resnet152, resnet18, resnet34, resnet50,
    resnext50_32x4d, shufflenet_v2_x1_0, squeezenet1_0, squeezenet1_1, swin_t, vgg11_bn, vgg13_bn, vgg16_bn,
    vgg19_bn, wide_resnet50_2,
)
from fastlearn.vision import models
from fastlearn.vision.augment import (
    AffineCoordTfm, Brightness, Contrast, DeterministicDihedral, DeterministicDraw, DeterministicFlip, Dihedral,
    DihedralItem, HSVTfm, Hue, LightingTfm, RandomErasing, RandomResizedCrop, RandomResizedCropGPU, RatioResize,
    Rotate, Saturation, SpaceTfm, Warp, Zoom, affine_grid, affine_mat, apply_perspective, aug_transforms,
    cutout_gaussian, dihedral_mat, find_coeffs, flip_mat, grayscale, hsv2rgb, mask_tensor, norm_apply_denorm, rgb2hsv,
    rotate_mat, setup_aug_tfms, zoom_mat,
)
from fastlearn.layers import (
    AdaptiveAvgPool, AdaptiveConcatPool1d, AvgPool, BatchNorm, BatchNorm1dFlat, Cat, ConvLayer, Debugger, Embedding,
    InstanceNorm, MaxPool, MergeLayer, Mish, MishJit, Module, NoneReduce, NormType, ParameterModule, PartialLambda,
    PixelShuffle_ICNR, PoolFlatten, PoolType, PooledSelfAttention2d, ProdLayer, ResBlock, ResizeBatch, SEBlock,
    SEModule, SEResNeXtBlock, SeesInput, SelfAttention, SeparableBlock, SequentialEx, SiLU, SimpleCNN,
    SimpleSelfAttention, Swish, SwishJit, TimeDistributed, View, adaptive_pool, children_and_parameters, has_children,
    icnr_init, init_default, init_linear, inplace_relu, lsuv_init, mish, mish_jit, module, sequential, sigmoid,
    sigmoid_, swish, swish_jit, trunc_normal_, vleaky_relu,
)
from fastlearn.vision.gan import (
    AdaptiveGANSwitcher, AdaptiveLoss, AddChannels, DenseResBlock, FixedGANSwitcher, GANDiscriminativeLR, GANLearner,
    GANLoss, GANModule, GANSwitcher, GANTrainer, NoiseSource, accuracy_thresh_expand, basic_critic, basic_generator,
    gan_critic, gan_loss_from_func, generate_noise, set_freeze_model,
)
from fastlearn.vision.xresnets import (
    XResNetArch, xresnet18, xresnet18_deep, xresnet18_deeper, xresnet34, xresnet34_deep, xresnet34_deeper, xresnet50,
    xresnet50_deep, xresnet50_deeper, xresnet101, xresnet152, xresnext18, xresnext34, xresnext50, xresnext101,
    xse_resnet18, xse_resnet34, xse_resnet50, xse_resnet101, xse_resnet152, xse_resnext18, xse_resnext18_deep,
    xse_resnext18_deeper, xse_resnext34, xse_resnext34_deep, xse_resnext34_deeper, xse_resnext50, xse_resnext50_deep,
    xse_resnext50_deeper, xse_resnext101, xsenet154,
)
from fastlearn.vision.xresnet import XResNet
from fastlearn.vision.unet import DynamicUnet
from fastlearn.vision.unet_block import UnetBlock, ResizeToOrig
from fastlearn.vision.unet_learner import create_unet_model, unet_learner
from fastlearn.vision.models import (
    convnext_large, efficientnet_b4, efficientnet_b5, efficientnet_b6, efficientnet_b7, efficientnet_v2_l,
    efficientnet_v2_m, googlenet, inception_v3, maxvit_t, mnasnet0_5, mnasnet0_75, mnasnet1_0, mnasnet1_3,
    regnet_x_1_6gf, regnet_x_3_2gf, regnet_x_8gf, regnet_x_16gf, regnet_x_32gf, regnet_x_400mf, regnet_x_800mf,
    regnet_y_1_6gf, regnet_y_3_2gf, regnet_y_8gf, regnet_y_16gf, regnet_y_32gf, regnet_y_128gf, regnet_y_800mf,
    resnext101_32x8d, resnext101_64x4d, shufflenet_v2_x0_5, shufflenet_v2_x1_5, shufflenet_v2_x2_0, swin_b, swin_s,
    swin_v2_b, swin_v2_s, swin_v2_t, vgg11, vgg13, vgg16, vgg19, vit_b_16, vit_b_32, vit_h_14, vit_l_16, vit_l_32,
    wide_resnet101_2,
)
from fastlearn.losses import MultiTargetLoss, PointsLossFlat
from fastlearn.metrics import ShareMetric
from fastlearn.vision.points import PointBlock, PointScaler, ToPoints
from fastlearn.vision.boxes import BBoxBlock, BBoxLblBlock, bb_pad
from fastlearn.vision.masks import AddMaskCodes, check_masks
from fastlearn.vision.channels import open_channels
from fastlearn.vision.annotations import (
    get_annotations, get_coco_masks, get_voc_annotations, get_yolo_annotations, box_getters,
)
from fastlearn.vision.task_loaders import SegmentationDataLoaders, ObjectDetectionDataLoaders
from fastlearn.vision.albumentations import AlbumentationsTransform
from fastlearn.data.tv_border import TorchvisionTransform
from fastlearn.vision.detection import DetectionModel, DetectionLoss
from fastlearn.vision.files import (
    PROBLEMS, Crappify, ImageSource, Problem, download_images, find_problems, register_image_source, resize_image,
    resize_images, search_images, verify_image, verify_images,
)
from fastlearn.tensors import (
    batch_to_samples, flatten_check, get_model, item_find, nested_reorder,
)
from fastlearn.synthetic import (
    RegModel, VerboseCallback, synth_dbunch, synth_learner,
)
from fastlearn.train import LRFinder
from fastlearn.data import Batch, SetAside
from fastlearn.data.picture_cache import PictureCache
from fastlearn.metrics.box_precision import BoxAP
from fastlearn.metrics.boxes import BoxIoU

__all__ = [
    "BoxAP", "BoxIoU", "TimeSplitter",
    "ClassConfusion", "Confusion", "DuplicateGroup", "GradCAM", "HeatMap", "LabelConfusion", "LabelDoubts",
    "LabelMistake", "Neighbours", "PixelConfusion", "Residuals", "Staleness", "StoredAnswers", "Tag",
    "duplicate_groups", "find_label_doubts", "linked_confusion", "why_here",
    "PictureCache",
    "Batch", "SetAside",
    "LRFinder",
    "RegModel", "VerboseCallback", "synth_dbunch", "synth_learner",
    "batch_to_samples", "flatten_check", "get_model", "item_find", "nested_reorder",
    "PROBLEMS", "Crappify", "ImageSource", "Problem", "download_images", "find_problems", "register_image_source",
    "resize_image", "resize_images", "search_images", "verify_image", "verify_images",
    "DetectionModel", "DetectionLoss",
    "TorchvisionTransform",
    "AlbumentationsTransform",
    "SegmentationDataLoaders", "ObjectDetectionDataLoaders",
    "get_annotations", "get_coco_masks", "get_voc_annotations", "get_yolo_annotations", "box_getters",
    "open_channels",
    "AddMaskCodes", "check_masks",
    "BBoxBlock", "BBoxLblBlock", "bb_pad",
    "PointBlock", "PointScaler", "ToPoints",
    "ShareMetric",
    "MultiTargetLoss", "PointsLossFlat",
    "convnext_large", "efficientnet_b4", "efficientnet_b5", "efficientnet_b6", "efficientnet_b7", "efficientnet_v2_l",
    "efficientnet_v2_m", "googlenet", "inception_v3", "maxvit_t", "mnasnet0_5", "mnasnet0_75", "mnasnet1_0",
    "mnasnet1_3", "regnet_x_1_6gf", "regnet_x_3_2gf", "regnet_x_8gf", "regnet_x_16gf", "regnet_x_32gf",
    "regnet_x_400mf", "regnet_x_800mf", "regnet_y_1_6gf", "regnet_y_3_2gf", "regnet_y_8gf", "regnet_y_16gf",
    "regnet_y_32gf", "regnet_y_128gf", "regnet_y_800mf", "resnext101_32x8d", "resnext101_64x4d", "shufflenet_v2_x0_5",
    "shufflenet_v2_x1_5", "shufflenet_v2_x2_0", "swin_b", "swin_s", "swin_v2_b", "swin_v2_s", "swin_v2_t", "vgg11",
    "vgg13", "vgg16", "vgg19", "vit_b_16", "vit_b_32", "vit_h_14", "vit_l_16", "vit_l_32", "wide_resnet101_2",
    "create_unet_model", "unet_learner",
    "UnetBlock", "ResizeToOrig",
    "DynamicUnet",
    "XResNet",
    "XResNetArch", "xresnet18", "xresnet18_deep", "xresnet18_deeper", "xresnet34", "xresnet34_deep",
    "xresnet34_deeper", "xresnet50", "xresnet50_deep", "xresnet50_deeper", "xresnet101", "xresnet152", "xresnext18",
    "xresnext34", "xresnext50", "xresnext101", "xse_resnet18", "xse_resnet34", "xse_resnet50", "xse_resnet101",
    "xse_resnet152", "xse_resnext18", "xse_resnext18_deep", "xse_resnext18_deeper", "xse_resnext34",
    "xse_resnext34_deep", "xse_resnext34_deeper", "xse_resnext50", "xse_resnext50_deep", "xse_resnext50_deeper",
    "xse_resnext101", "xsenet154",
    "AdaptiveGANSwitcher", "AdaptiveLoss", "AddChannels", "DenseResBlock", "FixedGANSwitcher", "GANDiscriminativeLR",
    "GANLearner", "GANLoss", "GANModule", "GANSwitcher", "GANTrainer", "NoiseSource", "accuracy_thresh_expand",
    "basic_critic", "basic_generator", "gan_critic", "gan_loss_from_func", "generate_noise", "set_freeze_model",
    "AdaptiveAvgPool", "AdaptiveConcatPool1d", "AvgPool", "BatchNorm", "BatchNorm1dFlat", "Cat", "ConvLayer",
    "Debugger", "Embedding", "InstanceNorm", "MaxPool", "MergeLayer", "Mish", "MishJit", "Module", "NoneReduce",
    "NormType", "ParameterModule", "PartialLambda", "PixelShuffle_ICNR", "PoolFlatten", "PoolType",
    "PooledSelfAttention2d", "ProdLayer", "ResBlock", "ResizeBatch", "SEBlock", "SEModule", "SEResNeXtBlock",
    "SeesInput", "SelfAttention", "SeparableBlock", "SequentialEx", "SiLU", "SimpleCNN", "SimpleSelfAttention",
    "Swish", "SwishJit", "TimeDistributed", "View", "adaptive_pool", "children_and_parameters", "has_children",
    "icnr_init", "init_default", "init_linear", "inplace_relu", "lsuv_init", "mish", "mish_jit", "module",
    "sequential", "sigmoid", "sigmoid_", "swish", "swish_jit", "trunc_normal_", "vleaky_relu",
    "AffineCoordTfm", "Brightness", "Contrast", "DeterministicDihedral", "DeterministicDraw", "DeterministicFlip",
    "Dihedral", "DihedralItem", "HSVTfm", "Hue", "LightingTfm", "RandomErasing", "RandomResizedCrop",
    "RandomResizedCropGPU", "RatioResize", "Rotate", "Saturation", "SpaceTfm", "Warp", "Zoom", "affine_grid",
    "affine_mat", "apply_perspective", "aug_transforms", "cutout_gaussian", "dihedral_mat", "find_coeffs", "flip_mat",
    "grayscale", "hsv2rgb", "mask_tensor", "norm_apply_denorm", "rgb2hsv", "rotate_mat", "setup_aug_tfms", "zoom_mat",
    "Attribution",
    "CaptumInterpretation",
    "DistributedTrainer",
    "distrib_barrier",
    "num_distrib",
    "rank0_first",
    "rank_distrib",
    "setup_distrib",
    "teardown_distrib",
    "AMPMode", "APScoreBinary", "APScoreMulti", "AccumMetric", "ActivationStats", "Adam",
    "AdaptiveConcatPool2d", "Arch", "AttrGetter", "AvgLoss", "AvgMetric", "AvgSmoothLoss", "BCELossFlat",
    "BCEWithLogitsLossFlat", "BalancedAccuracy", "BaseLoss", "BatchEnded", "BnFreeze", "BrierScore",
    "BrierScoreMulti", "CSVLogger", "Callback", "CancelBackwardException", "CancelBatchException",
    "CancelEpochException", "CancelException", "CancelFitException", "CancelStepException",
    "CancelTrainException", "CancelValidException", "Categorize", "CategoryBlock", "CategoryMap",
    "ChannelsLast", "CheckOutputs", "CheckpointCallback", "ClassificationInterpretation", "CohenKappa",
    "ColReader", "ColSplitter", "CollateError", "CollectDataCallback", "CombinedLoss", "CorpusBLEUMetric",
    "Counter", "CropPad", "CrossEntropyLossFlat", "CutMix", "DataBlock", "DataError", "DataLoader",
    "DataLoaders", "Datasets", "Dice", "DiceLoss", "DiceMulti", "DisplayedTransform", "EarlyStoppingCallback",
    "EncodedMultiCategorize", "EndSplitter", "EpochEnded", "EpochStarted", "Events", "ExplainedVariance",
    "Explanation", "F", "F1Score", "F1ScoreMulti", "FBeta", "FBetaMulti", "FetchPredsCallback", "FileGetter",
    "FileSplitter", "FitControl", "FitEnded", "FitStarted", "Flatten", "Flip", "FlipItem", "FloatTensor",
    "FocalLoss", "FocalLossFlat", "FuncSplitter", "GatherPredsCallback", "GradientAccumulation", "GradientClip",
    "GrandparentSplitter", "GroupSplitter", "HammingLoss", "HammingLossMulti", "History", "Hook",
    "HookCallback", "Hooks", "Identity", "Image", "ImageBlock", "ImageDataLoaders", "ImageGetter",
    "IndexSplitter", "InplaceTransform", "IntToFloatTensor", "Interpretation", "ItemError", "ItemGetter",
    "ItemTransform", "Jaccard", "JaccardCoeff", "JaccardCoeffMulti", "JaccardMulti", "KeepBest", "L1LossFlat",
    "LARC", "LARS", "LRFindEnded", "LRFindProgress", "LRFindResult", "LRFindStarted",
    "LabelSmoothingCrossEntropy", "LabelSmoothingCrossEntropyFlat", "Lamb", "Lambda", "Larc", "Lars", "Learner",
    "LinBnDrop", "LongTensor", "Lookahead", "LossMetric", "LossMetrics", "MCDropoutCallback", "MSELossFlat",
    "MaskBlock", "MaskSplitter", "MatthewsCorrCoef", "MatthewsCorrCoefMulti", "Metric", "MixHandler", "MixUp",
    "MixedPrecision", "ModelResetter", "MultiCategorize", "MultiCategoryBlock", "NonNativeMixedPrecision",
    "Normalize", "Note", "NoteAdded", "OneHotEncode", "OpenMask", "OptimWrapper", "Optimizer", "OrderedDict",
    "PILBase", "PILImage", "PILImageBW", "PILMask", "PadMode", "ParamScheduler", "Path", "PearsonCorrCoef",
    "Perplexity", "Pipeline", "Precision", "PrecisionMulti", "ProgressCallback", "QHAdam", "R2Score", "RAdam",
    "RMSProp", "RNNCallback", "RNNRegularizer", "RandomCrop", "RandomSplitter", "RandomSubsetSplitter",
    "RandomTransform", "Recall", "RecallMulti", "Recorder", "ReduceLROnPlateau", "RegexLabeller",
    "RegressionBlock", "RegressionSetup", "Resize", "ResizeMethod", "RocAuc", "RocAucBinary", "RocAucMulti",
    "SGD", "SGDW", "SampleTransform", "SaveModelCallback", "ScalarLogger", "SchedCos", "SchedExp", "SchedLin",
    "SchedNo", "SchedPoly", "ShortEpochCallback", "ShowGraphCallback", "SigmoidRange", "SimpleNamespace",
    "SkipToEpoch", "SpearmanCorrCoef", "Step", "StratifiedSplitter", "Tensor", "TensorBoardCallback",
    "TerminateOnNaNCallback", "TfmdLists", "ToTensor", "TorchMetric", "TorchScheduler", "TrackerCallback",
    "TrainEvalCallback", "TrainTestSplitter", "Transform", "TransformBlock", "URLs", "UntrustedCode",
    "ValidationProgress", "ValueMetric", "WandbCallback", "WeightAveraging", "WeightedSampler", "accuracy",
    "accuracy_multi", "activation_of", "adam_step", "alexnet", "annealer", "apply", "apply_init", "array",
    "as_tensor", "attrgetter", "average_grad", "average_grad_dampened", "average_sqr_grad",
    "change_first_layer", "cifar_stats", "class_weights", "clear_cache", "cnn_learner", "collate",
    "combine_scheds", "combined_cos", "compose_tfms", "concat", "contextmanager", "convnext_base",
    "convnext_small", "convnext_tiny", "create_body", "create_head", "create_vision_model", "debias",
    "decode_at", "decodes_of", "default_device", "defaultdict", "densenet121", "densenet161", "densenet169",
    "densenet201", "download_url", "dummy_eval", "efficientnet_b0", "efficientnet_b1", "efficientnet_b2",
    "efficientnet_b3", "efficientnet_v2_s", "error_rate", "exp_rmspe", "explain", "find_bs", "find_device",
    "first", "flatten_model", "foreground_acc", "freeze_to", "functools", "get_files", "get_grid", "get_hyper",
    "get_image_files", "get_random_states", "get_text_files", "has_hyper", "has_params", "hook_output",
    "hook_outputs", "hyper_setter", "image2tensor", "imagenet_stats", "in_channels", "interp_1d",
    "item_weights", "itemgetter", "itertools", "json", "kfold", "l2_reg", "lamb_step", "larc_layer_lr",
    "larc_step", "lars_layer_lr", "layer_info", "load_array", "load_image", "load_learner", "logit", "mae",
    "make_param_groups", "math", "merge_tfms", "minimum", "mk_metric", "mk_transform", "mnist_stats",
    "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small", "model_sizes", "models", "module_summary",
    "momentum_step", "mse", "msle", "n_layer_groups", "namedtuple", "nn", "no_random", "norm_bias_params", "np",
    "num_features_model", "one_hot", "one_hot_decode", "operator", "optim_metric", "os", "over_all_items",
    "params", "parent_label", "partial", "pca", "perplexity", "qhadam_step", "radam_step", "random", "ranger",
    "re", "reduce", "register_arch", "register_viewer", "regnet_y_400mf", "requires_grad", "resnet101",
    "resnet152", "resnet18", "resnet34", "resnet50", "resnext50_32x4d", "rms_prop_step", "rmse", "rnn_cbs",
    "sample_data", "save_array", "set_bn_eval", "set_hyper", "set_random_states", "set_seed", "sgd_step",
    "show_at", "show_image", "show_images", "show_install", "show_titled_image", "shufflenet_v2_x1_0", "shutil",
    "sigmoid_range", "skm_to_fastai", "slide", "squeezenet1_0", "squeezenet1_1", "steep", "step_stat", "string",
    "subplots", "swin_t", "sys", "tensor", "test_set", "time", "to_concat", "to_cpu", "to_detach", "to_device",
    "to_float", "to_half", "to_image", "to_np", "to_param_groups", "top_k_accuracy", "torch", "total_params",
    "trainable_params", "unsqueeze", "untar_data", "valley", "vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn",
    "vision_learner", "warnings", "weight_decay", "wide_resnet50_2",
]
