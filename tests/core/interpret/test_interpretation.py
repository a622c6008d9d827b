"""One stored pass answers everything: losses by hand, titles with labels and paths, no second look at the model."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from fastlearn.data.category import Categorize
from fastlearn.data.datasets import Datasets
from fastlearn.data.find import get_image_files
from fastlearn.data.label import parent_label
from fastlearn.data.loader import DataLoader
from fastlearn.data.problems import DataError
from fastlearn.interpret import ClassificationInterpretation, Interpretation
from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat, decodes_of
from fastlearn.vision.open import PILImage
from fastlearn.vision.tensors import ToTensor
from torch.utils.data import DataLoader as TorchLoader
from torch.utils.data import IterableDataset, TensorDataset

# Four items and three classes, worked by hand: item 2 is the worst, item 0 the best.
PREDS = torch.tensor([[0.90, 0.05, 0.05], [0.20, 0.50, 0.30], [0.04, 0.01, 0.95], [0.30, 0.40, 0.30]])
TARGS = torch.tensor([0, 1, 1, 2])


def interpretation(preds=PREDS, targs=TARGS, loss=None, cls=ClassificationInterpretation, dl=None, losses=None):
    dl = TorchLoader(TensorDataset(torch.zeros(len(targs), 2), targs)) if dl is None else dl
    if losses is None:
        losses = -preds[range(len(targs)), targs].log()
    return cls(dl, preds, targs, losses, np.arange(len(targs)), decodes_of(loss or CrossEntropyLossFlat()))


@pytest.fixture
def pictures(squares):
    """A classifier of the squares that is sure all of them are dark."""
    dsets = Datasets(get_image_files(squares), [[PILImage.create], [parent_label, Categorize]])
    dl = DataLoader(dsets, bs=8, after_item=[ToTensor], num_workers=0)
    preds = torch.tensor([[0.1, 0.9]]).repeat(24, 1)
    targs = torch.tensor([dsets.vocab.index_of(parent_label(f)) for f in dsets.items])
    made = interpretation(preds, targs, dl=dl)
    made.path = squares
    return made


def titles():
    return [ax.get_title() for ax in plt.gcf().axes if ax.get_title()]


def test_top_losses_are_ranked_both_ways():
    losses, rows = interpretation().top_losses(2)
    assert rows.tolist() == [2, 3] and losses.tolist() == pytest.approx([4.6052, 1.2040], abs=1e-4)
    assert interpretation().top_losses(2, largest=False)[1].tolist() == [0, 1]
    assert interpretation().top_losses()[1].tolist() == [2, 3, 1, 0]
    assert len(interpretation().top_losses(100)[0]) == 4


def test_top_losses_name_their_items(pictures):
    _, rows, items = pictures.top_losses(12, items=True)
    assert {item.parent.name for item in items} == {"$bright$"} and items == [pictures.items[i] for i in rows]


def test_no_items_are_asked_for_with_a_reason():
    with pytest.raises(ValueError, match="`k` counts items, so it is at least 1, but got 0"):
        interpretation().top_losses(0)


def test_nan_loss_is_the_largest():
    losses = torch.tensor([1.0, float("nan"), 2.0, 0.5])
    assert interpretation(losses=losses).top_losses(1)[1].tolist() == [1]


def test_confusion_matrix_by_hand():
    made = interpretation()
    assert made.confusion_matrix().tolist() == [[1, 0, 0], [0, 1, 1], [0, 1, 0]]
    assert made.most_confused() == [("1", "2", 1), ("2", "1", 1)] and made.most_confused(2) == []


def test_answers_cannot_spoil_what_is_stored():
    made = interpretation()
    made.confusion_matrix()[:] = 0
    assert made.confusion_matrix().sum() == 4


def test_description_has_labelled_fields_with_both_probabilities(pictures):
    row = int(pictures.top_losses(1)[1])
    lines = pictures.describe(row)
    assert lines[:3] == ["prediction: dark (probability 0.90)", "actual: $bright$ (probability 0.10)", "loss: 2.303"]
    assert lines[3] == str(Path("$bright$") / pictures.items[row].name)


def test_top_losses_are_drawn_with_pictures_titles_and_paths(pictures):
    pictures.plot_top_losses(4)
    plt.gcf().canvas.draw()  # a dollar sign in a title would fail here
    assert len(titles()) == 4 and all("$x^2$.png" in title and "loss: " in title for title in titles())
    assert all(ax.images for ax in plt.gcf().axes)


def test_places_in_the_ranking_can_be_drawn(pictures):
    expected = [pictures.items[i].name for i in pictures.top_losses(None)[1][[0, 5]]]
    pictures.plot_top_losses([0, 5])
    assert [title.split("\n")[-1].rpartition("/")[2] for title in titles()] == expected


def test_file_that_is_gone_leaves_the_other_tiles(pictures, tmp_path):
    gone = pictures.positions[int(pictures.top_losses(1)[1])]
    pictures.dl.dataset.items[gone] = tmp_path / "gone.png"
    pictures.plot_top_losses(3)
    assert sum(bool(ax.images) for ax in plt.gcf().axes) == 2 and len(titles()) == 3


def test_tiles_say_so_when_all_of_the_files_are_gone(pictures, tmp_path):
    pictures.dl.dataset.items[:] = [tmp_path / "gone.png"] * 24
    pictures.plot_top_losses(2)
    assert not any(ax.images for ax in plt.gcf().axes) and len(titles()) == 2
    assert all("can no longer" in ax.texts[0].get_text() for ax in plt.gcf().axes)


def notes(folder, n=4):
    """A classifier of short texts in files, sure of "long"."""
    for i in range(n):
        (folder / f"{i}.txt").write_text(" ".join(["word"] * (i + 1)))
    dsets = Datasets(sorted(folder.glob("*.txt")), [[read_words], [lambda path: "long", Categorize(["short", "long"])]])
    preds = torch.linspace(0.9, 0.6, n)[:, None] @ torch.tensor([[0.0, 1.0]])
    dl = DataLoader(dsets, bs=2, num_workers=0)
    dl._kinds = ("text", "category")
    return interpretation(preds, torch.ones(n, dtype=torch.long), dl=dl, cls=Interpretation)


def read_words(path):
    return str(path.read_text())


def test_a_table_of_losses_leaves_out_files_that_are_gone_and_says_how_many(tmp_path, capsys):
    made = notes(tmp_path)
    (tmp_path / "3.txt").unlink()  # the largest loss
    made.plot_top_losses(3)
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in shown[1:3]] == ["0.3567", "0.2231"] and len(shown) == 4
    assert shown[3] == "1 of 3 can no longer be read and is left out."
    for file in tmp_path.glob("*.txt"):
        file.unlink()
    with pytest.raises(DataError, match="None of the 2 items can be shown"):
        made.plot_top_losses(2)


def test_long_titles_of_the_largest_losses_do_not_run_into_each_other(pictures):
    pictures.vocab = ["a name of many words that goes on and on and on and on and on"] * 2
    pictures.plot_top_losses(2, nrows=1)
    plt.gcf().canvas.draw()
    left, right = (ax.title.get_window_extent() for ax in plt.gcf().axes)
    assert left.x0 > 0 and left.x1 < right.x0 and right.x1 < plt.gcf().bbox.x1
    assert all(" ".join(title.split()).count("on and on and on") == 2 for title in titles())


def test_results_are_drawn_with_target_and_prediction(pictures):
    pictures.show_results([0, 23])
    assert len(titles()) == 2 and "dark" in titles()[0]


def test_data_without_pictures_is_printed(capsys):
    interpretation().plot_top_losses(1)
    printed = capsys.readouterr().out
    assert printed.startswith("prediction: 2 (probability 0.95), actual: 1 (probability 0.01), loss: 4.6")


def test_streams_say_that_items_cannot_be_shown():
    class Stream(IterableDataset):
        def __iter__(self):
            return iter(())

    made = interpretation(dl=TorchLoader(Stream()))
    assert made.items is None
    with pytest.raises(DataError, match="is a stream, which cannot be read again"):
        made.show_results([0])


def test_confusion_matrix_is_drawn_with_names_and_numbers(pictures):
    pictures.plot_confusion_matrix()
    ax = plt.gcf().axes[0]
    plt.gcf().canvas.draw()
    assert [t.get_text() for t in ax.get_xticklabels()] == ["$bright$", "dark"]
    assert [t.get_text() for t in ax.texts] == ["0", "12", "0", "12"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Predicted", "Actual")


def test_normalized_matrix_shows_parts_of_rows():
    interpretation().plot_confusion_matrix(normalize=True, norm_dec=1)
    assert [t.get_text() for t in plt.gcf().axes[0].texts][3:6] == ["0.0", "0.5", "0.5"]


def test_many_classes_are_narrowed_to_the_worst():
    targs = torch.arange(200)
    preds = torch.eye(200)
    preds[7] = preds[9]
    interpretation(preds, targs, losses=torch.zeros(200)).plot_confusion_matrix(max_classes=5)
    ax = plt.gcf().axes[0]
    assert "5 of 200 classes" in ax.get_title() and ax.texts
    assert {"7", "9"} <= {t.get_text() for t in ax.get_xticklabels()}


def test_report_is_scikits(capsys):
    from sklearn.metrics import classification_report

    interpretation().print_classification_report()
    expected = classification_report([0, 1, 1, 2], [0, 1, 2, 1], target_names=["0", "1", "2"], zero_division=0)
    assert capsys.readouterr().out.strip() == expected.strip()


def test_several_labels_an_item_are_counted_one_by_one(capsys):
    preds = torch.tensor([[0.9, 0.2, 0.6], [0.4, 0.8, 0.7]])
    targs = torch.tensor([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    made = interpretation(preds, targs, BCEWithLogitsLossFlat(), losses=torch.zeros(2))
    assert made.multilabel
    assert made.confusion_matrix().tolist() == [[[0, 0], [1, 1]], [[1, 0], [0, 1]], [[0, 2], [0, 0]]]
    assert made.most_confused() == [("2", "false alarm", 2), ("0", "missed", 1)]
    made.plot_confusion_matrix()
    assert [ax.get_title() for ax in plt.gcf().axes] == ["2", "0", "1"]  # the worst first
    made.print_classification_report()
    assert "micro avg" in capsys.readouterr().out


def test_one_score_an_item_is_yes_or_no():
    made = interpretation(torch.tensor([[0.2], [0.7], [0.9]]), torch.tensor([0.0, 0.0, 1.0]), BCEWithLogitsLossFlat(),
                          losses=torch.zeros(3))  # fmt: skip
    assert made.confusion_matrix().tolist() == [[1, 1], [0, 1]]


def test_pixels_are_classes_too():
    preds = torch.zeros(2, 3, 4, 4)
    preds[:, 1] = 1
    made = interpretation(preds, torch.full((2, 4, 4), 2), CrossEntropyLossFlat(axis=1), losses=torch.zeros(2))
    assert made.confusion_matrix()[2].tolist() == [0, 32, 0]


def test_class_outside_the_vocabulary_is_named():
    with pytest.raises(DataError, match=r"go from 0 to 2, but got \[7\]"):
        interpretation(PREDS, torch.tensor([0, 1, 1, 7]), losses=torch.zeros(4)).confusion_matrix()


def test_regression_is_shown_and_has_no_confusion_matrix():
    preds, targs = torch.tensor([[1.5], [2.0]]), torch.tensor([1.0, 2.25])
    made = interpretation(preds, targs, MSELossFlat(), losses=torch.tensor([0.25, 0.0625]))
    assert made.describe(0) == ["prediction: 1.5", "actual: 1", "loss: 0.25"]
    with pytest.raises(DataError, match=r"there are fractions among them\. Try Interpretation"):
        made.confusion_matrix()
    assert interpretation(preds, targs, MSELossFlat(), Interpretation, losses=torch.zeros(2)).top_losses(1)
