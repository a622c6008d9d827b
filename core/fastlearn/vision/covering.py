"""What of a picture step is the same in every epoch, so that a cache can keep it, and what is left to do each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.cache_plan import Divided
from fastlearn.data.transform import Kinds, SampleTransform, Transform
from fastlearn.vision.channels import OpenChannels
from fastlearn.vision.masks import OpenMask
from fastlearn.vision.open import PILBase, PILMask
from fastlearn.vision.planes import picture_of, view_planes, with_tensor
from fastlearn.vision.resize import CropPad, RandomCrop, Resize, ResizeMethod, ViewTransform, size_of, whole_steps
from fastlearn.vision.tensors import ToTensor
from fastlearn.vision.window import Place, Size, Window, view_picture


class Still(SampleTransform):
    """A step with the place that it has in validation."""

    def __init__(self, step: ViewTransform) -> None:
        super().__init__()
        self.step, self.label = step, step.name

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Any:
        return self.step.draw_valid(parts, kinds, rng)

    def apply_image(self, image: Any, drawn: Any) -> Any:
        return self.step.apply_image(image, drawn)

    def apply_mask(self, mask: Any, drawn: Any) -> Any:
        return self.step.apply_mask(mask, drawn)


class Covering(SampleTransform):
    """The whole picture at the scale of `resize`, whose random part is then a matter of cutting."""

    def __init__(self, resize: Resize) -> None:
        super().__init__()
        self.resize, self.label = resize, resize.name

    def apply_image(self, image: Any, params: None) -> Any:
        planes = self.planes_of(image, params)
        return self._covered(image, self.resize.resamples[0]) if planes is None else _as_one(picture_of(planes), image)

    def apply_mask(self, mask: Any, params: None) -> Any:
        return self._covered(mask, self.resize.resamples[1])

    def planes_of(self, image: Any, params: None) -> Tensor | None:
        """What `apply_image` makes of a colour picture, as planes `(3, H, W)`; None where only Pillow can do it."""
        if not isinstance(image, Image.Image) or self.resize.resamples[0] != Image.Resampling.BILINEAR:
            return None
        return view_planes(image, *self._window(image))

    def merged_with(self, following: Transform) -> Transform | None:
        """Resizing straight into a tensor, where `ToTensor` follows."""
        return with_tensor(self, following)

    def _covered(self, part: Image.Image, resample: int) -> Image.Image:
        window, size = self._window(part)
        return _as_one(view_picture(part, window, size, resample, self.resize.pad_mode), part)

    def _window(self, part: Image.Image) -> tuple[Window, Size]:
        full, out = size_of(part), self.resize.out
        scale, steps = whole_steps(full, out)
        size = (out[0] + steps[0], out[1] + steps[1])
        window = Window(0, 0, size[0] * scale, size[1] * scale)
        return window.scaled(part.width / full[0], part.height / full[1]), size


class CutOut(SampleTransform):
    """The random part of a picture that `Covering` has resized; it draws what `resize` would draw."""

    alike = True  # pictures of one size only

    def __init__(self, resize: Resize) -> None:
        super().__init__()
        self.resize, self.label = resize, resize.name

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Place:
        return ViewTransform.draw(self.resize, (), (), rng).place

    def apply_image(self, image: Any, place: Place) -> Any:
        width, height = self.resize.out
        have = (image.shape[-1], image.shape[-2]) if isinstance(image, Tensor) else image.size
        left, top = (int(p * (n - want + 1)) for p, n, want in zip(place, have, (width, height), strict=True))
        if isinstance(image, Tensor):
            return image[..., top : top + height, left : left + width]
        return image.crop((left, top, left + width, top + height))

    def apply_mask(self, mask: Any, place: Place) -> Any:
        return self.apply_image(mask, place)


class DrawnOnly(SampleTransform):
    """Draws what `step` would draw, so that the steps after it draw the same as without a cache."""

    def __init__(self, step: ViewTransform) -> None:
        super().__init__()
        self.step, self.label = step, step.name

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Any:
        return ViewTransform.draw(self.step, (), (), rng)


def _as_one(view: Image.Image, picture: Image.Image) -> Image.Image:
    """`view` as a picture of the class of `picture`."""
    return type(picture).adopt(view) if isinstance(picture, PILBase) else view


def divide(step: Transform, split_idx: int | None) -> Divided | None:
    """The fixed part of `step` and the rest of it; None where all of it may differ from one time to the next.

    Only steps of this library are known well enough, and none of their subclasses.
    """
    if type(step) is ToTensor:
        return Divided(step, None, pointwise=True)
    if type(step) not in (Resize, CropPad, RandomCrop) or not isinstance(step, ViewTransform):
        return None
    if split_idx == 1 or isinstance(step, CropPad):
        return Divided(Still(step), None)
    if not isinstance(step, Resize) or step.method == ResizeMethod.Pad:
        return None
    if step.method == ResizeMethod.Squish:
        return Divided(Still(step), DrawnOnly(step))
    return Divided(Covering(step), CutOut(step))


def opener_class(step: Transform) -> type | None:
    """The class of the pictures that `step` opens, if it is one of this library's; None for any other step."""
    if type(step) is OpenMask:
        return PILMask
    if type(step) is OpenChannels:
        return Tensor
    owner = getattr(step.enc, "__self__", None)
    is_create = isinstance(owner, type) and issubclass(owner, PILBase) and step.enc == owner.create
    return owner if is_create and owner.__module__.startswith("fastlearn.") else None
