"""The eight symmetries of a square for one sample, before it joins a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.problems import DataError
from fastlearn.data.transform import Kinds, RandomTransform
from fastlearn.keywords import check_keywords
from fastlearn.vision.augment.matrices import SYMMETRIES
from fastlearn.vision.augment.moves import Moves
from fastlearn.vision.augment.sampling import turned
from fastlearn.vision.open import PILBase
from fastlearn.vision.resize import canvas_of
from fastlearn.vision.window import Size

QUARTERS = (3, 5, 6, 7)  # width and height change places
OF_PIL = (None, *Image.Transpose)  # PIL lists them in the same order, without the one that changes nothing


class Symmetry(NamedTuple):
    """The symmetry of one sample, numbered as in `Dihedral`, and the (width, height) of its picture."""

    number: int
    canvas: Size | None


class DihedralItem(RandomTransform):
    """One of the eight symmetries of a square for a whole sample, drawn with probability `p`.

    Pictures (PIL, or tensors `(..., H, W)`), masks, points `(N, 2)` and boxes `(N, 4)` in pixels stay aligned; nothing
    is interpolated. It runs before `Resize`, because a quarter turn exchanges width and height.
    """

    order = 0

    @check_keywords
    def __init__(self, p: float = 1.0) -> None:
        super().__init__(p)

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Symmetry:
        """Once per sample."""
        number = int(torch.randint(len(SYMMETRIES), (), generator=rng))
        return Symmetry(number if self.happens(rng) else 0, canvas_of(parts, kinds))

    def apply_image(self, image: Any, drawn: Symmetry) -> Any:
        """A PIL image or a tensor `(..., H, W)`."""
        how = OF_PIL[drawn.number]
        if how is None:
            return image
        if isinstance(image, Tensor):
            return turned(image, drawn.number)
        done = image.transpose(how)
        if not isinstance(image, PILBase):
            return done
        width, height = image.full_size
        return type(image).adopt(done, (height, width) if drawn.number in QUARTERS else (width, height))

    apply_mask = apply_image

    def apply_points(self, points: Tensor, drawn: Symmetry) -> Tensor:
        """Points `(N, 2)` in pixels."""
        return points if drawn.number == 0 else _moves(drawn).move_points(points[None])[0]

    def apply_boxes(self, boxes: Tensor, drawn: Symmetry) -> Tensor:
        """Boxes `(N, 4)` in pixels."""
        return boxes if drawn.number == 0 else _moves(drawn).move_boxes(boxes[None])[0]


def _moves(drawn: Symmetry) -> Moves:
    if drawn.canvas is None:
        raise DataError("Points and boxes are turned within their picture, but this sample has no picture. Put an "
                        "ImageBlock before them, or call DihedralItem on (image, boxes).")  # fmt: skip
    width, height = drawn.canvas
    matrix = torch.eye(3)
    matrix[:2, :2] = SYMMETRIES[drawn.number]
    size = (width, height) if drawn.number in QUARTERS else (height, width)
    return Moves((matrix[None],), (height, width), size, align_corners=False)
