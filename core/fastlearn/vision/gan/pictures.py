"""What a generator makes of the same inputs, epoch after epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from fastlearn.data.batch import map_tensors, to_cpu
from fastlearn.data.decoding import decoded_targets, first_samples
from fastlearn.train.batch import as_parts, to_device
from fastlearn.train.run_state import model_device, n_inputs
from fastlearn.train.showing import first_batch

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from fastlearn.train.learner import Learner

__all__ = ["ImageStrip", "fixed_inputs", "has_batches", "made_images", "tiled"]

N_IMAGES = 16  # that one picture is put together from
MOST_PANELS = 8  # of the figure
PANEL_INCHES = 2.0


def fixed_inputs(learn: Learner, n: int = N_IMAGES) -> tuple[Any, ...]:
    """Up to `n` inputs of the validation data, or of the training data where there is none, as the model gets them."""
    with torch.random.fork_rng(devices=[]):  # loaders of torch draw from the global generator
        loader = learn.dls.valid if has_batches(learn.dls.valid) else learn.dls.train
        parts = to_device(as_parts(first_batch(loader)), model_device(learn.model))
    inputs = parts[: n_inputs(learn.dls) or max(1, len(parts) - 1)]
    if len(learn.input_tfms):
        inputs = learn.input_tfms.with_split(1)(inputs)
    return tuple(map_tensors(Tensor.clone, first_samples(part, n)) for part in inputs)


def made_images(learn: Learner, generator: torch.nn.Module, inputs: tuple[Any, ...]) -> Tensor | None:
    """What `generator` makes of `inputs`, as bytes `(N, C, H, W)` on the CPU; None if it makes no images."""
    training = [(module, module.training) for module in generator.modules()]
    try:
        generator.eval()
        with torch.no_grad():
            made = generator(*_like_weights(inputs, generator))
    finally:
        for module, mode in training:
            module.training = mode
    if not isinstance(made, Tensor) or made.ndim != 4:
        return None
    images = made.detach().cpu().float()
    return as_bytes(decoded_targets(learn.dls.train, to_cpu(inputs), (images,))[0])


def _like_weights(inputs: tuple[Any, ...], generator: torch.nn.Module) -> tuple[Any, ...]:
    """`inputs` where the weights are, and in their precision."""
    p = next(generator.parameters())
    return tuple(map_tensors(lambda t: t.to(p.device, p.dtype if t.is_floating_point() else t.dtype), inputs))


def as_bytes(images: Tensor) -> Tensor:
    """Images as uint8. Numbers below 0 mean that they go from -1 to 1 (tanh), else from 0 to 1."""
    if images.dtype == torch.uint8:
        return images
    values = images.float()
    if bool((values < 0).any()):
        values = (values + 1) / 2
    return (values.clamp(0, 1) * 255).round().to(torch.uint8)


def tiled(images: Tensor) -> Tensor:
    """The images `(N, C, H, W)` in about as many rows as columns, as one `(C, height, width)`.

    Between them is a black line, `H // 32` pixels wide but at least one; places that are left over stay black.
    """
    n, channels, height, width = images.shape
    columns = math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    gap = max(1, height // 32)
    cells = F.pad(images, (0, gap, 0, gap))
    spare = cells.new_zeros((rows * columns - n, *cells.shape[1:]))
    grid = torch.cat((cells, spare)).reshape(rows, columns, *cells.shape[1:]).permute(2, 0, 3, 1, 4)
    return grid.reshape(channels, rows * (height + gap), columns * (width + gap))[:, :-gap, :-gap].contiguous()


class ImageStrip:
    """A figure with a panel for each epoch of a fit, or for eight of them, the last included; each is drawn once."""

    def __init__(self, first_epoch: int, n_epoch: int) -> None:
        n = max(1, min(MOST_PANELS, n_epoch - first_epoch))
        self.epochs = np.linspace(n_epoch - 1, first_epoch, n).round().astype(int)[::-1].tolist()
        self.figure: Figure | None = None
        self._axes: list[Axes] = []

    def draw(self, epoch: int, image: Tensor, title: str) -> None:
        """Draw `image`, shape `(C, H, W)`, if its epoch has a panel."""
        if epoch not in self.epochs:
            return
        if self.figure is None:
            self._open()
        from fastlearn.vision.plots import show_image

        show_image(image, ax=self._axes[self.epochs.index(epoch)], title=title, cmap="gray", vmin=0, vmax=255)
        assert self.figure is not None
        self.figure.canvas.draw_idle()

    def close(self) -> None:
        """Let go of the figure: a script that fits many times would keep all of them."""
        if self.figure is not None:
            from matplotlib import pyplot as plt

            plt.close(self.figure)

    def _open(self) -> None:
        from fastlearn.vision.plots import subplots

        self.figure, axes = subplots(1, len(self.epochs), imsize=PANEL_INCHES)
        self._axes = list(axes)
        for ax in self._axes:
            ax.set_axis_off()


def has_batches(loader: Any) -> bool:
    """Whether `loader` is known to have something to give."""
    try:
        return loader is not None and len(loader) > 0
    except TypeError:  # a stream, which may be empty
        return False
