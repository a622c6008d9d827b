"""Points of a picture, `(N, 2)` as x and y: in pixels until the end of the batch, where they become -1..1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fastlearn.data.block import TransformBlock
from fastlearn.data.problems import DataError, describe
from fastlearn.data.transform import Transform
from fastlearn.keywords import check_keywords
from fastlearn.vision.scaler import PointScaler

__all__ = ["PointBlock", "PointScaler", "ToPoints"]


class PointBlock(TransformBlock):
    """Targets that are `n_points` points of the picture, x and y in its pixels (y and x with `y_first`).

    All pictures have as many points as the first one, in the same order; one that is missing in a picture is
    `(nan, nan)`, and does not count in the loss. Item and batch transforms move them with the picture. In a finished
    batch they are -1..1 from the left (upper) to the right (lower) border; predictions come back in pixels.
    """

    kind = "points"

    @check_keywords
    def __init__(self, n_points: int | None = None, y_first: bool = False) -> None:
        super().__init__(type_tfms=[ToPoints(n_points, y_first)], batch_tfms=[PointScaler()])


class ToPoints(Transform):
    """A list of pairs, a flat list of numbers or an array to points, float32 of shape `(N, 2)`, x first.

    `n_points` is learnt from the first item if not given. Raises: DataError for anything else, and for another number
    of points.
    """

    kind = "points"
    whole = True
    train_setup = True

    def __init__(self, n_points: int | None = None, y_first: bool = False) -> None:
        super().__init__()
        self.n_points, self.y_first = n_points, y_first

    def setups(self, items: Any) -> None:
        if self.n_points is None and items is not None and len(items):
            self.n_points = len(self.encodes(items[0]))

    @property
    def c(self) -> int | None:
        """How many numbers a model predicts."""
        return None if self.n_points is None else 2 * self.n_points

    def encodes(self, x: Any) -> Tensor:
        points = as_rows(x, 2, "Points", "[[x, y], …]")
        if self.n_points is not None and len(points) != self.n_points:
            raise DataError(f"There are {len(points)} points, but {self.n_points} in the first item; a model predicts "
                            "the same number for every picture. Put (nan, nan) where one is missing.")  # fmt: skip
        return points.flip(-1) if self.y_first else points


def as_rows(x: Any, width: int, what: str, form: str) -> Tensor:
    """Numbers in any form as a new float32 tensor `(N, width)`; NaN stays.

    Raises: DataError, calling them `what` and showing the `form` expected.
    """
    try:
        values = torch.as_tensor(_listed(x), dtype=torch.float32).clone()
    except (TypeError, ValueError, RuntimeError):
        values = None
    if values is not None and values.ndim and values.numel() == 0:
        return values.reshape(0, width)
    fits = values is not None and (
        (values.ndim == 1 and len(values) % width == 0) or (values.ndim == 2 and values.shape[1] == width)
    )
    if values is None or not fits:
        raise DataError(f"{what} are rows of {width} numbers, {form}, but got {describe(x)}. Look at what get_y "
                        "returns.")  # fmt: skip
    values = values.reshape(-1, width)
    if torch.isinf(values).any():
        raise DataError(f"{what} are places in the picture, but one of them is infinite: {describe(x)}.")
    return values


def _listed(x: Any) -> Any:
    """Arrays and tensors as they are; lists of arrays as nested lists, which torch can read."""
    if hasattr(x, "to_numpy"):  # a row or a column of pandas
        x = x.to_numpy(dtype=np.float32)
    if isinstance(x, Tensor | np.ndarray):
        return x
    if isinstance(x, Sequence) and not isinstance(x, str):
        return [_listed(row) if isinstance(row, Sequence) and not isinstance(row, str) else _number(row) for row in x]
    return x


def _number(value: Any) -> Any:
    if value is None:
        return float("nan")
    return value.tolist() if isinstance(value, Tensor | np.ndarray) else value
