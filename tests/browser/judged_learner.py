"""Learners with answers to look at, for the notebooks of these tests: made up, without any training that takes long."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.label import parent_label
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.split import FuncSplitter
from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock, MaskBlock
from fastlearn.vision.resize import Resize
from fastlearn.vision.tensors import IntToFloatTensor
from PIL import Image, ImageDraw
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

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


class AsIs(nn.Module):
    """Gives its input as it is: the answers are what one likes."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


def answering(x: Tensor, y: Tensor, loss: Any, path: str) -> Learner:
    """A learner that answers `x` where `y` is right."""
    data = TensorDataset(x, y)
    return Learner(DataLoaders(DataLoader(data, 256), DataLoader(data, 256)), AsIs(), loss, path=path)


def thousand() -> Learner:
    """2,000 items of 1,000 classes, of which every seventh is taken for the next class."""
    y = torch.arange(1000).repeat(2)
    taken = (y + (torch.arange(2000) % 7 == 0)) % 1000
    return answering(9 * nn.functional.one_hot(taken, 1000).float(), y, CrossEntropyLossFlat(), "thousand")


def labels() -> Learner:
    """Three labels an item, some missed and some of them false alarms."""
    x = torch.tensor([[4.0, -4, 4], [-4, 4, 4], [3, 3, -3], [-3, -3, 3]])
    return answering(x, torch.tensor([[1.0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 0, 0]]), BCEWithLogitsLossFlat(), "labels")


def numbers() -> Learner:
    """Sixty numbers, the farther off the larger they are."""
    y = torch.linspace(0, 30, 60)[:, None]
    return answering(y + 0.2 * y * torch.sin(3 * y), y, MSELossFlat(), "numbers")


class Darker(nn.Module):
    """Every pixel is of the class 1 where it is dark in green."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)
        with torch.no_grad():
            self.conv.weight.copy_(torch.tensor([[0.0, 9, 0], [0, -9, 0]])[:, :, None, None])
            self.conv.bias.copy_(torch.tensor([-5.0, 5]))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


def masks(root: str = "masks") -> Learner:
    """Pictures of discs with masks that are a little off, in a folder of pictures and one of masks."""
    for i in range(8):
        for folder, mode, ground, paint, shift in (
            ("pictures", "RGB", (230, 230, 220), (90, 40, 160), 0),
            ("masks", "L", 0, 1, 4 + 2 * i),
        ):
            path = Path(root) / folder / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            picture = Image.new(mode, (96, 64), ground)
            ImageDraw.Draw(picture).ellipse((20 + shift, 12, 60 + shift, 52), fill=paint)
            picture.save(path)
    block = DataBlock(
        (ImageBlock, MaskBlock(["ground", "disc"])),
        get_items=lambda folder: sorted(get_image_files(folder / "pictures")),
        get_y=lambda path: path.parents[1] / "masks" / path.name,
        splitter=FuncSplitter(lambda path: int(path.stem) % 2 == 0),
        item_tfms=Resize((64, 96)),
        batch_tfms=IntToFloatTensor(),
    )
    dls = block.dataloaders(Path(root), path=Path(root), bs=4, num_workers=0)
    return Learner(dls, Darker(), path=root)
