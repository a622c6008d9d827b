"""Heat maps show where the network looks: by hand, at the place that decides, and not with other weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.problems import DataError, ItemError
from fastlearn.hooks import hook_output
from fastlearn.interpret import GradCAM, StoredAnswers
from fastlearn.interpret.grad_cam import grad_cam
from fastlearn.interpret.map_layer import find_map_layer
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.train.learner import Learner
from scipy.stats import spearmanr
from torch import nn
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import TensorDataset

from .answering import Seeing, squares_learner


def test_weighted_sum_by_hand():
    maps = torch.tensor([[[[1.0, 0.0]], [[0.0, 2.0]]]])  # (1, 2, 1, 2)
    gradients = torch.tensor([[[[3.0, 1.0]], [[-1.0, 0.0]]]])  # means 2 and -0.5
    assert grad_cam(maps, gradients, (1, 2)).tolist() == [[[1.0, 0.0]]]
    assert grad_cam(maps, -gradients, (1, 2)).tolist() == [[[0.0, 1.0]]]
    assert grad_cam(maps, torch.zeros_like(maps), (2, 2)).tolist() == [[[0, 0], [0, 0]]]


def stripes(n=192, side=16, size=6):
    """Noise with a patch of stripes somewhere, which lie, stand or cross: the class. Also where the patch is."""
    rng = torch.Generator().manual_seed(0)
    x, y = torch.rand(n, 3, side, side, generator=rng), torch.arange(n) % 3
    places = torch.randint(0, side - size, (n, 2), generator=rng).tolist()
    rows, columns = (torch.arange(size) % 2).float()[:, None], (torch.arange(size) % 2).float()[None]
    patches = [rows.expand(size, size), columns.expand(size, size), (rows - columns).abs()]
    for i, (top, left) in enumerate(places):
        x[i, :, top : top + size, left : left + size] = patches[y[i]]
    return x, y, places


def stripe_network():
    layers = [nn.Conv2d(3, 12, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(12, 16, 3, padding=1)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 3))


@pytest.fixture(scope="module")
def learn():
    torch.manual_seed(0)
    x, y, _ = stripes()
    data = TensorDataset(x, y)
    dls = DataLoaders(TorchLoader(data, 32, shuffle=True), TorchLoader(data, 32))
    learner = Learner(dls, stripe_network(), CrossEntropyLossFlat(), seed=0)
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(20, 2e-2)
    return learner


@pytest.fixture
def answers(learn, tmp_path):
    return StoredAnswers.of(learn, ds_idx=1, folder=tmp_path)


def test_the_network_looks_where_the_class_is(learn, answers):
    assert (answers.predicted == answers.targets).mean() > 0.95
    cam, hits = GradCAM(learn), 0
    assert cam.layer == "3"  # the last one with more than one place
    for row, heat in zip(range(48), cam.of_rows(answers, range(48)), strict=True):
        assert heat.values.shape == (16, 16) and heat.values.dtype == np.float32 and not heat.flat
        assert heat.values.max() == 1 and heat.values.min() >= 0 and heat.predicted == answers.predicted[row]
        top, left = stripes()[2][row]
        i, j = np.unravel_index(heat.values.argmax(), heat.values.shape)
        hits += top - 1 <= i <= top + 6 and left - 1 <= j <= left + 6
    assert hits >= 46  # a network with random weights: about 25


def test_other_weights_give_another_map(learn, answers):
    trained = GradCAM(learn).of_rows(answers, range(48), target="target")
    torch.manual_seed(1)
    other = Learner(learn.dls, stripe_network(), CrossEntropyLossFlat())
    random = GradCAM(other, layer="3").of_rows(answers, range(48), target="target")
    alike = [
        spearmanr(a.values.ravel(), b.values.ravel()).statistic
        for a, b in zip(trained, random, strict=True)
        if not b.flat
    ]
    assert len(alike) >= 24 and abs(np.mean(alike)) < 0.3


def test_the_class_may_be_predicted_of_the_label_or_any(learn, answers):
    cam = GradCAM(learn)
    kinds = cam.of_rows(answers, [5, 2, 3], target=["predicted", "target", 0])
    assert [heat.target for heat in kinds] == [answers.predicted[5], answers.targets[2], 0]
    one = cam.of_rows(answers, [3], target=0, bs=1)[0]
    assert np.allclose(one.values, kinds[2].values, atol=1e-5) and one.target_name == "0"
    with pytest.raises(ValueError, match="name of a class or its number, below 3, but got 'cat'"):
        cam.of_rows(answers, [1], target="cat")
    with pytest.raises(ValueError, match="2 targets came for 1 items"):
        cam.of_rows(answers, [1], target=[0, 1])


def test_nothing_of_the_learner_changes(learn, answers):
    model = learn.model.train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    try:
        assert not GradCAM(learn).of_rows(answers, [0])[0].flat  # a frozen network too
    finally:
        for parameter in model.parameters():
            parameter.requires_grad_(True)
    assert model.training and all(p.grad is None or not p.grad.any() for p in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    with torch.inference_mode():
        assert not GradCAM(learn).of_rows(answers, [0])[0].flat


def test_the_books_own_hooks_give_the_same_map(learn, answers):
    """Chapter 18 of fastai's book: hooks on a layer for its maps and for its gradients."""
    model = learn.model.eval()
    layer = model[2]
    image = stripes()[0][:1]
    not_in_place = nn.Sequential(*model[:3], nn.ReLU(), *model[4:])  # a backward hook does not bear more
    with hook_output(layer, grad=True) as backward, hook_output(layer) as forward:
        not_in_place(image)[0, 0].backward()
    model.zero_grad()
    weights = backward.stored[0].mean(dim=[1, 2], keepdim=True)
    by_hand = (weights * forward.stored[0]).sum(0).relu()
    mine = GradCAM(learn, layer="2").of_rows(answers, [0], target=0)[0]
    expected = nn.functional.interpolate(by_hand[None, None], (16, 16), mode="bilinear")[0, 0]
    assert np.allclose(mine.values, (expected / expected.max()).numpy(), atol=1e-4) and mine.layer == "2"


def test_maps_of_files(squares, tmp_path):
    learn = squares_learner(squares, path=tmp_path)
    files = learn.dls.valid.dataset.items[:3]
    heat = GradCAM(learn).maps(files, bs=2)
    assert [h.values.shape for h in heat] == [(8, 8)] * 3 and {h.target_name for h in heat} <= {"dark", "$bright$"}
    named = GradCAM(learn).maps(files, target=["dark", "$bright$", "predicted"])
    assert [h.target_name for h in named[:2]] == ["dark", "$bright$"] and GradCAM(learn).maps([]) == []
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    with pytest.raises(ItemError, match=r"bad\.png"):
        GradCAM(learn).maps([files[0], bad])


@pytest.mark.parametrize(
    "model, layer, size",
    [
        (Seeing(), "body", (8, 8)),
        (nn.Sequential(nn.Conv2d(3, 4, 3, 2), nn.Conv2d(4, 4, 3, 2), nn.Conv2d(4, 2, 1), nn.Flatten()), "0", (3, 3)),
        (nn.Sequential(nn.Flatten(), nn.Linear(192, 2)), None, None),
        (nn.Sequential(nn.Conv2d(3, 4, 8), nn.Flatten(), nn.Linear(4, 2)), None, None),
        (nn.Sequential(nn.Conv2d(3, 4, 3, 2), nn.Upsample((8, 8)), nn.Conv2d(4, 2, 1)), "0", (3, 3)),
    ],
)
def test_layers_are_found_by_sending_a_picture_through(model, layer, size):
    torch.manual_seed(0)  # a network whose units are all dead has no layer to show
    model.apply(lambda part: part.reset_parameters() if hasattr(part, "reset_parameters") else None)
    found = find_map_layer(model.eval(), (torch.rand(2, 3, 8, 8),))
    assert (found.name, found.size) == (layer, size) if layer else found is None


def test_networks_without_maps_and_wrong_names_are_told(squares, tmp_path):
    flat = squares_learner(squares, nn.Sequential(nn.Flatten(), nn.Linear(192, 2)), path=tmp_path)
    with pytest.raises(DataError, match=r"no layer whose maps.*try larger pictures"):
        GradCAM(flat)
    with pytest.raises(DataError, match=r"no layer 'nobody'\. Its last ones are"):
        GradCAM(squares_learner(squares, path=tmp_path), layer="nobody")
