"""Transforms called by keyword as albumentations' are: image, mask, boxes and points of a sample in one call."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from fastlearn.data.kinds import kinds_of_parts
from fastlearn.data.problems import DataError, describe
from fastlearn.data.transform import Kinds, Transform, keep_picture_class, remake_tuple
from fastlearn.seed import mix_seed
from fastlearn.vision.arrays import image2tensor

_TURN = threading.Lock()  # such a transform draws from generators that all threads share
FIRST = ("image", "mask", "boxes", "points")


class AlbumentationsTransform(Transform):
    """`train_aug` on every item of training, `valid_aug` on those of validation; without one, they stay as they are.

    They are called as albumentations' `Compose` is: `aug(image=…, mask=…, bboxes=…, keypoints=…)`, with those that the
    sample has, and return a dict of the same. Images are uint8 arrays `(H, W, C)`, further ones `image1`, `image2`, …
    (`mask1`, …); boxes are rows of left, top, right, bottom in pixels, and their number, by which their labels follow;
    points are rows of x, y in pixels. So that boxes and points are moved, give the Compose
    `bbox_params=BboxParams("pascal_voc")` and `keypoint_params=KeypointParams("xy", remove_invisible=False)`.
    The same seed gives the same pictures, whatever the number of workers.
    Raises: DataError where a point was left out, or the result is no such dict.
    """

    whole = True
    order = 2

    def __init__(
        self, train_aug: Callable[..., Any], valid_aug: Callable[..., Any] | None = None, order: int | None = None
    ) -> None:
        for aug in (train_aug, valid_aug):
            if aug is not None and not callable(aug):
                raise TypeError(f"AlbumentationsTransform takes a function called by keyword, but got {describe(aug)}.")
        super().__init__(order=order)
        self.train_aug, self.valid_aug = train_aug, valid_aug

    def __call__(
        self, x: Any, split_idx: int | None = None, kinds: Kinds | None = None, rng: torch.Generator | None = None
    ) -> Any:
        aug = self.valid_aug if split_idx == 1 else self.train_aug
        if aug is None:
            return x
        parts = x if isinstance(x, tuple) else (x,)
        kinds = kinds if kinds is not None and len(kinds) == len(parts) else kinds_of_parts(parts)
        names = keyword_names(kinds)
        if not names:
            return x
        given = {name: _given(parts[i], kinds[i]) for i, name in names.items()}
        done = _called(aug, given, rng)
        result = [_taken(done, names[i], part, kinds[i]) if i in names else part for i, part in enumerate(parts)]
        _let_labels_follow(result, kinds, names, done)
        return remake_tuple(x, result) if isinstance(x, tuple) else result[0]


def keyword_names(kinds: Kinds) -> dict[int, str]:
    """The keyword for each part that such a transform sees, by the part's place."""
    words = {"image": "image", "mask": "mask", "boxes": "bboxes", "points": "keypoints"}
    seen: dict[str, int] = {}
    names: dict[int, str] = {}
    for i, kind in enumerate(kinds):
        if kind in FIRST:
            count = seen.get(kind, 0)
            names[i] = words[kind] if count == 0 else f"{words[kind]}{count}"
            seen[kind] = count + 1
    return names if "image" in seen else {}


def _called(aug: Callable[..., Any], given: dict[str, Any], rng: torch.Generator | None) -> dict[str, Any]:
    given = {**_extra_targets(aug, given), **given}
    if rng is None:  # called by hand: it behaves as it does on its own
        done = aug(**given)
    else:
        with _TURN:
            done = _seeded(aug, given, mix_seed(int(torch.randint(2**62, (), generator=rng))) % 2**32)
    if not isinstance(done, dict) or not set(given) <= set(done):
        raise DataError(f"Such a transform returns a dict with {', '.join(given)}, but got {describe(done)}. Try "
                        "Transform(function) for a function of one picture.")  # fmt: skip
    return done


def _seeded(aug: Callable[..., Any], given: dict[str, Any], seed: int) -> Any:
    """Call `aug` with `seed` in its own generator where it has one, else in Python's and numpy's, put back after."""
    if hasattr(aug, "set_random_seed"):
        aug.set_random_seed(seed)
        return aug(**given)
    state, numpy_state = random.getstate(), np.random.get_state()
    try:
        random.seed(seed)
        np.random.seed(seed)
        return aug(**given)
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)


def _extra_targets(aug: Any, given: dict[str, Any]) -> dict[str, Any]:
    """What a Compose asks for besides: names of label fields, filled with the numbers of the boxes."""
    params = getattr((getattr(aug, "processors", None) or {}).get("bboxes"), "params", None)
    fields = getattr(params, "label_fields", None) or []
    return {field: list(range(len(given.get("bboxes", ())))) for field in fields}


def _given(part: Any, kind: str) -> Any:
    if kind == "boxes":
        numbers = np.arange(len(part), dtype=np.float32)[:, None]
        return np.concatenate([part.numpy().astype(np.float32), numbers], axis=1)
    if kind == "points":
        return part.numpy().astype(np.float32)
    if isinstance(part, Tensor):
        return np.ascontiguousarray(part.permute(1, 2, 0).numpy() if part.ndim == 3 else part.numpy())
    return np.array(part)


def _taken(done: dict[str, Any], name: str, source: Any, kind: str) -> Any:
    value = done[name]
    if kind == "boxes":
        if not len(value):
            return source[:0]
        return torch.from_numpy(np.asarray(value, np.float32).reshape(len(value), -1)[:, :4].copy())
    if kind == "points":
        if len(value) != len(source):
            raise DataError(f"{len(source) - len(value)} of {len(source)} points were left out, so that nobody knows "
                            "which. Try KeypointParams(format='xy', remove_invisible=False).")  # fmt: skip
        return torch.from_numpy(np.asarray(value, np.float32).reshape(len(value), -1)[:, :2].copy())
    return _picture(value, source)


def _picture(value: Any, source: Any) -> Any:
    """The result as what came: a PIL picture stays one while it holds bytes or ids, a tensor is `(C, H, W)`."""
    if isinstance(value, Tensor):
        return value
    array = np.asarray(value)
    if isinstance(source, Image.Image) and (array.dtype == np.uint8 or array.ndim == 2):
        return keep_picture_class(Image.fromarray(array), source)
    tensor = image2tensor(array)
    return tensor[0] if array.ndim == 2 and getattr(source, "ndim", 2) == 2 else tensor


def _let_labels_follow(result: list[Any], kinds: Sequence[str], names: dict[int, str], done: dict[str, Any]) -> None:
    """Leave out the labels of boxes that were left out."""
    if "boxes" not in kinds or "boxlabels" not in kinds:
        return
    rows = done[names[list(kinds).index("boxes")]]
    kept = [int(row[4]) for row in rows]
    place = list(kinds).index("boxlabels")
    result[place] = result[place][kept]
