"""The memory layout in which convolutions are fastest on most devices."""

from __future__ import annotations

import torch

from fastlearn.data.batch import map_tensors
from fastlearn.train.callback import Callback

__all__ = ["ChannelsLast"]


class ChannelsLast(Callback):
    """Keep the model's weights and its images with the channels last in memory; results stay the same."""

    order = -1

    def before_fit(self) -> None:
        self._change_model(torch.channels_last)

    def before_validate(self) -> None:
        self._change_model(torch.channels_last)

    def before_batch(self) -> None:
        self.learn.xb = map_tensors(_channels_last, self.xb)

    def _change_model(self, layout: torch.memory_format) -> None:
        self.model.to(memory_format=layout)  # type: ignore[call-overload]


def _channels_last(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor
