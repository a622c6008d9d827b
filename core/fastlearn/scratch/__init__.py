"""The teaching path: all that trains a network, small enough to be read in an evening.

There is no ready-made layer or loss in it, only tensors and torch's own differentiation. Read it in this order: `data`,
`loader`, `normalize`; `module`, `layers`, `loss`, `optim`; `learner`, `callbacks`, `track`, `search`, `hooks`. What
stands on top: `unfold`, `batchnorm`, `resnet`, `mixup`, `lsuv`, and `steer` and `show` for the live views.
"""

from __future__ import annotations

from fastlearn.scratch.batchnorm import BatchNorm
from fastlearn.scratch.callbacks import Callback, SetupLearnerCB, to_device
from fastlearn.scratch.data import Dataset, collate, reverse_map, vocab_of
from fastlearn.scratch.hooks import Hook, Hooks, print_shapes
from fastlearn.scratch.layers import AdaptivePool, Conv, ConvLayer, Linear, ReLU, Sequential, simple_cnn
from fastlearn.scratch.learner import Learner
from fastlearn.scratch.loader import DataLoader, DataLoaders
from fastlearn.scratch.loss import accuracy, cross_entropy, log_softmax, logsumexp, nll
from fastlearn.scratch.lr_finder import LRFinder
from fastlearn.scratch.lsuv import lsuv
from fastlearn.scratch.mixup import MixUp
from fastlearn.scratch.module import Module, Parameter
from fastlearn.scratch.normalize import Normalize
from fastlearn.scratch.one_cycle import OneCycle
from fastlearn.scratch.optim import SGD
from fastlearn.scratch.resnet import MaxPool, ResBlock, resnet18
from fastlearn.scratch.steer import Steer
from fastlearn.scratch.tell import Tell
from fastlearn.scratch.track import TrackResults
from fastlearn.scratch.unfold import conv2d_by_unfold
from fastlearn.train.cancel import CancelBatchException, CancelEpochException, CancelFitException

__all__ = [
    "SGD",
    "AdaptivePool",
    "BatchNorm",
    "Callback",
    "CancelBatchException",
    "CancelEpochException",
    "CancelFitException",
    "Conv",
    "ConvLayer",
    "DataLoader",
    "DataLoaders",
    "Dataset",
    "Hook",
    "Hooks",
    "LRFinder",
    "Learner",
    "Linear",
    "MaxPool",
    "MixUp",
    "Module",
    "Normalize",
    "OneCycle",
    "Parameter",
    "ReLU",
    "ResBlock",
    "Sequential",
    "SetupLearnerCB",
    "Steer",
    "Tell",
    "TrackResults",
    "accuracy",
    "collate",
    "conv2d_by_unfold",
    "cross_entropy",
    "log_softmax",
    "logsumexp",
    "lsuv",
    "nll",
    "print_shapes",
    "resnet18",
    "reverse_map",
    "simple_cnn",
    "to_device",
    "vocab_of",
]
