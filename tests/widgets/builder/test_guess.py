from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastlearn.data.problems import DataError
from layouts import LAYOUTS, Layout, put

from fastwidgets.builder import BuilderSession
from fastwidgets.builder.cell.read import read_cell
from fastwidgets.builder.folder import Cancelled, scan_folder
from fastwidgets.builder.guess import guess
from fastwidgets.builder.recipe import Recipe


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_folder_is_taken_for_what_it_is(layout: Layout, tmp_path: Path) -> None:
    layout.make(tmp_path)
    best = guess(scan_folder(tmp_path))[0]
    plain = best.recipe.plain()
    found = {}
    for name in layout.expected:
        step, _, field = name.rpartition(".")
        found[name] = (plain[step] if step else plain)[field]
    assert found == layout.expected, best.why
    assert best.why and all(best.why)
    assert Recipe.of(plain) == best.recipe


def test_there_are_thirty_layouts_of_different_names() -> None:
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS) >= 30


def test_a_folder_without_anything_to_learn_from_is_told_by_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it has no files"):
        guess(scan_folder(tmp_path))
    put(tmp_path, "a.pdf", "b.docx")
    with pytest.raises(DataError, match=r"2 files end in docx, pdf\. Looked for pictures"):
        guess(scan_folder(tmp_path))


def test_a_missing_folder_is_told_with_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "flowers").mkdir()
    with pytest.raises(DataError, match=r"no folder .*flowrs'; did you mean .*flowers'\?"):
        scan_folder(tmp_path / "flowrs")


def test_a_scan_reports_and_can_be_cancelled(tmp_path: Path) -> None:
    put(tmp_path, *(f"{i % 7}/{i}.jpg" for i in range(1200)))
    seen: list[int] = []
    assert len(scan_folder(tmp_path, seen.append).files) == 1200
    assert seen == [500, 1000, 1200]
    with pytest.raises(Cancelled):
        scan_folder(tmp_path, cancelled=lambda: True)


def test_links_that_lead_round_in_a_circle_are_followed_once(tmp_path: Path) -> None:
    put(tmp_path, "a/1.jpg")
    (tmp_path / "a" / "back").symlink_to(tmp_path)
    assert scan_folder(tmp_path).files == ("a/1.jpg",)


@pytest.mark.parametrize(("encoding", "written"), [("latin-1", "cp1252"), ("utf-16", "utf-16"), ("utf-8-sig", "")])
def test_tables_in_other_encodings_are_read_and_the_cell_says_so(encoding: str, written: str, tmp_path: Path) -> None:
    put(tmp_path, *(f"{i}.jpg" for i in range(24)))
    lines = "".join(f"{i}.jpg,{('größe', 'öl')[i % 2]}\n" for i in range(24))
    (tmp_path / "labels.csv").write_bytes(("name,label\n" + lines).encode(encoding))
    session = BuilderSession(tmp_path)
    assert session.recipe.source.encoding == written and set(session.look().labels) == {"größe", "öl"}
    assert ("encoding=" in session.code()) == bool(written)
    assert read_cell(session.code()).recipe.source == session.recipe.source


def test_a_table_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    put(tmp_path, "broken.csv", text='a,b\n1,2,3,4\n"un')
    with pytest.raises(DataError, match=r"broken\.csv: broken\.csv cannot be read as a table"):
        guess(scan_folder(tmp_path))
    put(tmp_path, *(f"{c}/{i}.jpg" for c in "ab" for i in range(4)))
    (best, *_) = guess(scan_folder(tmp_path))
    assert best.recipe.labels.by == "folder" and "cannot be read as a table" in best.why[-1]


def test_annotations_without_boxes_are_no_guess_and_are_named(tmp_path: Path) -> None:
    put(tmp_path, *(f"img/{i}.jpg" for i in range(4)))
    table = {"images": [{"id": 0, "file_name": "0.jpg"}], "annotations": [{"id": 0, "image_id": 0}], "categories": []}
    put(tmp_path, "a.json", text=json.dumps(table))
    guesses = guess(scan_folder(tmp_path))
    assert all(one.recipe.labels.by != "coco" for one in guesses) and "none of its annotations" in guesses[0].why[-1]


def test_a_table_without_names_of_columns_is_told(tmp_path: Path) -> None:
    put(tmp_path, *(f"{i}.jpg" for i in range(24)))
    put(tmp_path, "l.csv", text="".join(f"{i}.jpg,{'ab'[i % 2]}\n" for i in range(24)))
    assert any("may have no line of column names" in why for why in guess(scan_folder(tmp_path))[0].why)
