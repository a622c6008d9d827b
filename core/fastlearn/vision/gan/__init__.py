"""Generative adversarial networks: a generator and a critic that train against each other."""

from __future__ import annotations

from fastlearn.vision.gan.adaptive_loss import AdaptiveLoss, accuracy_thresh_expand
from fastlearn.vision.gan.add_channels import AddChannels
from fastlearn.vision.gan.critics import DenseResBlock, basic_critic, gan_critic
from fastlearn.vision.gan.discriminative_lr import GANDiscriminativeLR
from fastlearn.vision.gan.freeze import set_freeze_model
from fastlearn.vision.gan.generators import basic_generator
from fastlearn.vision.gan.learner import GANLearner
from fastlearn.vision.gan.losses import GANLoss, gan_loss_from_func
from fastlearn.vision.gan.module import GANModule
from fastlearn.vision.gan.noise import NoiseSource, generate_noise
from fastlearn.vision.gan.switchers import AdaptiveGANSwitcher, FixedGANSwitcher, GANSwitcher
from fastlearn.vision.gan.trainer import GANTrainer

__all__ = [
    "AdaptiveGANSwitcher",
    "AdaptiveLoss",
    "AddChannels",
    "DenseResBlock",
    "FixedGANSwitcher",
    "GANDiscriminativeLR",
    "GANLearner",
    "GANLoss",
    "GANModule",
    "GANSwitcher",
    "GANTrainer",
    "NoiseSource",
    "accuracy_thresh_expand",
    "basic_critic",
    "basic_generator",
    "gan_critic",
    "gan_loss_from_func",
    "generate_noise",
    "set_freeze_model",
]
