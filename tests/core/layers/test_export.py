"""Every layer is made again from a bundle's description, and gives the same numbers."""

from __future__ import annotations

import json
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from fastlearn.bundle.modules import module_from_spec, module_spec
from fastlearn.bundle.names import CannotExport, Trust
from fastlearn.layers import (
    AdaptiveConcatPool1d,
    BatchNorm1dFlat,
    Cat,
    ConvLayer,
    Embedding,
    LinBnDrop,
    MergeLayer,
    PartialLambda,
    PixelShuffle_ICNR,
    PooledSelfAttention2d,
    PoolFlatten,
    ResBlock,
    ResizeBatch,
    SelfAttention,
    SEModule,
    SequentialEx,
    SimpleCNN,
    SimpleSelfAttention,
    TimeDistributed,
    View,
)
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import orthogonal, spectral_norm, weight_norm

IMAGE, SEQUENCE = (2, 16, 6, 6), (2, 5, 4)
LAYERS = [
    (partial(ConvLayer, 16, 4, norm_type="Weight", act_cls=nn.Mish), IMAGE),
    (partial(ConvLayer, 16, 4, norm_type="Instance", bn_1st=False, stride=2), IMAGE),
    (partial(ResBlock, 1, 16, 16, reduction=4, sa=True, dw=True, stride=2), IMAGE),
    (partial(PixelShuffle_ICNR, 16, blur=True), IMAGE),
    (partial(SelfAttention, 16), IMAGE),
    (partial(PooledSelfAttention2d, 16), IMAGE),
    (partial(SimpleSelfAttention, 16, sym=True), IMAGE),
    (partial(SEModule, 16, 2), IMAGE),
    (lambda: SequentialEx(ConvLayer(16, 16), MergeLayer(dense=True)), IMAGE),
    (lambda: Cat([nn.Identity(), ConvLayer(16, 3)], dim=1), IMAGE),
    (partial(SimpleCNN, [16, 8, 3]), IMAGE),
    (partial(PoolFlatten, "Cat"), IMAGE),
    (partial(ResizeBatch, 36, 16), IMAGE),
    (partial(View, -1, 36), IMAGE),
    (lambda: PartialLambda(F.leaky_relu, negative_slope=0.3), IMAGE),
    (lambda: TimeDistributed(LinBnDrop(4, 3, p=0.5, act=nn.ReLU()), low_mem=True), SEQUENCE),
    (partial(BatchNorm1dFlat, 4), SEQUENCE),
    (partial(AdaptiveConcatPool1d, 2), SEQUENCE),
    (lambda: nn.Sequential(spectral_norm(nn.Linear(4, 4), n_power_iterations=3), nn.ReLU()), SEQUENCE),
    (lambda: nn.Sequential(weight_norm(nn.Linear(4, 4), dim=1)), SEQUENCE),
]


def made_again(layer):
    tensors = {}
    spec = json.loads(json.dumps(module_spec(layer, tensors)))
    again = module_from_spec(spec, tensors, Trust())  # trusts this library and torch, and nobody else
    again.load_state_dict(layer.state_dict())
    return again.eval()


@pytest.mark.parametrize("make, size", LAYERS)
def test_a_layer_made_again_gives_the_same_numbers(make, size):
    x, layer = torch.randn(*size, generator=torch.Generator().manual_seed(0)), make()
    layer(x)  # lets norms and spectral norms take in a batch
    again = made_again(layer.eval())
    assert repr(again) == repr(layer) and torch.equal(again(x), layer(x))


def test_an_embedding_made_again():
    layer, ids = Embedding(5, 3, std=0.5), torch.tensor([0, 4])
    assert torch.equal(made_again(layer)(ids), layer(ids))


def test_what_a_weight_is_put_under_must_be_known():
    with pytest.raises(CannotExport, match=r"under _Orthogonal, which is neither weight nor spectral norm"):
        module_spec(orthogonal(nn.Linear(2, 2)), {})
    assert parametrize.is_parametrized(made_again(weight_norm(nn.Linear(2, 2))))
    spec = {**module_spec(nn.Linear(2, 2), {}), "parametrized": [["weight", "Strange", {}]]}
    with pytest.raises(ValueError, match="'Strange', which is not known"):
        module_from_spec(spec, {}, Trust())


def test_a_class_that_is_no_layer_is_refused():
    spec = {"make": "fastlearn.data.category.CategoryMap", "parts": [], "attributes": {}}
    with pytest.raises(ValueError, match="named as a layer in the bundle, but is none"):
        module_from_spec(spec, {}, Trust())
