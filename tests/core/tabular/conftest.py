"""Small made-up tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def make_adults(n: int = 200, seed: int = 0) -> pd.DataFrame:
    """A table like that of incomes: text, numbers with holes, and a target that follows from some of them."""
    rng = np.random.default_rng(seed)
    age = rng.integers(17, 80, n).astype(float)
    job = np.array(["clerk", "craft", "sales", "tech"], dtype=object)[rng.integers(0, 4, n)]
    hours = rng.normal(40, 10, n)
    hours[rng.random(n) < 0.1] = np.nan
    rich = (age / 20 + (job == "tech") * 2 + rng.normal(0, 0.5, n)) > 3.2
    salary = np.where(rich, ">=50k", "<50k")
    tax = age * 10 + (job == "tech") * 100
    return pd.DataFrame({"job": job, "married": rng.random(n) < 0.5, "age": age, "hours": hours, "salary": salary,
                         "tax": tax})  # fmt: skip


@pytest.fixture
def adults() -> pd.DataFrame:
    return make_adults()
