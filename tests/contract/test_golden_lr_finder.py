"""Python makes the finder's golden state and message, and writes rates as the golden table says."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import numpy as np
import pytest

from fastwidgets.comm.arrays import pack_array
from fastwidgets.lr_finder.curve import rate_text
from fastwidgets.lr_finder.session import FinderSession
from fastwidgets.lr_finder.widget import LRFinder

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
GOLDEN = json.loads((HERE / "lr_finder.json").read_text())
SCHEMA = json.loads((ROOT / "fastwidgets/contract/lr_finder.json").read_text())


def session_of(points: list[list[float]], **rates: float) -> FinderSession:
    lrs, losses = np.array(points)
    session = FinderSession()
    session.finish(SimpleNamespace(lrs=lrs, losses=losses, stopped="finished", message="Done.", suggestions=rates))
    return session


def test_python_makes_the_golden_message() -> None:
    golden = GOLDEN["to_browser"][0]
    fresh, reset = session_of(golden["points"]).take()
    content, data = pack_array({"kind": "points", "reset": reset}, fresh.astype("float32"))
    assert content == golden["content"]
    assert data == bytes.fromhex(golden["hex"])


@pytest.mark.parametrize(
    "message", [one["content"] for one in GOLDEN["to_browser"]], ids=lambda content: content["kind"]
)
def test_the_golden_messages_keep_the_contract(message: dict[str, Any]) -> None:
    jsonschema.Draft7Validator({**SCHEMA["properties"]["to_browser"], "definitions": SCHEMA["definitions"]}).validate(
        message
    )


@pytest.mark.parametrize("lr, text", GOLDEN["rates"])
def test_rates_are_written_as_in_the_browser(lr: float, text: str) -> None:
    assert rate_text(lr) == text


@pytest.mark.parametrize("case", GOLDEN["code"])
def test_the_code_line_is_that_of_the_browser(case: dict[str, Any]) -> None:
    session = session_of([[1e-5, 1.0], [2.0, 1.0]], valley=case["lr"])
    session.code = case["code"]
    assert session.line == case["line"]


@pytest.mark.parametrize("state", ["golden", "new", "finished"])
def test_the_state_keeps_the_contract(state: str) -> None:
    schema = {**SCHEMA["properties"]["state"], "definitions": SCHEMA["definitions"]}
    found = SimpleNamespace(
        lrs=np.array([1e-5, 1e-3]),
        losses=np.array([2.0, 1.0]),
        stopped="finished",
        message="",
        suggestions={"valley": 1e-3},
    )
    widget = LRFinder(found) if state == "finished" else LRFinder()
    sent = widget.get_state(list(schema["definitions"]["LRFinderState"]["properties"]))
    shown = GOLDEN["state"] if state == "golden" else json.loads(json.dumps(sent))
    jsonschema.Draft7Validator(schema).validate(shown)
    widget.close()
