"""The border to `torchvision.transforms.v2`: our kinds become its `tv_tensors` types, and come back plain."""

from __future__ import annotations

import threading
from typing import Any

import torch
from PIL import Image

from fastlearn.data.kinds import kinds_of_parts
from fastlearn.data.transform import Kinds, Transform, keep_picture_class, remake_tuple
from fastlearn.seed import mix_seed

_TURN = threading.Lock()  # v2 draws from torch's global generator: one thread at a time, on a forked copy of it


class TorchvisionTransform(Transform):
    """A v2 transform as a step: it sees image, mask, boxes and points of a sample together, and none of the labels.

    Boxes `(N, 4)` are x1, y1, x2, y2 and points `(N, 2)` are x, y, both in pixels of the sample's first picture.
    The numbers that v2 draws follow the loader's `rng`; the global random state stays as it was.
    """

    whole = True

    def __init__(self, tfm: Any, split_idx: int | None = None, order: int | None = None) -> None:
        super().__init__(split_idx=split_idx, order=order)
        self.tfm = tfm

    def __call__(
        self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None, rng: torch.Generator | None = None
    ) -> Any:
        if self.skips(split_idx):
            return x
        parts = x if isinstance(x, tuple) else (x,)
        kinds = kinds if kinds is not None and len(kinds) == len(parts) else kinds_of_parts(parts)
        places = [i for i, kind in enumerate(kinds) if kind in ("image", "mask", "boxes", "points")]
        if not places:
            return x
        canvas = _canvas_size(parts, kinds)
        given = [_to_tv(parts[i], kinds[i], canvas) for i in places]
        done = self._transformed(given, rng)
        result = list(parts)
        for i, part in zip(places, done, strict=True):
            result[i] = _from_tv(part, parts[i])
        return remake_tuple(x, result) if isinstance(x, tuple) else result[0]

    def _transformed(self, given: list[Any], rng: torch.Generator | None) -> list[Any]:
        if rng is None:  # called by hand: v2 behaves as it does on its own
            return list(self.tfm(given))
        seed = mix_seed(int(torch.randint(2**62, (), generator=rng)))
        with _TURN, torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            return list(self.tfm(given))

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


def _canvas_size(parts: tuple[Any, ...], kinds: Kinds) -> tuple[int, int]:
    """Height and width of the first picture of the sample."""
    for part, kind in zip(parts, kinds, strict=True):
        if kind in ("image", "mask"):
            return (part.height, part.width) if isinstance(part, Image.Image) else tuple(part.shape[-2:])
    return (1, 1)


def _to_tv(part: Any, kind: str, canvas: tuple[int, int]) -> Any:
    from torchvision import tv_tensors

    if kind == "boxes":
        return tv_tensors.BoundingBoxes(part, format="XYXY", canvas_size=canvas)  # type: ignore[call-overload]
    if kind == "points" and hasattr(tv_tensors, "KeyPoints"):  # torchvision 0.23 and later
        return tv_tensors.KeyPoints(part, canvas_size=canvas)
    if kind == "mask":
        return tv_tensors.Mask(part)
    return part if isinstance(part, Image.Image) else tv_tensors.Image(part)


def _from_tv(part: Any, source: Any) -> Any:
    from torchvision import tv_tensors

    if not isinstance(part, tv_tensors.TVTensor):
        return keep_picture_class(part, source)
    return part.as_subclass(torch.Tensor)
