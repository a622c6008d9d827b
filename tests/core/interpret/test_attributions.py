"""Attributions: the sums that they owe, where they point, and a model that is left as it was."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
import torch
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.label import parent_label
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.problems import DataError
from fastlearn.data.split import RandomSplitter
from fastlearn.interpret.attribution_methods import integrated_gradients, make_baseline
from fastlearn.interpret.attributions import CaptumInterpretation
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.open import PILImage
from fastlearn.vision.tensors import IntToFloatTensor
from torch import nn
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import TensorDataset

FEW = 64  # steps


class Net(nn.Module):
    """A tiny conv net that begins in place, has norm and dropout, and counts the pictures it is shown."""

    def __init__(self, n_out=2):
        super().__init__()
        torch.manual_seed(3)
        self.layers = nn.Sequential(
            nn.LeakyReLU(0.5, inplace=True), nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True),
            nn.Dropout(0.5), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, n_out))  # fmt: skip
        self.seen, self.most = 0, 0

    def forward(self, x):
        self.seen, self.most = self.seen + len(x), max(self.most, len(x))
        return self.layers(x)


class Corner(nn.Module):
    """The score of class 1 is the brightness of one 4 x 4 patch, rows 8..11 and columns 2..5; class 0 is against it."""

    def forward(self, x):
        bright = x[:, :, 8:12, 2:6].mean((1, 2, 3)) - 0.2
        return torch.stack((-bright, bright), dim=1)


@pytest.fixture
def captum():
    return pytest.importorskip("captum")


@pytest.fixture
def learn(squares):
    block = DataBlock((ImageBlock, CategoryBlock), get_items=get_image_files, get_y=parent_label,
                      splitter=RandomSplitter(0.25, seed=0), batch_tfms=IntToFloatTensor())  # fmt: skip
    dls = block.dataloaders(squares, path=squares, bs=5, num_workers=0)
    return Learner(dls, Net(), input_tfms=Normalize.from_stats([0.5] * 3, [0.25] * 3))


@pytest.fixture
def of_tensors():
    """A learner of plain torch loaders with the model that looks at one patch."""
    data = TensorDataset(
        torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(0)), torch.tensor([0, 1, 0, 1])
    )
    return Learner(DataLoaders(TorchLoader(data, 2), TorchLoader(data, 2)), Corner(), loss_func=nn.CrossEntropyLoss())


def item_of(learn):
    return learn.dls.valid.dataset.items[0]


@pytest.mark.parametrize("baseline", ["zeros", "uniform", "gauss"])
def test_integrated_gradients_add_up_to_the_rise_of_the_score(captum, learn, baseline):
    found = CaptumInterpretation(learn).attribute(item_of(learn), baseline_type=baseline)
    net = learn.model.eval()
    with torch.no_grad():
        score, of_baseline = net(torch.stack((found.image, found.baseline)))[:, found.target].tolist()
    assert (found.score, found.baseline_score) == pytest.approx((score, of_baseline), abs=1e-5)
    assert found.values.sum().item() == pytest.approx(score - of_baseline, abs=2e-3)
    assert abs(found.gap) < 2e-3
    assert abs(score - of_baseline) > 0.01  # there was something to explain


def test_more_steps_bring_the_sum_nearer(captum):
    def scores(x):  # a bend at 0.31 of the way, which no rule with few points finds
        return torch.relu(x - 0.31).sum((1, 2, 3))[:, None]

    image, baseline = torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)
    errors = [abs(integrated_gradients(scores, image, baseline, 0, n).sum().item() - 4 * 0.69) for n in (3, 30, 1000)]
    assert errors[0] > errors[1] > errors[2] and errors[2] < 0.01


@pytest.mark.parametrize("metric, n_steps", [("IG", 1), ("IG", 70), ("IG", 1000), ("NT", 70)])
def test_as_many_gradients_are_computed_as_asked_for_and_never_too_many_at_once(captum, learn, metric, n_steps):
    interp = CaptumInterpretation(learn, bs=8)
    around, learn.model.seen = 2, 0  # the scores of picture and baseline
    interp.attribute(item_of(learn), metric, n_steps=n_steps)
    assert learn.model.seen == n_steps + around
    assert learn.model.most <= 8


@pytest.mark.parametrize("metric", ["IG", "NT", "Occl"])
@pytest.mark.parametrize("baseline", ["zeros", "uniform", "gauss"])
def test_every_metric_works_from_every_baseline_and_again_the_same(captum, learn, metric, baseline):
    interp = CaptumInterpretation(learn, seed=5)
    state = torch.random.get_rng_state()
    first, again = (interp.attribute(item_of(learn), metric, FEW, baseline) for _ in range(2))
    assert first.values.shape == first.image.shape == first.baseline.shape == (3, 8, 8)
    assert first.values.isfinite().all() and first.values.abs().sum() > 0
    assert torch.equal(first.values, again.values)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert first.picture.shape == (8, 8, 3) and 0 <= first.picture.min() <= first.picture.max() <= 1


@pytest.mark.parametrize("nt_type", ["smoothgrad", "smoothgrad_sq", "vargrad"])
def test_each_noise_tunnel_differs_from_the_plain_gradients(captum, learn, nt_type):
    interp = CaptumInterpretation(learn)
    plain = interp.attribute(item_of(learn), "IG", FEW).values
    found = interp.attribute(item_of(learn), "NT", FEW, nt_type=nt_type).values
    assert not torch.allclose(plain, found)
    assert nt_type == "smoothgrad" or (found >= 0).all()


def test_a_noise_tunnel_without_noise_is_the_plain_gradients(captum, learn):
    interp = CaptumInterpretation(learn)
    plain = interp.attribute(item_of(learn), "IG", 20).values
    assert torch.allclose(interp.attribute(item_of(learn), "NT", 100, nt_noise=0).values, plain, atol=1e-5)


def test_baselines_are_what_their_names_say():
    image = torch.full((1, 3, 64, 64), 4.0, dtype=torch.float64)
    made = {
        kind: make_baseline(image, kind, torch.Generator().manual_seed(0)) for kind in ("zeros", "uniform", "gauss")
    }
    assert all(b.shape == image.shape and b.dtype == image.dtype for b in made.values())
    assert not made["zeros"].any()
    assert made["uniform"].min() >= 0 and made["uniform"].max() < 1
    assert made["uniform"].mean().item() == pytest.approx(0.5, abs=0.02)
    assert made["gauss"].mean().item() == pytest.approx(2, abs=0.02)  # (4 + 0) / 2
    assert made["gauss"].std().item() == pytest.approx(0.5, abs=0.02)


def test_occlusion_and_gradients_find_the_patch_that_the_model_looks_at(captum, of_tensors):
    interp = CaptumInterpretation(of_tensors)
    image = torch.full((3, 16, 16), 0.8)
    occluded = interp.attribute(image, "Occl", strides=(3, 2, 2), sliding_window_shapes=(3, 4, 4))
    assert occluded.predicted == occluded.target == 1
    strength = occluded.values.sum(0)
    row, column = divmod(int(strength.argmax()), 16)
    assert 8 <= row < 12 and 2 <= column < 6
    assert not strength[:4].any() and not strength[:, 10:].any()  # windows there never touch the patch
    gradients = interp.attribute(image, n_steps=5).values
    inside = torch.zeros(3, 16, 16)
    inside[:, 8:12, 2:6] = 0.8 / 48  # the mean of 48 values of 0.8
    assert torch.allclose(gradients, inside, atol=1e-6)
    assert torch.allclose(interp.attribute(image, n_steps=5, target=0).values, -inside, atol=1e-6)


def test_windows_larger_than_the_picture_are_cut_to_it(captum, squares):
    learn = Learner(DataLoaders(*(TorchLoader(TensorDataset(torch.rand(2, 1, 6, 6), torch.tensor([0, 1])), 2),) * 2),
                    nn.Sequential(nn.Flatten(), nn.Linear(36, 2)), loss_func=nn.CrossEntropyLoss())  # fmt: skip
    found = CaptumInterpretation(learn).attribute(torch.rand(1, 6, 6), "Occl")
    assert found.values.unique().numel() == 1  # one window covers everything
    assert found.values[0, 0, 0].item() == pytest.approx(found.score - found.baseline_score, abs=1e-5)


@pytest.mark.parametrize("metric", ["IG", "NT", "Occl"])
def test_the_model_stays_as_it_was(captum, learn, metric):
    model = learn.model.train()
    model.layers[2].eval()  # frozen norm in a training model
    model.layers[1].weight.requires_grad_(False)
    model.layers[7].weight.grad = torch.ones_like(model.layers[7].weight)
    modes = [m.training for m in model.modules()]
    wanted = [p.requires_grad for p in model.parameters()]
    values = {name: value.clone() for name, value in model.state_dict().items()}
    hooks = [(len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks)) for m in model.modules()]
    running = learn.training, learn.dl, learn.xb
    CaptumInterpretation(learn).attribute(item_of(learn), metric, FEW)
    assert [m.training for m in model.modules()] == modes
    assert [p.requires_grad for p in model.parameters()] == wanted
    assert all(torch.equal(value, values[name]) for name, value in model.state_dict().items())
    assert [p.grad is not None for p in model.parameters()] == [p is model.layers[7].weight for p in model.parameters()]
    assert (model.layers[7].weight.grad == 1).all()
    assert [
        (len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks)) for m in model.modules()
    ] == hooks
    assert (learn.training, learn.dl, learn.xb) == running


def test_the_model_stays_as_it_was_after_an_error_too(captum, learn):
    learn.model.train()
    with pytest.raises(ValueError, match="target"):
        CaptumInterpretation(learn).attribute(item_of(learn), target="neither")
    assert all(m.training for m in learn.model.modules())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_it_computes_where_the_caller_has_switched_gradients_off(captum, learn, mode):
    expected = CaptumInterpretation(learn).attribute(item_of(learn), n_steps=FEW).values
    with mode():
        found = CaptumInterpretation(learn).attribute(item_of(learn), n_steps=FEW).values
    assert torch.equal(found, expected)


def test_whatever_predict_takes_gives_the_same_map(captum, learn):
    item, interp = item_of(learn), CaptumInterpretation(learn)
    expected = interp.attribute(item, n_steps=FEW)
    label, _, probabilities = learn.predict(item)
    assert expected.label == label and expected.probability == pytest.approx(probabilities.max().item(), abs=1e-5)
    picture = PILImage.create(item)
    for inp in (str(item), picture, np.array(picture), learn.dls.valid.dataset[0]):
        found = interp.attribute(inp, n_steps=FEW)
        assert torch.allclose(found.values, expected.values, atol=1e-6)
    assert [f.name for f in interp.attribute([item, picture], n_steps=4)] == [str(item.relative_to(learn.path)), ""]


def test_the_target_may_be_a_name_or_a_number(captum, learn):
    interp = CaptumInterpretation(learn)
    vocab = list(learn.dls.vocab)
    for i, name in enumerate(vocab):
        by_name, by_number = (interp.attribute(item_of(learn), n_steps=4, target=t) for t in (name, i))
        assert by_name.target == by_number.target == i and by_name.target_name == name
        assert torch.equal(by_name.values, by_number.values)
    for wrong in ("neither", 2, -1, True, 0.0):
        with pytest.raises(ValueError, match=r"name of a class or its number, below 2.*'dark'"):
            interp.attribute(item_of(learn), n_steps=4, target=wrong)


def test_the_picture_is_shown_without_its_normalisation(captum, learn):
    found = CaptumInterpretation(learn).attribute(item_of(learn), n_steps=1)
    expected = np.array(PILImage.create(item_of(learn))) / 255
    assert np.abs(found.picture - expected).max() < 0.01
    assert torch.allclose(found.image, (torch.tensor(expected).permute(2, 0, 1).float() - 0.5) / 0.25, atol=0.02)


def test_visualize_draws_picture_and_map_and_leaves_no_figure_open(captum, learn):
    import matplotlib.pyplot as plt

    plt.close("all")
    figure = CaptumInterpretation(learn, "viridis", N=16).visualize(item_of(learn), n_steps=FEW)
    original, heat, *_ = figure.axes
    assert original.images[0].get_array().shape == (8, 8, 3) and heat.images[0].get_array().shape == (8, 8)
    assert heat.images[0].get_cmap().N == 16 and heat.images[0].get_cmap().name == "viridis"
    assert "$" in original.get_title() + str(item_of(learn))
    figure.savefig(io.BytesIO())  # a $ in a name is no formula
    assert plt.get_fignums() == []


def test_every_method_and_sign_of_captum_is_drawn(captum, learn):
    methods = ["original_image", "heat_map", "blended_heat_map", "masked_image", "alpha_scaling"]
    interp = CaptumInterpretation(
        learn, methods=methods, signs=["all", "all", "negative", "positive", "absolute_value"]
    )
    figure = interp.visualize([item_of(learn), *learn.dls.valid.dataset.items[1:2]], "Occl", strides=(3, 2, 2),
                              sliding_window_shapes=(3, 3, 3))  # fmt: skip
    assert sum(bool(ax.images) for ax in figure.axes) == 10
    assert figure.axes[1].images[0].get_clim() == (-1, 1)


def test_a_map_with_nothing_in_it_says_so(captum, of_tensors):
    image = torch.zeros(3, 16, 16)  # the baseline itself
    figure = CaptumInterpretation(of_tensors).visualize(image, n_steps=2)
    assert "nothing speaks" in figure.axes[1].texts[0].get_text()


def test_insights_is_a_page_of_the_batch(captum, learn):
    items = learn.dls.valid.dataset.items[:3]
    figure = CaptumInterpretation(learn).insights(list(items), n_steps=8)
    pictures = [ax for ax in figure.axes if "predicted " in ax.get_title()]
    bars = [ax for ax in figure.axes if ax.get_title() == "predicted"]
    checks = [ax for ax in figure.axes if "misses their difference" in ax.get_xlabel()]
    assert len(pictures) == len(bars) == len(checks) == 3
    assert {t.get_text() for t in bars[0].get_yticklabels()} == set(learn.dls.vocab)
    plain = CaptumInterpretation(learn).insights(items[0], debug=False, n_steps=8)
    assert not any(ax.get_xlabel() for ax in plain.axes)
    with pytest.raises(DataError, match="list of items is empty"):
        CaptumInterpretation(learn).insights([])


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"metric": "LIME"}, r"`metric` is 'IG', 'NT' or 'Occl', but got 'LIME'"),
        ({"baseline_type": "black"}, r"`baseline_type` is 'zeros', 'uniform' or 'gauss', but got 'black'"),
        ({"nt_type": "smooth"}, r"`nt_type` is 'smoothgrad', 'smoothgrad_sq' or 'vargrad', but got 'smooth'"),
        ({"n_steps": 0}, r"`n_steps` is a whole number from 1 up, but got 0"),
        ({"nt_type": "vargrad", "nt_samples": 1}, r"`nt_samples` is a whole number from 2 up, but got 1"),
        ({"nt_noise": -1}, r"`nt_noise` is a fraction .* got -1"),
        ({"strides": (4, 4)}, r"`strides` is \(channels, rows, columns\), but got \(4, 4\)"),
        ({"sliding_window_shapes": 15}, r"`sliding_window_shapes` is \(channels, rows, columns\), but got 15"),
        ({"strides": (3, 16, 4)}, r"leave gaps between them"),
    ],
)
def test_a_wrong_choice_is_named_with_the_valid_ones_before_anything_is_computed(captum, learn, wrong, message):
    with pytest.raises(ValueError, match=message):
        CaptumInterpretation(learn).visualize(item_of(learn), **wrong)
    assert learn.model.seen == 0


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"methods": ["map"], "signs": ["all"]}, r"'original_image', 'heat_map', .* but got 'map'"),
        ({"signs": ["all", "plus"]}, r"'all', 'positive', 'negative' or 'absolute_value', but got 'plus'"),
        ({"signs": ["all"]}, r"got 2 methods and 1 signs"),
        ({"methods": ["masked_image"], "signs": ["all"]}, r"cannot show both directions"),
        ({"outlier_perc": 100}, r"`outlier_perc` is a percentage"),
        ({"cmap_name": "custom blue"}, r"colour map of matplotlib, but got 'custom blue'"),
        ({"bs": 0}, r"`bs` is a whole number from 1 up"),
    ],
)
def test_what_cannot_be_drawn_is_said_at_once(captum, learn, wrong, message):
    with pytest.raises(ValueError, match=message):
        CaptumInterpretation(learn, **wrong)


def test_a_misspelt_keyword_is_corrected(captum, learn):
    with pytest.raises(TypeError, match=r"visualize.*'nsteps'.*Did you mean 'n_steps'"):
        CaptumInterpretation(learn).visualize(item_of(learn), nsteps=3)


def test_a_model_of_masks_is_told_what_can_be_explained(captum):
    data = TensorDataset(torch.rand(2, 3, 8, 8), torch.zeros(2, 8, 8, dtype=torch.long))
    learn = Learner(DataLoaders(TorchLoader(data, 2), TorchLoader(data, 2)), nn.Conv2d(3, 4, 1),
                    loss_func=nn.CrossEntropyLoss())  # fmt: skip
    with pytest.raises(DataError, match=r"one a class, shape \(B, K\)"):
        CaptumInterpretation(learn).attribute(torch.rand(3, 8, 8))


def test_rows_of_numbers_are_no_picture(captum):
    data = TensorDataset(torch.rand(2, 5), torch.tensor([0, 1]))
    learn = Learner(DataLoaders(TorchLoader(data, 2), TorchLoader(data, 2)), nn.Linear(5, 2),
                    loss_func=nn.CrossEntropyLoss())  # fmt: skip
    with pytest.raises(DataError, match="of one picture"):
        CaptumInterpretation(learn).attribute(torch.rand(5))


@pytest.mark.parametrize("n_out", [1, 3])
def test_several_labels_and_single_scores_are_explained_too(captum, n_out):
    data = TensorDataset(torch.rand(4, 3, 8, 8), torch.rand(4, n_out).round())
    learn = Learner(
        DataLoaders(TorchLoader(data, 2), TorchLoader(data, 2)), Net(n_out), loss_func=nn.BCEWithLogitsLoss()
    )
    found = CaptumInterpretation(learn).attribute(torch.rand(3, 8, 8))
    assert found.probabilities.shape == (n_out,) and abs(found.gap) < 2e-3
    assert found.probability == pytest.approx(torch.sigmoid(torch.tensor(found.score)).item(), abs=1e-5)


def test_missing_captum_is_named_with_the_extra(learn, monkeypatch):
    monkeypatch.setitem(sys.modules, "captum", None)
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    with pytest.raises(ImportError, match=r"pip install 'fastwidgets\[captum\]'"):
        CaptumInterpretation(learn)
