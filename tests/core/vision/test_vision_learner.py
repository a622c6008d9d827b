"""The one call: body, head, freezing and normalisation, for listed architectures and any network."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import pytest
import torch
from fastlearn.losses import CrossEntropyLossFlat
from fastlearn.metrics import accuracy
from fastlearn.models import params
from fastlearn.vision import models
from fastlearn.vision.learner import cnn_learner, vision_learner
from fastlearn.vision.network_stats import furthest
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.stats import cifar_stats, imagenet_stats, mnist_stats
from fastlearn.vision.vision_model import VisionModel, create_vision_model
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def Small(n_in=3):
    """A network of one's own."""
    return nn.Sequential(
        nn.Conv2d(n_in, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(8, 5),
    )  # fmt: skip


def data(n_in=3, n=32, size=16, **more):
    """Two classes of images, dark and bright."""
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(n) % 2
    x = torch.randn(n, n_in, size, size, generator=generator) + 2 * y[:, None, None, None] - 1
    loader = DataLoader(TensorDataset(x, y), 8)
    return SimpleNamespace(train=loader, valid=loader, c=2, n_inp=1, path=".", loss_func=CrossEntropyLossFlat(), **more)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A trained squeezenet in a file."""
    path = tmp_path_factory.mktemp("weights") / "squeezenet.pth"
    torch.save(models.squeezenet1_1().state_dict(), path)
    return path


def trainable(group):
    return {p.requires_grad for p in group}


def test_a_pretrained_body_is_frozen_and_its_input_normalised(weights):
    dls = data()
    learn = vision_learner(dls, models.squeezenet1_1, weights=weights)
    early, late, head = learn.splitter(learn.model)
    assert trainable(early) == trainable(late) == {False} and trainable(head) == {True}
    assert torch.equal(learn.model[0][0][0].weight, torch.load(weights)["features.0.weight"])
    (tfm,) = learn.input_tfms
    assert isinstance(tfm, Normalize) and tfm.mean.flatten().tolist() == pytest.approx([0.485, 0.456, 0.406])
    assert learn.dls is dls and isinstance(dls.train, DataLoader)


def test_untrained_weights_are_neither_frozen_nor_normalised():
    learn = vision_learner(data(), models.squeezenet1_1, pretrained=False)
    assert trainable(learn.model.parameters()) == {True} and len(learn.input_tfms) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"normalize": False},
        {"n_in": 4},  # the statistics are those of three channels
        {"after_batch": [Normalize.from_stats([0.5] * 3, [0.2] * 3)]},
        {"transform": SimpleNamespace(transforms=[type("Normalize", (), {})()])},
    ],
    ids=["switched-off", "other-channels", "loader-does", "torchvision-does"],
)
def test_input_is_normalised_once_or_not_at_all(weights, change):
    dls = data()
    loader = SimpleNamespace(
        after_batch=change.pop("after_batch", None), dataset=SimpleNamespace(transform=change.pop("transform", None))
    )
    dls.train = loader
    assert len(vision_learner(dls, models.squeezenet1_1, weights=weights, **change).input_tfms) == 0


@pytest.mark.parametrize("given, off", [
    (([0.5], [0.5]), 1.64),  # white in blue: 0.5 / 0.5 = 1, but 0.594 / 0.225 = 2.64 for the network
    (mnist_stats, 1.693),  # black in red: -0.131 / 0.308 = -0.425, but -0.485 / 0.229 = -2.118
    (([0.5] * 3, [0.2] * 3), 0.696),
    (cifar_stats, 0.521),
    (imagenet_stats, 0.0),
])  # fmt: skip
def test_statistics_that_are_not_the_networks_are_pointed_out(weights, given, off):
    normalize = Normalize.from_stats(*given)
    assert furthest(normalize, imagenet_stats) == pytest.approx(off, abs=1e-3)
    dls = data()
    dls.train = SimpleNamespace(after_batch=[normalize], dataset=None)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        vision_learner(dls, models.squeezenet1_1, weights=weights)
    assert [str(one.message).startswith("The loaders normalise with mean") for one in said] == [True] * (off > 1)
    assert all(one.filename == __file__ for one in said)


def test_train_bn_keeps_norm_layers_of_a_frozen_body_training():
    for train_bn in (True, False):
        learn = vision_learner(data(), Small(), pretrained=True, train_bn=train_bn)
        assert learn.model[0][0].weight.requires_grad is False and learn.model[0][1].weight.requires_grad is train_bn


def test_a_network_of_ones_own_counts_as_untrained_unless_said():
    net = Small()
    learn = vision_learner(data(), net)
    assert trainable(learn.model.parameters()) == {True}
    assert learn.model[0][0] is not net[0] and torch.equal(learn.model[0][0].weight, net[0].weight)
    trained = vision_learner(data(), net, pretrained=True)
    assert trained.model[0][0].weight.requires_grad is False and trained.model[1][-1].weight.requires_grad


def test_a_constructor_works_like_its_network():
    model = vision_learner(data(), Small).model
    assert [type(m) for m in model[0]] == [nn.Conv2d, nn.BatchNorm2d, nn.ReLU]


def test_groups_are_the_splitters_and_cover_the_model(weights):
    learn = vision_learner(data(), models.squeezenet1_1, pretrained=False)
    assert sum(map(len, learn.splitter(learn.model))) == len(params(learn.model))
    own = vision_learner(data(), Small, splitter=lambda m: [params(m)])
    assert len(own.splitter(own.model)) == 1


def test_head_settings_reach_the_head():
    model = create_vision_model(
        Small, 3, lin_ftrs=[6], ps=0.2, concat_pool=False, y_range=(0, 1), bn_final=True, seed=0
    )
    linear = [m for m in model[1] if isinstance(m, nn.Linear)]
    assert [(m.in_features, m.out_features) for m in linear] == [(8, 6), (6, 3)]
    assert not linear[0].bias and model(torch.rand(2, 3, 16, 16)).min() >= 0


def test_a_custom_head_is_initialised_and_used():
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 7))
    model = create_vision_model(Small, 2, custom_head=head, init=nn.init.zeros_)
    assert model[1] is head and not head[-1].weight.any() and model(torch.rand(2, 3, 16, 16)).shape == (2, 7)


def test_a_body_that_pools_itself_gets_a_head_without_pooling():
    model = create_vision_model(Small, 2, cut=lambda net: net[:5])
    assert isinstance(model[1][0], nn.BatchNorm1d) and model(torch.rand(2, 3, 16, 16)).shape == (2, 2)


@pytest.mark.parametrize("n_in", [1, 2, 4])
def test_other_channels_train(n_in):
    learn = vision_learner(data(n_in, n=16), Small, n_in=n_in)
    learn.fit(1, display=False)
    assert learn.model[0][0].in_channels == n_in


def test_a_mismatch_of_channels_names_n_in():
    learn = vision_learner(data(1), Small)
    with pytest.raises(ValueError, match=r"reads images of 3 channels, but got 1.*n_in=1"):
        learn.model(torch.zeros(2, 1, 16, 16))


def test_data_with_two_inputs_are_refused():
    two = data()
    two.n_inp = 2
    with pytest.raises(ValueError, match=r"reads one picture, but the data give it 2 inputs.*n_inp=1.*Learner"):
        vision_learner(two, Small)


def test_masks_are_no_answer_of_a_picture():
    with pytest.raises(ValueError, match=r"answers once for a picture.* are masks. Try unet_learner"):
        vision_learner(data(kinds=("image", "mask")), Small)
    with pytest.raises(ValueError, match=r"are masks"):
        vision_learner(data(kinds=("image", "mask")), Small, n_out=3)
    vision_learner(data(kinds=("image", "mask")), Small, loss_func=CrossEntropyLossFlat())
    vision_learner(data(kinds=("image", "mask")), Small, custom_head=nn.Identity())


def test_a_network_for_larger_pictures_says_which_it_takes():
    model = create_vision_model(models.vit_b_32, 2, pretrained=False).eval()
    with pytest.raises(ValueError, match=r"of 16 x 16 pixels do not run .* Expected 224 .*Try item_tfms=Resize\(224\)"):
        model(torch.zeros(2, 3, 16, 16))
    assert model(torch.zeros(1, 3, 224, 224)).shape == (1, 2)
    deep = create_vision_model(models.squeezenet1_1, 2, pretrained=False)
    with pytest.raises(ValueError, match=r"of 16 x 16 pixels do not run .*Output size is too small.*Resize\(224\)"):
        deep(torch.zeros(2, 3, 16, 16))
    assert deep.training and deep[1].training


def test_the_size_that_fits_is_found_in_a_few_tries():
    tried = []
    model = create_vision_model(Small, 2)
    model[0].register_forward_pre_hook(lambda module, args: tried.append(args[0].shape[-1]))
    model[0].register_forward_pre_hook(lambda module, args: args[0].reshape(-1, 3, 299, 299))
    with pytest.raises(ValueError, match=r"of 16 x 16 pixels do not run .*Resize\(299\)"):
        model(torch.zeros(2, 3, 16, 16))
    assert tried == [16, 16, 224, 256, 299]


def test_what_else_goes_wrong_in_a_network_is_not_blamed_on_the_size():
    model = create_vision_model(Small(), 2)
    with pytest.raises(ValueError, match=r"Expected more than 1 value per channel"):
        model(torch.zeros(1, 3, 16, 16))
    with pytest.raises(RuntimeError, match=r"expected scalar type|must match|same dtype|should be the same"):
        model(torch.zeros(2, 3, 16, 16, dtype=torch.float64))


def test_a_range_upside_down_is_refused():
    with pytest.raises(ValueError, match=r"`y_range` is \(low, high\).* but got \(5, 0\)"):
        vision_learner(data(), Small, y_range=(5, 0))


def test_a_seed_repeats_the_weights_and_leaves_torchs_random_state():
    before = torch.get_rng_state()
    a, b, c = (vision_learner(data(), models.squeezenet1_1, pretrained=False, seed=s).model for s in (1, 1, 2))
    assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))
    assert not torch.equal(a[0][0][0].weight, c[0][0][0].weight)
    assert torch.equal(torch.get_rng_state(), before)


def test_without_a_seed_the_weights_follow_torchs_own():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        a = create_vision_model(Small, 2)
        torch.manual_seed(5)
        b = create_vision_model(Small, 2)
        torch.manual_seed(6)
        c = create_vision_model(Small, 2)
    assert torch.equal(a[0][0].weight, b[0][0].weight) and not torch.equal(a[0][0].weight, c[0][0].weight)


def test_it_learns_to_tell_dark_from_bright():
    learn = vision_learner(data(), Small, metrics=accuracy, seed=0, ps=0.0)
    learn.fit_one_cycle(8, 0.02, display=False)
    assert learn.validate()[1] == 1.0


def test_outputs_come_from_the_data_or_n_out():
    assert vision_learner(data(), Small).model[1][-1].out_features == 2
    assert vision_learner(data(), Small, n_out=9).model[1][-1].out_features == 9
    dls = data()
    dls.c = None
    with pytest.raises(ValueError, match=r"dls\.c\).*Try n_out="):
        vision_learner(dls, Small)


def test_settings_reach_the_learner():
    learn = vision_learner(data(), Small, lr=0.5, wd=0.3, moms=(0.8, 0.7, 0.8), train_bn=False, model_dir="there")
    assert (learn.lr, learn.wd, learn.moms, learn.train_bn, str(learn.model_dir)) == (
        0.5,
        0.3,
        (0.8, 0.7, 0.8),
        False,
        "there",
    )


def test_a_misspelt_setting_is_answered():
    with pytest.raises(TypeError, match=r"vision_learner\(\) .*'pretrianed'. Did you mean 'pretrained'"):
        vision_learner(data(), Small, pretrianed=False)


def test_weights_without_pretraining_are_a_contradiction(weights):
    with pytest.raises(ValueError, match="pretrained=False refuses them"):
        vision_learner(data(), models.squeezenet1_1, pretrained=False, weights=weights)


def test_parts_can_be_sliced_like_a_sequence():
    model = create_vision_model(Small, 2)
    assert isinstance(model, VisionModel) and isinstance(model[1:], nn.Sequential) and len(model[:1]) == 1
    assert cnn_learner is vision_learner
