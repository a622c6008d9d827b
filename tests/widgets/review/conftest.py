"""A small folder of pictures, and learners over it made from folders, names and tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastlearn.data.block import CategoryBlock, DataBlock, MultiCategoryBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.label import ColReader, RegexLabeller, parent_label
from fastlearn.data.split import IndexSplitter
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from PIL import Image
from torch import nn


def net(n_out: int) -> nn.Module:
    """A network that makes a gray mean and answers from that."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(12, n_out))


def learner(block: DataBlock, source: object, path: Path, n_out: int = 2) -> Learner:
    dls = block.dataloaders(source, path=path, bs=4, seed=1, num_workers=0, device="cpu")
    return Learner(dls, net(n_out), path=path / "work", seed=1)


def sorted_files(folder: Path) -> list[Path]:
    return sorted(get_image_files(folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve pictures: `cats/0_dark.png` to `cats/5_dark.png`, and as many light dogs."""
    rng = np.random.default_rng(1)
    for label, level, word in (("cats", 60, "dark"), ("dogs", 190, "light")):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for i in range(6):
            pixels = rng.normal(level, 20, (8, 8, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / label / f"{i}_{word}.png")
    return tmp_path / "pets"


@pytest.fixture
def frame(folder: Path) -> pd.DataFrame:
    files = sorted_files(folder)
    return pd.DataFrame({"name": [f.relative_to(folder).as_posix() for f in files],
                         "label": [f.parent.name for f in files],
                         "tags": [f"{f.parent.name} {f.stem.split('_')[1]}" for f in files]})  # fmt: skip


def _block(**getters: object) -> DataBlock:
    return DataBlock((ImageBlock, CategoryBlock), splitter=IndexSplitter([4, 5, 10, 11]), **getters)


@pytest.fixture(params=["folder", "regex", "frame"])
def learn(request: pytest.FixtureRequest, folder: Path, frame: pd.DataFrame) -> Learner:
    """A learner on the twelve, each way of labelling in turn; files 4, 5, 10 and 11 are for validation."""
    if request.param == "folder":
        return learner(_block(get_items=sorted_files, get_y=parent_label), folder, folder)
    if request.param == "regex":
        return learner(_block(get_items=sorted_files, get_y=RegexLabeller(r"/(\w+)/\d_")), folder, folder)
    getters = {"get_x": ColReader("name", pref=folder), "get_y": ColReader("label")}
    return learner(_block(**getters), frame, folder)


@pytest.fixture
def multi(folder: Path, frame: pd.DataFrame) -> Learner:
    """The same with two labels each."""
    block = DataBlock((ImageBlock, MultiCategoryBlock), splitter=IndexSplitter([4, 5, 10, 11]),
                      get_x=ColReader("name", pref=folder), get_y=ColReader("tags", label_delim=" "))  # fmt: skip
    return learner(block, frame, folder, 4)
