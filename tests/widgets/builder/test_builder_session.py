from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fastlearn.data.find import image_extensions
from layouts import LAYOUTS, Layout, put
from PIL import Image
from prints import print_of
from pydicom import dcmread

from fastwidgets.builder import BuilderSession
from fastwidgets.builder.cell.read import read_cell
from fastwidgets.builder.cell.write import write_cell

BY_NAME = {layout.name: layout for layout in LAYOUTS}
# fmt: off
LOADED = [
    "class folders", "train, val, test", "train with an unlabelled test set", "names: pets",
    "csv: paths in a folder", "csv: tags and is_valid", "csv: names without ending", "csv: zeros and ones",
    "csv: a number",
    "csv: points", "tsv", "csv with a split column", "csv of patients", "titanic", "masks in a folder",
    "camvid", "masks beside pictures", "coco of 2017", "voc", "yolo", "yolo, train and val", "texts in a table",
    "texts in folders", "texts alone", "masks of train and val", "csv of semicolons",
    "csv of numbers with zeros", "a plain table", "a table of houses", "yolo of Roboflow",
]
# fmt: on


def filled(layout: Layout, root: Path) -> Path:
    """The layout's folder with real pictures, each of its own look; masks hold 0, 1 and 2; texts have words."""
    layout.make(root)
    for n, file in enumerate(sorted(root.rglob("*"))):
        if file.suffix in image_extensions():
            rng = np.random.default_rng(n)
            is_mask = "mask" in str(file.relative_to(root)) or "_P" in file.name
            shape, most = ((48, 64), 3) if is_mask else ((48, 64, 3), 255)
            Image.fromarray(rng.integers(0, most, shape, np.uint8)).save(file)
        elif file.suffix == ".txt" and file.stat().st_size == 0:
            file.write_text(f"A text of some words, the number {n} among others. " * 30)
        elif file.suffix == ".xml":
            box = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>"
            file.write_text(file.read_text().replace("<bndbox/>", box))
    return root


def small(session: BuilderSession) -> BuilderSession:
    """Small pictures and batches, and no chance in what they look like."""
    session.change("", bs=4)
    if session.recipe.task not in ("table", "text", "language_model"):
        session.change("item", size=16)
    return session


def test_the_cell_gives_the_same_in_a_fresh_process_as_it_does_here(tmp_path: Path) -> None:
    cells, prints = [], []
    for number, name in enumerate(LOADED):
        session = small(BuilderSession(filled(BY_NAME[name], tmp_path / f"{number} it's {name}")))
        cells.append(tmp_path / f"{number}.py")
        cells[-1].write_text(session.code(), encoding="utf-8")
        try:
            prints.append(print_of(session.build()))
        except Exception as error:
            raise AssertionError(f"{name}\n{session.code()}") from error
    script = Path(__file__).with_name("prints.py")
    done = subprocess.run([sys.executable, script, *cells], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == prints
    assert len(set(prints)) == len(prints)


def test_changes_are_undone_and_made_again(tmp_path: Path) -> None:
    session = BuilderSession(filled(BY_NAME["class folders"], tmp_path))
    first = session.code()
    session.change("split", part=0.4)
    session.change("item", size=16, fit="squish")
    session.change("split", part=0.4)  # nothing new
    assert "Resize(16, ResizeMethod.Squish)" in session.code() and "valid_pct=0.4" in session.code()
    assert [session.undo() for _ in range(3)] == [True, True, False] and session.code() == first
    assert [session.redo() for _ in range(3)] == [True, True, False] and "Squish" in session.code()
    session.undo()
    session.change("batch", augment=False)
    assert not session.redo() and "aug_transforms" not in session.code()


@pytest.mark.parametrize(
    ("step", "values", "said"),
    [
        ("splitt", {}, "The steps are source, labels, split, item, batch, but got 'splitt'"),
        ("split", {"part": 1.5}, "between 0 and 1, but got 1.5"),
        ("split", {"by": "luck"}, "`by` is one of random, stratified"),
        ("item", {"sise": 3}, "item has fit, size, but got 'sise'"),
        ("", {"name": "my dls"}, "a Python name, but got 'my dls'"),
        ("", {"bs": 0}, "`bs` is between 1 and 65,536, but got 0"),
    ],
)
def test_what_there_is_not_is_refused_and_changes_nothing(tmp_path: Path, step: str, values: dict, said: str) -> None:
    session = BuilderSession(filled(BY_NAME["class folders"], tmp_path))
    before = session.recipe
    with pytest.raises(ValueError, match=said):
        session.change(step, **values)
    assert session.recipe is before and not session.undo()


def test_without_labels_the_cell_asks_for_them(tmp_path: Path) -> None:
    session = BuilderSession(filled(BY_NAME["names of a camera"], tmp_path))
    with pytest.raises(ValueError, match="Where do the labels come from"):
        session.code()


def test_excluded_files_are_in_none_of_the_sides(tmp_path: Path) -> None:
    for name, gone in (("class folders", "cat/3.jpg"), ("csv: paths in a folder", "photos/7.jpg")):
        session = small(BuilderSession(filled(BY_NAME[name], tmp_path / name)))
        n = sum(map(len, (session.build().train_ds, session.build().valid_ds)))
        session.exclude([session.folder.path / gone])
        dls = session.build()
        assert len(dls.train_ds) + len(dls.valid_ds) == n - 1
        assert gone in session.code()
        session.undo()
        assert gone not in session.code()


def test_twins_are_found_on_both_sides_and_kept_together(tmp_path: Path) -> None:
    root = filled(BY_NAME["class folders"], tmp_path)
    for i in range(6):
        (root / "dog" / f"twin{i}.jpg").write_bytes((root / "dog" / f"{i}.jpg").read_bytes())
    session = small(BuilderSession(root))
    session.change("split", part=0.5)
    assert len(session.twins(near=False)) == 6
    assert session.shared_twins(session.build(), near=False)
    assert session.keep_twins_together(near=False) == 6
    assert session.shared_twins(session.build(), near=False) == []
    assert "together" in session.code()


def test_names_with_quotes_and_markup_are_only_text(tmp_path: Path) -> None:
    odd = 'it\'s <b>"big"</b>\n{here}'
    put(tmp_path, *(f"{odd}/{label}/{i}.jpg" for label in ("a'b", "c{d}") for i in range(4)))
    for n, file in enumerate(sorted(tmp_path.rglob("*.jpg"))):
        Image.fromarray(np.random.default_rng(n).integers(0, 255, (24, 24, 3), np.uint8)).save(file)
    session = small(BuilderSession(tmp_path / odd))
    session.exclude(["a'b/0.jpg"])
    session.keep_together([["c{d}/0.jpg", "c{d}/1.jpg"]])
    assert sorted(session.build().vocab) == ["a'b", "c{d}"]


def test_folders_of_one_patient_each_are_no_classes(tmp_path: Path) -> None:
    from fastlearn.data.samples import sample_data

    scans = sample_data("scans", tmp_path / "samples")
    for patient in sorted(scans.glob("p*"))[:4]:
        for file in patient.glob("*.dcm"):
            (tmp_path / "set" / patient.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(file, tmp_path / "set" / patient.name)
    assert BuilderSession(tmp_path / "set").recipe.labels.by == "none"


def test_dicom_files_are_split_by_patient(tmp_path: Path) -> None:
    from fastlearn.data.samples import sample_data

    scans = sample_data("scans", tmp_path / "samples")
    for number, file in enumerate(sorted(scans.rglob("*.dcm"))[:40]):
        label = "ab"[number // 2 % 2]
        (tmp_path / "set" / label).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, tmp_path / "set" / label / f"{number}.dcm")
    session = small(BuilderSession(tmp_path / "set"))
    assert session.recipe.source.items == "dicom" and session.recipe.split.column == "PatientID"
    dls = session.build()
    patients = [{dcmread(file, stop_before_pixels=True).PatientID for file in side.items} for side in
                (dls.train_ds, dls.valid_ds)]  # fmt: skip
    assert patients[0] and patients[1] and not patients[0] & patients[1]
    assert dls.one_batch()[0].shape == (4, 3, 16, 16) or dls.one_batch()[0].shape == (4, 1, 16, 16)
    read = read_cell(session.code())
    assert read.unread == () and write_cell(read.recipe) == session.code()


def test_a_table_that_names_scans_is_read_and_split_by_patient(tmp_path: Path) -> None:
    from fastlearn.data.samples import sample_data

    scans = sample_data("scans", tmp_path / "samples")
    session = small(BuilderSession(scans))
    assert session.recipe.labels.columns == ("bleeding",)
    assert {one.code for one in session.health()} <= {"imbalance"}  # a scan is no picture that cannot be read
    dls = session.build()
    assert list(dls.vocab) == ["no", "yes"]
    patients = [set(side.items.file.str.partition("/")[0]) for side in (dls.train_ds, dls.valid_ds)]
    assert patients[0] and patients[1] and not patients[0] & patients[1]
    read = read_cell(session.code())
    assert read.unread == () and read.recipe == session.recipe


# From code to clicks


@pytest.mark.parametrize("name", LOADED)
def test_a_cell_is_read_as_the_recipe_it_was_written_from(name: str, tmp_path: Path) -> None:
    BY_NAME[name].make(tmp_path)
    session = BuilderSession(tmp_path)
    read = read_cell(session.code())
    assert read.unread == ()
    assert write_cell(read.recipe) == session.code()


def test_what_the_form_cannot_show_is_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    BY_NAME["class folders"].make(tmp_path)
    session = BuilderSession(tmp_path)
    session.change("item", size=96)
    code = (
        session.code().replace("get_y=parent_label", "get_y=lambda file: file.name[0]")
        + "learn = vision_learner(dls)\n"
    )
    read = read_cell(code)
    assert read.recipe.item.size == 96 and read.recipe.split == session.recipe.split
    assert any("lambda file" in one for one in read.unread) and "learn = vision_learner(dls)" in read.unread


@pytest.mark.parametrize(("code", "said"), [("x = (", "no Python: .* line 1"), ("x = 1", "makes no loaders")])
def test_what_is_no_cell_of_the_builder_is_refused(code: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_cell(code)


CLICKS = {
    "split": {"by": ["random", "stratified", "kfold"], "part": [0.1, 0.25, 0.5], "seed": [0, 7], "fold": [0, 2],
              "together": [(), (("cat/0.jpg", "cat/1.jpg"), ("dog/2.jpg", "owl/3.jpg"))]},
    "item": {"size": [8, 16, 24], "fit": ["crop", "pad", "squish"]},
    "batch": {"augment": [True, False], "flip": [True, False], "flip_vert": [True, False], "max_rotate": [0.0, 30.0],
              "max_zoom": [1.0, 1.5], "max_lighting": [0.0, 0.4], "max_warp": [0.0, 0.3]},
    "source": {"excluded": [(), ("cat/2.jpg",), ("dog/0.jpg", "owl/5.jpg")]},
    "": {"bs": [2, 5, 8]},
}  # fmt: skip


def clicked(session: BuilderSession, rng: random.Random, n: int = 12) -> None:
    """`n` clicks: values of any field, and now and then undo or redo."""
    for _ in range(n):
        step = rng.choice(list(CLICKS))
        field = rng.choice(list(CLICKS[step]))
        match rng.random():
            case p if p < 0.15:
                session.undo()
            case p if p < 0.25:
                session.redo()
            case _:
                session.change(step, **{field: rng.choice(CLICKS[step][field])})


@pytest.mark.parametrize("sequences", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_any_clicks_give_a_cell_that_gives_the_same_elsewhere_and_reads_back(sequences: int, tmp_path: Path) -> None:
    root, rng = filled(BY_NAME["class folders"], tmp_path / "set"), random.Random(4)
    cells, prints = [], []
    for number in range(sequences):
        session = small(BuilderSession(root))
        session.change("item", size=16)
        clicked(session, rng)
        cells.append(tmp_path / f"{number}.py")
        cells[-1].write_text(session.code(), encoding="utf-8")
        prints.append(print_of(session.build()))
        read = read_cell(session.code())
        assert read.unread == () and write_cell(read.recipe) == session.code()
    script = Path(__file__).with_name("prints.py")
    done = subprocess.run([sys.executable, script, *cells], capture_output=True, text=True, check=False)
    assert done.stdout.split() == prints, done.stderr
    assert len(set(prints)) > sequences / 2
