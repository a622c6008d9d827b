"""The smallest network for images that is of some use."""

from __future__ import annotations

from collections.abc import Sequence

from fastlearn.layers.conv import ConvLayer
from fastlearn.layers.norm import NormType
from fastlearn.layers.pooling import PoolFlatten
from fastlearn.models.simple import Layers


class SimpleCNN(Layers):
    """A convolution from each of `filters` channels to the next, then average pooling: `(N, filters[-1])` numbers.

    `kernel_szs` are 3 and `strides` 2 unless given, one for each convolution. With `bn` all but the last have batch
    norm.
    Raises: ValueError if the numbers of layers do not agree.
    """

    def __init__(
        self,
        filters: Sequence[int],
        kernel_szs: Sequence[int] | None = None,
        strides: Sequence[int] | None = None,
        bn: bool = True,
    ) -> None:
        n = len(filters) - 1
        sizes = [3] * n if kernel_szs is None else list(kernel_szs)
        steps = [2] * n if strides is None else list(strides)
        if n < 1 or len(sizes) != n or len(steps) != n:
            raise ValueError(
                f"`filters` are the channels before and after each of {max(n, 0)} convolutions, but got "
                f"{len(sizes)} kernel sizes and {len(steps)} strides. Try SimpleCNN([3, 16, 32])."
            )
        super().__init__(*(
            ConvLayer(filters[i], filters[i + 1], sizes[i], steps[i],
                      norm_type=NormType.Batch if bn and i < n - 1 else None)
            for i in range(n)
        ), PoolFlatten())  # fmt: skip
