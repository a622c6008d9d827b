"""Predictions of rows, frames and files; bundles; what a model leans on; tables of results."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pandas as pd
import pytest
import torch
from fastlearn.bundle import load_learner
from fastlearn.data import DataError, RandomSplitter
from fastlearn.interpret import ClassificationInterpretation, Interpretation
from fastlearn.metrics import accuracy
from fastlearn.tabular import (
    Categorify,
    FillMissing,
    Normalize,
    TabularLearner,
    TabularPandas,
    permutation_importance,
    plot_embedding,
    plot_importance,
    tabular_learner,
)

from .conftest import make_adults

PROCS = [Categorify, FillMissing, Normalize]


def trained(y="salary", seed=0, **options):
    to = TabularPandas(make_adults(400), PROCS, ["job", "married"], ["age", "hours"], y, splits=RandomSplitter(seed=1))
    learn = tabular_learner(to.dataloaders(bs=32, seed=seed, device="cpu"), [16], seed=seed, **options)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(4, 1e-2)
    return learn


@pytest.fixture(scope="module")
def learn():
    return trained(metrics=accuracy)


@pytest.fixture(scope="module")
def mixed():
    return trained(["salary", "tax"])


def test_a_row_gives_label_decoded_and_probabilities(learn, adults, capsys):
    row, decoded, probs = learn.predict(adults.iloc[0])
    assert row == ["<50k", ">=50k"][int(decoded)] == str(row) and probs.shape == (2,)
    assert row.row["job"] == adults["job"][0] and row.row["salary"] == row.label
    assert capsys.readouterr() == ("", "")  # quiet
    row.show()
    assert row.label in capsys.readouterr().out


def test_a_dict_a_series_a_list_a_frame_and_a_file_say_the_same(learn, adults, tmp_path):
    rows = adults.iloc[:6]
    frame = learn.predict(rows)
    listed = learn.predict([dict(row) for _, row in rows.iterrows()])
    single = [learn.predict(rows.iloc[i]) for i in range(6)]
    rows.to_csv(tmp_path / "rows.csv", index=False)
    assert list(frame) == ["salary", "salary: <50k", "salary: >=50k"] and frame.index.equals(rows.index)
    for i in range(6):
        assert frame["salary"].iloc[i] == listed[i][0] == single[i][0]
        assert frame["salary: >=50k"].iloc[i] == pytest.approx(float(listed[i][2][1]), abs=1e-6)
    pd.testing.assert_frame_equal(learn.predict(tmp_path / "rows.csv"), frame, check_index_type=False)
    pd.testing.assert_frame_equal(learn.predict(str(tmp_path / "rows.csv")), frame, check_index_type=False)


def test_a_frame_keeps_its_row_labels_and_needs_no_target(learn, adults):
    frame = adults.drop(columns="salary").set_index(pd.Index([f"r{i}" for i in range(len(adults))]))
    said = learn.predict(frame.iloc[5:1:-1])
    assert said.index.tolist() == ["r5", "r4", "r3", "r2"]
    assert said["salary"].tolist() == learn.predict(adults).iloc[5:1:-1]["salary"].tolist()


def test_a_table_of_polars_is_predicted(learn, adults):
    polars = pytest.importorskip("polars")
    assert learn.predict(polars.from_pandas(adults))["salary"].tolist() == learn.predict(adults)["salary"].tolist()


def test_no_rows_give_no_predictions(learn, adults):
    said = learn.predict(adults.iloc[:0])
    assert len(said) == 0 and list(said) == ["salary", "salary: <50k", "salary: >=50k"] and learn.predict([]) == []


def test_probabilities_add_up_and_lead_to_the_label(learn, adults):
    said = learn.predict(adults)
    np.testing.assert_allclose(said.iloc[:, 1] + said.iloc[:, 2], 1, atol=1e-6)
    assert (said["salary"] == np.where(said["salary: >=50k"] > 0.5, ">=50k", "<50k")).all()


def test_numbers_are_predicted_as_numbers(adults):
    learn = trained("tax", y_range=(0, 1000))
    row, decoded, value = learn.predict(adults.iloc[0])
    assert row.label == pytest.approx(float(value)) and decoded.shape == (1,)
    assert list(learn.predict(adults)) == ["tax"]


def test_mixed_targets_are_predicted_together(mixed, adults):
    row, _, _ = mixed.predict(adults.iloc[0])
    assert row.label[0] in ("<50k", ">=50k") and isinstance(row.label[1], float) and "tax" in row.row
    said = mixed.predict(adults)
    assert list(said) == ["salary", "tax", "salary: <50k", "salary: >=50k"] and len(mixed.predict(adults.iloc[:0])) == 0


def test_a_hole_that_training_had_and_one_that_it_had_not(learn):
    assert learn.predict({"job": "tech", "married": True, "age": 30.0, "hours": float("nan")})[0]
    with pytest.warns(UserWarning, match="Column 'age': holes"):
        learn.predict({"job": "tech", "married": True, "age": None, "hours": 40.0})
    with pytest.warns(UserWarning, match="Column 'job': a value never seen"):
        learn.predict({"job": "pilot", "married": True, "age": 30.0, "hours": 40.0})


# Bundles.


@pytest.mark.parametrize("which", ["learn", "mixed"])
def test_a_bundle_predicts_the_same(which, adults, tmp_path, request):
    learn = request.getfixturevalue(which)
    path = learn.export(tmp_path / "table.zip")
    again = load_learner(path)
    assert isinstance(again, TabularLearner)
    pd.testing.assert_frame_equal(again.predict(adults), learn.predict(adults))
    again_preds, preds = again.get_preds(dl=again.dls.test_dl(adults)), learn.get_preds(dl=learn.dls.test_dl(adults))
    flat = [torch.cat([p.flatten() for p in (x if isinstance(x, tuple) else (x,))]) for x in (again_preds[0], preds[0])]
    torch.testing.assert_close(*flat)


def test_a_bundle_holds_statistics_and_no_rows(learn, tmp_path):
    path = learn.export(tmp_path / "table.zip")
    with zipfile.ZipFile(path) as archive:
        content = json.loads(archive.read("bundle.json"))
    table = content["data"]["table"]
    assert [step["step"] for step in table["pipeline"]["steps"]] == ["FillMissing", "Categorify", "Normalize"]
    assert len(json.dumps(content)) < 10_000


def test_a_bundle_can_be_exported_again(learn, adults, tmp_path):
    once = load_learner(learn.export(tmp_path / "a.zip"))
    twice = load_learner(once.export(tmp_path / "b.zip"))
    pd.testing.assert_frame_equal(twice.predict(adults), learn.predict(adults))


# What it leans on.


def test_importance_finds_what_the_answer_follows_from(learn):
    frame = permutation_importance(learn, n_repeats=3, seed=0)
    assert list(frame) == ["column", "importance", "std"] and set(frame["column"]) == {"job", "married", "age", "hours"}
    assert set(frame["column"][:2]) == {"age", "job"} and frame["importance"].is_monotonic_decreasing
    assert frame.equals(permutation_importance(learn, n_repeats=3, seed=0))


def test_importance_by_a_metric(learn):
    frame = permutation_importance(learn, metric=accuracy, n_repeats=2, seed=0)
    assert frame["column"][0] in ("age", "job") and frame["importance"].max() > 0.1
    assert plot_importance(frame).get_xlabel() == "importance"


def test_importance_is_nothing_for_a_column_that_is_not_used(learn):
    with torch.no_grad():
        weight = learn.model.layers[0][0].weight
        kept = weight.clone()
        start = sum(e.embedding_dim for e in learn.model.embeds[:1])
        weight[:, start : start + learn.model.embeds[1].embedding_dim] = 0
        frame = permutation_importance(learn, n_repeats=2, seed=0).set_index("column")
        weight.copy_(kept)
    assert frame.loc["married", "importance"] == 0


def test_importance_needs_targets(learn, adults):
    with pytest.raises(DataError, match="rows with targets"):
        permutation_importance(learn, dl=learn.dls.test_dl(adults, with_labels=False))


def test_embeddings_are_frames_by_label(learn, adults):
    frames = learn.embeddings()
    assert list(frames) == ["job", "married", "hours_na"] and frames["job"].index.tolist()[0] == "#na#"
    wide = learn.with_embeddings(adults)
    assert wide.shape == (200, sum(f.shape[1] for f in frames.values()) + 2)
    np.testing.assert_array_equal(wide.iloc[0, :4], frames["job"].loc[adults["job"][0]])
    assert plot_embedding(learn, "job").get_title() == "embedding of job"
    with pytest.raises(DataError, match="Did you mean 'job'"):
        plot_embedding(learn, "jobs")


# Tables of results.


def test_show_results_has_target_and_prediction(learn, capsys):
    learn.show_results(max_n=4, shuffle=False)
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[0].split()[-2:] == ["salary", "salary_pred"] and len(lines) == 5
    assert {line.split()[-1] for line in lines[1:]} <= {"<50k", ">=50k"}


def test_show_results_of_several_targets(mixed, capsys):
    mixed.show_results(max_n=2, shuffle=False)
    assert capsys.readouterr().out.splitlines()[0].split()[-4:] == ["salary", "tax", "salary_pred", "tax_pred"]


def test_top_losses_are_a_table(learn, capsys):
    interp = ClassificationInterpretation.from_learner(learn)
    interp.plot_top_losses(3)
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[0].split()[-3:] == ["salary", "salary_pred", "loss"] and len(lines) == 4
    losses = [float(line.split()[-1]) for line in lines[1:]]
    assert losses == sorted(losses, reverse=True) and losses[0] == pytest.approx(float(interp.losses.max()), rel=1e-4)
    assert interp.confusion_matrix().sum() == 80 and len(interp.items) == 80
    interp.show_results([0, 1])
    assert len(capsys.readouterr().out.strip().splitlines()) == 3


def test_top_losses_of_numbers(capsys):
    learn = trained("tax", y_range=(0, 1000))
    Interpretation.from_learner(learn).plot_top_losses(2)
    assert "tax_pred" in capsys.readouterr().out


def test_a_learner_finds_its_rate_and_sums_itself_up(learn):
    assert "TabularModel" in str(learn.summary())
    with learn.no_bar(), learn.no_logging():
        assert learn.lr_find(num_it=20, show_plot=False).valley > 0


def test_rows_of_itertuples_are_rows(learn, adults):
    rows = list(adults.set_axis(range(500, 700)).head(3).itertuples())
    row, _, chances = learn.predict(rows[1])
    want, _, wanted = learn.predict(adults.iloc[1])
    assert row == want and row.row["job"] == adults["job"][1] and torch.equal(chances, wanted)
    assert [one[0].label for one in learn.predict(rows)] == learn.predict(adults.head(3))["salary"].tolist()
    assert [len(batch[0]) for batch in learn.dls.test_dl(rows)] == [3]
