"""Bringing pictures to one size: `Resize`, `CropPad`, `RandomCrop`; masks, points and boxes of the sample follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.transform import Kinds, SampleTransform, Transform
from fastlearn.vision.open import PILBase
from fastlearn.vision.planes import picture_of, view_planes, with_tensor
from fastlearn.vision.window import (
    Place,
    Size,
    Window,
    largest_inside,
    placed,
    smallest_around,
    view_boxes,
    view_picture,
    view_points,
    view_tensor,
    whole,
    whole_pixels,
)

CENTRE: Place = (0.5, 0.5)


class ResizeMethod:
    """How `Resize` treats a picture of another shape: cut it, squeeze it, or fill it up."""

    Crop = "crop"
    Squish = "squish"
    Pad = "pad"


class PadMode:
    """What fills the space around a picture: black (class 0 in a mask), its border pixels, or its mirror image."""

    Zeros = "zeros"
    Border = "border"
    Reflection = "reflection"


class Drawn(NamedTuple):
    """What one sample's parts share: the place of the window, and the full size of the sample's first picture."""

    place: Place
    canvas: Size | None


class ViewTransform(SampleTransform):
    """Shows each picture of a sample through a window, in `size`; `window_in` says which window.

    `size` is a side in pixels, or (height, width). The place of the window is random in training and the centre in
    validation. Masks use the second of `resamples`; points and boxes are in pixels of the sample's first picture.
    """

    order = 1

    def __init__(self, size: int | Sequence[int], pad_mode: str, resamples: tuple[int, int]) -> None:
        super().__init__()
        self.size = as_size(size)
        self.pad_mode = one_of("pad_mode", pad_mode, PadMode)
        self.resamples = (int(resamples[0]), int(resamples[1]))

    def window_in(self, size: Size, place: Place) -> Window:
        """The window of a picture of `size`, (width, height), at `place` of its free play."""
        raise NotImplementedError

    @property
    def out(self) -> Size:
        """(width, height) of the result."""
        return self.size[1], self.size[0]

    def out_of(self, canvas: Size) -> Size:
        """(width, height) of the result for a sample whose first picture is `canvas` large."""
        return self.out

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Drawn:
        """A random place."""
        x, y = torch.rand(2, generator=rng).tolist()
        return Drawn((x, y), canvas_of(parts, kinds))

    def draw_valid(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Drawn:
        """The centre."""
        return Drawn(CENTRE, canvas_of(parts, kinds))

    def apply_image(self, image: Any, drawn: Drawn) -> Any:
        """A picture, or a tensor `(..., H, W)`, through its window."""
        return self._view(image, drawn, self.resamples[0])

    def apply_mask(self, mask: Any, drawn: Drawn) -> Any:
        """The same for class ids, never mixed."""
        return self._view(mask, drawn, self.resamples[1])

    def apply_points(self, points: Tensor, drawn: Drawn) -> Tensor:
        """Points `(N, 2)` in the pixels of the result."""
        canvas = self._canvas(drawn)
        return view_points(points, self.window_in(canvas, drawn.place), self.out_of(canvas))

    def apply_boxes(self, boxes: Tensor, drawn: Drawn) -> Tensor:
        """Boxes `(N, 4)` in the pixels of the result, cut at its border."""
        canvas = self._canvas(drawn)
        return view_boxes(boxes, self.window_in(canvas, drawn.place), self.out_of(canvas))

    def _view(self, part: Any, drawn: Drawn, resample: int) -> Any:
        full = size_of(part)
        window, out = self.window_in(full, drawn.place), self.out_of(drawn.canvas or full)
        if isinstance(part, Tensor):
            smooth = resample != Image.Resampling.NEAREST
            return view_tensor(part, window, out, smooth, self.pad_mode)
        window = _as_decoded(part, full, window)
        planes = view_planes(part, window, out) if resample == Image.Resampling.BILINEAR else None
        view = view_picture(part, window, out, resample, self.pad_mode) if planes is None else picture_of(planes)
        return type(part).adopt(view) if isinstance(part, PILBase) else view

    def planes_of(self, image: Any, drawn: Drawn) -> Tensor | None:
        """What `apply_image` makes of a colour picture, as planes `(3, H, W)`; None where only Pillow can do it."""
        if not isinstance(image, Image.Image) or self.resamples[0] != Image.Resampling.BILINEAR:
            return None
        full = size_of(image)
        window = _as_decoded(image, full, self.window_in(full, drawn.place))
        return view_planes(image, window, self.out_of(drawn.canvas or full))

    def _canvas(self, drawn: Drawn) -> Size:
        if drawn.canvas is None:
            raise ValueError(f"{self.name} moves points and boxes together with their picture, but this sample has no "
                             "picture. Put an ImageBlock before them, or call it on (image, boxes).")  # fmt: skip
        return drawn.canvas


class Resize(ViewTransform):
    """Resize to `size`, (height, width) or one side, by `method`: cut to shape ("crop"), "squish", or "pad".

    What a crop keeps, and where padding puts the picture, is random in training and the centre in validation.
    A loader may decode large JPEGs at a smaller scale for it, as long as both sides stay at least `size`; with
    `full_decode` it never does, which is slower and differs by less than a resampling filter does.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        method: str = ResizeMethod.Crop,
        pad_mode: str = PadMode.Reflection,
        resamples: tuple[int, int] = (Image.Resampling.BILINEAR, Image.Resampling.NEAREST),
        full_decode: bool = False,
    ) -> None:
        super().__init__(size, pad_mode, resamples)
        self.method = one_of("method", method, ResizeMethod)
        self.full_decode = full_decode

    @property
    def decode_at_least(self) -> Size | None:
        """(width, height) that suffice for a picture which this step gets; None where all of it is wanted."""
        return None if self.full_decode else self.out

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Drawn:
        """A random place; that of a crop is a whole number of the result's pixels from the edge."""
        drawn = super().draw(parts, kinds, rng)
        if self.method != ResizeMethod.Crop or drawn.canvas is None:
            return drawn
        return Drawn(_on_a_pixel(drawn.place, drawn.canvas, self.out), drawn.canvas)

    def merged_with(self, following: Transform) -> Transform | None:
        """Resizing straight into a tensor, where `ToTensor` follows."""
        return with_tensor(self, following) if type(self) is Resize else None

    def window_in(self, size: Size, place: Place) -> Window:
        """The largest window of the shape asked for, the smallest around the picture, or all of it."""
        if self.method == ResizeMethod.Squish:
            return whole(size)
        fit = largest_inside if self.method == ResizeMethod.Crop else smallest_around
        return fit(size, self.out, place)


class CropPad(ViewTransform):
    """Cut out the centre of `size`, (height, width) or one side, without resizing; pad where the picture is smaller."""

    order = 0

    def __init__(self, size: int | Sequence[int], pad_mode: str = PadMode.Zeros) -> None:
        super().__init__(size, pad_mode, (Image.Resampling.NEAREST, Image.Resampling.NEAREST))

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Drawn:
        """The centre, in training too."""
        return self.draw_valid(parts, kinds, rng)

    def window_in(self, size: Size, place: Place) -> Window:
        """As many pixels as asked for, at `place`."""
        return whole_pixels(placed(size, self.out, place))


class RandomCrop(ViewTransform):
    """Cut out a place of `size`, (height, width) or one side: a random one in training, the centre in validation.

    A picture that is smaller is padded with zeros.
    """

    def __init__(self, size: int | Sequence[int]) -> None:
        super().__init__(size, PadMode.Zeros, (Image.Resampling.NEAREST, Image.Resampling.NEAREST))

    def window_in(self, size: Size, place: Place) -> Window:
        """As many pixels as asked for, at `place`."""
        return whole_pixels(placed(size, self.out, place))


def as_size(size: int | Sequence[int]) -> tuple[int, int]:
    """(height, width) of a side or a pair. Raises: ValueError if they are not positive whole numbers."""
    pair = tuple(size) if isinstance(size, Iterable) else (size, size)
    if len(pair) != 2 or not all(isinstance(side, Integral) and side > 0 for side in pair):
        raise ValueError(f"`size` is a side in pixels or (height, width), but got {size!r}. Try 224 or (240, 320).")
    return int(pair[0]), int(pair[1])


def whole_steps(size: Size, out: Size) -> tuple[float, Size]:
    """The width of a view's pixel for the largest window of the shape of `out` in a picture of `size`, and how many
    such pixels the window can move to the right and down."""
    scale = min(size[0] / out[0], size[1] / out[1])
    return scale, (int(size[0] / scale - out[0] + 1e-6), int(size[1] / scale - out[1] + 1e-6))


def _on_a_pixel(place: Place, size: Size, out: Size) -> Place:
    """`place` moved so that the window lies a whole number of the view's pixels from the picture's edge.

    So all windows show parts of one resized picture, which a cache can keep.
    """
    scale, (right, down) = whole_steps(size, out)
    x = int(place[0] * (right + 1)) / (size[0] / scale - out[0]) if right else 0.0
    y = int(place[1] * (down + 1)) / (size[1] / scale - out[1]) if down else 0.0
    return x, y


def size_of(picture: Any) -> Size:
    """(width, height) of a tensor `(..., H, W)` or a picture, in full: before any reduced decoding."""
    if isinstance(picture, Tensor):
        return picture.shape[-1], picture.shape[-2]
    full: Size = picture.full_size if isinstance(picture, PILBase) else picture.size
    return full


def _as_decoded(picture: Image.Image, full: Size, window: Window) -> Window:
    """`window` of a picture that is `full` large, in `picture`, which may be decoded smaller to have less to resize."""
    return window if picture.size == full else window.scaled(picture.width / full[0], picture.height / full[1])


def canvas_of(parts: Sequence[Any], kinds: Kinds) -> Size | None:
    """The full size of the first picture of a sample, in whose pixels its points and boxes are; None without one."""
    for part, kind in zip(parts, kinds, strict=True):
        if kind in ("image", "mask"):
            return size_of(part)
    return None


def one_of(name: str, value: str, choices: type) -> str:
    """`value`, if it is one of the words that the class `choices` lists. Raises: ValueError if not."""
    known = [v for k, v in vars(choices).items() if not k.startswith("_")]
    if value not in known:
        raise ValueError(f"`{name}` is one of {', '.join(map(repr, known))}, but got {value!r}. "
                         f"Try {choices.__name__}.{known[0].title()}.")  # fmt: skip
    return str(value)
