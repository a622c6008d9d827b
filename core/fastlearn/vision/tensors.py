"""From pictures to tensors: uint8 per item, float per batch."""

from __future__ import annotations

from typing import Any

import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.transform import SampleTransform, Transform
from fastlearn.vision.arrays import image2tensor
from fastlearn.vision.buffers import empty_batch, in_chunks

WIDER = 257  # 65535 = 257 * 255
FAR = 4.0  # beyond what normalising back, or a lighting change, makes of an image of 0..1


class ToTensor(Transform):
    """A picture to a uint8 tensor `(C, H, W)`, a mask to class ids `(H, W)`; anything else passes untouched."""

    order = 5

    def encodes(self, x: Image.Image) -> Tensor:
        tensor = image2tensor(x)
        return tensor[0] if getattr(x, "kind", "image") == "mask" else tensor


class IntToFloatTensor(SampleTransform):
    """A uint8 image to float32, divided by `div`, and a mask to int64, divided by `div_mask`; floats pass untouched.

    Images of 16 bit are divided by 257 times as much, so that their full range becomes 0..1 too. Decoding clamps an
    image to 0..1, multiplies back and rounds to uint8; one that goes far beyond 1 was never divided and stays as it is.
    """

    order = 10
    stage = "floats"

    def __init__(self, div: float = 255.0, div_mask: int = 1) -> None:
        super().__init__()
        self.div, self.div_mask = div, div_mask

    def apply_image(self, image: Any, params: None = None) -> Any:
        """Shapes: `(B, C, H, W)`, or one image without the batch."""
        if not isinstance(image, Tensor) or image.is_floating_point():
            return image
        out = empty_batch(image.shape, torch.float32, image.device)
        div = self.div * WIDER if image.dtype == torch.uint16 else self.div
        for source, target in in_chunks(image, out):
            target.copy_(source).div_(div)
        return out

    def apply_mask(self, mask: Any, params: None = None) -> Any:
        """Shapes: `(B, H, W)`, or one mask without the batch."""
        if not isinstance(mask, Tensor):
            return mask
        ids = mask.long()
        return ids if self.div_mask == 1 else ids.div(self.div_mask, rounding_mode="floor")

    def merged_with(self, following: Transform) -> Transform | None:
        """One pass over the pictures for both, where `following` is of those that share one."""
        from fastlearn.vision.augment.fusing import join

        return join(self, following)

    def decode_image(self, image: Any) -> Any:
        if not isinstance(image, Tensor) or not image.is_floating_point() or _is_far_beyond(image):
            return image
        return (image.clamp(0, 1) * self.div).round().to(torch.uint8)

    def decode_mask(self, mask: Any) -> Any:
        return mask * self.div_mask if isinstance(mask, Tensor) and self.div_mask != 1 else mask


def _is_far_beyond(image: Tensor) -> bool:
    return bool(image.numel()) and bool((image > FAR).any())
