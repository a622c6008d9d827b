"""Callbacks that change or follow training, one per file."""

from __future__ import annotations

import fastlearn.train  # noqa: F401  # first: its learner imports the default callbacks, which need its base class
from fastlearn.callbacks.activation_stats import ActivationStats
from fastlearn.callbacks.bn_freeze import BnFreeze, set_bn_eval
from fastlearn.callbacks.channels_last import ChannelsLast
from fastlearn.callbacks.check_outputs import CheckOutputs
from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.callbacks.collect_data import CollectDataCallback
from fastlearn.callbacks.csv_logger import CSVLogger
from fastlearn.callbacks.cutmix import CutMix
from fastlearn.callbacks.early_stopping import EarlyStoppingCallback
from fastlearn.callbacks.fetch_preds import FetchPredsCallback
from fastlearn.callbacks.gather import GatherPredsCallback
from fastlearn.callbacks.grad_accumulation import GradientAccumulation
from fastlearn.callbacks.grad_clip import GradientClip
from fastlearn.callbacks.half_precision import NonNativeMixedPrecision
from fastlearn.callbacks.hook import HookCallback
from fastlearn.callbacks.keep_best import KeepBest
from fastlearn.callbacks.mc_dropout import MCDropoutCallback
from fastlearn.callbacks.mix import MixHandler
from fastlearn.callbacks.mixed_precision import AMPMode, MixedPrecision
from fastlearn.callbacks.mixup import MixUp
from fastlearn.callbacks.plateau import ReduceLROnPlateau
from fastlearn.callbacks.progress import ProgressCallback
from fastlearn.callbacks.rnn import ModelResetter, RNNCallback, RNNRegularizer, rnn_cbs
from fastlearn.callbacks.save_model import SaveModelCallback
from fastlearn.callbacks.schedule import ParamScheduler
from fastlearn.callbacks.short_epoch import ShortEpochCallback
from fastlearn.callbacks.show_graph import ShowGraphCallback
from fastlearn.callbacks.skip_to_epoch import SkipToEpoch
from fastlearn.callbacks.terminate_on_nan import TerminateOnNaNCallback
from fastlearn.callbacks.torch_schedule import TorchScheduler
from fastlearn.callbacks.tracker import TrackerCallback
from fastlearn.callbacks.train_eval import TrainEvalCallback
from fastlearn.callbacks.weight_averaging import WeightAveraging

__all__ = [
    "AMPMode",
    "ActivationStats",
    "BnFreeze",
    "CSVLogger",
    "ChannelsLast",
    "CheckOutputs",
    "CheckpointCallback",
    "CollectDataCallback",
    "CutMix",
    "EarlyStoppingCallback",
    "FetchPredsCallback",
    "GatherPredsCallback",
    "GradientAccumulation",
    "GradientClip",
    "HookCallback",
    "KeepBest",
    "MCDropoutCallback",
    "MixHandler",
    "MixUp",
    "MixedPrecision",
    "ModelResetter",
    "NonNativeMixedPrecision",
    "ParamScheduler",
    "ProgressCallback",
    "RNNCallback",
    "RNNRegularizer",
    "ReduceLROnPlateau",
    "SaveModelCallback",
    "ShortEpochCallback",
    "ShowGraphCallback",
    "SkipToEpoch",
    "TerminateOnNaNCallback",
    "TorchScheduler",
    "TrackerCallback",
    "TrainEvalCallback",
    "WeightAveraging",
    "rnn_cbs",
    "set_bn_eval",
]
