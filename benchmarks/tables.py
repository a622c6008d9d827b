"""The tables of `benchmarks/tabular.py`, each with what both sides need to know of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SIZES = (2, 5, 10, 20, 50, 100, 300, 1000, 3000, 10_000)
DATE_PARTS = ["Month", "Week", "Day", "Dayofweek", "Is_month_end", "Is_month_start", "Is_year_end"]

Table = tuple[pd.DataFrame, dict[str, Any]]
"""A frame with the target `y`; its columns by role, its splits, and the settings of a training."""


def million(n: int = 1_000_000) -> Table:
    """Ten columns of text with 2 to 10,000 labels, ten of numbers, three of these with holes."""
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {}
    for i, size in enumerate(SIZES):
        labels = np.array([f"cat{i}_{k}" for k in range(size)], dtype=object)
        columns[f"c{i}"] = labels[rng.integers(0, size, n)]
    for i in range(10):
        numbers = rng.normal(size=n) * (i + 1) + i
        if i < 3:
            numbers[rng.random(n) < 0.02] = np.nan
        columns[f"x{i}"] = numbers
    order = rng.permutation(n)
    return pd.DataFrame({**columns, "y": rng.integers(0, 2, n)}), about(order[: int(0.8 * n)], order[int(0.8 * n) :])


def mixed(n: int = 50_000) -> Table:
    """Six columns of categories, two of which act together, and six of numbers; the last fifth is for validation."""
    rng = np.random.default_rng(0)
    sizes = [3, 5, 8, 12, 25, 50]
    codes = np.stack([rng.integers(0, size, n) for size in sizes], 1)
    x = rng.normal(size=(n, 6))
    effects = [rng.normal(size=size) for size in sizes]
    pairs = rng.normal(size=(8, 12))
    score = sum(effects[i][codes[:, i]] for i in range(6)) * 0.6 + np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2]
    score = score + 0.5 * x[:, 3] ** 2 - 0.5 + pairs[codes[:, 2], codes[:, 3]] + x[:, 4] * effects[1][codes[:, 1]]
    y = (rng.random(n) < 1 / (1 + np.exp(-2 * score))).astype(int)
    frame = pd.DataFrame({**{f"c{i}": [f"v{code}" for code in codes[:, i]] for i in range(6)},
                          **{f"x{i}": x[:, i] for i in range(6)}, "y": y})  # fmt: skip
    return frame, {**about(range(40_000), range(40_000, n), 6), "bs": 256, "epochs": 4, "lr": 5e-3}


def cancer() -> Table:
    """scikit-learn's breast cancer, shuffled; a quarter is for validation."""
    from sklearn.datasets import load_breast_cancer

    frame = load_breast_cancer(as_frame=True).frame.sample(frac=1, random_state=0).reset_index(drop=True)
    frame = frame.rename(columns={"target": "y"})
    known = {**about(range(426), range(426, 569)), "cats": [], "conts": [name for name in frame if name != "y"]}
    return frame, {**known, "bs": 32, "epochs": 10, "lr": 1e-2}


def about(train: Iterable[int], valid: Iterable[int], n: int = 10) -> dict[str, Any]:
    names = {"cats": [f"c{i}" for i in range(n)], "conts": [f"x{i}" for i in range(n)]}
    return {**names, "train": [int(i) for i in train], "valid": [int(i) for i in valid]}


def adult(path: Path) -> Table:
    """Incomes of the census, all columns but the number of a row's twins; a random fifth is for validation."""
    frame = pd.read_csv(path, skipinitialspace=True).drop(columns="fnlwgt").rename(columns={"salary": "y"})
    order = np.random.default_rng(0).permutation(len(frame))
    apart = len(frame) // 5
    conts = [name for name in frame if pd.api.types.is_numeric_dtype(frame[name].dtype)]
    cats = [name for name in frame if name not in (*conts, "y")]
    known = {**about(order[apart:], order[:apart]), "cats": cats, "conts": conts}
    return frame, {**known, "bs": 64, "epochs": 3, "lr": 3e-3}


def bikes(path: Path) -> Table:
    """Bicycles hired in each hour of two years, as their logarithm, by date and weather; the last two months are for
    validation. Each side takes the date apart by itself."""
    frame = pd.read_csv(path).rename(columns={"dteday": "date"})
    frame["y"] = np.log1p(frame["cnt"])
    frame["date"] = pd.to_datetime(frame["date"], format="%m/%d/%y")
    late = (frame["date"] >= "2012-11-01").to_numpy()
    cats = ["season", "yr", "hr", "holiday", "workingday", "weathersit", *DATE_PARTS]
    known = {**about(np.flatnonzero(~late), np.flatnonzero(late)), "cats": cats, "date": "date",
             "conts": ["temp", "atemp", "hum", "windspeed", "Dayofyear", "Elapsed"]}  # fmt: skip
    kept = frame[["date", *(name for name in [*cats, *known["conts"]] if name in frame), "y"]]
    return kept, {**known, "bs": 128, "epochs": 8, "lr": 5e-3, "y_range": [0, 1.1 * float(frame["y"].max())]}
