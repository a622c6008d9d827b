"""Python makes the labeler's golden messages; labextension/src/labeler reads the same file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fastwidgets.comm.arrays import pack_array
from fastwidgets.grid.widget import ASKS
from fastwidgets.labeler.describe import items, state_codes, summary
from fastwidgets.labeler.session import LabelerSession
from fastwidgets.labeler.widget import Labeler

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
GOLDEN = json.loads((HERE / "labeler.json").read_text())
SCHEMA = json.loads((ROOT / "fastwidgets/contract/labeler.json").read_text())


@pytest.fixture
def four(tmp_path: Path) -> Iterator[LabelerSession]:
    """Four pictures: two boxes on the first, nothing on the second, the third unsure and skipped, one suggested."""
    for name in "abcd":
        (tmp_path / f"{name}.png").write_bytes(name.encode())
    box = {"label": "cat", "points": [[1, 2], [3.5, 4]]}
    session = LabelerSession(tmp_path, ["cat", "dog"], "boxes", prelabels={"d.png": ([box], 0.75)})
    session.set_shapes(0, [box, {"label": "dog", "points": [[0, 0], [9, 9]]}])
    session.set_shapes(1, [])
    session.skip(2)
    session.unsure(2)
    session.note(2, "<b>?")
    session.undo()
    session.redo()
    yield session
    session.close()


def made(session: LabelerSession) -> list[tuple[dict[str, Any], bytes]]:
    return [
        ({"kind": "labeler", **summary(session), "list": "5ee7"}, b""),  # it depends on the folder
        pack_array({"kind": "states"}, state_codes(session, range(4))),
        ({"kind": "items", "rid": 7, "items": items(session, [0, 1, 2, 3])}, b""),
    ]


@pytest.mark.parametrize("number", range(3))
def test_python_makes_the_golden_messages_of_the_labeler(four: LabelerSession, number: int) -> None:
    content, data = made(four)[number]
    wanted = GOLDEN["to_browser"][number]
    assert content == wanted["content"]
    assert data == bytes.fromhex(wanted.get("hex", ""))


def test_every_question_of_the_labeler_has_a_method_and_the_other_way_round() -> None:
    refs = SCHEMA["properties"]["to_python"]["oneOf"]
    definitions = [SCHEMA["definitions"][ref["$ref"].rpartition("/")[2]] for ref in refs]
    kinds = {definition["properties"]["kind"]["const"] for definition in definitions}
    assert kinds | set(ASKS) == set(Labeler.hears)
    assert all(callable(getattr(Labeler, f"on_{kind}")) for kind in kinds)
    assert {message["content"]["kind"] for message in GOLDEN["to_python"]} == kinds


def test_the_state_of_the_labeler_keeps_the_contract(tmp_path: Path) -> None:
    widget = Labeler([], ["cat"])
    state = widget.get_state(list(SCHEMA["definitions"]["LabelerState"]["properties"]))
    schema = {**SCHEMA["properties"]["state"], "definitions": SCHEMA["definitions"]}
    jsonschema.Draft7Validator(schema).validate(state)
    widget.close()
