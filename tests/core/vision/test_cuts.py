"""Networks that are more than their parts in turn, taken apart by a function: what is left gives the same numbers."""

from __future__ import annotations

import warnings

import pytest
import torch
from fastlearn.models import report_of
from fastlearn.vision import models
from fastlearn.vision.cuts import main_branch, stem_and_blocks, without_classifier
from fastlearn.vision.vision_model import create_vision_model
from torch import nn


def noise(*size):
    return torch.rand(*size, generator=torch.Generator().manual_seed(0))


def tiny_vit():
    from torchvision.models import VisionTransformer

    return VisionTransformer(
        image_size=32, patch_size=8, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=32, num_classes=7
    ).eval()


def tiny_maxvit():
    from torchvision.models import MaxVit

    return MaxVit(
        input_size=(32, 32), stem_channels=8, partition_size=2, block_channels=[8, 16], block_layers=[1, 1], head_dim=4,
        stochastic_depth_prob=0.0, num_classes=7,
    ).eval()  # fmt: skip


def test_tokens_without_their_classifier():
    net, x = tiny_vit(), noise(2, 3, 32, 32)
    body = without_classifier(net)
    assert torch.equal(net.heads(body(x)), net(x)) and body(x).shape == (2, 16)
    assert isinstance(net.heads, nn.Sequential) and body.conv_proj is net.conv_proj


def test_a_stem_and_a_list_of_blocks():
    net, x = tiny_maxvit(), noise(2, 3, 32, 32)
    assert torch.allclose(net.classifier(stem_and_blocks(net)(x)), net(x), atol=1e-6)


def test_the_main_branch_of_an_inception():
    net, x = models.inception_v3().eval(), noise(1, 3, 139, 139)
    with torch.no_grad():
        assert torch.allclose(net.fc(main_branch(net)(x).mean((2, 3))), net(x), atol=1e-5)


@pytest.mark.parametrize("pretrained", [False, True])
def test_a_vision_transformer_gets_a_head_for_its_one_token(pretrained):
    trained = tiny_vit()
    model = create_vision_model(trained, 4, pretrained=pretrained, cut=without_classifier, n_in=4).eval()
    assert model(noise(2, 4, 32, 32)).shape == (2, 4)
    report = report_of(model[0])
    assert [p.name for p in report.kept] == ["conv_proj", "encoder"] and [p.name for p in report.dropped] == ["heads"]
    assert torch.equal(model[0].conv_proj.weight[:, :3], trained.conv_proj.weight) is pretrained
    assert any(p is model[0].class_token for p in model[0].parameters())


def test_what_lies_in_the_middle_is_reported_as_cut_off():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # torchvision's, about how these two fill their weights
        report = report_of(create_vision_model(models.inception_v3, 2, pretrained=False)[0])
    assert [p.name for p in report.dropped] == ["AuxLogits", "avgpool", "dropout", "fc"] and report.how == "listed"
    assert report.kept[-1].name == "Mixed_7c" and report.shape[1] == 2048
