"""Data blocks for pictures and masks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastlearn.data.block import TransformBlock
from fastlearn.data.transform import Transform
from fastlearn.keywords import check_keywords
from fastlearn.vision.channels import OpenChannels
from fastlearn.vision.mask_shape import CheckMaskShape
from fastlearn.vision.masks import OpenMask
from fastlearn.vision.open import PILBase, PILImage
from fastlearn.vision.tensors import IntToFloatTensor, ToTensor

__all__ = ["ImageBlock", "MaskBlock", "OpenMask"]


class ImageBlock(TransformBlock):
    """Pictures, opened by `cls` (`PILImage`, or `PILImageBW` for one channel): uint8 per item, float 0..1 per batch.

    With `n_channels` they are opened as tensors of that many channels, whatever their depth: multi-channel TIFF, `.npy`
    files, 16-bit PNG. Integers become float 0..1 in a batch (16-bit ones of their full range), floats stay as they are.
    """

    kind = "image"

    @check_keywords
    def __init__(self, cls: type[PILBase] = PILImage, n_channels: int | None = None) -> None:
        if not (isinstance(cls, type) and issubclass(cls, PILBase)):
            raise TypeError(f"ImageBlock takes a class that opens pictures, but got {cls!r}. Try PILImage.")
        opener: Any = cls.create if n_channels is None else OpenChannels(n_channels)
        super().__init__(type_tfms=[opener], item_tfms=[ToTensor], batch_tfms=[IntToFloatTensor])
        self.cls, self.n_channels = cls, n_channels


class MaskBlock(TransformBlock):
    """Targets that are images of class ids, shape `(H, W)`, dtype int64 in a batch; `codes` names the ids.

    A mask with an id that has no name, or of another shape than its picture, is set aside and reported.
    """

    kind = "mask"

    @check_keywords
    def __init__(self, codes: Iterable[Any] | None = None) -> None:
        opener: Transform = OpenMask(codes)
        super().__init__(type_tfms=[opener], item_tfms=[CheckMaskShape, ToTensor], batch_tfms=[IntToFloatTensor])
        self.codes = getattr(opener, "vocab", None)
