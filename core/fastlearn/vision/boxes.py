"""Boxes of a picture, `(N, 4)` as left, top, right, bottom, with labels: any number a picture, padded in the batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from fastlearn.data.block import TransformBlock
from fastlearn.data.category import NA, CategoryMap, MultiCategorize
from fastlearn.data.problems import DataError
from fastlearn.data.transform import Kinds, SampleTransform, Transform, remake_tuple
from fastlearn.keywords import check_keywords
from fastlearn.vision.points import as_rows
from fastlearn.vision.resize import canvas_of, size_of
from fastlearn.vision.scaler import PointScaler, is_empty
from fastlearn.vision.window import Size

__all__ = ["BBoxBlock", "BBoxLblBlock", "BoxLabels", "CheckBoxes", "PadBoxes", "ToBoxes", "bb_pad"]

USUAL = ("image", "boxes", "boxlabels")  # what the parts of a sample mean where nobody says


class BBoxBlock(TransformBlock):
    """Targets that are boxes, `(N, 4)`: left, top, right, bottom in pixels of the picture; N may differ and be 0.

    Item and batch transforms move them with the picture. Each batch cuts them at the border, leaves out those of which
    nothing is left (with their labels), and pads the others with zeros to the same number. In a finished batch they are
    -1..1, as points are. An item whose box is inverted, or outside of its picture, is set aside and reported.
    """

    kind = "boxes"

    @check_keywords
    def __init__(self) -> None:
        super().__init__(type_tfms=[ToBoxes()], item_tfms=[CheckBoxes()], batch_tfms=[PointScaler()],
                         dls_kwargs={"before_batch": [PadBoxes()]})  # fmt: skip


class BBoxLblBlock(TransformBlock):
    """Targets that are one label for each box of the BBoxBlock before it: `DataBlock(…, n_inp=1)`.

    With `add_na` id 0 is `#na#`, the background and the padding, as torchvision's detection models want it.
    """

    kind = "boxlabels"

    @check_keywords
    def __init__(self, vocab: Iterable[Any] | None = None, add_na: bool = True) -> None:
        super().__init__(type_tfms=[BoxLabels(vocab, add_na)], item_tfms=[CheckBoxes()],
                         dls_kwargs={"before_batch": [PadBoxes()]})  # fmt: skip


class ToBoxes(Transform):
    """A list of boxes, or an array, to float32 of shape `(N, 4)`.

    Raises: DataError for anything else, for missing numbers, and for inverted boxes.
    """

    kind = "boxes"
    whole = True

    def encodes(self, x: Any) -> Tensor:
        boxes = as_rows(x, 4, "Boxes", "[[left, top, right, bottom], …]")
        for i, box in enumerate(boxes.tolist()):
            left, top, right, bottom = box
            if not (left <= right and top <= bottom):  # also catches NaN
                raise DataError(f"Box {i} is inverted or incomplete: left, top, right, bottom are {_numbers(box)}. If "
                                "it is left, top, width, height, add the first two to the others.")  # fmt: skip
        return boxes


class BoxLabels(MultiCategorize):
    """A label for each box to ids, int64 of shape `(N,)`, and back; with `add_na`, id 0 is `#na#`.

    Raises: DataError for a label that is not in the vocabulary: it would be taken for background.
    """

    kind = "boxlabels"

    def __init__(self, vocab: Iterable[Any] | None = None, add_na: bool = True) -> None:
        super().__init__(None)
        self.with_na = add_na
        if vocab is not None:
            labels = [label for label in vocab if label != NA]
            self.vocab = CategoryMap([NA, *labels] if add_na else labels, sort=False)

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same step again."""
        return {"vocab": None if self.vocab is None else list(self.vocab), "add_na": self.with_na}

    def setups(self, items: Any) -> None:
        learns = self.vocab is None
        super().setups(items)
        if learns and self.vocab is not None and self.with_na:
            self.vocab = CategoryMap([NA, *(label for label in self.vocab if label != NA)], sort=False)


class CheckBoxes(SampleTransform):
    """Compares boxes with their picture and their labels, before anything moves them.

    Raises: DataError where a box has nothing in common with the picture, or there are not as many labels as boxes.
    """

    order = -10
    only_checks = True  # and asks only for the full size, so that pictures may be decoded smaller

    def draw(self, parts: Sequence[Any], kinds: Kinds, rng: torch.Generator) -> Size | None:
        """(width, height) of the picture."""
        boxes = [part for part, kind in zip(parts, kinds, strict=True) if kind == "boxes"]
        labels = [part for part, kind in zip(parts, kinds, strict=True) if kind == "boxlabels"]
        for some, their in zip(boxes, labels, strict=False):
            if len(some) != len(their):
                raise DataError(f"Every box has one label, but there are {len(some)} boxes and {len(their)} labels. "
                                "Look at what the two get_y return.")  # fmt: skip
        return canvas_of(parts, kinds)

    def apply_boxes(self, boxes: Tensor, size: Size | None) -> Tensor:
        """Boxes `(N, 4)` in pixels, as they are."""
        outside = [] if size is None else boxes_outside(boxes, size)
        if size is not None and outside:
            box = boxes[outside[0]].tolist()
            raise DataError(f"Box {outside[0]} lies outside of its picture: left, top, right, bottom are "
                            f"{_numbers(box)}, and the picture is {size[0]}x{size[1]}. Are the numbers relative, or "
                            "those of another size of the picture?")  # fmt: skip
        return boxes


def boxes_outside(boxes: Tensor, size: Size) -> list[int]:
    """Which of the boxes `(N, 4)` have no point in common with a picture of `size`, (width, height)."""
    left, top, right, bottom = boxes.unbind(-1)
    gone = (right < 0) | (bottom < 0) | (left > size[0]) | (top > size[1])
    return [int(i) for i in gone.nonzero().flatten()]


class PadBoxes(Transform):
    """`bb_pad` as a step before the batch, which knows the kinds of the parts."""

    whole = True

    def __init__(self, pad_idx: int = 0) -> None:
        super().__init__()
        self.pad_idx = pad_idx

    def __call__(
        self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None, rng: torch.Generator | None = None
    ) -> Any:
        return bb_pad(x, self.pad_idx, kinds)


def bb_pad(samples: Sequence[Any], pad_idx: int = 0, kinds: Kinds | None = None) -> list[Any]:
    """Samples whose boxes are cut at their picture's border, without empty ones, padded to the same number.

    Shapes: boxes `(N, 4)` in pixels and labels `(N,)` become `(M, 4)` and `(M,)`, M being the largest N, at least 1;
    the padding is zeros and `pad_idx`. Without `kinds` the parts are taken as image, boxes and labels.
    """
    names = USUAL[: len(samples[0])] if kinds is None or len(kinds) != len(samples[0]) else kinds
    clean = [_without_empty(sample, names) for sample in samples]
    places = [i for i, kind in enumerate(names) if kind in ("boxes", "boxlabels")]
    most = max([1, *(len(sample[i]) for sample in clean for i in places)])
    return [_padded(sample, places, most, pad_idx) for sample in clean]


def _without_empty(sample: Any, kinds: Sequence[str]) -> Any:
    parts, keep = list(sample), None
    picture = next((p for p, kind in zip(parts, kinds, strict=True) if kind in ("image", "mask")), None)
    for i, kind in enumerate(kinds):
        if kind == "boxes":
            boxes = parts[i] if picture is None else _cut(parts[i], size_of(picture))
            keep = ~is_empty(boxes)
            parts[i] = boxes[keep]
        elif kind == "boxlabels" and keep is not None:
            parts[i] = parts[i][keep]
    return remake_tuple(sample, parts) if isinstance(sample, tuple) else parts


def _cut(boxes: Tensor, size: Size) -> Tensor:
    corners = boxes.reshape(-1, 2)
    return corners.clamp(min=corners.new_zeros(2), max=corners.new_tensor(size)).reshape(boxes.shape)


def _padded(sample: Any, places: Sequence[int], most: int, pad_idx: int) -> Any:
    parts = list(sample)
    for i in places:
        part = parts[i]
        fill = part.new_full((most - len(part), *part.shape[1:]), pad_idx if part.ndim == 1 else 0)
        parts[i] = torch.cat([part, fill])
    return remake_tuple(sample, parts) if isinstance(sample, tuple) else parts


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
