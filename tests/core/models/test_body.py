"""Cutting networks: where the feature maps end, proved on an image, with a report; nothing is left behind."""

from __future__ import annotations

import pytest
import torch
from fastlearn.models import create_body, dummy_eval, model_sizes, num_features_model, report_of
from torch import nn
from torch.nn import functional as F


class TwoParts(nn.Module):
    """As densenet: the pooling is done in `forward`."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3))
        self.classifier = nn.Linear(6, 2)

    def forward(self, x):
        return self.classifier(F.relu(self.features(x), inplace=True).mean((2, 3)))


class HandWritten(nn.Module):
    """As many tutorials: ReLU and pooling only in `forward`, so the children are not the network."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 5, 3)
        self.fc = nn.Linear(5, 2)

    def forward(self, x):
        return self.fc(self.conv2(F.relu(self.conv1(x))).mean((2, 3)))


class Tokens(nn.Module):
    """As a vision transformer."""

    def __init__(self):
        super().__init__()
        self.patches, self.mix, self.fc = nn.Conv2d(3, 8, 4, stride=4), nn.Linear(8, 8), nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.mix(self.patches(x).flatten(2).mT).mean(1))


class Blocks(nn.Module):
    """A list of blocks that only `forward` runs."""

    def __init__(self):
        super().__init__()
        self.stem, self.blocks, self.fc = nn.Conv2d(3, 4, 3), nn.ModuleList([nn.Conv2d(4, 4, 3)]), nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(self.blocks[0](self.stem(x)).mean((2, 3)))


def with_pool():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))


def fixed_size():
    """Takes images of 28 pixels only."""
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(2), nn.Conv2d(4, 5, 3), nn.Flatten(), nn.Linear(605, 2))


@pytest.mark.parametrize(
    "model, n_kept, how, nf",
    [
        (with_pool(), 2, "pooling", 4),
        (TwoParts(), 1, "shape", 6),
        (fixed_size(), 3, "shape", 5),
        (nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), 2, "nothing", 4),
        (nn.Sequential(with_pool()), 2, "pooling", 4),
    ],
    ids=["pooled", "pooling-in-forward", "fixed-size", "no-classifier", "wrapped"],
)  # fmt: skip
def test_without_a_cut_the_feature_maps_are_found(model, n_kept, how, nf):
    body = create_body(model)
    report = report_of(body)
    assert (len(body), report.how, len(report.kept)) == (n_kept, how, n_kept)
    assert num_features_model(body) == nf == report.shape[1]


def test_the_body_gives_what_the_network_gave_inside():
    model, x = TwoParts().eval(), torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    expected = model.features(x)
    torch.testing.assert_close(create_body(model).eval()(x), expected)


@pytest.mark.parametrize("cut", [1, -4, lambda net: net[:1]])
def test_a_cut_may_be_given(cut):
    body = create_body(with_pool(), cut=cut)
    report = report_of(body)
    assert len(body) == 1 and [p.kind for p in report.dropped] == ["ReLU", "AdaptiveAvgPool2d", "Flatten", "Linear"]
    assert report.how == ("function" if callable(cut) else "given") and report.shape == (1, 4, 126, 126)


@pytest.mark.parametrize(
    "model, cut, message",
    [
        (HandWritten(), None, r"HandWritten before the cut do not work one after the other: they give other numbers"),
        (Tokens(), None, r"No place to cut was found in Tokens.*1 mix: Linear -> \(1, 1024, 8\)"),
        (Blocks(), None, r"(?s)No place to cut was found in Blocks.*blocks: ModuleList -> did not run"),
        (nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), None, "No place to cut was found in Sequential"),
        (with_pool(), 0, r"(?s)`cut=0` leaves no body: Sequential has 5 parts.*4 4: Linear -> \(1, 2\)"),
        (with_pool(), -5, "leaves no body"),
        (with_pool(), 9, "leaves no body"),
        (Blocks(), 2, "do not work one after the other: they stop with"),
    ],
    ids=["functional", "tokens", "blocks", "mlp", "zero", "all", "beyond", "not-callable"],
)
def test_messages_show_the_parts_and_what_to_try(model, cut, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        create_body(model, cut=cut)


def test_a_cut_function_must_return_a_module():
    with pytest.raises(TypeError, match=r"got list\. Try cut=lambda"):
        create_body(with_pool(), cut=lambda net: list(net)[:2])


def test_looking_leaves_modes_hooks_and_statistics_as_they_were():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    model[1].eval()
    state = {k: v.clone() for k, v in model.state_dict().items()}
    create_body(model)
    model_sizes(model)
    assert [m.training for m in model.modules()] == [True, True, False, True, True, True]
    assert not any(m._forward_hooks for m in model.modules())
    assert all(torch.equal(v, state[k]) for k, v in model.state_dict().items())


def test_hooks_are_gone_even_when_the_network_fails():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(9999, 2))
    with pytest.raises(RuntimeError):
        model_sizes(model)
    assert not any(m._forward_hooks for m in model.modules()) and model.training


def test_model_sizes_table():
    assert model_sizes(with_pool()[:3], size=(8, 10)) == [(1, 4, 6, 8), (1, 4, 6, 8), (1, 4, 1, 1)]


def test_networks_that_shrink_small_images_to_nothing_are_tried_larger():
    assert num_features_model(nn.Conv2d(3, 7, 300)) == 7
    with pytest.raises(ValueError, match="No image of 32 to 2048 pixels runs through this Sequential"):
        num_features_model(nn.Sequential(nn.Conv2d(3, 2, 1), nn.Linear(7, 3)))


def test_dummy_eval_follows_the_networks_type():
    assert dummy_eval(with_pool().double()).dtype == torch.float64
