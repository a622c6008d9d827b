"""Learners with answers to look at, for the notebooks of these tests: made up, without any training that takes long."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.label import parent_label
from fastlearn.data.split import FuncSplitter
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.resize import Resize
from fastlearn.vision.tensors import IntToFloatTensor
from PIL import Image, ImageDraw
from torch import Tensor, nn

# What a picture shows is its colour; its folder says what its label is.
COLOURS = {"cat": (200, 60, 40), "dog": (50, 160, 70), "owl": (60, 80, 200)}
# (label, what it shows, how many): a few of each kind of mistake
SHOWN = [
    ("cat", "cat", 9),
    ("dog", "dog", 8),
    ("owl", "owl", 7),
    ("cat", "dog", 4),
    ("owl", "cat", 2),
    ("dog", "owl", 1),
]


def pictures(root: Path) -> Path:
    """31 training and 31 validation pictures, of which 7 of each are in the wrong folder."""
    for split in ("train", "valid"):
        for label, shows, n in SHOWN:
            for i in range(n):
                path = root / split / label / f"{shows}{i}{'x' if label != shows else ''}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                picture = Image.new("RGB", (96, 64), (230, 230, 220))
                ImageDraw.Draw(picture).ellipse((12 + 4 * i, 10, 52 + 4 * i, 50), fill=COLOURS[shows])
                picture.save(path)
    return root


class Colours(nn.Module):
    """Sees at once which colour there is most of: what a trained network would do, without the training."""

    def __init__(self, n_out: int = 3) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, n_out, 5, padding=2), nn.ReLU())
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(n_out, n_out))
        with torch.no_grad():
            own = torch.tensor([[2.0, -1, -1], [-1, 2, -1], [-1, -1, 2]])[:n_out, :, None, None]
            self.body[0].weight.copy_(own.expand(n_out, 3, 5, 5) / 25)
            self.body[0].bias.zero_()
            self.head[2].weight.copy_(30 * torch.eye(n_out))
            self.head[2].bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))


def judged(root: str | Path = "animals", model: Any = None, only: str = "") -> Learner:
    """A learner of `pictures`, which answers by colour; with `only`, of that class alone."""
    folder = pictures(Path(root))
    for label in COLOURS if only else ():
        for split in ("train", "valid") if label != only else ():
            shutil.rmtree(folder / split / label)
    block = DataBlock(
        (ImageBlock, CategoryBlock),
        get_items=get_image_files,
        get_y=parent_label,
        splitter=FuncSplitter(lambda path: path.parts[-3] == "valid"),
        item_tfms=Resize(48),
        batch_tfms=IntToFloatTensor(),
    )
    dls = block.dataloaders(folder, path=folder, bs=16, num_workers=0)
    return Learner(dls, model or Colours(1 if only else 3), path=folder)
