"""The grid's wire without a browser: questions in, answers out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

from fastwidgets.grid.actions import Action
from fastwidgets.grid.overlay import Boxes, Heat, Overlay
from fastwidgets.grid.session import GridSession
from fastwidgets.grid.widget import GridWidget
from fastwidgets.server.registry import read
from fastwidgets.thumbnails.packed import PICTURE, Thumb, unpack

CONTRACT = json.loads((Path(__file__).parents[3] / "fastwidgets/contract/grid.json").read_text())
SCHEMA = jsonschema.Draft7Validator({**CONTRACT["properties"]["to_browser"], "definitions": CONTRACT["definitions"]})


class Told:
    """What a widget has sent; every message is held against the contract."""

    def __init__(self, widget: GridWidget) -> None:
        self.widget, self.messages = widget, list[tuple[dict[str, Any], Any]]()
        widget.send = self._take

    def _take(self, content: dict[str, Any], buffers: Any = None) -> None:
        SCHEMA.validate(json.loads(json.dumps(content)))
        self.messages.append((content, buffers))

    def ask(self, **message: Any) -> None:
        self.widget._handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})

    def of(self, kind: str) -> list[tuple[dict[str, Any], Any]]:
        return [one for one in list(self.messages) if one[0]["kind"] == kind]

    def wait(self, done: Callable[[], Any]) -> None:
        deadline = time.monotonic() + 10
        while not done() and time.monotonic() < deadline:
            time.sleep(0.005)
        assert done(), [content for content, _ in self.messages]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for i in range(5):
        Image.new("RGB", (10 + i, 20)).save(tmp_path / f"{i}.png")
    (tmp_path / "broken.png").write_text("not a picture")
    return tmp_path


@pytest.fixture
def told(folder: Path) -> Iterator[Told]:
    session = GridSession([*sorted(folder.iterdir()), folder / "gone.png", None])  # 0-4, 5 broken, 6 gone, 7 without
    session.add_column("label", ["a", "b"] * 4, kind="category")
    widget = GridWidget(session)
    yield Told(widget)
    widget.close()


def test_a_view_that_says_hello_gets_all_but_the_tiles(told: Told) -> None:
    told.widget.session.select([1, 2])
    told.messages.clear()
    told.ask(kind="hello")
    assert [content["kind"] for content, _ in told.messages] == ["grid", "view", "selection"]
    assert told.messages[0][0]["total"] == 8
    assert np.frombuffer(told.messages[1][1][0], "<i4").tolist() == list(range(8))
    assert told.messages[2][1][0] == b"\x06" and told.messages[2][0]["count"] == 2


def test_a_page_has_words_pictures_and_reasons(told: Told) -> None:
    told.ask(kind="ask", rid=3, ids=[0, 6, 7], pictures=[0, 5, 6, 7], side=100)
    told.wait(lambda: told.of("tiles") and told.of("tiles")[-1][0]["last"])
    words = [tile for content, _ in told.of("tiles") for tile in content["tiles"]]
    assert [(tile["id"], tile["captions"], tile["details"]) for tile in words] == [
        (0, ["0.png"], ["0.png", "a"]), (6, ["gone.png"], ["gone.png", "a"]), (7, [""], ["", "b"])]  # fmt: skip
    thumbs = dict(pair for content, buffers in told.of("tiles")
                  for pair in zip(content["pictures"], unpack(buffers[0]), strict=True))  # fmt: skip
    assert thumbs[0].status == PICTURE and thumbs[6].reason == "The file is gone."
    assert thumbs[5].reason.startswith("It holds text") and thumbs[7] == Thumb.without("")
    assert told.widget.notice == ""


def test_ids_that_there_are_not_are_passed_over(told: Told) -> None:
    told.ask(kind="ask", rid=3, ids=[99, -1, 2], pictures=[1000], side=128)
    told.wait(lambda: told.of("tiles"))
    assert [tile["id"] for tile in told.of("tiles")[0][0]["tiles"]] == [2] and told.widget.notice == ""


def test_a_picture_at_full_size_says_how_large_its_file_is(told: Told) -> None:
    for rid, i in ((1, 4), (2, 5), (3, 7)):
        told.ask(kind="picture", rid=rid, id=i, side=2048)
    told.wait(lambda: len(told.of("picture")) == 3)
    found = {content["rid"]: (content, buffers[0]) for content, buffers in told.of("picture")}
    assert (found[1][0]["width"], found[1][0]["height"]) == (14, 20) and found[1][1].startswith(b"\x89PNG")
    assert found[2][0]["reason"].startswith("It holds text") and found[2][1] == b""
    assert found[3][0]["reason"] == "" and found[3][1] == b""


def test_selecting_is_answered_with_the_number_of_the_question(told: Told) -> None:
    def select(how: str, ids: list[int], seq: int, between: bool = False) -> None:
        told.ask(kind="select", how=how, ids=ids, range=between, client="me", seq=seq)

    select("set", [1, 3], 1, between=True)
    content, buffers = told.of("selection")[-1]
    assert (content["client"], content["seq"], content["count"]) == ("me", 1, 3) and buffers[0] == b"\x0e"
    select("toggle", [2, 7, 99], 2)
    assert told.widget.session.selected.tolist() == [1, 3, 7]
    select("view", [], 3)
    assert len(told.widget.session.selected) == 8
    select("invert", [], 4)
    assert len(told.widget.session.selected) == 0
    select("add", [4], 5)
    select("none", [], 6)
    assert len(told.widget.session.selected) == 0 and told.of("selection")[-1][0]["seq"] == 6


def test_filters_and_sorts_come_back_with_the_new_order(told: Told) -> None:
    told.ask(kind="arrange", filters=[{"column": "label", "op": "in", "value": ["b"]}],
             sorts=[{"column": "name", "descending": True}])  # fmt: skip
    assert np.frombuffer(told.of("view")[-1][1][0], "<i4").tolist() == [5, 3, 1, 7]  # without a name: last
    assert told.of("grid")[-1][0]["filters"][0]["value"] == ["b"]
    told.ask(kind="facets", column="label")
    assert told.of("facets")[-1][0]["counts"] == {"a": 4, "b": 4}


def test_a_question_that_makes_no_sense_is_answered_in_the_widget(told: Told) -> None:
    told.ask(kind="arrange", filters=[{"column": "loss", "op": "in", "value": ["b"]}], sorts=[])
    assert "There is no column 'loss'" in told.widget.notice
    told.ask(kind="explode")
    assert "'explode'" in told.widget.notice


def test_an_action_is_done_and_what_it_says_is_shown(told: Told) -> None:
    session = told.widget.session

    def relabel(ids: Any, argument: str) -> str:
        session.set_values("label", ids, argument)
        return f"{argument}: {len(ids)}."

    session.add_action(Action("relabel", "Relabel", argument="class"), relabel)
    told.ask(kind="act", action="relabel", focus=3, argument="new")
    assert told.of("said")[-1][0]["text"] == "new: 1." and session.values("label", [3]) == ["new"]
    assert told.of("stale")[-1][0]["what"] == "values"
    assert told.of("grid")[-1][0]["columns"][1]["classes"] == ["a", "b", "new"]
    told.ask(kind="act", action="relabel", focus=None, argument="new")
    assert "nothing is selected" in told.widget.notice
    assert told.of("refused")[-1][0] == {"kind": "refused", "focus": None}
    told.ask(kind="act", action="relabel", focus=2, argument="a")
    assert told.widget.notice == ""


def test_what_other_code_changes_is_sent_by_itself(told: Told) -> None:
    with told.widget.lock:
        told.widget.session.select([0])
        told.widget.session.set_sorts([("name", True)])
    told.wait(lambda: told.of("selection") and told.of("view"))


class Overlaid(GridWidget):
    def overlay(self, ids: Any) -> dict[int, Overlay]:
        if 4 in ids:
            raise RuntimeError("This model has no layer to look at.")
        return {i: Heat(np.eye(3)) for i in ids if i != 1} | {2: Boxes([(1, 2, 3, 4, "<a&b>")], 10, 20)}


def test_overlays_are_images_and_what_goes_wrong_is_shown(folder: Path) -> None:
    widget = Overlaid(GridSession(sorted(folder.iterdir())))
    told = Told(widget)
    told.ask(kind="overlays", rid=9, ids=[0, 1, 2])
    told.wait(lambda: told.of("overlays"))
    content = told.of("overlays")[0][0]
    assert content["ids"] == [0, 1, 2] and set(content["uris"]) == {"0", "2"}
    assert content["uris"]["0"].startswith("data:image/png;base64,")
    told.ask(kind="overlays", rid=10, ids=[4])
    told.wait(lambda: widget.notice)
    assert "no layer to look at" in widget.notice
    assert told.of("overlays")[-1][0]["rid"] == 10  # the browser does not wait for ever
    widget.close()


def test_what_was_scrolled_past_is_not_made(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, cancelled = threading.Event(), list[bool]()

    def pages(paths: Any, side: int, is_cancelled: Callable[[], bool]) -> Iterator[Any]:
        yield [(0, Thumb(PICTURE, b"x"))]
        let_go.wait(5)
        cancelled.append(is_cancelled())

    monkeypatch.setattr(told.widget._thumbnails, "pages", pages)
    told.ask(kind="ask", rid=5, ids=[0], pictures=[0, 1], side=128)
    told.wait(lambda: told.of("tiles"))
    told.ask(kind="drop", rid=5)
    told.ask(kind="drop", rid=77)
    let_go.set()
    told.wait(lambda: cancelled)
    assert cancelled == [True]


def test_the_server_knows_the_files_until_the_grid_is_closed(folder: Path) -> None:
    widget = GridWidget(GridSession([folder / "0.png", None]))
    token = widget._token
    found = read(token)
    assert found is not None and found.paths == [str(folder / "0.png").encode(), b""]
    assert found.store == str(widget._thumbnails.store.path)
    widget.close()
    assert read(token) is None


def test_where_the_user_was_is_there_after_a_reload(told: Told) -> None:
    told.ask(kind="look", focus=5, tile=200, top=4)
    told.ask(kind="hello")
    assert told.of("grid")[-1][0]["look"] == {"focus": 5, "tile": 200, "top": 4}


def test_a_saved_notebook_shows_the_page_and_a_cell_after_it_renews_it(folder: Path, own_home: Path) -> None:
    cells = [
        f"from fastwidgets import ImageGrid\ngrid = ImageGrid({str(folder)!r})\ngrid",
        "import time\ngrid.select([grid.session.paths[0]])\ngrid.refresh_twin()",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    live, twin = (output["data"] for output in book.cells[0].outputs)
    assert "application/vnd.jupyter.widget-view+json" in live
    assert "Images: 6 images, 1 selected." in twin["text/plain"]
    assert twin["text/html"].count("<img") == 5 and "It holds text" in twin["text/html"]
    assert len(json.dumps(book.cells[0].outputs)) < 200_000
