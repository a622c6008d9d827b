"""The layers that models are put together from; where torch has one, it is torch's."""

from __future__ import annotations

from fastlearn.layers.activations import (
    Mish,
    MishJit,
    SiLU,
    Swish,
    SwishJit,
    mish,
    mish_jit,
    sigmoid,
    sigmoid_,
    swish,
    swish_jit,
    vleaky_relu,
)
from fastlearn.layers.attention import PooledSelfAttention2d, SelfAttention, SimpleSelfAttention
from fastlearn.layers.children import children_and_parameters, has_children
from fastlearn.layers.conv import ConvLayer
from fastlearn.layers.embedding import Embedding
from fastlearn.layers.init import init_default, init_linear, trunc_normal_
from fastlearn.layers.lsuv import lsuv_init
from fastlearn.layers.module import Module, ParameterModule, module
from fastlearn.layers.norm import BatchNorm, BatchNorm1dFlat, InstanceNorm, NormType
from fastlearn.layers.pooling import (
    AdaptiveAvgPool,
    AdaptiveConcatPool1d,
    AvgPool,
    MaxPool,
    PoolFlatten,
    PoolType,
    adaptive_pool,
)
from fastlearn.layers.reduction import NoneReduce
from fastlearn.layers.res_block import ResBlock, SEBlock, SeparableBlock, SEResNeXtBlock
from fastlearn.layers.sequence import Cat, MergeLayer, ProdLayer, SeesInput, SequentialEx, sequential
from fastlearn.layers.shapes import Debugger, PartialLambda, ResizeBatch, View, inplace_relu
from fastlearn.layers.simple_cnn import SimpleCNN
from fastlearn.layers.squeeze_excite import SEModule
from fastlearn.layers.time_distributed import TimeDistributed
from fastlearn.layers.upsample import PixelShuffle_ICNR, icnr_init
from fastlearn.models.first_layer import in_channels
from fastlearn.models.init import apply_init
from fastlearn.models.lin_bn_drop import LinBnDrop
from fastlearn.models.pool import AdaptiveConcatPool2d
from fastlearn.models.ranges import SigmoidRange, sigmoid_range
from fastlearn.models.simple import Flatten, Identity, Lambda
from fastlearn.tensors import flatten_model

__all__ = [
    "AdaptiveAvgPool",
    "AdaptiveConcatPool1d",
    "AdaptiveConcatPool2d",
    "AvgPool",
    "BatchNorm",
    "BatchNorm1dFlat",
    "Cat",
    "ConvLayer",
    "Debugger",
    "Embedding",
    "Flatten",
    "Identity",
    "InstanceNorm",
    "Lambda",
    "LinBnDrop",
    "MaxPool",
    "MergeLayer",
    "Mish",
    "MishJit",
    "Module",
    "NoneReduce",
    "NormType",
    "ParameterModule",
    "PartialLambda",
    "PixelShuffle_ICNR",
    "PoolFlatten",
    "PoolType",
    "PooledSelfAttention2d",
    "ProdLayer",
    "ResBlock",
    "ResizeBatch",
    "SEBlock",
    "SEModule",
    "SEResNeXtBlock",
    "SeesInput",
    "SelfAttention",
    "SeparableBlock",
    "SequentialEx",
    "SiLU",
    "SigmoidRange",
    "SimpleCNN",
    "SimpleSelfAttention",
    "Swish",
    "SwishJit",
    "TimeDistributed",
    "View",
    "adaptive_pool",
    "apply_init",
    "children_and_parameters",
    "flatten_model",
    "has_children",
    "icnr_init",
    "in_channels",
    "init_default",
    "init_linear",
    "inplace_relu",
    "lsuv_init",
    "mish",
    "mish_jit",
    "module",
    "sequential",
    "sigmoid",
    "sigmoid_",
    "sigmoid_range",
    "swish",
    "swish_jit",
    "trunc_normal_",
    "vleaky_relu",
]
