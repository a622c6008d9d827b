"""Noise in a data block: seeded by the loaders, new in every epoch."""

from functools import partial

import numpy as np
import pytest
import torch
from fastlearn.vision.gan import NoiseSource, generate_noise


def epoch(dls):
    return torch.cat([noise for noise, _ in dls.train])


def test_noise_is_normal_and_has_the_size_asked_for(image_dls):
    noise = epoch(image_dls(size=200))
    assert noise.shape == (48, 200) and abs(noise.mean()) < 0.05 and abs(noise.std() - 1) < 0.05
    assert generate_noise("any item").shape == (100,) and generate_noise("any item", size=7).shape == (7,)


def test_the_seed_of_the_loaders_fixes_the_noise_whatever_the_workers(image_dls):
    torch.manual_seed(1)
    one = epoch(image_dls(seed=4))
    torch.manual_seed(2)
    assert torch.equal(epoch(image_dls(seed=4, num_workers=2)), one)
    assert not torch.equal(epoch(image_dls(seed=5)), one)


def test_every_epoch_and_every_item_has_its_own_noise(image_dls):
    dls = image_dls()
    first, second = epoch(dls), epoch(dls)
    assert len(torch.unique(torch.cat([first, second]), dim=0)) == 2 * 48


def test_the_global_generator_is_left_alone(image_dls):
    dls = image_dls()
    before = torch.get_rng_state()
    epoch(dls)
    generate_noise(None)
    assert torch.equal(torch.get_rng_state(), before)


def test_it_is_a_getter_as_it_is_with_a_size_and_as_a_partial(pictures):
    from fastlearn.data.block import DataBlock, TransformBlock
    from fastlearn.vision.blocks import ImageBlock

    for getter, size in ((generate_noise, 100), (generate_noise(size=9), 9), (partial(generate_noise, size=9), 9)):
        dsets = DataBlock(blocks=(TransformBlock, ImageBlock), get_x=getter).datasets(pictures)
        assert dsets[0][0].shape == (size,)
        dls = DataBlock(blocks=(TransformBlock, ImageBlock), get_x=getter).dataloaders(pictures, bs=4, seed=5)
        again = DataBlock(blocks=(TransformBlock, ImageBlock), get_x=getter).dataloaders(pictures, bs=4, seed=5)
        assert dls.kinds == ("noise", "image") and torch.equal(dls.one_batch()[0], again.one_batch()[0])
    assert isinstance(generate_noise(size=9), NoiseSource) and repr(generate_noise(size=9)) == "generate_noise(size=9)"


def test_the_kind_is_known_and_image_transforms_pass_it_by(image_dls):
    dls = image_dls(size=64)
    assert dls.kinds == ("noise", "image")
    noise, images = dls.one_batch()
    assert noise.min() < -1.5 and images.min() == -1 and images.max() <= 1  # noise is not normalised


def test_a_batch_is_shown_by_its_images(image_dls):
    from matplotlib import pyplot as plt

    axes = image_dls().show_batch(max_n=4, ctxs=list(plt.subplots(1, 4)[1]))
    assert [np.asarray(ax.images[0].get_array()).shape for ax in axes] == [(8, 8)] * 4
    plt.close("all")


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "100"])
def test_sizes_that_are_none(size):
    with pytest.raises(ValueError, match="how many numbers the noise has"):
        NoiseSource(size)
