"""What the tests of stored answers share: a learner of the squares, and learners of made-up tensors for every task."""

from __future__ import annotations

from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.label import parent_label
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.split import RandomSplitter
from fastlearn.data.transform import Transform
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.tensors import IntToFloatTensor
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import TensorDataset


class Seeing(nn.Module):
    """A small convolutional network that counts the pictures it has seen."""

    def __init__(self, n_out=2, width=6):
        super().__init__()
        self.seen = 0
        self.body = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU(inplace=True))
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 5), nn.ReLU(), nn.Linear(5, n_out)
        )

    def forward(self, x):
        self.seen += len(x)
        return self.head(self.body(x))


def noisy(x):
    """An augmentation for training, which would show."""
    return x.flip(-1) * 0


def squares_learner(root, model=None, get_y=parent_label, path=None, item_tfms=(), label=None):
    block = DataBlock((ImageBlock, label or CategoryBlock), get_items=get_image_files, get_y=get_y,
                      splitter=RandomSplitter(0.25, seed=0), batch_tfms=IntToFloatTensor(),
                      item_tfms=[Transform(noisy, split_idx=0, order=50), *item_tfms])  # fmt: skip
    dls = block.dataloaders(root, path=root, bs=5, num_workers=0, drop_last=True)
    return Learner(dls, model or Seeing(), path=path or root)


def tensor_learner(x, y, model, loss, bs=4):
    """A learner whose validation set is `x` and `y`; the training set has the first half of them, shuffled."""
    half = TensorDataset(x[: len(x) // 2], y[: len(x) // 2])
    loaders = DataLoaders(TorchLoader(half, bs, shuffle=True, drop_last=True), TorchLoader(TensorDataset(x, y), bs))
    return Learner(loaders, model, loss)


class Fixed(nn.Module):
    """Gives the first numbers of its input as they are, after a linear layer that does nothing."""

    def __init__(self, n_out):
        super().__init__()
        self.linear = nn.Linear(n_out, n_out)
        nn.init.eye_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x):
        return self.linear(x)


def softmaxed(x):
    return F.softmax(x, dim=1)
