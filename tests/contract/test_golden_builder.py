"""Python makes the builder's golden messages and understands the browser's; labextension/src/builder reads the file."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fastwidgets import DataBlockBuilder

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
GOLDEN = {
    way: [one["content"] for one in messages]
    for way, messages in json.loads((HERE / "builder.json").read_text()).items()
}
SCHEMA = json.loads((ROOT / "fastwidgets/contract/builder.json").read_text())


def filled(root: Path) -> Path:
    """Nine pictures of three classes, one of them a copy, one no picture."""
    for i in range(8):
        pixels = np.random.default_rng(max(i, 3)).integers(0, 256, (24, 32, 3), np.uint8)
        file = root / ("cat", "dog", "owl")[i % 3] / f"{i}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(file)
    (root / "owl/8.png").write_bytes(b"no picture")
    return root


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataBlockBuilder:
    """Small pictures, no random changes, everything looked at."""
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path / "home"))
    builder = DataBlockBuilder(filled(tmp_path / "set")).wait()
    builder.desk.change("item", "size", 32)
    return builder.wait()


def sent_by(builder: DataBlockBuilder, monkeypatch: pytest.MonkeyPatch, *messages: dict[str, Any]) -> list[Any]:
    """What goes to the browser in the end for these messages."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(DataBlockBuilder, "send", lambda self, content, buffers=None: sent.append(content))
    for message in messages:
        builder._receive(builder, message, [])
        assert builder.notice == "", builder.notice
        builder.wait()
        time.sleep(0.15)  # the last message of a burst comes a tenth of a second later
    root = str(builder.session.folder.path)
    return json.loads(json.dumps(sent).replace(json.dumps(root)[1:-1], "/set"))


def golden_messages(builder: DataBlockBuilder, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    whole = sent_by(builder, monkeypatch, {"kind": "hello"})
    shown = sent_by(builder, monkeypatch, {"kind": "show", "finding": 0})
    completed = sent_by(builder, monkeypatch, {"kind": "complete", "text": f"{builder.session.folder.path}/c"})
    return [*whole, *shown, *completed]


def test_python_makes_the_golden_messages(builder: DataBlockBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert golden_messages(builder, monkeypatch) == GOLDEN["to_browser"]
    builder.close()


def test_python_understands_all_that_the_browser_says(builder: DataBlockBuilder) -> None:
    root = str(builder.session.folder.path)
    cell = builder.code()
    for message in GOLDEN["to_python"]:
        given = json.loads(json.dumps(message).replace("/set", root).replace("{cell}", json.dumps(cell)[1:-1]))
        builder._receive(builder, given, [])
        builder.wait()
        assert builder.notice == "" or builder.notice.startswith("dls is there"), (given, builder.notice)
    assert builder.desk.trouble == ""
    builder.close()


def test_there_is_a_golden_message_of_each_kind() -> None:
    kinds = {
        one["properties"]["kind"]["const"]
        for one in SCHEMA["definitions"].values()
        if "const" in one["properties"].get("kind", {})
    }
    told = {message["kind"] for message in [*GOLDEN["to_browser"], *GOLDEN["to_python"]]}
    assert told == kinds
