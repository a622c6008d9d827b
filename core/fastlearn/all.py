"""Everything a notebook needs, whatever its data: `from fastlearn.all import *`.

The names are those of the packages, and the modules that notebooks use everywhere. Nothing here is loaded on demand: a
star import would load it at once. `fastlearn.vision.all` and its siblings have these names and those of their domain.
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
from collections import Counter, defaultdict, namedtuple, OrderedDict
from contextlib import contextmanager
from functools import partial, reduce
from operator import attrgetter, itemgetter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F
from numpy import array
from torch import as_tensor, FloatTensor, LongTensor, nn, Tensor

from fastlearn.basics import first, tensor, to_np
from fastlearn.bundle import load_learner, UntrustedCode
from fastlearn.callbacks import (
    ActivationStats, AMPMode, BnFreeze, ChannelsLast, CheckOutputs, CheckpointCallback, CollectDataCallback, CSVLogger,
    CutMix, EarlyStoppingCallback, FetchPredsCallback, GatherPredsCallback, GradientAccumulation, GradientClip,
    HookCallback, KeepBest, MCDropoutCallback, MixedPrecision, MixHandler, MixUp, ModelResetter,
    NonNativeMixedPrecision, ParamScheduler, ProgressCallback, ReduceLROnPlateau, rnn_cbs, RNNCallback, RNNRegularizer,
    SaveModelCallback, set_bn_eval, ShortEpochCallback, ShowGraphCallback, SkipToEpoch, TerminateOnNaNCallback,
    TorchScheduler, TrackerCallback, TrainEvalCallback, WeightAveraging,
)
from fastlearn.data import (
    AttrGetter, Batch, Categorize, CategoryBlock, CategoryMap, class_weights, clear_cache, collate, CollateError,
    ColReader, ColSplitter, compose_tfms, DataBlock, DataError, DataLoader, DataLoaders, Datasets, decode_at,
    default_device, DisplayedTransform, download_url, EncodedMultiCategorize, EndSplitter, FileGetter, FileSplitter,
    FuncSplitter, get_files, get_text_files, GrandparentSplitter, GroupSplitter, IndexSplitter, InplaceTransform,
    item_weights, ItemError, ItemGetter, ItemTransform, KeepTogether, kfold, MaskSplitter, merge_tfms, mk_transform,
    MultiCategorize, MultiCategoryBlock, OneHotEncode, parent_label, Pipeline, RandomSplitter, RandomSubsetSplitter,
    RandomTransform, RegexLabeller, register_viewer, RegressionBlock, RegressionSetup, sample_data, SampleTransform,
    SetAside, show_at, StratifiedSplitter, test_set, TfmdLists, TimeSplitter, to_cpu, to_device, TrainTestSplitter,
    Transform, TransformBlock, untar_data, URLs, WeightedSampler,
)
from fastlearn.distributed import (
    distrib_barrier, DistributedTrainer, num_distrib, rank0_first, rank_distrib, setup_distrib, teardown_distrib,
)
from fastlearn.explain import explain, Explanation
from fastlearn.hooks import Hook, hook_output, hook_outputs, Hooks, layer_info, module_summary, total_params
from fastlearn.install import show_install
from fastlearn.interpret import ClassificationInterpretation, Interpretation
from fastlearn.layers import (
    adaptive_pool, AdaptiveAvgPool, AdaptiveConcatPool1d, AvgPool, BatchNorm, BatchNorm1dFlat, Cat,
    children_and_parameters, ConvLayer, Debugger, Embedding, has_children, icnr_init, init_default, init_linear,
    inplace_relu, InstanceNorm, lsuv_init, MaxPool, MergeLayer, Mish, mish, mish_jit, MishJit, Module, module,
    NoneReduce, NormType, ParameterModule, PartialLambda, PixelShuffle_ICNR, PooledSelfAttention2d, PoolFlatten,
    PoolType, ProdLayer, ResBlock, ResizeBatch, SEBlock, SeesInput, SelfAttention, SEModule, SeparableBlock, sequential,
    SequentialEx, SEResNeXtBlock, sigmoid, sigmoid_, SiLU, SimpleCNN, SimpleSelfAttention, Swish, swish, swish_jit,
    SwishJit, TimeDistributed, trunc_normal_, View, vleaky_relu,
)
from fastlearn.loggers import ScalarLogger, TensorBoardCallback, WandbCallback
from fastlearn.losses import (
    activation_of, BaseLoss, BCELossFlat, BCEWithLogitsLossFlat, CombinedLoss, CrossEntropyLossFlat, decodes_of,
    DiceLoss, FocalLoss, FocalLossFlat, L1LossFlat, LabelSmoothingCrossEntropy, LabelSmoothingCrossEntropyFlat,
    MSELossFlat, MultiTargetLoss, PointsLossFlat,
)
from fastlearn.metrics import (
    AccumMetric, accuracy, accuracy_multi, APScoreBinary, APScoreMulti, AvgLoss, AvgMetric, AvgSmoothLoss,
    BalancedAccuracy, BrierScore, BrierScoreMulti, CohenKappa, CorpusBLEUMetric, Dice, DiceMulti, error_rate, exp_rmspe,
    ExplainedVariance, F1Score, F1ScoreMulti, FBeta, FBetaMulti, foreground_acc, HammingLoss, HammingLossMulti, Jaccard,
    JaccardCoeff, JaccardCoeffMulti, JaccardMulti, LossMetric, LossMetrics, mae, MatthewsCorrCoef,
    MatthewsCorrCoefMulti, Metric, mk_metric, mse, msle, optim_metric, over_all_items, PearsonCorrCoef, Perplexity,
    perplexity, Precision, PrecisionMulti, R2Score, Recall, RecallMulti, rmse, RocAuc, RocAucBinary, RocAucMulti,
    ShareMetric, skm_to_fastai, SpearmanCorrCoef, top_k_accuracy, TorchMetric, ValueMetric,
)
from fastlearn.models import (
    AdaptiveConcatPool2d, apply_init, change_first_layer, create_body, create_head, dummy_eval, Flatten, freeze_to,
    has_params, Identity, in_channels, Lambda, LinBnDrop, model_sizes, norm_bias_params, num_features_model, params,
    sigmoid_range, SigmoidRange, trainable_params,
)
from fastlearn.optim import (
    Adam, adam_step, annealer, average_grad, average_grad_dampened, average_sqr_grad, combine_scheds, combined_cos,
    debias, get_hyper, has_hyper, hyper_setter, l2_reg, Lamb, lamb_step, LARC, Larc, larc_layer_lr, larc_step, LARS,
    Lars, lars_layer_lr, Lookahead, make_param_groups, momentum_step, n_layer_groups, Optimizer, OptimWrapper, QHAdam,
    qhadam_step, RAdam, radam_step, ranger, rms_prop_step, RMSProp, SchedCos, SchedExp, SchedLin, SchedNo, SchedPoly,
    set_hyper, SGD, sgd_step, SGDW, Step, step_stat, to_param_groups, weight_decay,
)
from fastlearn.synthetic import RegModel, synth_dbunch, synth_learner, VerboseCallback
from fastlearn.tensors import (
    apply, batch_to_samples, concat, find_bs, find_device, flatten_check, flatten_model, get_model, get_random_states,
    interp_1d, item_find, load_array, logit, nested_reorder, no_random, one_hot, one_hot_decode, pca, requires_grad,
    save_array, set_random_states, set_seed, to_concat, to_detach, to_float, to_half, unsqueeze,
)
from fastlearn.train import (
    BatchEnded, Callback, CancelBackwardException, CancelBatchException, CancelEpochException, CancelException,
    CancelFitException, CancelStepException, CancelTrainException, CancelValidException, EpochEnded, EpochStarted,
    Events, FitControl, FitEnded, FitStarted, History, Learner, LRFindEnded, LRFinder, LRFindProgress, LRFindResult,
    LRFindStarted, minimum, Note, NoteAdded, Recorder, slide, steep, ValidationProgress, valley,
)

__all__ = [
    "AccumMetric", "accuracy", "accuracy_multi", "activation_of", "ActivationStats", "Adam", "adam_step",
    "adaptive_pool", "AdaptiveAvgPool", "AdaptiveConcatPool1d", "AdaptiveConcatPool2d", "AMPMode", "annealer", "apply",
    "apply_init", "APScoreBinary", "APScoreMulti", "array", "as_tensor", "AttrGetter", "attrgetter", "average_grad",
    "average_grad_dampened", "average_sqr_grad", "AvgLoss", "AvgMetric", "AvgPool", "AvgSmoothLoss", "BalancedAccuracy",
    "BaseLoss", "Batch", "batch_to_samples", "BatchEnded", "BatchNorm", "BatchNorm1dFlat", "BCELossFlat",
    "BCEWithLogitsLossFlat", "BnFreeze", "BrierScore", "BrierScoreMulti", "Callback", "CancelBackwardException",
    "CancelBatchException", "CancelEpochException", "CancelException", "CancelFitException", "CancelStepException",
    "CancelTrainException", "CancelValidException", "Cat", "Categorize", "CategoryBlock", "CategoryMap",
    "change_first_layer", "ChannelsLast", "CheckOutputs", "CheckpointCallback", "children_and_parameters",
    "class_weights", "ClassificationInterpretation", "clear_cache", "CohenKappa", "collate", "CollateError",
    "CollectDataCallback", "ColReader", "ColSplitter", "combine_scheds", "combined_cos", "CombinedLoss", "compose_tfms",
    "concat", "contextmanager", "ConvLayer", "CorpusBLEUMetric", "Counter", "create_body", "create_head",
    "CrossEntropyLossFlat", "CSVLogger", "CutMix", "DataBlock", "DataError", "DataLoader", "DataLoaders", "Datasets",
    "debias", "Debugger", "decode_at", "decodes_of", "default_device", "defaultdict", "Dice", "DiceLoss", "DiceMulti",
    "DisplayedTransform", "distrib_barrier", "DistributedTrainer", "download_url", "dummy_eval",
    "EarlyStoppingCallback", "Embedding", "EncodedMultiCategorize", "EndSplitter", "EpochEnded", "EpochStarted",
    "error_rate", "Events", "exp_rmspe", "explain", "ExplainedVariance", "Explanation", "F", "F1Score", "F1ScoreMulti",
    "FBeta", "FBetaMulti", "FetchPredsCallback", "FileGetter", "FileSplitter", "find_bs", "find_device", "first",
    "FitControl", "FitEnded", "FitStarted", "Flatten", "flatten_check", "flatten_model", "FloatTensor", "FocalLoss",
    "FocalLossFlat", "foreground_acc", "freeze_to", "FuncSplitter", "functools", "GatherPredsCallback", "get_files",
    "get_hyper", "get_model", "get_random_states", "get_text_files", "GradientAccumulation", "GradientClip",
    "GrandparentSplitter", "GroupSplitter", "HammingLoss", "HammingLossMulti", "has_children", "has_hyper",
    "has_params", "History", "Hook", "hook_output", "hook_outputs", "HookCallback", "Hooks", "hyper_setter",
    "icnr_init", "Identity", "in_channels", "IndexSplitter", "init_default", "init_linear", "inplace_relu",
    "InplaceTransform", "InstanceNorm", "interp_1d", "Interpretation", "item_find", "item_weights", "ItemError",
    "ItemGetter", "itemgetter", "ItemTransform", "itertools", "Jaccard", "JaccardCoeff", "JaccardCoeffMulti",
    "JaccardMulti", "json", "KeepBest", "KeepTogether", "kfold", "L1LossFlat", "l2_reg", "LabelSmoothingCrossEntropy",
    "LabelSmoothingCrossEntropyFlat", "Lamb", "lamb_step", "Lambda", "LARC", "Larc", "larc_layer_lr", "larc_step",
    "LARS", "Lars", "lars_layer_lr", "layer_info", "Learner", "LinBnDrop", "load_array", "load_learner", "logit",
    "LongTensor", "Lookahead", "LossMetric", "LossMetrics", "LRFindEnded", "LRFinder", "LRFindProgress", "LRFindResult",
    "LRFindStarted", "lsuv_init", "mae", "make_param_groups", "MaskSplitter", "math", "MatthewsCorrCoef",
    "MatthewsCorrCoefMulti", "MaxPool", "MCDropoutCallback", "merge_tfms", "MergeLayer", "Metric", "minimum", "Mish",
    "mish", "mish_jit", "MishJit", "MixedPrecision", "MixHandler", "MixUp", "mk_metric", "mk_transform", "model_sizes",
    "ModelResetter", "Module", "module", "module_summary", "momentum_step", "mse", "MSELossFlat", "msle",
    "MultiCategorize", "MultiCategoryBlock", "MultiTargetLoss", "n_layer_groups", "namedtuple", "nested_reorder", "nn",
    "no_random", "NoneReduce", "NonNativeMixedPrecision", "norm_bias_params", "NormType", "Note", "NoteAdded", "np",
    "num_distrib", "num_features_model", "one_hot", "one_hot_decode", "OneHotEncode", "operator", "optim_metric",
    "Optimizer", "OptimWrapper", "OrderedDict", "os", "over_all_items", "ParameterModule", "params", "ParamScheduler",
    "parent_label", "partial", "PartialLambda", "Path", "pca", "PearsonCorrCoef", "Perplexity", "perplexity",
    "Pipeline", "PixelShuffle_ICNR", "PointsLossFlat", "PooledSelfAttention2d", "PoolFlatten", "PoolType", "Precision",
    "PrecisionMulti", "ProdLayer", "ProgressCallback", "QHAdam", "qhadam_step", "R2Score", "RAdam", "radam_step",
    "random", "RandomSplitter", "RandomSubsetSplitter", "RandomTransform", "ranger", "rank0_first", "rank_distrib",
    "re", "Recall", "RecallMulti", "Recorder", "reduce", "ReduceLROnPlateau", "RegexLabeller", "register_viewer",
    "RegModel", "RegressionBlock", "RegressionSetup", "requires_grad", "ResBlock", "ResizeBatch", "rms_prop_step",
    "rmse", "RMSProp", "rnn_cbs", "RNNCallback", "RNNRegularizer", "RocAuc", "RocAucBinary", "RocAucMulti",
    "sample_data", "SampleTransform", "save_array", "SaveModelCallback", "ScalarLogger", "SchedCos", "SchedExp",
    "SchedLin", "SchedNo", "SchedPoly", "SEBlock", "SeesInput", "SelfAttention", "SEModule", "SeparableBlock",
    "sequential", "SequentialEx", "SEResNeXtBlock", "set_bn_eval", "set_hyper", "set_random_states", "set_seed",
    "SetAside", "setup_distrib", "SGD", "sgd_step", "SGDW", "ShareMetric", "ShortEpochCallback", "show_at",
    "show_install", "ShowGraphCallback", "shutil", "sigmoid", "sigmoid_", "sigmoid_range", "SigmoidRange", "SiLU",
    "SimpleCNN", "SimpleNamespace", "SimpleSelfAttention", "SkipToEpoch", "skm_to_fastai", "slide", "SpearmanCorrCoef",
    "steep", "Step", "step_stat", "StratifiedSplitter", "string", "Swish", "swish", "swish_jit", "SwishJit",
    "synth_dbunch", "synth_learner", "sys", "teardown_distrib", "Tensor", "tensor", "TensorBoardCallback",
    "TerminateOnNaNCallback", "test_set", "TfmdLists", "time", "TimeDistributed", "TimeSplitter", "to_concat", "to_cpu",
    "to_detach", "to_device", "to_float", "to_half", "to_np", "to_param_groups", "top_k_accuracy", "torch",
    "TorchMetric", "TorchScheduler", "total_params", "TrackerCallback", "trainable_params", "TrainEvalCallback",
    "TrainTestSplitter", "Transform", "TransformBlock", "trunc_normal_", "unsqueeze", "untar_data", "UntrustedCode",
    "URLs", "ValidationProgress", "valley", "ValueMetric", "VerboseCallback", "View", "vleaky_relu", "WandbCallback",
    "warnings", "weight_decay", "WeightAveraging", "WeightedSampler",
]
