"""Chapters 1 and 4 of the fastai book: what their cells call, on pictures that need no download, our imports alone.

`L` is fastcore's, which the book imports with the rest. Threes and sevens are scikit-learn's, of 8 by 8 pixels.
"""

# ruff: noqa: F403, F405  # the chapters begin with a star import

from __future__ import annotations

import shutil

import matplotlib
import numpy as np
import pytest
from fastlearn.vision.all import *
from matplotlib import pyplot as plt

matplotlib.use("Agg")
L = pytest.importorskip("fastcore.foundation").L

del test_set  # noqa: F821  # pytest would take it for a test of its own
SIDE = 8
RESNET = partial(xresnet18, stem_szs=(8, 8, 8), widen=0.125)


@pytest.fixture(autouse=True)
def quiet(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    yield
    plt.close("all")


# Chapter 1: cats begin with a capital letter


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    root, rng = tmp_path_factory.mktemp("first") / "images", np.random.default_rng(3)
    root.mkdir()
    for i in range(40):
        pixels = rng.integers(0, 120, (48, 48, 3)).astype(np.uint8)
        pixels[..., i % 2] += 130
        Image.fromarray(pixels).save(root / f"{'Birman' if i % 2 else 'beagle'}_{i}.jpg")
    return root


def is_cat(x):
    return x[0].isupper()


def test_is_it_a_cat(pets):
    dls = ImageDataLoaders.from_name_func(
        pets.parent, get_image_files(pets), valid_pct=0.2, seed=42, label_func=is_cat, item_tfms=Resize(32), bs=8
    )
    assert list(dls.vocab) == [False, True] and len(dls.valid_ds) == 8
    learn = vision_learner(dls, RESNET, pretrained=False, metrics=error_rate, seed=1)
    with learn.no_bar():
        learn.fine_tune(8, 1e-2)  # three epochs teach this small network nothing from half of all first weights
    assert [len(row) for row in learn.recorder.values] == [3] * 8 and learn.recorder.values[-1][2] <= 0.25
    img = PILImage.create(pets / "Birman_1.jpg")
    answer, _, probs = learn.predict(img)
    assert answer in ("True", True) and probs[1].item() > 0.5


# Chapter 4: a training loop from nothing, on threes and sevens


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    root = tmp_path_factory.mktemp("mnist")
    for digit in "37":
        for i, file in enumerate(sorted((sample_data("digits") / digit).iterdir())):
            to = root / ("valid" if i % 4 == 0 else "train") / digit
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, to / file.name)
    return root


def stacked(folder):
    return torch.stack([tensor(Image.open(o)) for o in sorted(folder.iterdir())]).float() / 255


def mnist_loss(predictions, targets):
    predictions = predictions.sigmoid()
    return torch.where(targets == 1, 1 - predictions, predictions).mean()


def batch_accuracy(xb, yb):
    return ((xb.sigmoid() > 0.5) == yb).float().mean()


def pairs(path, split):
    threes, sevens = stacked(path / split / "3"), stacked(path / split / "7")
    x = torch.cat([threes, sevens]).view(-1, SIDE * SIDE)
    return list(zip(x, tensor([1] * len(threes) + [0] * len(sevens)).unsqueeze(1), strict=True))


def test_pixels_and_the_ideal_three(path):
    threes = sorted((path / "train" / "3").iterdir())
    im3 = Image.open(threes[1])
    assert array(im3)[2:5, 2:5].shape == (3, 3) and tensor(im3).dtype == torch.uint8
    stacked_threes, stacked_sevens = stacked(path / "train" / "3"), stacked(path / "train" / "7")
    assert len(stacked_threes.shape) == stacked_threes.ndim == 3
    mean3, mean7 = stacked_threes.mean(0), stacked_sevens.mean(0)
    show_image(mean3)
    a_3 = stacked_threes[1]
    assert (
        F.l1_loss(a_3, mean3) < F.l1_loss(a_3, mean7) and F.mse_loss(a_3, mean3).sqrt() < F.mse_loss(a_3, mean7).sqrt()
    )

    def distance(a, b):
        return (a - b).abs().mean((-1, -2))

    valid_3 = stacked(path / "valid" / "3")
    assert (distance(valid_3, mean3) < distance(valid_3, mean7)).float().mean() > 0.9


def test_a_loop_by_hand(path):
    dset, valid_dset = pairs(path, "train"), pairs(path, "valid")
    dl, valid_dl = DataLoader(dset, batch_size=32, shuffle=True, seed=1), DataLoader(valid_dset, batch_size=32)
    xb, yb = first(dl)
    assert xb.shape == (32, SIDE * SIDE) and yb.shape == (32, 1)
    rng = torch.Generator().manual_seed(2)
    weights = (torch.randn((SIDE * SIDE, 1), generator=rng) * 0.1).requires_grad_()
    bias = torch.zeros(1).requires_grad_()
    params = weights, bias
    for _ in range(10):
        for xb, yb in dl:
            mnist_loss(xb @ weights + bias, yb).backward()
            for p in params:
                p.data -= p.grad * 1.0
                p.grad.zero_()
    accs = [batch_accuracy(xb @ weights + bias, yb) for xb, yb in valid_dl]
    assert round(torch.stack(accs).mean().item(), 4) > 0.9


def test_a_learner_of_the_same_parts_and_a_deeper_network(path):
    dl = DataLoader(pairs(path, "train"), batch_size=32, shuffle=True, seed=1)
    valid_dl = DataLoader(pairs(path, "valid"), batch_size=32)
    dls = DataLoaders(dl, valid_dl)
    learn = Learner(dls, nn.Linear(SIDE * SIDE, 1), opt_func=SGD, loss_func=mnist_loss, metrics=batch_accuracy, seed=1)
    with learn.no_bar():
        learn.fit(10, lr=1.0)
    assert learn.recorder.values[-1][2] > 0.9

    simple_net = nn.Sequential(nn.Linear(SIDE * SIDE, 30), nn.ReLU(), nn.Linear(30, 1))
    learn = Learner(dls, simple_net, opt_func=SGD, loss_func=mnist_loss, metrics=batch_accuracy, seed=1)
    with learn.no_bar():
        learn.fit(20, 0.3)
    plt.plot(L(learn.recorder.values).itemgot(2))
    assert learn.recorder.values[-1][2] > 0.95

    dls = ImageDataLoaders.from_folder(path, item_tfms=Resize(16), bs=32)
    learn = vision_learner(dls, RESNET, pretrained=False, loss_func=F.cross_entropy, metrics=accuracy, seed=1)
    with learn.no_bar():
        learn.fit_one_cycle(3, 1e-2)
    assert learn.recorder.values[-1][2] > 0.8
