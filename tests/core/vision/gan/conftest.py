"""Two tiny GANs: one of numbers, where every step can be followed, and one of images of 8 x 8 pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastlearn.data.block import DataBlock, TransformBlock
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.split import IndexSplitter
from fastlearn.optim.sgd import SGD
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.gan import GANLearner, basic_critic, basic_generator, generate_noise
from fastlearn.vision.normalize import Normalize
from fastlearn.vision.open import PILImageBW
from PIL import Image
from torch import nn
from torch.utils.data import TensorDataset

N, BS = 24, 4  # 6 batches an epoch


def numbers(seed=0):
    rng = torch.Generator().manual_seed(seed)
    return TensorDataset(torch.randn(N, 3, generator=rng), 2 + torch.randn(N, 2, generator=rng))


def quiet(learn):
    learn.logger = lambda row: None
    return learn


@pytest.fixture
def number_gan(tmp_path):
    """Makes a GAN of numbers: noise `(B, 3)`, "images" `(B, 2)`."""

    def made(kind="wgan", valid=False, norm=False, folder="run", **options):
        torch.manual_seed(5)
        inside = [nn.BatchNorm1d(4)] if norm else []
        generator = nn.Sequential(nn.Linear(3, 4), *inside, nn.ReLU(), nn.Linear(4, 2))
        critic = nn.Sequential(nn.Linear(2, 4), *[nn.BatchNorm1d(4) for _ in inside], nn.ReLU(), nn.Linear(4, 1))
        dls = DataLoaders(
            DataLoader(numbers(), bs=BS, shuffle=True, seed=1, num_workers=0, device="cpu"),
            DataLoader(numbers(1) if valid else [], bs=BS, num_workers=0, device="cpu"),
        )
        settings = {"opt_func": SGD, "lr": 0.1, "path": tmp_path / folder, "seed": 3, **options}
        if kind == "wgan":
            return quiet(GANLearner.wgan(dls, generator, critic, **settings))
        return quiet(GANLearner(dls, generator, critic, lambda scores, *_: -scores.mean(),
                                lambda real, fake: fake.mean() - real.mean(), **settings))  # fmt: skip

    return made


@pytest.fixture(scope="session")
def pictures():
    """48 grey pictures of 8 x 8 pixels, a bright bar in each."""
    made = []
    for i in range(48):
        pixels = np.zeros((8, 8), np.uint8)
        pixels[:, i % 8] = 200 + i
        made.append(PILImageBW.create(Image.fromarray(pixels)))
    return made


@pytest.fixture
def image_dls(pictures):
    def made(seed=0, valid=(), bs=16, size=8, num_workers=0):
        block = DataBlock(
            blocks=(TransformBlock, ImageBlock(PILImageBW)),
            get_x=generate_noise(size=size),
            splitter=IndexSplitter(list(valid)),
            batch_tfms=Normalize.from_stats([0.5], [0.5]),
        )
        return block.dataloaders(pictures, bs=bs, seed=seed, num_workers=num_workers, device="cpu")

    return made


@pytest.fixture
def image_gan(image_dls, tmp_path):
    def made(dls=None, **options):
        torch.manual_seed(5)
        generator, critic = basic_generator(8, 1, in_sz=8, n_features=4), basic_critic(8, 1, n_features=4)
        settings = {"path": tmp_path, "seed": 1, **options}
        return quiet(GANLearner.wgan(dls or image_dls(), generator, critic, **settings))

    return made
