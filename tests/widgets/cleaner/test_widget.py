"""The cleaner's wire: what it tells, what it hears, how it ends; and fastai's names."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from fastwidgets import ImageClassifierCleaner, ImageCleaner, ImagesCleaner
from fastwidgets.cleaner import scan as scanning
from fastwidgets.journal import take_back

from .test_session import folder

__all__ = ["folder"]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(ImageCleaner, "send", lambda self, content, buffers=None: messages.append(content))
    return messages


def last(sent: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return [one for one in sent if one["kind"] == kind][-1]


def hear(cleaner: ImageCleaner, **message: Any) -> None:
    cleaner.notice = ""
    cleaner._receive(cleaner, message, [])
    assert cleaner.notice == "", cleaner.notice
    cleaner._jobs.wait(20)


def test_a_folder_is_looked_at_and_shown(folder: Path, sent: list[dict[str, Any]]) -> None:
    cleaner = ImageCleaner(folder).wait(60)
    assert cleaner.issues["duplicate"] == 5 and "doubts" not in cleaner.issues
    hear(cleaner, kind="hello")
    told = last(sent, "issues")
    assert told["step"] == {"what": "", "done": 0, "total": 0} and told["total"] == 20 and not told["can_train"]
    hear(cleaner, kind="show", issue="unreadable")
    hear(cleaner, kind="act", action="exclude", focus=19, argument=None)
    assert last(sent, "issues")["changes"] == 1 and cleaner.excluded == [folder / "dogs/9.png"]
    hear(cleaner, kind="narrow", column="label", value="cats")
    assert len(cleaner.session.view) == 0
    hear(cleaner, kind="ask_code", purpose="replay")
    assert "exclude=[" in last(sent, "code")["code"]
    assert "Exact duplicates: 5" in cleaner.as_text() and "Exact duplicates: 5" in cleaner.as_html()
    cleaner.close()


def test_files_are_moved_as_planned_and_come_back(folder: Path, sent: list[dict[str, Any]]) -> None:
    cleaner = ImageCleaner(folder).wait(60)
    before = sorted(folder.rglob("*.png"))
    hear(cleaner, kind="act", action="relabel", focus=5, argument="dogs")
    hear(cleaner, kind="act", action="exclude", focus=19, argument=None)
    hear(cleaner, kind="ask_plan")
    assert last(sent, "plan")["count"] == 2 and sorted(folder.rglob("*.png")) == before
    hear(cleaner, kind="apply")
    assert (folder / "dogs/5-2.png").exists() and not (folder / "dogs/9.png").exists()
    cleaner.settle()
    assert "2 files moved" in last(sent, "issues")["applied"]
    hear(cleaner, kind="take_back")
    assert [p for p in sorted(folder.rglob("*.png"))] == before
    cleaner._receive(cleaner, {"kind": "apply"}, [])
    assert "Nothing was planned" in cleaner.notice
    cleaner.close()


def test_a_move_that_was_interrupted_is_told_at_the_next_start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    cleaner = ImageCleaner(folder, scan=False)
    cleaner.review.exclude([1, 2, 3])
    rename, done = os.rename, []

    def failing(source: Any, target: Any) -> None:
        if len(done) == 2:
            raise OSError("the disk is full")
        done.append(source)
        rename(source, target)

    monkeypatch.setattr("fastwidgets.journal.apply.os.rename", failing)
    with pytest.raises(OSError, match="disk is full"):
        cleaner.plan_folders().apply()
    monkeypatch.undo()
    cleaner.close()
    again = ImageCleaner(folder, scan=False)
    assert again._applied is not None and again._applied.words.startswith("A move was interrupted: 2 of 3")
    take_back(again._applied.folder)
    assert (folder / "cats/1.png").exists()
    again.close()


def test_the_search_is_cancelled_and_an_error_in_it_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()
    real = scanning.find_problems

    def slow(paths: Any, **options: Any) -> Any:
        begun.set()
        assert options["cancel"].wait(20)
        return real(paths, **options)

    monkeypatch.setattr(scanning, "find_problems", slow)
    cleaner = ImageCleaner(folder)
    assert begun.wait(20)
    hear(cleaner, kind="scan", go=False)
    cleaner.wait(20)
    assert cleaner._words.startswith("The search was cancelled")
    monkeypatch.setattr(scanning, "find_problems", lambda *args, **options: 1 / 0)
    hear(cleaner, kind="scan", go=True)
    cleaner.wait(20)
    assert cleaner._words == "The search ended early. ZeroDivisionError: division by zero"
    cleaner.close()


def test_bad_sources_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        ImageCleaner(tmp_path / "nowhere")
    with pytest.raises(TypeError, match="a learner, of loaders, of a folder"):
        ImageCleaner(3)
    with pytest.raises(ValueError, match="list of paths is empty"):
        ImageCleaner([])


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No files in the folder"):
        ImageCleaner(tmp_path)


def test_names_with_markup_quotes_and_emoji_are_text(folder: Path) -> None:
    nasty = folder / "<b>'é\"😀"
    (folder / "cats").rename(nasty)
    cleaner = ImageCleaner(folder).wait(60)
    cleaner.review.exclude([0])
    assert "&lt;b&gt;" in cleaner.as_html() and "<b>'é" not in cleaner.as_html()
    compile(cleaner.code(), "cell", "exec")
    cleaner.close()


def test_fastai_users_get_the_results_they_know(folder: Path) -> None:
    cleaner = ImageClassifierCleaner(folder, scan=False)
    cleaner.review.exclude([0, 2])
    cleaner.review.relabel([5], "dogs")
    assert cleaner.delete() == [0, 2] and cleaner.change() == [(5, "dogs")]
    assert cleaner.fns[5] == folder / "cats/5.png" and cleaner.values()[:3] == ["<Delete>", "<Keep>", "<Delete>"]
    cleaner.close()
    some = ImagesCleaner(cleaner.fns[:4], opts=("birds", "fish"), journal=folder / "notes", scan=False)
    some.review.relabel([0], "fish")
    assert some.change() == [(0, "fish")]
    some.close()
