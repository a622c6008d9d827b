"""Giving a trained critic images as it is used to them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.data.pipeline import Pipeline
from fastlearn.vision.normalize import Normalize

__all__ = ["NormalizedInput", "with_input_tfms"]


class NormalizedInput(nn.Module):
    """`(x - mean) / std` as a layer: gradients pass it, on their way from the critic to the generator.

    Shapes: `mean` and `std` broadcast to a batch `(N, C, H, W)`.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Any, std: Any) -> None:
        super().__init__()
        for name, value in (("mean", mean), ("std", std)):
            self.register_buffer(name, torch.as_tensor(value, dtype=torch.float32).detach().clone())

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.std


def with_input_tfms(critic: nn.Module, input_tfms: Pipeline) -> nn.Module:
    """`critic` behind what its learner did to the inputs; the learner of a GAN gives it images as they are.

    Raises: ValueError for other transforms than Normalize.
    """
    layers: list[nn.Module] = []
    for step in input_tfms.fs:
        if not isinstance(step, Normalize) or step.mean is None or step.std is None:
            raise ValueError(
                f"The critic's learner changes its inputs by {step!r}, which the critic of a GAN cannot take over: "
                "only Normalize with known statistics. Try GANLearner with a critic that contains it as a layer."
            )
        layers.append(NormalizedInput(step.mean, step.std))
    return nn.Sequential(*layers, critic) if layers else critic
