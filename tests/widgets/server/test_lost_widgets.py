"""Widgets that were shown can be listed by the server and shown again by their kernel."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from fastwidgets import reattach
from fastwidgets.comm.widget import LiveWidget
from fastwidgets.server import shown
from fastwidgets.server.shown import Shown, forget, note, shown_by


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setattr("fastwidgets.comm.lost._kernel", lambda: "abc")
    return tmp_path / "runtime"


def test_a_widget_that_was_shown_is_found_again_until_it_is_closed(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = LiveWidget(), LiveWidget()
    assert shown_by({"abc": os.getpid()}) == []  # made, and not shown yet
    for widget in (first, second):
        widget._ipython_display_()
    listed = shown_by({"abc": os.getpid()})
    assert {one.model for one in listed} == {first.model_id, second.model_id}
    assert {(one.widget, one.title, one.place) for one in listed} == {("LiveWidget", "LiveWidget", "")}
    assert reattach(first.model_id) is first and reattach() is second
    model = first.model_id
    first.close()
    assert [one.model for one in shown_by({"abc": os.getpid()})] == [second.model_id]
    with pytest.raises(LookupError, match="Run the cell again that made it"):
        reattach(model)


def test_only_kernels_that_run_count_and_of_these_only_the_process_that_wrote() -> None:
    one = Shown("abc", 7, "0a", "Labeler", "Labels", "/pets")
    note(one)
    assert shown_by({"abc": 7}) == [one] and shown_by({"abc": None}) == [one]
    assert shown_by({"abc": 8}) == [] and shown_by({"other": 7}) == []
    forget("0a")
    assert shown_by({"abc": 7}) == []


@pytest.mark.parametrize("name", ["", "..", "../a", "a/b", "x" * 65])
def test_what_is_no_name_of_a_model_or_kernel_writes_and_removes_nothing(runtime: Path, name: str) -> None:
    (runtime / "a").parent.mkdir(exist_ok=True)
    (runtime / "a").touch()
    note(Shown("abc", 7, name, "", "", ""))
    note(Shown(name, 7, "0a", "", "", ""))
    forget(name)
    assert [path.name for path in runtime.rglob("*")] == ["a"]


def test_only_this_user_may_read_it_and_what_is_damaged_is_passed_over() -> None:
    note(Shown("abc", 7, "0a", "", "", ""))
    file = shown._folder() / "0a"
    assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
    for text in ("", "{}", "[1]", "null"):
        file.write_text(text)
        assert shown_by({"abc": 7}) == []
