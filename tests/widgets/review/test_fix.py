"""Training goes on with corrected labels, each item on its side, and claims nothing that chance could make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.data.loaders import DataLoaders
from fastlearn.data.problems import DataError
from fastlearn.metrics import accuracy
from fastlearn.tabular.categorify import Categorify
from fastlearn.tabular.learner import tabular_learner
from fastlearn.tabular.table import TabularPandas
from fastlearn.train.learner import Learner
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from fastwidgets.review import Review, corrected_loaders, fix_and_continue, go_on_code
from fastwidgets.review.before_after import Answered, difference


def files_of(dataset: object) -> list[str]:
    names = []
    for item in (row for _, row in dataset.items.iterrows()) if hasattr(dataset.items, "iterrows") else dataset.items:
        path = Path(item if isinstance(item, Path) else item["name"])
        names.append("/".join(path.parts[-2:]))
    return names


def labels_of(dls: DataLoaders, split: int) -> dict[str, str]:
    dataset = dls.loaders[split].dataset
    return {name: dls.vocab[int(y)] for name, (_, y) in zip(files_of(dataset), dataset, strict=True)}


def test_labels_are_overlaid_and_items_left_out_on_their_own_side(learn: Learner) -> None:
    review = Review.of(learn)
    review.relabel([0, 8], "dogs")
    review.exclude([1, 9])
    before = [labels_of(learn.dls, split) for split in (0, 1)]
    dls = corrected_loaders(learn)
    train, valid = labels_of(dls, 0), labels_of(dls, 1)
    assert train == {**{k: v for k, v in before[0].items() if k != "cats/1_dark.png"}, "cats/0_dark.png": "dogs"}
    assert valid == {**{k: v for k, v in before[1].items() if k != "cats/5_dark.png"}, "cats/4_dark.png": "dogs"}
    assert [labels_of(learn.dls, split) for split in (0, 1)] == before  # nothing of the learner's is touched
    assert (dls.bs, dls.train.shuffle, dls.valid.shuffle) == (learn.dls.bs, True, False)
    assert labels_of(corrected_loaders(learn, labels=False), 1)["cats/4_dark.png"] == "cats"
    assert dls.valid.new(dataset=dls.valid.dataset.with_split_idx(1)).dataset[0][1] == 1
    batch = dls.one_batch()
    assert batch[0].shape == (4, 3, 8, 8)


def test_training_goes_on_and_the_learner_keeps_the_corrected_loaders(learn: Learner) -> None:
    learn.metrics = [accuracy]
    learn.fit(1, 1e-3)
    review = Review.of(learn)
    review.relabel([0], "dogs")
    weights = learn.model[2].weight.clone()
    fixed = fix_and_continue(learn, n_epoch=2, lr=1e-3)
    assert len(learn.history.fits) == 2 and len(learn.history.epochs) == 3
    assert not torch.equal(learn.model[2].weight, weights)
    assert labels_of(learn.dls, 0)["cats/0_dark.png"] == "dogs" and Review.of(learn) is review
    assert len(fixed.yardsticks) == 1 and set(fixed.yardsticks[0].after.metrics) == {"valid_loss", "accuracy"}
    assert "Trained 2 epochs more with 1 corrected label and without 0 excluded items." in str(fixed)
    assert "may come from the further training" in str(fixed) and "over 4 items" in str(fixed)
    review.undo()
    fix_and_continue(learn, lr=1e-3)
    assert labels_of(learn.dls, 0)["cats/0_dark.png"] == "cats"


def test_corrected_validation_labels_give_two_yardsticks(learn: Learner) -> None:
    review = Review.of(learn)
    review.relabel([8], "dogs")
    review.exclude([11])
    fixed = fix_and_continue(learn, lr=1e-4)
    assert [one.labels for one in fixed.yardsticks] == ["the labels as they were", "the corrected labels"]
    assert all(one.difference.n == 3 for one in fixed.yardsticks)
    said = str(fixed)
    assert "1 label of validation items was corrected too" in said and "1 validation item was excluded" in said
    assert "<p>" in fixed._repr_html_()


def test_a_new_class_gets_an_output_and_the_others_keep_theirs(learn: Learner) -> None:
    learn.fit(1, 1e-3)
    review = Review.of(learn)
    old = learn.model[2].weight.detach().clone()
    review.relabel([0, 1, 8], review.add_class("hens"))
    dls = corrected_loaders(learn)
    assert list(dls.vocab) == ["cats", "dogs", "hens"] and dls.c == 3
    fixed = fix_and_continue(learn, lr=0.0)
    assert torch.equal(learn.model[2].weight[:2], old) and learn.model[2].weight.shape == (3, 12)
    assert any("'hens'" in note and "optimizer began anew" in note for note in fixed.notes)
    learn.predict(review.source.paths[0])


def test_a_model_that_cannot_be_widened_says_so(learn: Learner) -> None:
    learn.model = nn.Sequential(learn.model, nn.BatchNorm1d(2))
    review = Review.of(learn)
    review.relabel([0], review.add_class("hens"))
    with pytest.raises(DataError, match=r"3 classes by now.*linear layer with 2 outputs.*got BatchNorm"):
        fix_and_continue(learn)


def test_several_labels_and_a_new_one(multi: Learner) -> None:
    review = Review.of(multi)
    review.toggle_label([0], "dogs")
    review.toggle_label([1], review.add_class("asleep"))
    dls = corrected_loaders(multi)
    assert list(dls.vocab) == ["cats", "dark", "dogs", "light", "asleep"]
    targets = [y.tolist() for _, y in (dls.train.dataset[i] for i in range(3))]
    assert targets == [[1, 1, 1, 0, 0], [1, 1, 0, 0, 1], [1, 1, 0, 0, 0]]
    fix_and_continue(multi, lr=1e-3)


def test_it_goes_on_from_the_newest_checkpoint_in_a_fresh_kernel(learn: Learner) -> None:
    learn.fit(1, 1e-2, cbs=CheckpointCallback())
    trained = learn.model[2].weight.detach().clone()
    with torch.no_grad():
        learn.model[2].weight.zero_()
    again = Learner(learn.dls, learn.model, path=learn.path, seed=1)
    Review.of(again).exclude([0])
    fixed = fix_and_continue(again, lr=0.0)
    assert torch.equal(again.model[2].weight, trained) and "step_" in fixed.notes[0]


def test_everything_excluded_is_said_before_training(learn: Learner) -> None:
    Review.of(learn).exclude(range(8))
    with pytest.raises(DataError, match="All training items were excluded"):
        fix_and_continue(learn)


def test_tables_and_plain_torch_data(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(12.0), "kind": list("xyxy") * 3, "y": ["no", "yes"] * 6})
    to = TabularPandas(frame, [Categorify], ["kind"], ["a"], "y", splits=(range(8), range(8, 12)))
    table = tabular_learner(to.dataloaders(bs=4, path=tmp_path), [4])
    review = Review.of(table)
    review.relabel([0], "yes")
    review.exclude([2])
    dls = corrected_loaders(table)
    assert dls.train_ds.rows_at(slice(None))[2].tolist() == [1, 1, 1, 0, 1, 0, 1]
    fix_and_continue(table, lr=1e-3)

    class Named(TensorDataset):
        classes = ("no", "yes")
        targets = [0, 1] * 4

    data = Named(torch.randn(8, 12), torch.tensor(Named.targets))
    loaders = DataLoaders(
        DataLoader(data, batch_size=2, shuffle=True), DataLoader(data, batch_size=2), path=tmp_path / "t"
    )
    plain = Learner(loaders, nn.Linear(12, 2), nn.CrossEntropyLoss(), path=tmp_path / "t")
    review = Review.of(plain)
    review.relabel([0], "yes")
    review.exclude([1])
    dls = corrected_loaders(plain)
    assert [int(y) for _, y in dls.train.dataset] == [1, 0, 1, 0, 1, 0, 1]
    fix_and_continue(plain, lr=1e-3)


def test_the_cell_names_the_journal_where_it_lies_elsewhere(learn: Learner, tmp_path: Path) -> None:
    assert go_on_code(Review.of(learn)).splitlines()[2] == "fixed = fix_and_continue(learn, n_epoch=1)"
    other = tmp_path / "notes"
    assert f"journal={str(other)!r}" in go_on_code(Review.of(learn, journal=other))


def scores(*values: float) -> Answered:
    return Answered({}, np.asarray(values), "accuracy")


def test_nothing_is_claimed_inside_the_noise() -> None:
    few = difference(scores(*[1] * 18, 0, 0), scores(*[1] * 19, 0))
    assert few.change == pytest.approx(0.05) and few.verdict.startswith("No difference that chance could not make")
    many = difference(scores(*[1] * 120, *[0] * 80), scores(*[1] * 160, *[0] * 40))
    assert many.verdict.startswith("Better, by more than chance") and "+20.0 points" in many.verdict
    worse = difference(scores(*[1] * 160, *[0] * 40), scores(*[1] * 120, *[0] * 80))
    assert worse.verdict.startswith("Worse")
