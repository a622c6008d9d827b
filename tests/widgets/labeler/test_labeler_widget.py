"""The labeler's wire without a browser: every message is held against the contract."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import fastwidgets
from fastwidgets.labeler.widget import Labeler

CONTRACTS = [
    json.loads((Path(__file__).parents[3] / f"fastwidgets/contract/{stem}.json").read_text())
    for stem in ("labeler", "grid")
]
DEFINITIONS = {name: one for contract in CONTRACTS for name, one in contract["definitions"].items()}


def check(message: dict[str, Any], direction: str) -> None:
    """Raises where the message is none of those that the labeler or the grid may send."""
    options = [ref for contract in CONTRACTS for ref in contract["properties"][direction]["oneOf"]]
    schema = {"anyOf": options, "definitions": DEFINITIONS}
    jsonschema.Draft7Validator(schema).validate(json.loads(json.dumps(message)))


class Told:
    """What a labeler has sent."""

    def __init__(self, widget: Labeler) -> None:
        self.widget, self.messages, self._seq = widget, list[tuple[dict[str, Any], Any]](), 0
        widget.send = self._take

    def _take(self, content: dict[str, Any], buffers: Any = None) -> None:
        check(content, "to_browser")
        self.messages.append((content, buffers))

    def ask(self, **message: Any) -> None:
        check(message, "to_python")
        self.widget._handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})

    def decide(self, what: str, ids: list[int], value: Any = None, seq: int | None = None) -> dict[str, Any]:
        self._seq = self._seq + 1 if seq is None else seq
        self.ask(kind="decide", client="me", seq=self._seq, ids=ids, what=what, value=value)
        return self.last("done")

    def last(self, kind: str) -> dict[str, Any]:
        return [content for content, _ in self.messages if content["kind"] == kind][-1]


@pytest.fixture
def told(folder: Path) -> Iterator[Told]:
    widget = Labeler(folder, ["cat", "dog"])
    yield Told(widget)
    widget.close()


def test_the_name_is_there_where_it_is_looked_for():
    from fastwidgets.labeler import Labeler as again

    assert fastwidgets.Labeler is Labeler is again


def test_a_view_that_says_hello_learns_all_of_it(told):
    told.widget.label([0, 2], "cat")
    told.messages.clear()
    told.ask(kind="hello")
    kinds = [content["kind"] for content, _ in told.messages]
    assert kinds == ["grid", "view", "selection", "states", "labeler"]
    states = np.frombuffer(told.messages[3][1][0], np.uint8)
    assert states.tolist() == [1, 0, 1] + [0] * 9
    assert told.last("labeler")["classes"] == [{"name": "cat", "count": 2}, {"name": "dog", "count": 0}]
    told.ask(kind="items", rid=5, ids=[0, 1, 99])
    assert [one["labels"] for one in told.last("items")["items"]] == [["cat"], None]


def test_a_decision_is_answered_when_it_is_on_the_disk_and_a_second_time_does_nothing(told, folder):
    done = told.decide("label", [3], "cat")
    assert done["ok"] and done["words"] == "cat." and done["ids"] == [3]
    assert b'"label": "cat"' in (folder / "journal.jsonl").read_bytes()
    assert told.last("changed") == {"kind": "changed", "ids": [3], "states": [1]}
    told.decide("label", [3], "dog")
    again = told.decide("label", [3], "cat", seq=1)  # a message that was sent twice, and came late
    assert again == done and told.widget.annotation(3).labels == ("dog",)
    assert told.last("labeler")["can_undo"] == 2


def test_every_act_of_the_browser_is_known(told):
    acts = [("skip", None), ("unsure", None), ("note", "<b>"), ("label", "dog"), ("clear", None)]
    assert all(told.decide(what, [1], value)["ok"] for what, value in acts)
    assert told.decide("confirm", [1])["reason"] == "There is no suggestion to confirm."
    told.ask(kind="turn", client="me", seq=50, how="undo")
    assert told.last("done")["ids"] == [1] and told.widget.annotation(1).labels == ("dog",)
    told.ask(kind="turn", client="me", seq=51, how="redo")
    assert told.widget.annotation(1).labels is None
    told.ask(kind="classes", client="me", seq=52, how="rename", name="dog", to="hound")
    assert told.last("done")["words"] == "dog is now hound, on 0 pictures."
    told.ask(kind="classes", client="me", seq=53, how="add", name="hound", to="")
    assert not told.last("done")["ok"] and "is there already" in told.last("done")["reason"]
    told.ask(kind="queue", order="random", seed=4)
    assert told.last("labeler")["queue"] == "random" and told.widget.session.view.tolist() != list(range(12))
    told.ask(kind="code", rid=3)
    assert "labels = Labels(path)" in told.last("code")["text"]
    assert told.widget.notice == ""


def test_what_cannot_be_saved_is_answered_so_and_the_grid_says_it_too(told, monkeypatch):
    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = told.decide("label", [0], "cat")
    assert not done["ok"] and "No space left on device" in done["reason"] and told.widget.progress.labelled == 0
    told.ask(kind="act", action="label", focus=1, argument="cat")
    assert told.widget.notice.startswith("Not saved:") and told.widget.progress.labelled == 0


def test_many_from_the_grid_are_one_step(told):
    told.ask(kind="select", how="view", ids=[], range=False, client="a", seq=1)
    told.ask(kind="act", action="label", focus=0, argument="dog")
    assert told.last("said")["text"] == "dog: 12 pictures." and told.last("labeler")["can_undo"] == 1
    told.widget.undo()
    assert told.widget.progress.labelled == 0
    told.ask(kind="act", action="label", focus=0, argument="cow")
    assert told.widget.notice.startswith("There is no class 'cow'")


def test_what_another_widget_on_the_pictures_decides_is_shown_at_once(told, folder):
    new = Labeler(folder, ["cat"])
    new.label(0, "cat")
    new._pace.close()
    told.widget.settle()
    assert told.last("labeler")["labelled"] == 1 and told.last("labeler")["can_undo"] == 1
    assert told.decide("label", [1], "dog")["ok"] and new.progress.labelled == 2
    new.close()
    assert told.decide("label", [2], "dog")["ok"]


def test_a_saved_notebook_and_a_terminal_show_how_far_it_is(told):
    told.widget.label([0], "cat")
    assert told.widget.as_text().splitlines()[-1] == "One class a picture; 1 of 12 labelled."
    html = told.widget.as_html()
    assert "One class a picture; 1 of 12 labelled." in html and html.count("<img") == 12 and len(html) < 200_000
    assert [(path.name, label) for path, label in told.widget.labels.items()] == [("00.png", "cat")]
    empty = Labeler([], ["cat"])
    assert "there are none" in empty.as_text()
    empty.close()
