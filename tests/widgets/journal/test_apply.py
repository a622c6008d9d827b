"""Decisions are brought into files and tables as the plan says, and everything goes back to the byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fastwidgets.journal import Journal
from fastwidgets.journal.apply import plan_csv, plan_folders, take_back


def tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name[0] != "."}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("train/cats/1.png", "train/cats/2.png", "train/dogs/1.png", "train/dogs/3.png", "valid/cats/4.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "labels.csv").write_bytes(
        'name,label,"a note"\ntrain/cats/1,cats,"x, ""y"""\ntrain/cats/2,cats,\ntrain/dogs/3,dogs,é\n'.encode()
    )
    return tmp_path


def test_files_move_beside_their_folder_as_planned_and_come_back(root: Path) -> None:
    with Journal(root) as journal:
        journal.decide(root / "train/cats/1.png", label="dogs")
        journal.decide(root / "train/cats/2.png", label="birds")
        journal.decide(root / "valid/cats/4.png", exclude=True)
        journal.decide(root / "train/dogs/3.png", label="dogs")
    before = tree(root)
    plan = plan_folders(Journal(root))
    assert str(plan).splitlines() == [
        "move    train/cats/1.png  ->  train/dogs/1-2.png",
        "move    train/cats/2.png  ->  train/birds/2.png",
        "remove  valid/cats/4.png",
    ]
    assert tree(root) == before  # nothing has changed yet
    trash = plan.apply()
    there = tree(root)
    assert there["train/dogs/1-2.png"] == b"train/cats/1.png" and there["train/dogs/1.png"] == b"train/dogs/1.png"
    assert "valid/cats/4.png" not in there and "train/cats/1.png" not in there
    assert str(plan_folders(Journal(root))) == "Nothing would change."
    take_back(trash)
    assert tree(root) == before and not trash.exists()


def test_a_table_is_written_anew_and_comes_back_to_the_byte(root: Path) -> None:
    with Journal(root / "notes", root=root) as journal:
        journal.decide(root / "train/cats/1.png", label=["cats", "wet"])
        journal.decide(root / "train/dogs/3.png", exclude=True)
        before = (root / "labels.csv").read_bytes()
        plan = plan_csv(journal, root / "labels.csv", "name", "label", suff=".png")
        assert str(plan) == "rewrite labels.csv"
        trash = plan.apply()
        text = (root / "labels.csv").read_text()
        assert text == 'name,label,a note\ntrain/cats/1,cats wet,"x, ""y"""\ntrain/cats/2,cats,\n'
        take_back(trash)
        assert (root / "labels.csv").read_bytes() == before
        with pytest.raises(KeyError, match=r"no column 'class'.*name, label"):
            plan_csv(journal, root / "labels.csv", "name", "class")
        with pytest.raises(FileNotFoundError, match=r"csv file that the labels were read from.*no file .*gone\.csv"):
            plan_csv(journal, root / "gone.csv", "name", "label")
        with pytest.raises(FileNotFoundError, match="csv file"):
            plan_csv(journal, root / "train", "name", "label")


def test_an_interruption_in_the_middle_is_taken_back_whole(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal(root) as journal:
        journal.decide(root / "train/cats/1.png", label="dogs")
        journal.decide(root / "train/cats/2.png", label="dogs")
    before, plan = tree(root), plan_folders(Journal(root))
    rename, calls = os.rename, []

    def failing(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise OSError("the disk was unplugged")
        rename(source, target)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(OSError, match="unplugged"):
        plan.apply()
    monkeypatch.undo()
    [trash] = (root / ".trash").iterdir()
    take_back(trash)
    assert tree(root) == before


def test_what_changed_since_the_plan_was_made_stops_it_before_it_begins(root: Path) -> None:
    with Journal(root) as journal:
        journal.decide(root / "train/cats/1.png", label="birds")
        journal.decide(root / "train/cats/2.png", label="birds")
    plan = plan_folders(Journal(root))
    (root / "train/birds").mkdir()
    (root / "train/birds/2.png").write_bytes(b"new")
    with pytest.raises(FileExistsError, match="Make the plan again"):
        plan.apply()
    (root / "train/birds/2.png").unlink()
    (root / "train/cats/1.png").unlink()
    before = tree(root)
    with pytest.raises(FileNotFoundError, match="Make the plan again"):
        plan.apply()
    assert tree(root) == before


@pytest.mark.parametrize("label", ["../up", "a/b", "..", "", "a\\b"])
def test_a_label_that_is_no_folder_name_is_refused(root: Path, label: str) -> None:
    with Journal(root) as journal:
        journal.decide(root / "train/cats/1.png", label=label)
    with pytest.raises(ValueError, match="cannot be the name of a folder"):
        plan_folders(Journal(root))


def test_a_file_in_whose_place_another_lies_does_not_go_back_over_it(root: Path) -> None:
    with Journal(root) as journal:
        journal.decide(root / "train/cats/1.png", exclude=True)
    trash = plan_folders(Journal(root)).apply()
    (root / "train/cats/1.png").write_bytes(b"new")
    with pytest.raises(FileExistsError, match="is there again"):
        take_back(trash)
    assert (root / "train/cats/1.png").read_bytes() == b"new"
