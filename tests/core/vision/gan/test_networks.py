"""The networks: shapes for every size that will do, and a word for those that will not."""

from functools import partial

import pytest
import torch
from fastlearn.vision.gan import (
    AddChannels,
    DenseResBlock,
    GANModule,
    basic_critic,
    basic_generator,
    gan_critic,
    set_freeze_model,
)
from torch import nn


@pytest.mark.parametrize("size", [8, 10, 28, 32, 48, 64])
def test_generator_makes_images_of_the_size_asked_for(size):
    generator = basic_generator(size, n_channels=3, in_sz=10, n_features=4, n_extra_layers=1)
    made = generator(torch.randn(2, 10))
    assert made.shape == (2, 3, size, size) and made.abs().max() <= 1
    assert generator[-2].in_channels == 4  # `n_features`, before the last doubling


def test_generator_of_64_pixels_has_the_layers_of_dcgan():
    kinds = [(m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0], m.padding[0])
             for m in basic_generator(64, 3).modules() if isinstance(m, nn.ConvTranspose2d)]  # fmt: skip
    doubled = [(512, 256, 4, 2, 1), (256, 128, 4, 2, 1), (128, 64, 4, 2, 1), (64, 3, 4, 2, 1)]
    assert kinds == [(100, 512, 4, 1, 0), *doubled]


@pytest.mark.parametrize("size", [0, 4, 7, 9, 13, 22, 30, 54])
def test_generator_names_sizes_that_doubling_does_not_reach(size):
    with pytest.raises(ValueError, match=rf"4, 5, 6 or 7 pixels doubled.*got {size}\. Try 8, 28"):
        basic_generator(size, 1)


@pytest.mark.parametrize("size", [4, 5, 8, 13, 28, 64])
def test_critic_gives_one_score_for_images_of_any_size(size):
    critic = basic_critic(size, n_channels=1, n_features=2, n_extra_layers=2)
    assert critic(torch.randn(3, 1, size, size)).shape == (3, 1)


def test_critic_of_64_pixels_has_the_layers_of_dcgan():
    critic = basic_critic(64, 3, act_cls=partial(nn.LeakyReLU, negative_slope=0.2))
    convs = [(m.in_channels, m.out_channels, m.kernel_size[0]) for m in critic.modules() if isinstance(m, nn.Conv2d)]
    assert convs == [(3, 64, 4), (64, 128, 4), (128, 256, 4), (256, 512, 4), (512, 1, 4)]
    norms = [m.num_features for m in critic.modules() if isinstance(m, nn.BatchNorm2d)]
    assert norms == [128, 256, 512]  # none behind the first layer
    assert all(m.negative_slope == 0.2 for m in critic.modules() if isinstance(m, nn.LeakyReLU))
    assert not any(isinstance(m, nn.ReLU) for m in critic.modules())


def test_critic_refuses_images_that_are_too_small_and_words_that_its_layers_do_not_know():
    with pytest.raises(ValueError, match="at least 4, but got 3"):
        basic_critic(3, 1)
    with pytest.raises(TypeError, match="Did you mean 'act_cls'"):
        basic_critic(8, 1, act_cl=nn.ReLU)


def test_dense_block_keeps_what_came_in_beside_what_it_made():
    x = torch.randn(2, 4, 5, 5)
    out = DenseResBlock(4)(x)
    assert out.shape == (2, 8, 5, 5) and torch.equal(out[:, 4:], x)


def test_gan_critic_scores_patches_under_spectral_norm():
    critic = gan_critic(n_channels=1, nf=4)
    assert critic(torch.randn(2, 1, 64, 64)).shape == (2, 1) and critic(torch.randn(2, 1, 128, 128)).shape == (2, 25)
    critic.train()
    for _ in range(60):  # each pass in training mode is one step of the power iteration
        critic(torch.randn(1, 1, 64, 64))
    convs = [m for m in critic.modules() if isinstance(m, nn.Conv2d)]
    norms = [torch.linalg.matrix_norm(m.weight.flatten(1), 2).item() for m in convs]
    assert len(convs) == 7 and norms == pytest.approx([1.0] * 7, abs=0.02)
    assert [m.p for m in critic.modules() if isinstance(m, nn.Dropout2d)] == [0.075, 0.15, 0.15, 0.15]


def test_add_channels_adds_axes_at_the_end():
    x = torch.arange(6.0).reshape(2, 3)
    assert AddChannels(2)(x).shape == (2, 3, 1, 1) and torch.equal(AddChannels(1)(x).squeeze(-1), x)


def test_module_is_one_part_at_a_time():
    gan = GANModule(nn.Linear(3, 2), nn.Linear(2, 1))
    real, noise = torch.randn(4, 2), torch.randn(4, 3)
    assert not gan.gen_mode and torch.equal(gan(real), gan.critic(real))
    gan.switch()
    assert gan.gen_mode and torch.equal(gan(noise), gan.generator(noise))
    gan.switch(True)
    assert gan.gen_mode
    assert GANModule(nn.Linear(3, 2), nn.Linear(2, 1), gen_mode=True).gen_mode


def test_module_takes_modules_only():
    with pytest.raises(TypeError, match="`critic` is a torch module, but got type"):
        GANModule(nn.Linear(3, 2), nn.Linear)


def test_freezing_takes_the_gradients_too():
    layer = nn.Linear(2, 2)
    layer(torch.randn(1, 2)).sum().backward()
    set_freeze_model(layer, False)
    assert not any(p.requires_grad for p in layer.parameters()) and layer.weight.grad is None
    set_freeze_model(layer, True)
    assert all(p.requires_grad for p in layer.parameters())
