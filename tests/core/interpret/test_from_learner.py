"""The one pass: every item once, in order, clean, and never again."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.label import parent_label
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.problems import DataError
from fastlearn.data.split import RandomSplitter
from fastlearn.data.transform import Transform
from fastlearn.interpret import ClassificationInterpretation
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.tensors import IntToFloatTensor
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import TensorDataset


class Brightness(nn.Module):
    """Two scores from the mean of a picture; counts how many pictures it has seen."""

    def __init__(self):
        super().__init__()
        self.scale, self.seen = nn.Parameter(torch.tensor(4.0)), 0

    def forward(self, x):
        self.seen += len(x)
        bright = (x.mean((1, 2, 3)) - 0.45) * self.scale
        return torch.stack((bright, -bright), dim=1)


def blacken(x):
    """What an augmentation could do: a black picture. For training only."""
    return torch.zeros_like(x)


@pytest.fixture
def learn(squares):
    block = DataBlock((ImageBlock, CategoryBlock), get_items=get_image_files, get_y=parent_label,
                      splitter=RandomSplitter(0.25, seed=0), item_tfms=[Transform(blacken, split_idx=0, order=50)],
                      batch_tfms=IntToFloatTensor())  # fmt: skip
    dls = block.dataloaders(squares, path=squares, bs=5, num_workers=0, drop_last=True)
    return Learner(dls, Brightness())


@pytest.mark.parametrize("ds_idx, n", [(0, 18), (1, 6)])
def test_every_item_is_seen_once_in_order_and_clean(learn, ds_idx, n):
    interp = ClassificationInterpretation.from_learner(learn, ds_idx=ds_idx)
    assert learn.model.seen == n == len(interp)
    assert interp.items == list(learn.dls[ds_idx].dataset.items)
    assert [interp.vocab[t] for t in interp.targs] == [parent_label(item) for item in interp.items]
    expected = F.cross_entropy(interp.preds.log(), interp.targs, reduction="none")
    assert torch.allclose(interp.losses, expected, atol=1e-5)
    assert interp.confusion_matrix().trace() == n  # a blackened picture would be dark


def test_later_questions_run_no_model(learn, capsys):
    interp = ClassificationInterpretation.from_learner(learn)
    seen = learn.model.seen
    interp.top_losses(3, items=True)
    interp.plot_top_losses(2)
    interp.show_results([0, 1])
    interp.plot_confusion_matrix()
    interp.most_confused()
    interp.print_classification_report()
    assert learn.model.seen == seen


def test_learner_and_loaders_stay_as_they_were(learn):
    before = learn.dls.train.state(), learn.model.training, learn.loss_func.reduction
    ClassificationInterpretation.from_learner(learn, ds_idx=0)
    assert (learn.dls.train.state(), learn.model.training, learn.loss_func.reduction) == before
    assert (learn.dls.train.one_batch()[0] == 0).all()  # the training data is still augmented


def test_unreadable_file_leaves_the_other_rows_aligned(squares, tmp_path):
    root = tmp_path / "squares"
    shutil.copytree(squares, root)
    bad = sorted((root / "dark").iterdir())[3]
    bad.write_bytes(bad.read_bytes()[:40])
    block = DataBlock((ImageBlock, CategoryBlock), get_items=get_image_files, get_y=parent_label,
                      splitter=lambda items: (range(24), range(24)), batch_tfms=IntToFloatTensor())  # fmt: skip
    with pytest.warns(UserWarning, match="24 of 24 items are both"):
        dls = block.dataloaders(root, bs=5, num_workers=0)
    interp = ClassificationInterpretation.from_learner(Learner(dls, Brightness()))
    assert len(interp) == 23 and bad not in interp.items
    assert [interp.vocab[t] for t in interp.targs] == [parent_label(item) for item in interp.items]
    interp.plot_top_losses(23)


@pytest.mark.parametrize("ds_idx", [0, 1])
def test_plain_torch_loaders_are_read_in_order_too(ds_idx):
    x, y = torch.rand(23, 1, 4, 4), torch.arange(23) % 2
    data = TensorDataset(x, y)
    dls = DataLoaders(TorchLoader(data, 4, shuffle=True, drop_last=True), TorchLoader(data, 4))
    interp = ClassificationInterpretation.from_learner(Learner(dls, Brightness(), nn.CrossEntropyLoss()), ds_idx)
    assert interp.items is None and interp.targs.tolist() == y.tolist()
    assert interp.positions.tolist() == list(range(23)) and np.allclose(interp.preds.sum(1), 1, atol=1e-5)
    interp.plot_top_losses(3)
    interp.show_results([1, 2])


def test_loader_without_targets_says_what_is_missing(learn, squares):
    test_dl = learn.dls.test_dl(get_image_files(squares))
    with pytest.raises(DataError, match=r"compares predictions with targets.*with_labels=True"):
        ClassificationInterpretation.from_learner(learn, dl=test_dl)
    labelled = learn.dls.test_dl(get_image_files(squares), with_labels=True)
    assert len(ClassificationInterpretation.from_learner(learn, dl=labelled)) == 24
