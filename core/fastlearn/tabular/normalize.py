"""Columns of numbers centred and scaled by their mean and standard deviation in training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from fastlearn.data.problems import DataError
from fastlearn.tabular.columns import Columns
from fastlearn.tabular.frame import check_given
from fastlearn.tabular.numbers import all_finite
from fastlearn.tabular.proc import TabularProc
from fastlearn.warn import warn_user

__all__ = ["NormalizeColumns"]


class NormalizeColumns(TabularProc):
    """What `Normalize` is in the steps of a table: `(x - mean) / std` for each column of numbers.

    `means` and `stds` are those of the training rows (the population's standard deviation), or given by hand for some
    columns. A column with one value is centred and not scaled.
    """

    order = 2

    def __init__(self, means: Mapping[str, float] | None = None, stds: Mapping[str, float] | None = None) -> None:
        self.means: dict[str, float] = {}
        self.stds: dict[str, float] = {}
        self.given: list[str] = []
        self.know(means or {}, stds or {})

    def know(self, means: Mapping[str, float], stds: Mapping[str, float]) -> None:
        """Take the mean and the standard deviation of some columns as given by hand.

        Raises: DataError for one without the other, and for a deviation that nothing can be divided by.
        """
        if set(means) != set(stds):
            one = sorted(set(means) ^ set(stds))
            raise DataError(f"A column that is given by hand has both mean and std, but {one[:5]} have one of them.")
        for name, std in stds.items():
            if not (math.isfinite(means[name]) and math.isfinite(std) and std > 0):
                raise DataError(f"Column {name!r} is scaled by (x - mean) / std with a finite mean and a positive std, "
                                f"but got mean={means[name]!r} and std={std!r}. For a column of one value, try std=1."
                                )  # fmt: skip
        self.means, self.stds = {**self.means, **means}, {**self.stds, **stds}
        self.given = sorted({*self.given, *means})

    def setups(self, to: Columns) -> None:
        check_given(self.given, to.cont_names, "a mean and a std", "the columns of numbers")
        for name in to.cont_names:
            if name in self.given:
                continue
            values = to.training(to.numbers(name))
            mean, std = _mean_and_std(values)
            if np.isnan(mean):
                raise DataError(f"Column {name!r} has no number in any training row, so there is no mean to take away. "
                                "Leave it out of cont_names.")  # fmt: skip
            if not std > 0:
                std = 1.0
                warn_user(f"Column {name!r} has the one value {mean:.6g} in all training rows, so it tells a model "
                          "nothing. Leave it out of cont_names.", UserWarning)  # fmt: skip
            self.means[name], self.stds[name] = mean, std
        self.means = {name: self.means[name] for name in to.cont_names}
        self.stds = {name: self.stds[name] for name in to.cont_names}

    def encodes(self, to: Columns) -> None:
        for name in to.cont_names:
            values = to.numbers(name)
            centred = np.subtract(values, self.means[name], dtype=np.float64)
            centred /= self.stds[name]
            to[name] = centred.astype(np.float32)

    def decodes(self, to: Columns) -> None:
        for name in to.cont_names:
            values = np.asarray(to.raw(name), dtype=np.float64)
            to[name] = values * self.stds[name] + self.means[name]

    def arguments(self) -> dict[str, Any]:
        return {}


def _mean_and_std(values: Any) -> tuple[float, float]:
    """Mean and population standard deviation of what is no hole, in float64: squares of float32 end at 3e38.

    A deviation that is no more than the rounding of the mean is none.
    """
    if not all_finite(values):
        values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan")
    mean = float(values.mean(dtype=np.float64))
    centred = np.subtract(values, mean, dtype=np.float64)
    std = float(np.sqrt(np.dot(centred, centred) / len(values)))
    return mean, std if std > 1e-12 * abs(mean) else 0.0
