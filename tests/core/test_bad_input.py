"""Ten lines of a user on broken folders and broken runs: a clear message, and everything usable afterwards."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data.block import CategoryBlock, DataBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.problems import DataError
from fastlearn.train.callback import Callback
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.learner import vision_learner
from fastlearn.vision.loaders import ImageDataLoaders
from fastlearn.vision.models import resnet18
from fastlearn.vision.resize import Resize
from PIL import Image
from torch import nn

SETTINGS = {"item_tfms": Resize(8), "bs": 4, "seed": 1, "num_workers": 0}


def photos(folder, n=10, level=60):
    """`n` noisy JPEG files around one brightness."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        pixels = np.random.default_rng(i).integers(-50, 50, (16, 16, 3)) + level
        Image.fromarray(pixels.astype("uint8")).save(folder / f"{i}.jpg")


@pytest.fixture
def pets(tmp_path):
    """Dark cats and bright dogs, ten of each."""
    photos(tmp_path / "cat", level=60)
    photos(tmp_path / "dog", level=190)
    return tmp_path


def loaders(folder, **changes):
    return ImageDataLoaders.from_folder(folder, valid_pct=0.2, **{**SETTINGS, **changes})


def learner(dls, **settings):
    model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, dls.c))
    return Learner(dls, model, lr=0.05, **settings)


def weights(learn):
    return [p.detach().clone() for p in learn.model.parameters()]


def same(before, learn):
    return all(torch.equal(a, b) for a, b in zip(before, weights(learn), strict=True))


def trains(learn):
    """Whether one more epoch runs and changes the weights."""
    before = weights(learn)
    learn.fit(1, display=False)
    return learn.history.reason == "completed" and not same(before, learn)


# Folders.


def test_missing_folder_names_it_and_what_is_near(pets):
    with pytest.raises(DataError, match=r"There is no folder '.*/cats'; did you mean '.*/cat'"):
        loaders(pets / "cats")


def test_empty_folder_is_named(tmp_path):
    with pytest.raises(DataError, match=f"No files in the folder '{tmp_path}': it is empty"):
        loaders(tmp_path)


def test_folder_without_images_says_what_it_holds(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(DataError, match=r"No image files in the folder .*1 \.txt"):
        loaders(tmp_path)


def test_unreadable_folder_is_named(pets, monkeypatch):
    scandir = os.scandir

    def refuse(folder):
        if str(folder).endswith("dog"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match=r"/dog' cannot be read: Permission denied"):
        loaders(pets)


def test_wrong_names_of_the_split_folders_list_those_there_are(pets):
    with pytest.raises(DataError, match=r"(?s)'train' and 'valid'.*\['cat', 'dog'\].*valid_pct=0.2"):
        ImageDataLoaders.from_folder(pets, **SETTINGS)


# Labels.


def test_one_class_is_warned_of_and_still_trains(tmp_path):
    photos(tmp_path / "cat")
    with pytest.warns(UserWarning, match="single class, 'cat'"):
        dls = loaders(tmp_path)
    assert dls.c == 1


def test_class_only_in_the_validation_folder_is_named(tmp_path):
    for place in ("train/cat", "train/dog", "valid/cat", "valid/owl"):
        photos(tmp_path / place, n=3)
    with pytest.raises(DataError, match=r"1 of 3 classes is .*'owl' \(3 items\).*StratifiedSplitter"):
        ImageDataLoaders.from_folder(tmp_path, **SETTINGS)


def test_table_without_labels_says_so(pets):
    table = pd.DataFrame({"name": [f"{i}.jpg" for i in range(6)], "label": [None] * 6})
    with pytest.raises(DataError, match="None of the 5 training items has a label"):
        ImageDataLoaders.from_df(table, pets / "cat", **SETTINGS)


def test_block_without_get_y_says_that_files_are_no_labels(pets):
    block = DataBlock((ImageBlock, CategoryBlock), get_items=get_image_files, item_tfms=Resize(8))
    with pytest.raises(DataError, match=r"These are files and not labels\. Try get_y="):
        block.dataloaders(pets)


def test_pattern_that_matches_nothing_names_file_and_pattern(pets):
    with pytest.raises(DataError, match=r"(?s)/\d\.jpg.*pattern '\^\(\.\*\)_.*does not match"):
        ImageDataLoaders.from_name_re(pets, get_image_files(pets), r"^(.*)_\d+.jpg$", **SETTINGS)


# Files.


def spoil(pets):
    """Four files that are no pictures, each in its own way."""
    cut = pets / "cat" / "0.jpg"
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    (pets / "cat" / "1.jpg").write_text("<html>not found</html>")
    (pets / "dog" / "0.jpg").write_bytes(b"")
    Image.new("1", (20000, 20000)).save(pets / "dog" / "bomb.png")
    return {"0.jpg", "1.jpg", "bomb.png"}


def test_unreadable_files_are_set_aside_and_reported_once_with_reasons(pets):
    names = spoil(pets)
    learn = learner(loaders(pets))
    with pytest.warns(RuntimeWarning, match=r"could not be read and were left out") as caught:
        learn.fit(2, display=False)
    aside = learn.dls.train.set_aside + learn.dls.valid.set_aside
    assert len(aside) == 4 and {entry.item.name for entry in aside} == names
    assert len([w for w in caught if "left out" in str(w.message)]) <= 2  # once for each loader
    reasons = " ".join(str(entry) for entry in aside)
    for word in ("empty (0 bytes)", "holds text", "bomb"):
        assert word in reasons
    assert learn.history.reason == "completed"


def test_what_a_look_at_the_data_or_a_search_set_aside_is_told_too_and_once(pets):
    spoil(pets)
    learn = learner(loaders(pets))
    while not learn.dls.train.set_aside:
        learn.dls.train.one_batch()
    with pytest.warns(RuntimeWarning, match="training items? could not be read"):
        learn.lr_find(num_it=8, show_plot=False, display=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        learn.fit(2, display=False)
    told = " ".join(str(w.message) for w in caught)
    assert "training item" not in told or len(learn.dls.train.set_aside) > 1
    assert learn.dls.train.n_told == len(learn.dls.train.set_aside)


def test_nothing_but_unreadable_files_is_an_error_that_names_some(pets):
    for file in get_image_files(pets):
        file.write_bytes(b"")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(DataError, match=r"cannot be read.*\.jpg.*empty \(0 bytes\)"):
            learner(loaders(pets)).fit(1, display=False)


def test_batch_larger_than_the_data_set_is_one_batch(pets):
    with pytest.warns(UserWarning, match="There are 16 items and bs=64"):
        learn = learner(loaders(pets, bs=64))
        assert trains(learn)
    assert learn.history.n_steps == 1


def test_a_single_picture_to_train_on_is_told_in_words(tmp_path):
    photos(tmp_path / "cat", n=1)
    with pytest.warns(UserWarning, match="There is 1 item and bs=4"):
        dls = loaders(tmp_path, item_tfms=Resize(32))
    with pytest.raises(DataError, match=r"single item.*batch normalisation.*no other item to train on"):
        vision_learner(dls, resnet18, pretrained=False).fit(1, display=False)


# Runs.


class Spoiler(Callback):
    """Makes the input NaN when 20 steps are done."""

    def before_batch(self):
        if self.training and self.learn.history.n_steps == 20:
            self.learn.xb = (self.x * float("nan"),)


def test_nan_after_20_steps_stops_with_step_and_remedy_and_sound_weights(pets):
    learn = learner(loaders(pets), cbs=Spoiler())
    with pytest.warns(RuntimeWarning, match=r"loss became nan at step 21.*learning rate ten times lower"):
        learn.fit(9, display=False)
    assert learn.history.n_steps in (20, 21) and "nan at step 21" in learn.history.reason
    assert all(torch.isfinite(p).all() for p in weights(learn))
    learn.remove_cb(Spoiler)
    assert trains(learn)


def bad_metric(pred, target):
    raise IndexError("no such class")


def test_metric_that_raises_is_named_and_costs_nothing_else(pets):
    learn = learner(loaders(pets), metrics=bad_metric)
    with pytest.raises(IndexError, match=r"metric 'bad_metric' failed.*no such class"):
        learn.fit(1, display=False)
    epoch = learn.history.epochs[-1]
    assert epoch["valid_loss"] > 0 and epoch["bad_metric"] is None and "IndexError" in learn.history.reason
    learn.metrics = []
    assert trains(learn)


class Faulty(Callback):
    def after_batch(self):
        if self.learn.train_iter == 3 and self.training and not self.learn.cleaning_up:
            raise ZeroDivisionError("in my callback")


def test_callback_that_raises_is_named_and_the_learner_stays_usable(pets):
    learn = learner(loaders(pets), cbs=Faulty())
    with pytest.raises(ZeroDivisionError, match="in my callback") as error:
        learn.fit(1, display=False)
    told = " ".join([str(error.value), *getattr(error.value, "__notes__", [])])
    assert "Faulty" in told and "after_batch" in told
    assert learn.history.n_steps >= 2 and "ZeroDivisionError" in learn.history.reason
    learn.remove_cb(Faulty)
    assert trains(learn)


class CtrlC(Callback):
    def after_pred(self):
        if self.training and self.learn.iter == 2:
            raise KeyboardInterrupt


def test_ctrl_c_in_fit_returns_with_history_and_reason(pets, capsys):
    learn = learner(loaders(pets), cbs=CtrlC())
    learn.fit(3, display=False)
    assert learn.history.reason == "interrupted" and learn.history.n_steps >= 2
    assert "Interrupted in epoch 1 of 3" in capsys.readouterr().out
    learn.remove_cb(CtrlC)
    assert trains(learn)


def test_ctrl_c_in_lr_find_leaves_everything_as_it_was(pets, capsys):
    learn = learner(loaders(pets), cbs=CtrlC())
    before, place = weights(learn), learn.dls.train.state()
    found = learn.lr_find(display=False, show_plot=False)
    assert found.stopped == "interrupted" and "The model is as it was before" in found.message
    assert same(before, learn) and learn.dls.train.state() == place and learn.history.n_steps == 0
    learn.remove_cb(CtrlC)
    assert trains(learn)
