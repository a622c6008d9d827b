"""Made-up ratings, whose users and items are known inside out."""

from __future__ import annotations

import pandas as pd
import pytest
import torch
from fastlearn.collab import CollabDataLoaders, collab_learner
from fastlearn.data.samples import sample_data


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The sample "ratings"."""
    return sample_data("ratings", tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="session")
def ratings(folder) -> pd.DataFrame:
    return pd.read_csv(folder / "ratings.csv")


@pytest.fixture(scope="session")
def films(folder) -> pd.DataFrame:
    return pd.read_csv(folder / "films.csv").set_index("film")


@pytest.fixture(scope="session")
def users(folder) -> pd.DataFrame:
    return pd.read_csv(folder / "users.csv").set_index("user")


@pytest.fixture(scope="session")
def trained(ratings, tmp_path_factory):
    """A learner that has seen four fifths of the ratings five times."""
    torch.set_num_threads(1)
    dls = CollabDataLoaders.from_df(ratings, bs=64, seed=42, device="cpu", path=tmp_path_factory.mktemp("trained"))
    learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5), wd=0.1, seed=42)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(5, 5e-3)
    return learn


@pytest.fixture
def small() -> pd.DataFrame:
    """Three users, four films, nine ratings."""
    rows = [("ann", "Up", 5.0), ("ann", "Jaws", 1.0), ("ann", "Heat", 2.0), ("bob", "Up", 4.0), ("bob", "Jaws", 2.0),
            ("bob", "Big", 4.5), ("cy", "Up", 1.0), ("cy", "Jaws", 5.0), ("cy", "Heat", 4.0)]  # fmt: skip
    return pd.DataFrame(rows, columns=["user", "film", "stars"])
