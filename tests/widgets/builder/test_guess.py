from __future__ import annotations

from pathlib import Path

import pytest
from fastlearn.data.problems import DataError
from layouts import LAYOUTS, Layout, put

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
