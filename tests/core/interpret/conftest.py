"""A small data set of real files: dark and bright squares, two classes, with names that break careless titles."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from PIL import Image

matplotlib.use("Agg")


@pytest.fixture(scope="session")
def squares(tmp_path_factory):
    """24 grey PNG files in the folders `dark` and `$bright$`."""
    root = tmp_path_factory.mktemp("squares")
    rng = np.random.default_rng(0)
    for label, level in (("dark", 40), ("$bright$", 200)):
        (root / label).mkdir()
        for i in range(12):
            pixels = (level + rng.integers(-30, 30, (8, 8))).astype("uint8")
            Image.fromarray(pixels).save(root / label / f"{i:02d}_$x^2$.png")
    return root


@pytest.fixture(autouse=True)
def closed_figures():
    """No figure of one test is left for the next."""
    yield
    import matplotlib.pyplot as plt

    plt.close("all")
