"""Everything a notebook about ratings needs: `from fastlearn.collab.all import *`.

The names are those of `fastlearn.tabular.all`, and what has to do with users and items. Nothing here is loaded on
demand: a star import would load it at once; pandas, as `pd`, is among them.
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
import pandas as pd
import torch
import torch.nn.functional as F
from numpy import array
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
    FileGetter, FileSplitter, FuncSplitter, GrandparentSplitter, GroupSplitter, IndexSplitter, InplaceTransform,
    ItemError, ItemGetter, ItemTransform, MaskSplitter, MultiCategorize, MultiCategoryBlock, OneHotEncode,
    Pipeline, RandomSplitter, RandomSubsetSplitter, RandomTransform, RegexLabeller, RegressionBlock,
    RegressionSetup, SampleTransform, StratifiedSplitter, TfmdLists, TrainTestSplitter, Transform, TransformBlock,
    URLs, WeightedSampler, class_weights, clear_cache, collate, compose_tfms, decode_at, default_device,
    download_url, get_files, get_text_files, item_weights, kfold, merge_tfms, mk_transform, parent_label,
    register_viewer, sample_data, show_at, test_set, to_cpu, to_device, untar_data, Batch, SetAside, TimeSplitter,
)
from fastlearn.collab import (
    CollabDataLoaders, CollabLearner, EmbeddingDotBias, EmbeddingNN, NDCGAtK, PrecisionAtK, RankingMetric,
    RecallAtK, TabularCollab, UnknownAsAverage, collab_learner, ndcg_at_k, precision_at_k, recall_at_k,
)
from fastlearn.explain import Explanation, explain
from fastlearn.distributed import (
    DistributedTrainer, distrib_barrier, num_distrib, rank0_first, rank_distrib, setup_distrib, teardown_distrib,
)
from fastlearn.hooks import Hook, Hooks, hook_output, hook_outputs, layer_info, module_summary, total_params
from fastlearn.install import show_install
from fastlearn.interpret import ClassificationInterpretation, Interpretation
from fastlearn.loggers import ScalarLogger, TensorBoardCallback, WandbCallback
from fastlearn.losses import (
    BCELossFlat, BCEWithLogitsLossFlat, BaseLoss, CombinedLoss, CrossEntropyLossFlat, DiceLoss, FocalLoss,
    FocalLossFlat, L1LossFlat, LabelSmoothingCrossEntropy, LabelSmoothingCrossEntropyFlat, MSELossFlat,
    activation_of, decodes_of, MultiTargetLoss, PointsLossFlat,
)
from fastlearn.metrics import (
    APScoreBinary, APScoreMulti, AccumMetric, AvgLoss, AvgMetric, AvgSmoothLoss, BalancedAccuracy, BrierScore,
    BrierScoreMulti, CohenKappa, CorpusBLEUMetric, Dice, DiceMulti, ExplainedVariance, F1Score, F1ScoreMulti,
    FBeta, FBetaMulti, HammingLoss, HammingLossMulti, Jaccard, JaccardCoeff, JaccardCoeffMulti, JaccardMulti,
    LossMetric, LossMetrics, MatthewsCorrCoef, MatthewsCorrCoefMulti, Metric, PearsonCorrCoef, Perplexity,
    Precision, PrecisionMulti, R2Score, Recall, RecallMulti, RocAuc, RocAucBinary, RocAucMulti, SpearmanCorrCoef,
    TorchMetric, ValueMetric, accuracy, accuracy_multi, error_rate, exp_rmspe, foreground_acc, mae, mk_metric,
    mse, msle, optim_metric, over_all_items, perplexity, rmse, skm_to_fastai, top_k_accuracy, ShareMetric,
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
    to_detach, to_float, to_half, unsqueeze, batch_to_samples, flatten_check, get_model, item_find,
    nested_reorder,
)
from fastlearn.train import (
    BatchEnded, Callback, CancelBackwardException, CancelBatchException, CancelEpochException, CancelException,
    CancelFitException, CancelStepException, CancelTrainException, CancelValidException, EpochEnded, EpochStarted,
    Events, FitControl, FitEnded, FitStarted, History, LRFindEnded, LRFindProgress, LRFindResult, LRFindStarted,
    Learner, Note, NoteAdded, Recorder, ValidationProgress, minimum, slide, steep, valley, LRFinder,
)
from fastlearn.layers import (
    AdaptiveAvgPool, AdaptiveConcatPool1d, AvgPool, BatchNorm, BatchNorm1dFlat, Cat, ConvLayer, Debugger,
    Embedding, InstanceNorm, MaxPool, MergeLayer, Mish, MishJit, Module, NoneReduce, NormType, ParameterModule,
    PartialLambda, PixelShuffle_ICNR, PoolFlatten, PoolType, PooledSelfAttention2d, ProdLayer, ResBlock,
    ResizeBatch, SEBlock, SEModule, SEResNeXtBlock, SeesInput, SelfAttention, SeparableBlock, SequentialEx, SiLU,
    SimpleCNN, SimpleSelfAttention, Swish, SwishJit, TimeDistributed, View, adaptive_pool,
    children_and_parameters, has_children, icnr_init, init_default, init_linear, inplace_relu, lsuv_init, mish,
    mish_jit, module, sequential, sigmoid, sigmoid_, swish, swish_jit, trunc_normal_, vleaky_relu,
)
from fastlearn.synthetic import RegModel, VerboseCallback, synth_dbunch, synth_learner
from fastlearn.tabular import (
    Categorify, Columns, DecodedTable, FillMissing, FillStrategy, Normalize, RowPrediction, TabDataLoader,
    TabWeightedDL, Tabular, TabularDataLoaders, TabularLearner, TabularModel, TabularPandas, TabularPipeline,
    TabularProc, add_datepart, add_elapsed_times, cont_cat_split, df_shrink, df_shrink_dtypes, emb_sz_rule,
    get_emb_sz, make_date, permutation_importance, plot_embedding, plot_importance, tabular_config,
    tabular_learner,
)

__all__ = [
    "AccumMetric", "accuracy", "accuracy_multi", "activation_of", "ActivationStats", "Adam", "adam_step",
    "adaptive_pool", "AdaptiveAvgPool", "AdaptiveConcatPool1d", "AdaptiveConcatPool2d", "add_datepart",
    "add_elapsed_times", "AMPMode", "annealer", "apply", "apply_init", "APScoreBinary", "APScoreMulti", "array",
    "as_tensor", "AttrGetter", "attrgetter", "average_grad", "average_grad_dampened", "average_sqr_grad",
    "AvgLoss", "AvgMetric", "AvgPool", "AvgSmoothLoss", "BalancedAccuracy", "BaseLoss", "Batch",
    "batch_to_samples", "BatchEnded", "BatchNorm", "BatchNorm1dFlat", "BCELossFlat", "BCEWithLogitsLossFlat",
    "BnFreeze", "BrierScore", "BrierScoreMulti", "Callback", "CancelBackwardException", "CancelBatchException",
    "CancelEpochException", "CancelException", "CancelFitException", "CancelStepException",
    "CancelTrainException", "CancelValidException", "Cat", "Categorify", "Categorize", "CategoryBlock",
    "CategoryMap", "change_first_layer", "ChannelsLast", "CheckOutputs", "CheckpointCallback",
    "children_and_parameters", "class_weights", "ClassificationInterpretation", "clear_cache", "CohenKappa",
    "collab_learner", "CollabDataLoaders", "CollabLearner", "collate", "CollateError", "CollectDataCallback",
    "ColReader", "ColSplitter", "Columns", "combine_scheds", "combined_cos", "CombinedLoss", "compose_tfms",
    "concat", "cont_cat_split", "contextmanager", "ConvLayer", "CorpusBLEUMetric", "Counter", "create_body",
    "create_head", "CrossEntropyLossFlat", "CSVLogger", "CutMix", "DataBlock", "DataError", "DataLoader",
    "DataLoaders", "Datasets", "debias", "Debugger", "decode_at", "DecodedTable", "decodes_of",
    "default_device", "defaultdict", "df_shrink", "df_shrink_dtypes", "Dice", "DiceLoss", "DiceMulti",
    "DisplayedTransform", "distrib_barrier", "DistributedTrainer", "download_url", "dummy_eval",
    "EarlyStoppingCallback", "emb_sz_rule", "Embedding", "EmbeddingDotBias", "EmbeddingNN",
    "EncodedMultiCategorize", "EndSplitter", "EpochEnded", "EpochStarted", "error_rate", "Events", "exp_rmspe",
    "explain", "ExplainedVariance", "Explanation", "F", "F1Score", "F1ScoreMulti", "FBeta", "FBetaMulti",
    "FetchPredsCallback", "FileGetter", "FileSplitter", "FillMissing", "FillStrategy", "find_bs", "find_device",
    "first", "FitControl", "FitEnded", "FitStarted", "Flatten", "flatten_check", "flatten_model", "FloatTensor",
    "FocalLoss", "FocalLossFlat", "foreground_acc", "freeze_to", "FuncSplitter", "functools",
    "GatherPredsCallback", "get_emb_sz", "get_files", "get_hyper", "get_model", "get_random_states",
    "get_text_files", "GradientAccumulation", "GradientClip", "GrandparentSplitter", "GroupSplitter",
    "HammingLoss", "HammingLossMulti", "has_children", "has_hyper", "has_params", "History", "Hook",
    "hook_output", "hook_outputs", "HookCallback", "Hooks", "hyper_setter", "icnr_init", "Identity",
    "in_channels", "IndexSplitter", "init_default", "init_linear", "inplace_relu", "InplaceTransform",
    "InstanceNorm", "interp_1d", "Interpretation", "item_find", "item_weights", "ItemError", "ItemGetter",
    "itemgetter", "ItemTransform", "itertools", "Jaccard", "JaccardCoeff", "JaccardCoeffMulti", "JaccardMulti",
    "json", "KeepBest", "kfold", "L1LossFlat", "l2_reg", "LabelSmoothingCrossEntropy",
    "LabelSmoothingCrossEntropyFlat", "Lamb", "lamb_step", "Lambda", "LARC", "Larc", "larc_layer_lr",
    "larc_step", "LARS", "Lars", "lars_layer_lr", "layer_info", "Learner", "LinBnDrop", "load_array",
    "load_learner", "logit", "LongTensor", "Lookahead", "LossMetric", "LossMetrics", "LRFindEnded", "LRFinder",
    "LRFindProgress", "LRFindResult", "LRFindStarted", "lsuv_init", "mae", "make_date", "make_param_groups",
    "MaskSplitter", "math", "MatthewsCorrCoef", "MatthewsCorrCoefMulti", "MaxPool", "MCDropoutCallback",
    "merge_tfms", "MergeLayer", "Metric", "minimum", "Mish", "mish", "mish_jit", "MishJit", "MixedPrecision",
    "MixHandler", "MixUp", "mk_metric", "mk_transform", "model_sizes", "ModelResetter", "Module", "module",
    "module_summary", "momentum_step", "mse", "MSELossFlat", "msle", "MultiCategorize", "MultiCategoryBlock",
    "MultiTargetLoss", "n_layer_groups", "namedtuple", "ndcg_at_k", "NDCGAtK", "nested_reorder", "nn",
    "no_random", "NoneReduce", "NonNativeMixedPrecision", "norm_bias_params", "Normalize", "NormType", "Note",
    "NoteAdded", "np", "num_distrib", "num_features_model", "one_hot", "one_hot_decode", "OneHotEncode",
    "operator", "optim_metric", "Optimizer", "OptimWrapper", "OrderedDict", "os", "over_all_items",
    "ParameterModule", "params", "ParamScheduler", "parent_label", "partial", "PartialLambda", "Path", "pca",
    "pd", "PearsonCorrCoef", "permutation_importance", "Perplexity", "perplexity", "Pipeline",
    "PixelShuffle_ICNR", "plot_embedding", "plot_importance", "PointsLossFlat", "PooledSelfAttention2d",
    "PoolFlatten", "PoolType", "Precision", "precision_at_k", "PrecisionAtK", "PrecisionMulti", "ProdLayer",
    "ProgressCallback", "QHAdam", "qhadam_step", "R2Score", "RAdam", "radam_step", "random", "RandomSplitter",
    "RandomSubsetSplitter", "RandomTransform", "ranger", "rank0_first", "rank_distrib", "RankingMetric", "re",
    "Recall", "recall_at_k", "RecallAtK", "RecallMulti", "Recorder", "reduce", "ReduceLROnPlateau",
    "RegexLabeller", "register_viewer", "RegModel", "RegressionBlock", "RegressionSetup", "requires_grad",
    "ResBlock", "ResizeBatch", "rms_prop_step", "rmse", "RMSProp", "rnn_cbs", "RNNCallback", "RNNRegularizer",
    "RocAuc", "RocAucBinary", "RocAucMulti", "RowPrediction", "sample_data", "SampleTransform", "save_array",
    "SaveModelCallback", "ScalarLogger", "SchedCos", "SchedExp", "SchedLin", "SchedNo", "SchedPoly", "SEBlock",
    "SeesInput", "SelfAttention", "SEModule", "SeparableBlock", "sequential", "SequentialEx", "SEResNeXtBlock",
    "set_bn_eval", "set_hyper", "set_random_states", "set_seed", "SetAside", "setup_distrib", "SGD", "sgd_step",
    "SGDW", "ShareMetric", "ShortEpochCallback", "show_at", "show_install", "ShowGraphCallback", "shutil",
    "sigmoid", "sigmoid_", "sigmoid_range", "SigmoidRange", "SiLU", "SimpleCNN", "SimpleNamespace",
    "SimpleSelfAttention", "SkipToEpoch", "skm_to_fastai", "slide", "SpearmanCorrCoef", "steep", "Step",
    "step_stat", "StratifiedSplitter", "string", "Swish", "swish", "swish_jit", "SwishJit", "synth_dbunch",
    "synth_learner", "sys", "TabDataLoader", "Tabular", "tabular_config", "tabular_learner", "TabularCollab",
    "TabularDataLoaders", "TabularLearner", "TabularModel", "TabularPandas", "TabularPipeline", "TabularProc",
    "TabWeightedDL", "teardown_distrib", "Tensor", "tensor", "TensorBoardCallback", "TerminateOnNaNCallback",
    "test_set", "TfmdLists", "time", "TimeDistributed", "TimeSplitter", "to_concat", "to_cpu", "to_detach",
    "to_device", "to_float", "to_half", "to_np", "to_param_groups", "top_k_accuracy", "torch", "TorchMetric",
    "TorchScheduler", "total_params", "TrackerCallback", "trainable_params", "TrainEvalCallback",
    "TrainTestSplitter", "Transform", "TransformBlock", "trunc_normal_", "UnknownAsAverage", "unsqueeze",
    "untar_data", "UntrustedCode", "URLs", "ValidationProgress", "valley", "ValueMetric", "VerboseCallback",
    "View", "vleaky_relu", "WandbCallback", "warnings", "weight_decay", "WeightAveraging", "WeightedSampler",
]
