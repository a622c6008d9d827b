"""Python makes the golden messages of the top losses and of the confusion matrix; the browser's tests read them too."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastlearn.train.learner import Learner

from fastwidgets import ConfusionMatrix, TopLosses
from fastwidgets.comm.arrays import pack_array
from fastwidgets.grid.widget import ASKS

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
NAMES = ("top_losses", "confusion")
GOLDEN = {name: json.loads((HERE / f"{name}.json").read_text()) for name in NAMES}
SCHEMAS = {name: json.loads((ROOT / f"fastwidgets/contract/{name}.json").read_text()) for name in NAMES}
sys.path.insert(0, str(ROOT / "tests/browser"))
from judged_learner import judged  # noqa: E402


@pytest.fixture
def animals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learner:
    """A learner that takes four cats for dogs, two owls for cats and a dog for an owl."""
    monkeypatch.setenv("FASTWIDGETS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)  # where files are exported to
    return judged(tmp_path / "animals")


def test_the_status_is_the_golden_one(animals: Learner) -> None:
    made = TopLosses(animals, reasons=False)
    made.wait()
    made.relabel("valid/dog/owl0x.png", "owl")
    status = {**made._status(), "made": GOLDEN["top_losses"]["to_browser"][0]["content"]["made"]}
    assert status == GOLDEN["top_losses"]["to_browser"][0]["content"]
    assert datetime.strptime(made._status()["made"], "%d %b %Y, %H:%M")
    made.close()


def test_the_table_is_the_golden_one(animals: Learner) -> None:
    made = ConfusionMatrix(animals, reasons=False)
    made.look(order="errors")
    made.pick("cat", "dog")
    content, data = pack_array(*made.losses.described())
    wanted = GOLDEN["confusion"]["to_browser"][0]
    assert content == wanted["content"] and data.hex() == wanted["hex"]
    made.close()


def test_what_goes_out_keeps_the_contracts(animals: Learner) -> None:
    made, sent = ConfusionMatrix(animals), list[dict[str, Any]]()
    made.send = lambda content, buffers=None: sent.append(json.loads(json.dumps(content)))
    made.send_whole()
    made.relabel("valid/dog/owl0x.png", "owl")
    picks = [{"kind": "pick", "cells": cells} for cells in ({"rows": [0], "columns": [1]}, None)]
    for message in ({"kind": "code"}, {"kind": "apply"}, {"kind": "export", "format": "json"}, *picks):
        made._handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})
    made.wait()
    assert made.notice == ""
    for name in NAMES:
        schema = SCHEMAS[name]
        checks = jsonschema.Draft7Validator(
            {**schema["properties"]["to_browser"], "definitions": schema["definitions"]}
        )
        own = [message for message in sent if message["kind"] in kinds(name, "to_browser")]
        assert {message["kind"] for message in own} == kinds(name, "to_browser")
        for message in own:
            checks.validate(message)
    assert "fix_and_continue(learn, n_epoch=1)" in next(m["code"] for m in sent if m["kind"] == "go_on")
    made.close()


def test_every_question_of_the_contracts_has_a_method_and_the_other_way_round() -> None:
    own = kinds("top_losses", "to_python")
    assert {*own, *ASKS} == set(TopLosses.hears)
    assert {*own, *ASKS, *kinds("confusion", "to_python")} == set(ConfusionMatrix.hears)
    assert all(callable(getattr(ConfusionMatrix, f"on_{kind}")) for kind in ConfusionMatrix.hears)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("direction", ["to_browser", "to_python"])
def test_the_golden_messages_keep_the_contracts(name: str, direction: str) -> None:
    schema = SCHEMAS[name]
    checks = jsonschema.Draft7Validator({**schema["properties"][direction], "definitions": schema["definitions"]})
    for message in GOLDEN[name][direction]:
        checks.validate(message["content"])
    assert {message["content"]["kind"] for message in GOLDEN[name][direction]} == kinds(name, direction)


def kinds(name: str, direction: str) -> set[str]:
    schema = SCHEMAS[name]
    refs = schema["properties"][direction]["oneOf"]
    return {schema["definitions"][ref["$ref"].rpartition("/")[2]]["properties"]["kind"]["const"] for ref in refs}
