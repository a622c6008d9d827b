"""The border to `torchvision.transforms.v2`: our kinds become its `tv_tensors` types, and come back plain."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import torch
from PIL import Image

from fastlearn.data.kinds import kinds_of_parts
from fastlearn.data.problems import DataError
from fastlearn.data.transform import Kinds, Transform, keep_picture_class, remake_tuple
from fastlearn.seed import mix_seed

_TURN = threading.Lock()  # v2 draws from torch's global generator: one thread at a time, on a forked copy of it
AFTER_FLOATS = 98
SEEN = ("image", "mask", "boxes", "points")


class TorchvisionTransform(Transform):
    """A v2 transform as a step: it sees image, mask, boxes and points of a sample together, and none of the labels.

    Boxes `(N, 4)` are x1, y1, x2, y2 and points `(N, 2)` are x, y, both in pixels of the sample's first picture; in a
    batch they have one more axis in front. The labels of boxes go along, so that a step which leaves out boxes
    (`SanitizeBoundingBoxes`) leaves out theirs. `split_idx=0` keeps the step to training, 1 to validation.
    One that holds v2's `Normalize` runs once a batch is float, all others before.
    The numbers that v2 draws follow the loader's `rng`; the global random state stays as it was.
    """

    whole = True

    def __init__(self, tfm: Any, split_idx: int | None = None, order: int | None = None) -> None:
        super().__init__(split_idx=split_idx, order=_order_of(tfm) if order is None else order)
        self.tfm = tfm

    def __call__(
        self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None, rng: torch.Generator | None = None
    ) -> Any:
        if self.skips(split_idx):
            return x
        parts = x if isinstance(x, tuple) else (x,)
        kinds = kinds if kinds is not None and len(kinds) == len(parts) else kinds_of_parts(parts)
        places = [i for i, kind in enumerate(kinds) if kind in SEEN]
        if not places:
            return x
        canvas = _canvas_size(parts, kinds)
        given = {str(i): _to_tv(parts[i], kinds[i], canvas) for i in places}
        labels = _labels_at(parts, kinds)
        if labels is not None:
            given["labels"] = parts[labels]
        done = self._transformed(given, rng)
        result = list(parts)
        for i in places:
            result[i] = _from_tv(done[str(i)], parts[i], kinds[i])
        if labels is not None:
            result[labels] = done["labels"]
        return remake_tuple(x, result) if isinstance(x, tuple) else result[0]

    def _transformed(self, given: dict[str, Any], rng: torch.Generator | None) -> dict[str, Any]:
        if rng is None:  # called by hand: v2 behaves as it does on its own
            return dict(self.tfm(given))
        seed = mix_seed(int(torch.randint(2**62, (), generator=rng)))
        with _TURN, torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            return dict(self.tfm(given))

    @property
    def identity(self) -> Any:
        """The v2 transform's own class: a rotation does not replace a colour jitter."""
        return type(self.tfm)

    @property
    def name(self) -> str:
        """The v2 transform's own class name."""
        return type(self.tfm).__name__

    def __repr__(self) -> str:
        return repr(self.tfm)


def _order_of(tfm: Any) -> int | None:
    """Behind `IntToFloatTensor` where v2 asks for floats and does not make them itself."""
    steps = _names_in(tfm)
    return AFTER_FLOATS if "Normalize" in steps and not steps & {"ToDtype", "ConvertImageDtype"} else None


def _names_in(tfm: Any) -> set[str]:
    inner = getattr(tfm, "transforms", None)  # of a Compose and its like
    return {type(tfm).__name__}.union(*map(_names_in, inner if isinstance(inner, list | tuple) else ()))


def _canvas_size(parts: tuple[Any, ...], kinds: Kinds) -> tuple[int, int]:
    """Height and width of the first picture of the sample."""
    for part, kind in zip(parts, kinds, strict=True):
        if kind in ("image", "mask"):
            return (part.height, part.width) if isinstance(part, Image.Image) else tuple(part.shape[-2:])
    return (1, 1)


def _labels_at(parts: tuple[Any, ...], kinds: Kinds) -> int | None:
    """The place of the labels of one sample's boxes; v2 takes the first plain tensor for an image where none is."""
    if "boxes" not in kinds or "boxlabels" not in kinds or "image" not in kinds:
        return None
    place = kinds.index("boxlabels")
    return place if getattr(parts[place], "ndim", 1) == 1 else None


def _to_tv(part: Any, kind: str, canvas: tuple[int, int]) -> Any:
    from torchvision import tv_tensors

    if kind == "boxes":  # of a batch: v2 knows no batches of boxes, and moves all of a batch alike
        flat = part.reshape(-1, 4)
        return tv_tensors.BoundingBoxes(flat, format="XYXY", canvas_size=canvas)  # type: ignore[call-overload]
    if kind == "points":
        if not hasattr(tv_tensors, "KeyPoints"):  # torchvision before 0.23
            raise DataError("This torchvision moves no points, so they would stay behind their picture. Try "
                            "torchvision 0.23 or later, or aug_transforms().")  # fmt: skip
        return tv_tensors.KeyPoints(part, canvas_size=canvas)
    if kind == "mask":
        return tv_tensors.Mask(np.array(part) if isinstance(part, Image.Image) else part)
    return part if isinstance(part, Image.Image) else tv_tensors.Image(part)


def _from_tv(part: Any, source: Any, kind: str) -> Any:
    from torchvision import tv_tensors

    if not isinstance(part, tv_tensors.TVTensor):
        return keep_picture_class(part, source)
    plain = part.as_subclass(torch.Tensor)
    if kind == "mask" and isinstance(source, Image.Image):  # a mask on its way to ToTensor, as it came
        return keep_picture_class(Image.fromarray(plain.numpy().astype(np.asarray(source).dtype)), source)
    if kind == "boxes" and source.ndim == 3:
        return _batch_of_boxes(plain, source)
    return plain


def _batch_of_boxes(flat: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
    if flat.numel() != source.numel():
        raise DataError("This step leaves out boxes, so that a batch no longer has the same number for each picture. "
                        "Put it among the item transforms.")  # fmt: skip
    return flat.reshape(source.shape)
