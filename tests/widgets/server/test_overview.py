"""What the side panel is told of a folder: what is there, how far it is, and nothing from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.data.loader import DataLoader
from fastlearn.data.loaders import DataLoaders
from fastlearn.metrics.classification import accuracy
from fastlearn.train.learner import Learner
from torch import nn
from torch.utils.data import TensorDataset

from fastwidgets.journal import Journal
from fastwidgets.server.overview.overview import NoSuchFolder, Overview
from fastwidgets.server.overview.walk import look_through
from fastwidgets.server.shown import Shown

NASTY = ['it\'s "quoted"', "two\nlines", "<img src=x onerror=alert(1)>", "back\\slash", "größe 图", "~", "a%sb"]


def touch(root: Path, *places: str) -> None:
    for place in places:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).touch()


def by_folder(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["folder"]: entry for entry in entries}


def test_data_sets_are_the_folders_below_which_there_is_something_to_learn_from(tmp_path: Path) -> None:
    touch(tmp_path, "pets/cat/a.JPG", "pets/dog/b.png", "pets/labels.csv", "scans/one.dcm", "code/x.py", ".git/o.png")
    touch(tmp_path, "table.parquet")
    answer = Overview(str(tmp_path)).answer("")
    assert by_folder(answer["data"]) == {
        "": {"folder": "", "pictures": 0, "scans": 0, "tables": 1},
        "pets": {"folder": "pets", "pictures": 2, "scans": 0, "tables": 1},
        "scans": {"folder": "scans", "pictures": 0, "scans": 1, "tables": 0},
    }
    assert by_folder(Overview(str(tmp_path)).answer("pets")["data"]).keys() == {"pets", "pets/cat", "pets/dog"}


def test_a_journal_tells_how_much_of_the_folder_is_decided(tmp_path: Path) -> None:
    touch(tmp_path, "pets/cat/a.jpg", "pets/dog/b.jpg", "pets/dog/c.jpg")
    overview = Overview(str(tmp_path))
    with Journal(tmp_path / "pets") as journal:
        for label in ("dog", "cat"):
            journal.decide(tmp_path / "pets/cat/a.jpg", label=label)
        first = overview.answer("")["journals"]
        journal.decide(tmp_path / "pets/dog/b.jpg", exclude=True)
    (found,) = overview.answer("")["journals"]
    assert (first[0]["decisions"], first[0]["items"]) == (2, 1)
    assert (found["folder"], found["decisions"], found["items"], found["total"]) == ("pets", 3, 2, 3)
    assert found["at"] == journal.decisions()[-1]["at"] and found["problem"] == ""


def test_a_damaged_journal_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b'{"item": "a", "sum": "00000000"}\nnot json\n')
    (found,) = Overview(str(tmp_path)).answer("")["journals"]
    assert (found["decisions"], found["damaged"], found["total"]) == (0, 2, 0)


def history(folder: Path, *lines: dict[str, Any], torn: bytes = b"") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"code": "learn.fit(5)", "started": "2026-11-21T10:00:00+00:00"}))
    (folder / "history.jsonl").write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines) + torn)


FIT = {"line": "fit", "start_row": 0, "n_epoch": 5, "metric_names": []}


def epoch(loss: float) -> dict[str, Any]:
    return {"line": "epoch", "values": {"epoch": 0, "train_loss": loss}}


def test_a_run_tells_how_far_it_is_and_reads_on_from_there(tmp_path: Path) -> None:
    folder, overview = tmp_path / "work" / "runs" / "2026-11-21_10-00-00-abc123", Overview(str(tmp_path))
    history(folder, FIT, {"line": "step", "step": 0}, epoch(2.0), torn=b'{"line": "epo')
    (found,) = overview.answer("")["runs"]
    assert found["folder"] == "work/runs/2026-11-21_10-00-00-abc123" and found["code"] == "learn.fit(5)"
    assert (found["epochs"], found["of"], found["values"], found["ended"]) == (1, 5, {"train_loss": 2.0}, None)
    history(folder, FIT, {"line": "step", "step": 0}, epoch(2.0), epoch(1.0))
    assert (overview.answer("")["runs"][0]["epochs"], overview.answer("")["runs"][0]["values"]["train_loss"]) == (
        2,
        1.0,
    )
    back = {"line": "resumed", "steps": 1, "epochs": 1, "notes": 0, "fits": 1, "ended": 0}
    history(folder, FIT, {"line": "step", "step": 0}, epoch(2.0), epoch(1.0), back, epoch(0.5))
    assert (overview.answer("")["runs"][0]["epochs"], overview.answer("")["runs"][0]["values"]["train_loss"]) == (
        2,
        0.5,
    )


def test_a_run_that_was_really_trained_is_read_as_the_library_reads_it(tmp_path: Path) -> None:
    items = TensorDataset(torch.randn(8, 4, generator=torch.Generator().manual_seed(1)), torch.arange(8) % 2)
    loaders = DataLoaders(DataLoader(items, bs=4, num_workers=0), DataLoader(items, bs=4, num_workers=0))
    learn = Learner(loaders, nn.Linear(4, 2), nn.CrossEntropyLoss(), metrics=accuracy, path=tmp_path)
    learn.fit(2, 1e-3, cbs=CheckpointCallback(), display=False)
    (found,) = Overview(str(tmp_path)).answer("")["runs"]
    assert (found["epochs"], found["of"], found["completed"], found["problem"]) == (2, 2, True, "")
    assert found["values"]["accuracy"] == learn.history.last("accuracy")
    assert found["code"].startswith("learn.fit(n_epoch=2")


@pytest.mark.parametrize("text", ["", "[1]", "{", '"x"'])
def test_a_damaged_run_is_named_and_hides_no_other(tmp_path: Path, text: str) -> None:
    history(tmp_path / "runs" / "b", FIT, epoch(1.0))
    touch(tmp_path, "runs/a/run.json")
    (tmp_path / "runs/a/run.json").write_text(text)
    good, bad = Overview(str(tmp_path)).answer("")["runs"]
    assert good["epochs"] == 1 and bad["folder"] == "runs/a" and "run.json cannot be read" in bad["problem"]


@pytest.mark.parametrize("name", ["..", "a/../..", "/etc", "gone", "a/file", ".hidden", "link", "a\0b", "a/.", "\n"])
def test_nothing_outside_hidden_or_absent_is_looked_into(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    touch(root, "a/file", ".hidden/a.png")
    touch(tmp_path, "outside/a.png")
    (root / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(NoSuchFolder):
        Overview(str(root)).answer(name)
    assert by_folder(Overview(str(root)).answer("")["data"]) == {}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", NASTY)
def test_folders_may_be_called_what_they_like(tmp_path: Path, name: str) -> None:
    touch(tmp_path, f"{name}/{name}/a.png")
    assert Overview(str(tmp_path)).answer("")["data"][0]["folder"] == name
    assert Overview(str(tmp_path)).answer(f"{name}/{name}")["data"][0]["folder"] == f"{name}/{name}"


def test_a_large_folder_is_looked_at_as_far_as_it_goes_near_the_top_first(tmp_path: Path) -> None:
    touch(tmp_path, *(f"many/deep/{i}.png" for i in range(60)), "few/a.png")
    found = look_through(tmp_path, most=30)
    assert not found.whole and found.below(tmp_path / "few")["pictures"] == 1
    assert 0 < found.below(tmp_path / "many")["pictures"] < 60
    assert look_through(tmp_path).whole


def test_a_widget_is_named_with_its_notebook_and_with_its_folder_only_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "root" / "pets").mkdir(parents=True)
    shown = [
        Shown("k", 1, "m", "Labeler", "Labels", place) for place in (str(tmp_path / "root/pets"), str(tmp_path), "")
    ]
    answer = Overview(str(tmp_path / "root")).answer("", shown, {"k": "a.ipynb"})
    assert [(one["notebook"], one["folder"]) for one in answer["widgets"]] == [
        ("a.ipynb", "pets"),
        ("a.ipynb", None),
        ("a.ipynb", None),
    ]


def test_an_answer_loads_no_torch_and_no_widgets(tmp_path: Path) -> None:
    touch(tmp_path, "runs/a/run.json", "pets/a.png")
    with Journal(tmp_path / "pets") as journal:
        journal.decide(tmp_path / "pets/a.png", label="cat")
    code = (
        "import sys\nfrom fastwidgets.server.overview.overview import Overview\n"
        f"answer = Overview({str(tmp_path)!r}).answer('')\n"
        "assert answer['runs'] and answer['journals'][0]['items'] == 1\n"
        "print([m for m in ('torch', 'ipywidgets', 'numpy', 'PIL', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
