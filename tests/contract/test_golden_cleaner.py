"""Python makes the cleaner's golden messages and understands the browser's; labextension/src/cleaner reads the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fastwidgets import ImageCleaner

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
GOLDEN = {
    way: [one["content"] for one in messages]
    for way, messages in json.loads((HERE / "cleaner.json").read_text()).items()
}
SCHEMA = json.loads((ROOT / "fastwidgets/contract/cleaner.json").read_text())
OWN = {"issues", "plan", "code"}


@pytest.fixture
def cleaner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImageCleaner:
    """Of two cats that are copies and a broken dog the dog is excluded."""
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path / "home"))
    for name in ("cats/1.png", "cats/2.png"):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "set" / name)
    (tmp_path / "set/dogs").mkdir()
    (tmp_path / "set/dogs/3.png").write_bytes(b"no picture")
    cleaner = ImageCleaner(tmp_path / "set").wait(60)
    cleaner.review.exclude([2])
    cleaner.show_issue("duplicate")
    return cleaner


def test_python_makes_the_golden_messages(cleaner: ImageCleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(ImageCleaner, "send", lambda self, content, buffers=None: sent.append(content))
    for message in ({"kind": "hello"}, {"kind": "ask_plan"}, {"kind": "ask_code", "purpose": "replay"}):
        cleaner._receive(cleaner, message, [])
        cleaner._jobs.wait(20)
    own = {one["kind"]: one for one in sent if one["kind"] in OWN}
    own["code"]["code"] = own["code"]["code"].replace(str(cleaner.review.root), "/set")
    assert [own[kind] for kind in ("issues", "plan", "code")] == GOLDEN["to_browser"]
    cleaner.close()


def test_python_understands_all_that_the_browser_says(cleaner: ImageCleaner) -> None:
    for message in GOLDEN["to_python"]:
        cleaner._receive(cleaner, message, [])
        cleaner._jobs.wait(20)
        cleaner.wait(60)
        assert cleaner.notice == "", cleaner.notice
    assert (Path(cleaner.review.root) / "dogs/3.png").exists()  # moved, and taken back
    cleaner.close()


def test_there_is_a_golden_message_of_each_kind() -> None:
    kinds = {
        one["properties"]["kind"]["const"] for one in SCHEMA["definitions"].values() if "kind" in one["properties"]
    }
    told = {message["kind"] for message in [*GOLDEN["to_browser"], *GOLDEN["to_python"]]}
    assert told == kinds
