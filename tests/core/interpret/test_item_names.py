"""What an item is called above its picture: its file, as much of the path as has room, or the row of its table."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from fastlearn.interpret import Interpretation
from fastlearn.interpret.clean import item_name
from fastlearn.train.learner import Learner
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.open import PILImage
from fastlearn.vision.plots import characters_across
from fastlearn.vision.task_loaders import BoxedFile
from torch import nn

matplotlib.use("Agg")
from matplotlib import pyplot as plt

ROOT = Path(os.sep) / "data" / "leaves"


@pytest.mark.parametrize(
    "item, limit, name",
    [
        (ROOT / "oak" / "042.jpg", 46, "oak/042.jpg"),
        (str(ROOT / "oak" / "042.jpg"), 46, "oak/042.jpg"),
        (Path("/elsewhere/with/oak/042.jpg"), 46, "/elsewhere/with/oak/042.jpg"),
        (Path("/elsewhere/with/oak/042.jpg"), 20, "…/with/oak/042.jpg"),  # not "…re/with/oak/042.jpg"
        (Path("/elsewhere/a_file_with_a_long_name.jpg"), 12, "…ng_name.jpg"),
        (BoxedFile(ROOT / "oak" / "042.jpg", [[1, 2, 3, 4]], ["oak"]), 46, "oak/042.jpg"),
        (pd.Series(["042.jpg", "oak old", 3], name=7), 46, "042.jpg, oak old, 3"),
        (pd.Series(["042.jpg", "oak old", 3], name=7), 12, "042.jpg, oa…"),
        ("two\nlines", 46, "two lines"),
        (5, 46, "5"),
    ],
)
def test_names(item, limit, name):
    assert item_name(item, ROOT, limit) == name.replace("/", os.sep)


def test_titles_of_narrow_pictures_do_not_meet():
    pictures = [PILImage.create(np.full((16, 16, 3), 20 * i, np.uint8)) for i in range(6)]
    table = pd.DataFrame({"picture": range(6), "label": list("abcabc"), "note": ["a rather long note about it"] * 6})
    dls = ImageDataLoaders.from_lists(".", pictures, list("ababab"), valid_pct=0.5, seed=0, bs=3, num_workers=0)
    found = Interpretation.from_learner(Learner(dls, nn.Sequential(nn.Flatten(), nn.Linear(768, 2))))
    found.items = [table.iloc[i] for i in range(3)]
    found.plot_top_losses(3, nrows=1, figsize=(6, 3))
    axes = plt.gcf().axes
    names = [ax.get_title().split("\n")[-1] for ax in axes]
    assert all(
        name.endswith("…") and len(name) == characters_across(ax, 8) for name, ax in zip(names, axes, strict=True)
    )
    plt.close("all")
