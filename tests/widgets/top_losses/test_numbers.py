"""Targets that are numbers: corrected in place, followed by the residuals, and trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.data.block import DataBlock, RegressionBlock
from fastlearn.data.find import get_image_files
from fastlearn.data.split import FuncSplitter
from fastlearn.tabular.learner import tabular_learner
from fastlearn.tabular.table import TabularPandas
from fastlearn.train.learner import Learner
from fastlearn.vision.blocks import ImageBlock
from fastlearn.vision.tensors import IntToFloatTensor
from PIL import Image
from torch import nn

from fastwidgets import ConfusionMatrix, TopLosses
from fastwidgets.journal import Journal
from fastwidgets.review import Review, corrected_loaders, fix_and_continue


class Grey(nn.Module):
    """Says how bright a picture is, from 0 to 10, once or `n` times."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.full((n,), 10.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((1, 2, 3))[:, None] * self.scale


def brightness(folder: Path, n: int = 1) -> Learner:
    """Ten grey pictures named after their brightness; the one of 8 is called 3. The even ones are for validation."""
    for i in range(10):
        shown = 8 if i == 3 else i
        folder.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8), (round(25.5 * shown),) * 3).save(folder / f"{i}.png")

    def told(path: Path) -> Any:
        value = float(path.stem)
        return value if n == 1 else [value] * n

    block = DataBlock((ImageBlock, RegressionBlock), get_items=lambda f: sorted(get_image_files(f)), get_y=told,
                      splitter=FuncSplitter(lambda path: int(path.stem) % 2 == 0 or path.stem == "3"),
                      batch_tfms=IntToFloatTensor())  # fmt: skip
    return Learner(block.dataloaders(folder, path=folder, bs=4, num_workers=0), Grey(n), path=folder)


@pytest.mark.parametrize("n, typed, text", [(1, "8", "8"), (2, "8; 8.5", "8, 8.5")])
def test_a_number_that_is_typed_is_followed_by_tiles_and_table_and_undone(
    tmp_path: Path, n: int, typed: str, text: str
) -> None:
    learn = brightness(tmp_path / "grey", n)
    top, table = TopLosses(learn), ConfusionMatrix(learn)
    assert top.table(1)["name"].tolist() == ["3.png"]
    before = float(top.table(1)["residual"].iloc[0])
    assert before == pytest.approx(5 if n == 1 else np.hypot(5, 5), abs=0.05)
    counted = table.losses.described()[1]
    i = top.review.source.names.index("3.png")
    assert top.session.act("relabel", focus=i, argument=typed).startswith(f"1 item is {text} now")
    off = float(top.session.values("residual", [i])[0])
    assert off == pytest.approx(0 if n == 1 else 0.5, abs=0.05)
    assert "1 label edited" in top.losses.note and top.review.decisions[i] == "relabelled"
    after = table.losses.described()[1]
    assert after.tolist() != counted.tolist() and after[:, 2].sum() == counted[:, 2].sum()
    saved = Journal(learn.path).latest()["3.png"]["label"]
    assert saved == (8.0 if n == 1 else [8.0, 8.5])
    again = Review(top.review.source)
    assert again.labels[i] == text
    top.session.act("undo", focus=i)
    assert float(top.session.values("residual", [i])[0]) == pytest.approx(before)
    assert table.losses.described()[1].tolist() == counted.tolist() and top.losses.note == ""
    top.close()
    table.close()


@pytest.mark.parametrize("typed", ["", "cat", "1, 2", "nan", "1e999"])
def test_what_is_no_number_is_refused_and_nothing_is_written(tmp_path: Path, typed: str) -> None:
    learn = brightness(tmp_path / "grey")
    review = Review.of(learn)
    with pytest.raises(ValueError, match=r"The target is a number, such as 3.5, but got"):
        review.relabel([0], typed)
    with pytest.raises(ValueError, match="there is no class 'cat' to add"):
        review.add_class("cat")
    assert not (learn.path / "journal.jsonl").exists()


def test_a_class_in_the_journal_leaves_a_number_as_it_is(tmp_path: Path) -> None:
    learn = brightness(tmp_path / "grey")
    with Journal(learn.path) as journal:
        journal.decide(learn.path / "1.png", label="cat")
    review = Review.of(learn)
    assert review.labels == review.given and review.labels[0] == "1"


def test_training_goes_on_with_corrected_numbers(tmp_path: Path) -> None:
    learn = brightness(tmp_path / "grey")
    review = Review.of(learn)
    review.relabel([review.source.names.index("3.png")], 8.25)
    dls = corrected_loaders(learn)
    numbers = {Path(item).stem: float(y) for item, (_, y) in zip(dls.valid_ds.items, dls.valid_ds, strict=True)}
    assert numbers == {"0": 0, "2": 2, "3": 8.25, "4": 4, "6": 6, "8": 8}
    with learn.no_bar(), learn.no_logging():
        fixed = fix_and_continue(learn, 1, 1e-3)
    assert "Trained 1 epoch more with 1 corrected label" in str(fixed)


def test_numbers_of_rows_are_corrected_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 2, 3, 4, 5], "y": [10.0, 20, 30, 400, 50]})
    made = TabularPandas(frame, [], [], ["a"], "y", splits=([0, 1, 2], [3, 4]))
    learn = tabular_learner(made.dataloaders(bs=2, path=tmp_path), [4])
    review = Review.of(learn)
    assert review.labels == ["10", "20", "30", "400", "50"]
    review.relabel([3], "40")
    *_, y = next(iter(corrected_loaders(learn).valid))
    assert y.ravel().tolist() == [40.0, 50.0]
