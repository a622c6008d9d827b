"""Centre and scale the channels of image batches."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.data.transform import SampleTransform, Transform
from fastlearn.vision.buffers import empty_batch, in_chunks

if TYPE_CHECKING:
    from fastlearn.tabular.normalize import NormalizeColumns

EPS = 1e-7


class Normalize(SampleTransform):
    """`(x - mean) / std` for the float images of a batch; masks and labels pass untouched. Decoding undoes it.

    Shapes: images are `(B, C, H, W)`; `mean` and `std` are lists of C numbers or tensors that broadcast to a batch.
    Without them they are measured over `axes` on one training batch when the loaders are made, 1e-7 added to `std`.

    Among the steps of a table (`procs=[Categorify, FillMissing, Normalize]`) it is `NormalizeColumns`.
    """

    order = 99
    stage = "normalises"

    def __init__(self, mean: Any = None, std: Any = None, axes: Sequence[int] = (0, 2, 3)) -> None:
        super().__init__()
        if (mean is None) != (std is None):
            raise ValueError("Normalize takes both `mean` and `std`, or neither to measure them on a batch, but got "
                             "one. Try Normalize.from_stats(*imagenet_stats).")  # fmt: skip
        self.mean, self.std, self.axes = _per_channel(mean), _per_channel(std), tuple(axes)
        if self.std is not None and not (self.std > 0).all():  # also catches NaN
            raise ValueError(f"`std` is what the channels are divided by, above 0, but got {std!r}. Give a channel "
                             "that is constant std=1.")  # fmt: skip

    @classmethod
    def from_stats(cls, mean: Any, std: Any, dim: int = 1, ndim: int = 4, cuda: bool = True) -> Normalize:
        """From known statistics of the channels, which lie on axis `dim` of `ndim`.

        `cuda` is accepted as in fastai and has no effect: statistics follow each batch to its device.
        """
        shape = [1] * ndim
        shape[dim] = -1
        as_tensor = partial(torch.as_tensor, dtype=torch.float32)
        return cls(as_tensor(mean).reshape(shape), as_tensor(std).reshape(shape))

    def setups(self, items: Any) -> None:
        """Measure the statistics on one batch of the loader `items`, unless they are known."""
        if self.mean is not None or items is None:
            return
        x = items.one_batch()[0]
        if not isinstance(x, Tensor) or not x.is_floating_point():
            raise DataError("Normalize measures float images, but the first part of the batch is not one. Put "
                            "IntToFloatTensor before it, or try Normalize.from_stats(*imagenet_stats).")  # fmt: skip
        self.mean = x.mean(self.axes, keepdim=True)
        self.std = x.std(self.axes, keepdim=True) + EPS

    def apply_image(self, image: Any, params: None = None) -> Any:
        """Shapes: `(B, C, H, W)`, or one image `(C, H, W)`."""
        if not isinstance(image, Tensor) or not image.is_floating_point():
            return image
        mean, std = self.stats_for(image.shape, image.device, image.dtype)
        self.check_scale(image)
        out = empty_batch(image.shape, image.dtype, image.device)
        for source, target in in_chunks(image, out):
            torch.sub(source, mean, out=target).div_(std)
        return out

    def decode_image(self, image: Any) -> Any:
        if not isinstance(image, Tensor) or not image.is_floating_point():
            return image
        mean, std = self.stats_for(image.shape, image.device, image.dtype)
        return image * std + mean

    def stats_for(
        self, shape: Sequence[int], device: torch.device, dtype: torch.dtype = torch.float32
    ) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation for images of `shape`. Raises: DataError where they are unknown or do not fit."""
        if self.mean is None or self.std is None:
            raise DataError("Normalize has no statistics yet: they are measured when loaders are made. To use it "
                            "alone, try Normalize.from_stats(*imagenet_stats).")  # fmt: skip
        mean, std = (stat.to(device, dtype) for stat in (self.mean, self.std))
        if len(shape) < mean.ndim:
            mean, std = mean[0], std[0]
        if any(n not in (1, have) for n, have in zip(mean.shape, shape[-mean.ndim :], strict=True)):
            raise DataError(f"Normalize has statistics of shape {tuple(mean.shape)}, but the images are "
                            f"{tuple(shape)}. Give one mean and std for each channel.")  # fmt: skip
        return mean, std

    @property
    def is_of_bytes(self) -> bool:
        """Whether the statistics are those of numbers far beyond 0..1, such as 0..255."""
        return self.mean is not None and bool((self.mean > 1).all())

    def check_scale(self, images: Tensor) -> None:
        """Raises: DataError for float images of 0..1 where the statistics are those of 0..255."""
        if self.is_of_bytes and images.numel() and 0 < float(images.max()) <= 1:
            means = ", ".join(f"{mean:.4g}" for mean in self.mean.flatten().tolist()[:4])  # type: ignore[union-attr]
            raise DataError(f"Normalize subtracts means of {means} from images that are 0..1, and little of them is "
                            "left. Divide its statistics by 255, or try IntToFloatTensor(div=1).")  # fmt: skip

    def as_proc(self) -> NormalizeColumns:
        """This step for the columns of a table, whose statistics are learnt there."""
        from fastlearn.tabular.normalize import NormalizeColumns

        if self.mean is not None:
            raise DataError("Normalize in the steps of a table learns a mean and a std for each column, but got those "
                            "of pictures. Try Normalize, or schema={'column': {'mean': …, 'std': …}}.")  # fmt: skip
        return NormalizeColumns()

    @property
    def same_for_all(self) -> bool:
        """Whether every image of a batch has the same statistics."""
        return all(stat is None or stat.ndim < 4 or stat.shape[0] == 1 for stat in (self.mean, self.std))

    def merged_with(self, following: Transform) -> Transform | None:
        """One pass over the pictures for both, where `following` is of those that share one."""
        from fastlearn.vision.augment.fusing import join

        return join(self, following)


def _per_channel(stat: Any) -> Tensor | None:
    """Statistics as a tensor that broadcasts over `(B, C, H, W)`; a tensor of full rank stays as it is."""
    if stat is None:
        return None
    tensor = torch.as_tensor(stat, dtype=torch.float32)
    return tensor.reshape(1, -1, 1, 1) if tensor.ndim <= 1 else tensor
