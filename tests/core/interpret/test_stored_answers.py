"""Answers are computed once, clean, and never taken for those of other weights, files or labels."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.data.block import MultiCategoryBlock
from fastlearn.data.external import clear_cache
from fastlearn.data.label import parent_label
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.problems import DataError
from fastlearn.interpret import ClassificationInterpretation, StoredAnswers
from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat
from fastlearn.train.callback import Callback
from fastlearn.train.cancel import CancelValidException
from fastlearn.train.learner import Learner
from fastlearn.vision.resize import Resize
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import IterableDataset, SubsetRandomSampler, TensorDataset

from .answering import Fixed, Seeing, softmaxed, squares_learner, tensor_learner


@pytest.fixture
def root(squares, tmp_path, monkeypatch):
    """The squares, in a folder that may be changed; the cache is this test's own."""
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path / "home"))
    shutil.copytree(squares, tmp_path / "squares")
    return tmp_path / "squares"


@pytest.fixture
def learn(root):
    torch.manual_seed(0)
    return squares_learner(root)


def test_every_item_has_its_answer_once_clean_and_in_order(learn, root):
    answers = StoredAnswers.of(learn)
    assert len(answers) == 24 == answers.n_run
    assert answers.ids == [p.relative_to(root).as_posix() for p in answers.paths]
    files = [*learn.dls.train.dataset.items, *learn.dls.valid.dataset.items]
    assert answers.paths == files and answers.items == files
    assert answers.splits.tolist() == [0] * 18 + [1] * 6
    assert answers.positions.tolist() == [*range(18), *range(6)]
    assert [answers.vocab[t] for t in answers.targets] == [parent_label(path) for path in files]
    expected = ClassificationInterpretation.from_learner(learn, ds_idx=0)
    assert np.allclose(answers.losses[:18], expected.losses) and answers.losses.dtype == np.float32
    assert np.allclose(answers.probs[:18], expected.preds, atol=1e-3) and answers.probs.dtype == np.float16
    assert answers.predicted[:18].tolist() == expected.preds.argmax(1).tolist()
    assert not answers.losses.flags.writeable or answers.losses.nbytes < 4096


def test_the_second_call_runs_no_model(learn):
    first = StoredAnswers.of(learn)
    seen = learn.model.seen
    again = StoredAnswers.of(learn)
    assert learn.model.seen == seen and again.n_run == 0 and again.folder == first.folder
    assert not again.stale() and str(again.stale()) == "up to date"
    assert (again.losses == first.losses).all() and (again.embeddings == first.embeddings).all()


def test_embeddings_are_what_the_last_linear_layers_take(learn):
    answers = StoredAnswers.of(learn, ds_idx=1)
    x = torch.cat([batch[0] for batch in learn.dls.valid])
    with torch.no_grad():
        expected = learn.model.body(x).mean((2, 3))
    assert answers.embeddings.shape == (6, 6) and np.allclose(answers.embeddings, expected, atol=1e-3)


def test_embeddings_that_are_not_wanted_are_not_there(learn):
    answers = StoredAnswers.of(learn, embeddings=False)
    assert answers.embeddings is None and "not asked for" in answers.no_embeddings


def test_other_weights_are_told_and_never_given_the_old_answers(learn):
    old = StoredAnswers.of(learn)
    with torch.no_grad():
        learn.model.head[4].bias[0] += 1
    stale = old.stale()
    assert stale and stale.weights and not len(stale.rows) and str(stale).startswith("weights changed since 20")
    assert StoredAnswers.latest(learn).folder == old.folder
    new = StoredAnswers.of(learn)
    assert new.n_run == 24 and not np.allclose(new.losses, old.losses) and not new.stale()


def test_other_transforms_are_told(learn, root):
    old = StoredAnswers.of(learn)
    other = squares_learner(root, learn.model, item_tfms=[Resize(6)])
    assert str(old.stale(other)) == "transforms, loss or classes changed"
    assert StoredAnswers.of(other).n_run == 24


def test_other_augmentation_changes_nothing(learn, root):
    StoredAnswers.of(learn)
    assert StoredAnswers.of(squares_learner(root, learn.model)).n_run == 0


def test_only_changed_files_are_run_again(learn, root):
    old = StoredAnswers.of(learn)
    shutil.copyfile(old.paths[20], old.paths[3])
    os.utime(old.paths[3], (1, 1))
    assert old.stale().changed.tolist() == [3] and str(old.stale()) == f"1 of 24 items changed: {old.ids[3]}"
    assert StoredAnswers.open(old.folder).stale().changed.tolist() == [3]  # also without a learner
    new = old.update()
    assert new.n_run == 1 and not new.stale()
    assert np.allclose(new.probs[3], new.probs[20], atol=1e-3)
    same = np.arange(24) != 3
    assert (new.losses[same] == old.losses[same]).all() and (new.embeddings[same] == old.embeddings[same]).all()


def test_items_that_changed_sides_came_or_went_are_told_apart(learn, root):
    old = StoredAnswers.of(learn)
    gone, moved = old.paths[0], old.paths[7]
    shutil.copyfile(moved, root / "dark" / "new.png")
    gone.unlink()
    other = squares_learner(root, learn.model)
    stale = old.stale(other)
    assert stale.gone.tolist() == [0] and stale.added == 1 and not stale.weights
    new = StoredAnswers.of(other)
    assert new.n_run == 1 and len(new) == 24
    row = new.row_of(old.ids[7])
    assert new.losses[row] == old.losses[7]  # whichever side it is on now


def test_corrected_labels_are_told_and_give_new_losses(learn, root):
    old = StoredAnswers.of(learn)
    first = old.paths[0]
    flipped = {"dark": "$bright$", "$bright$": "dark"}

    def corrected(path):
        return flipped[parent_label(path)] if path == first else parent_label(path)

    other = squares_learner(root, learn.model, get_y=corrected)
    assert old.stale(other).relabelled.tolist() == [0] and "1 of 24 items have another label" in str(old.stale(other))
    new = StoredAnswers.of(other)
    assert new.n_run == 1 and new.targets[0] != old.targets[0]
    assert new.losses[0] == pytest.approx(-np.log(1 - np.exp(-old.losses[0])), rel=1e-3)


def test_file_that_cannot_be_read_has_no_row(learn):
    bad = learn.dls.train.dataset.items[4]
    bad.write_bytes(bad.read_bytes()[:40])
    answers = StoredAnswers.of(learn)
    assert len(answers) == 23 and bad not in answers.paths and answers.left_out == [f"{bad.parent.name}/{bad.name}"]
    assert [answers.vocab[t] for t in answers.targets] == [parent_label(path) for path in answers.paths]
    assert not answers.stale() and answers.positions[4] == 5


def test_they_lie_in_the_run_that_was_recorded_or_in_the_cache(learn, tmp_path):
    cached = StoredAnswers.of(learn)
    assert cached.folder.parent == tmp_path / "home" / "cache" / "answers"
    with learn.no_bar(), learn.no_logging():
        learn.fit(1, 1e-3, cbs=CheckpointCallback())
    in_run = StoredAnswers.of(learn)
    assert in_run.folder.parent == learn.last_run.path / "answers"
    clear_cache()
    assert not cached.folder.exists() and in_run.folder.exists()
    other = squares_learner(learn.path, Seeing())
    other.load(learn.last_run.checkpoints[-1])
    assert StoredAnswers.of(other).n_run == 0  # a new process that loads the checkpoint has them too
    with learn.no_bar(), learn.no_logging():
        learn.fit(1, 1e-3)
    assert learn.last_run is None


def test_the_longest_unused_go_first(learn, tmp_path):
    folders, size = [], 0
    for step in range(4):
        with torch.no_grad():
            learn.model.head[4].bias[0] += 1
        answers = StoredAnswers.of(learn, folder=tmp_path / "kept", most_gb=2.5 * size / 1e9 or 1.0)
        folders.append(answers.folder)
        size = sum(file.stat().st_size for file in answers.folder.iterdir())
        os.utime(answers.folder / "answers.json", (step, step))
    assert [folder.exists() for folder in folders] == [False, False, True, True]


def test_damaged_files_are_named_and_made_again(learn):
    answers = StoredAnswers.of(learn)
    (answers.folder / "losses.npy").write_bytes(b"cut")
    with pytest.raises(DataError, match=r"losses\.npy: it has 3 bytes"):
        StoredAnswers.open(answers.folder)
    with pytest.warns(RuntimeWarning, match="passed over"):
        assert StoredAnswers.of(learn).n_run == 24
    with pytest.raises(FileNotFoundError, match="holds no stored answers"):
        StoredAnswers.open(answers.folder.parent)


def test_a_pass_that_was_ended_leaves_nothing(learn, tmp_path):
    def end(cb):
        raise CancelValidException

    with pytest.raises(RuntimeError, match="ended after 5 items"):
        StoredAnswers.of(learn, folder=tmp_path / "kept", cbs=Callback(after_batch=end))
    assert list((tmp_path / "kept").iterdir()) == []


def test_learner_and_loaders_stay_as_they_were(learn):
    before = learn.dls.train.state(), learn.model.training, learn.loss_func.reduction, len(learn.cbs)
    StoredAnswers.of(learn)
    assert (learn.dls.train.state(), learn.model.training, learn.loss_func.reduction, len(learn.cbs)) == before
    assert not any(module._forward_pre_hooks for module in learn.model.modules())


def test_interpretation_without_a_pass(learn):
    answers = StoredAnswers.of(learn)
    seen, expected = learn.model.seen, None
    made = answers.interpretation(split=0)
    assert learn.model.seen == seen
    expected = ClassificationInterpretation.from_learner(learn, ds_idx=0)
    assert (made.confusion_matrix() == expected.confusion_matrix()).all() and made.items == expected.items
    assert made.top_losses(5)[1].tolist() == expected.top_losses(5)[1].tolist() == answers.top_losses(5, 0).tolist()
    assert made.describe(3) == expected.describe(3)


def test_unknown_items_are_named(learn):
    answers = StoredAnswers.of(learn)
    with pytest.raises(DataError, match=r"no answer for the item 'x\.png'\. An id looks like"):
        answers.row_of("x.png")
    with pytest.raises(DataError, match="for the item 24"):
        answers.row_of(24)


# Every task in the same frame.


def test_several_labels_an_item(root):
    learn = squares_learner(root, Seeing(2), get_y=lambda path: [parent_label(path)], label=MultiCategoryBlock)
    answers = StoredAnswers.of(learn)
    assert answers.task == "multicategory" and answers.targets.dtype == bool and answers.targets.shape == (24, 2)
    assert (answers.predicted == (answers.probs > 0.5)).mean() > 0.95 and answers.targets.sum(1).tolist() == [1] * 24
    assert answers.interpretation().multilabel


def test_regression_by_hand(root):
    x, y = torch.tensor([[1.0], [2.0], [4.0], [8.0]]), torch.tensor([1.5, 2.0, 3.0, 8.0])
    answers = StoredAnswers.of(tensor_learner(x, y, Fixed(1), MSELossFlat()), ds_idx=1)
    assert answers.task == "regression" and answers.probs is None and answers.vocab is None
    assert answers.predicted.tolist() == [[1], [2], [4], [8]] and answers.targets.tolist() == [[1.5], [2], [3], [8]]
    assert answers.losses.tolist() == [0.25, 0, 1, 0] and answers.top_losses(2).tolist() == [2, 0]
    assert answers.ids[2] == "validation 2" and answers.paths == [None] * 4


def test_one_score_an_item_becomes_two_probabilities(root):
    x, y = torch.tensor([[2.0], [-2.0], [0.5]]), torch.tensor([1.0, 1.0, 0.0])
    answers = StoredAnswers.of(tensor_learner(x, y, Fixed(1), BCEWithLogitsLossFlat()), ds_idx=1)
    assert answers.task == "category" and answers.predicted.tolist() == [1, 0, 1] and answers.vocab == ["0", "1"]
    assert answers.probs[:, 1] == pytest.approx([0.8808, 0.1192, 0.6225], abs=1e-3)
    assert answers.interpretation(split=1).confusion_matrix().tolist() == [[0, 1], [1, 1]]


def test_scores_of_an_unknown_loss_become_probabilities(root):
    def own_loss(scores, ids, reduction="mean"):
        return F.cross_entropy(scores, ids, reduction=reduction)

    x, y = torch.tensor([[2.0, 0.0, 0.0], [0.0, 3.0, 0.0]]), torch.tensor([0, 2])
    answers = StoredAnswers.of(tensor_learner(x, y, Fixed(3), own_loss), ds_idx=1)
    assert np.allclose(answers.probs, softmaxed(x), atol=1e-3) and answers.predicted.tolist() == [0, 1]


def test_nan_is_kept_and_comes_first(root):
    x, y = torch.tensor([[9.0, 0.0], [float("nan"), 0.0], [0.0, 9.0]]), torch.tensor([0, 0, 0])
    answers = StoredAnswers.of(tensor_learner(x, y, Fixed(2), CrossEntropyLossFlat()), ds_idx=1)
    assert np.isnan(answers.losses[1]) and answers.top_losses().tolist() == [1, 2, 0]


class Segmenting(nn.Module):
    """The input as scores: `(B, 2, H, W)`; with a convolution that does nothing."""

    def __init__(self):
        super().__init__()
        self.first, self.conv = nn.Conv2d(2, 2, 1, bias=False), nn.Conv2d(2, 2, 1, bias=False)
        for layer in (self.first, self.conv):
            layer.weight.data = torch.eye(2)[:, :, None, None]

    def forward(self, x):
        return self.conv(self.first(x))


def test_masks_keep_cells_losses_and_the_worst_masks(root):
    x = torch.zeros(3, 2, 2, 2)
    x[:, 1] = 4  # class 1 is predicted everywhere
    x[2, 0, 0, 0] = 9  # but for one pixel
    y = torch.tensor([[[1, 1], [1, 0]], [[1, 1], [1, 1]], [[255, 0], [1, 1]]])
    learn = tensor_learner(x, y, Segmenting(), nn.CrossEntropyLoss(ignore_index=255))
    answers = StoredAnswers.of(learn, ds_idx=1)
    cells = answers.mask_cells
    assert answers.task == "mask" and answers.preds is None and answers.vocab == ["0", "1"]
    assert list(zip(*(column.tolist() for column in cells), strict=True)) == [
        (0, 0, 1, 1), (0, 1, 1, 3), (1, 1, 1, 4), (2, 0, 1, 1), (2, 1, 1, 2),
    ]  # fmt: skip
    assert answers.worst_masks[2].tolist() == [[0, 1], [1, 1]] and set(answers.worst_masks) == {0, 1, 2}
    assert answers.losses[1] == pytest.approx(np.log1p(np.exp(-4)), rel=1e-4)
    assert answers.embeddings.shape == (3, 2)
    with pytest.raises(DataError, match="predictions are not stored"):
        answers.interpretation(learn)


def test_rows_of_a_table_are_known_by_their_content(root):
    import pandas as pd
    from fastlearn.data.datasets import Datasets

    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [0.0, 1.0, 0.0, 1.0], "y": ["n", "y", "n", "y"]})

    def numbers(row):
        return torch.tensor([row["a"], row["b"]], dtype=torch.float32)

    def table_learner(frame):
        from fastlearn.data.category import Categorize
        from fastlearn.data.loader import DataLoader

        dsets = Datasets(frame, [[numbers], [lambda row: row["y"], Categorize(vocab=["n", "y"])]])
        loader = DataLoader(dsets, bs=2, num_workers=0)
        return Learner(DataLoaders(loader, loader), Fixed(2), CrossEntropyLossFlat())

    learn = table_learner(frame)
    answers = StoredAnswers.of(learn, ds_idx=1)
    assert answers.task == "category" and answers.vocab == ["n", "y"] and answers.targets.tolist() == [0, 1, 0, 1]
    assert answers.items[2]["a"] == 3.0
    frame.loc[1, "a"] = 7.0
    assert answers.stale(table_learner(frame)).changed.tolist() == [1]
    assert StoredAnswers.of(table_learner(frame), ds_idx=1).n_run == 1


def test_torchs_own_loaders_are_read_in_order(root):
    x, y = torch.rand(23, 3, 4, 4), torch.arange(23) % 2
    data = TensorDataset(x, y)
    loaders = DataLoaders(TorchLoader(data, 4, sampler=SubsetRandomSampler(range(5, 17))), TorchLoader(data, 4))
    learn = Learner(loaders, Seeing(), nn.CrossEntropyLoss())
    answers = StoredAnswers.of(learn)
    assert answers.targets.tolist() == [*y[5:17].tolist(), *y.tolist()]
    assert np.allclose(answers.losses[:12], answers.losses[12 + 5 : 12 + 17], atol=1e-6)
    assert StoredAnswers.of(learn).n_run == 0


def test_streams_and_missing_targets_are_told(learn, root):
    class Stream(IterableDataset):
        def __iter__(self):
            return iter(())

    with pytest.raises(DataError, match="has no data set with a length"):
        StoredAnswers.of(learn, dl=TorchLoader(Stream()))
    with pytest.raises(DataError, match="the loader gives none"):
        StoredAnswers.of(learn, dl=learn.dls.test_dl(sorted(root.rglob("*.png"))))
    labelled = learn.dls.test_dl(sorted(root.rglob("*.png")), with_labels=True)
    answers = StoredAnswers.of(learn, dl=labelled)
    assert len(answers) == 24 and answers.update(dl=labelled).n_run == 0
    with pytest.raises(DataError, match="a loader of your own"):
        StoredAnswers.open(answers.folder).update(learn)
    with pytest.raises(ValueError, match=r"is 0 \(training\), 1"):
        StoredAnswers.of(learn, ds_idx=2)


def test_odd_names_are_ids_too(root):
    names = ['a "b"\n<i>.png', "ü🙂.png"]
    first = sorted((root / "dark").iterdir())[0]
    for name in names:
        shutil.copyfile(first, root / "dark" / name)
    answers = StoredAnswers.of(squares_learner(root))
    again = StoredAnswers.open(answers.folder)
    assert {f"dark/{name}" for name in names} <= set(again.ids) and again.ids == answers.ids
    assert isinstance(again.paths[0], Path)
