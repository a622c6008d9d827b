"""Rows of tables and files of texts in the same frame: their words on the tile, and found again after others left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastlearn.data.block import CategoryBlock
from fastlearn.tabular.all import Categorify, Normalize, TabularDataLoaders, tabular_learner
from fastlearn.train.learner import Learner

from fastwidgets import ConfusionMatrix, TopLosses
from fastwidgets.review import corrected_loaders
from fastwidgets.top_losses.item_words import WORDS, _words


@pytest.fixture
def table() -> pd.DataFrame:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"age": draw.integers(18, 80, 60), "job": draw.choice(["clerk", "<b>cook"], 60)})
    return frame.assign(old=np.where(frame["age"] > 45, "yes", "no"))


@pytest.fixture
def learn(table: pd.DataFrame, tmp_path: Path) -> Learner:
    columns = {"cat_names": ["job"], "cont_names": ["age"], "y_names": "old", "y_block": CategoryBlock()}
    valid = list(range(40, 60))
    dls = TabularDataLoaders.from_df(table, procs=[Categorify, Normalize], bs=16, valid_idx=valid, **columns)
    return tabular_learner(dls, layers=[8], path=tmp_path)


def test_a_tile_has_the_rows_own_values_and_no_picture(learn: Learner, table: pd.DataFrame, tmp_path: Path) -> None:
    made = TopLosses(learn, journal=tmp_path / "journal", reasons=False)
    assert made.session.captions == ["item", "verdict"] and set(made.session.paths) == {None} and made._laid is None
    worst = int(made.session.view[0])
    row = table.iloc[worst]  # training rows are 0 to 39, validation rows 40 to 59, in both
    assert made.session.values("item", [worst]) == [f"job {row['job']} · age {row['age']}"]
    assert "&lt;b&gt;cook" in made.as_html() and "<b>cook" not in made.as_html()
    made.close()


def test_rows_are_found_again_after_others_were_left_out(learn: Learner, tmp_path: Path) -> None:
    made = ConfusionMatrix(learn, journal=tmp_path / "journal", reasons=False)
    made.review.exclude([45, 50])
    kept = [i for i in range(40, 60) if i not in (45, 50)]
    before = dict(zip(kept, made.session.values("loss", kept), strict=True))
    learn.dls = made.review.corrected = corrected_loaders(made.review)
    made.update()
    made.wait()
    assert made.notice == "" and len(made.answers) == 58
    assert made.session.values("loss", kept) == pytest.approx(list(before.values()), rel=1e-3)
    assert made.session.values("verdict", [45]) == ["no answer of the model"] and made.losses.rows[45] == -1
    made.losses.refresh()
    assert made.losses.table is not None and made.losses.table.filled().sum() == 18
    made.close()


def test_texts_are_shown_by_their_beginning(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("word\n" * 1000)
    assert len(_words(tmp_path / "long.txt")) == WORDS and _words(tmp_path / "long.txt").startswith("word word")
    assert _words(tmp_path / "gone.txt") == "gone.txt: No such file or directory"
    assert _words(("a text\nof two lines", 3)) == "a text of two lines"
    assert _words(pd.Series({"a": 0.1234567891, "b": "x"})) == "a 0.123457 · b x"
