"""Python makes the grid's golden messages, byte by byte; labextension/src/grid reads the same file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fastwidgets.comm.arrays import pack_array
from fastwidgets.grid.actions import Action, TileState
from fastwidgets.grid.describe import description, selection_bits, tiles
from fastwidgets.grid.session import GridSession
from fastwidgets.grid.widget import GridWidget
from fastwidgets.thumbnails.packed import ASK_KERNEL, PICTURE, REASON, Thumb, pack, unpack

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
GOLDEN = json.loads((HERE / "grid.json").read_text())
SCHEMA = json.loads((ROOT / "fastwidgets/contract/grid.json").read_text())


def four_pictures() -> GridSession:
    """A grid that can be worked out by hand: 1 and 3 are dogs, 3 has the greater loss, 0 and 3 are selected."""
    session = GridSession([f"/set/{name}.jpg" for name in ("a", "b", "c", "d")], root="/set")
    session.add_column("label", ["cat", "dog", None, "dog"], kind="category")
    session.add_column("loss", [0.5, 0.25, float("nan"), 2.0])
    session.look(captions=["name", "loss"], badges=["label"], state="label", states={"dog": TileState("!", "dashed")})
    session.look(details=["name"], classes_of="label")
    session.add_action(Action("keep", "Keep", key="e"), lambda ids, argument: None)
    session.set_filters([{"column": "label", "op": "in", "value": ["dog"]}])
    session.set_sorts([("loss", True)])
    session.select([0, 3])
    return session


def made() -> list[tuple[dict[str, Any], bytes]]:
    session = four_pictures()
    look = {"focus": None, "tile": 128, "top": 0}
    head = {"kind": "grid", "title": "Images", "height": 560, "token": "", "look": look}
    page = pack([Thumb(PICTURE, b"\xff\xd8"), Thumb(REASON, b"gone"), Thumb(ASK_KERNEL, b"")])
    counts = {"client": "", "seq": 0, "count": 2, "targets": 1}
    return [
        ({**head, **description(session)}, b""),
        pack_array({"kind": "view"}, session.view),
        pack_array({"kind": "selection", **counts}, selection_bits(session)),
        ({"kind": "tiles", "rid": 7, "tiles": tiles(session, [3, 2]), "pictures": [3, 2, 1], "last": True}, page),
    ]


@pytest.mark.parametrize("number", range(4))
def test_python_makes_the_golden_messages_of_the_grid(number: int) -> None:
    content, data = made()[number]
    wanted = GOLDEN["to_browser"][number]
    assert content == wanted["content"]
    assert data == bytes.fromhex(wanted.get("hex", ""))


def test_a_packed_page_comes_back_as_it_was() -> None:
    thumbs = [Thumb(PICTURE, b"123"), Thumb.without("gone"), Thumb(ASK_KERNEL, b"")]
    assert unpack(pack(thumbs)) == thumbs
    with pytest.raises(ValueError, match="announces 28 bytes, but 27 came"):
        unpack(pack([Thumb(PICTURE, b"123"), Thumb(PICTURE, b"45678")])[:-1])
    with pytest.raises(ValueError, match="begins with its sizes"):
        unpack(b"\x05\x00\x00\x00")


def test_every_question_of_the_contract_has_a_method_and_the_other_way_round() -> None:
    kinds = {definition["properties"]["kind"]["const"] for definition in asked()}
    assert kinds == set(GridWidget.hears)
    assert all(callable(getattr(GridWidget, f"on_{kind}")) for kind in kinds)
    assert {message["content"]["kind"] for message in GOLDEN["to_python"]} == kinds


def asked() -> list[dict[str, Any]]:
    refs = SCHEMA["properties"]["to_python"]["oneOf"]
    return [SCHEMA["definitions"][ref["$ref"].rpartition("/")[2]] for ref in refs]


def test_the_state_keeps_the_contract() -> None:
    widget = GridWidget(four_pictures())
    state = widget.get_state(list(SCHEMA["definitions"]["GridState"]["properties"]))
    schema = {**SCHEMA["properties"]["state"], "definitions": SCHEMA["definitions"]}
    jsonschema.Draft7Validator(schema).validate(state)
    widget.close()
