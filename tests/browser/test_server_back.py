"""A server that is killed while somebody labels, and started again as it was, under a page that stays open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_pages import Page, Server, serving
from pictures import numbered
from playwright.sync_api import expect

COUNTS, TROUBLE = ".fw-Labeler-counts", ".fw-Labeler-trouble"
SAID = ".fw-Labeler-bar .fw-Grid-said"
SHOWN = "i => document.querySelector('.fw-Labeler-focus')?.dataset.shown === String(i)"
LABELER = "labeler = Labeler('keys', classes=['ant', 'bee', 'cow'])\nlabeler"
KEPT = "print({path.stem: label for path, label in labeler.labels.items()})"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server that no other test is on."""
    with serving(tmp_path) as found:
        yield found


def test_what_was_decided_while_the_server_was_away_is_told_and_saved_afterwards(own: Server, chromium) -> None:
    numbered(own.root / "keys", 12, classes=("set",))
    context = chromium.new_context(viewport=dict(width=1280, height=900))
    page = Page(context.new_page(), own, "server-back")
    page.open(["from fastwidgets import Labeler", LABELER, KEPT])
    page.run(0)
    page.run(1)
    page.locator(".fw-Labeler-port").focus()
    for i, key in enumerate("123"):
        page.wait_for_function(SHOWN, arg=i)
        page.keyboard.press(key)
    expect(page.locator(COUNTS)).to_have_text("3 of 12 labelled")
    page.wait_for_function(SHOWN, arg=3)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(SHOWN, arg=2)
    own.kill()
    page.keyboard.press("1")  # not a cow after all
    page.wait_for_function(SHOWN, arg=3)
    page.keyboard.press("2")
    waiting = page.locator(TROUBLE)
    expect(waiting).to_have_text(
        "2 decisions are not saved yet, and sent again: set/00002.jpg: ant; set/00003.jpg: bee."
    )
    page.shot("away")
    own.start()
    expect(waiting).to_contain_text("run this notebook again from the first cell", timeout=60_000)
    expect(waiting).to_contain_text("2 decisions are not saved, sent again then: set/00002.jpg: ant; set/00003.jpg")
    page.locator(".jp-Dialog").get_by_role("button", name="Close").click()  # JupyterLab's own words on it
    page.shot("back")
    page.wait_for_function("() => !window.__panel.sessionContext.session?.kernel", timeout=60_000)  # not only dead
    page.run(0)  # starts a kernel; JupyterLab runs no more than this cell meanwhile
    page.ready()
    page.run(1)
    expect(page.locator(SAID)).to_have_text(
        "Saved now, since it was not before: set/00002.jpg: ant; set/00003.jpg: bee.", timeout=30_000
    )
    expect(page.locator(COUNTS)).to_have_text("4 of 12 labelled")
    page.shot("saved")
    page.run(2)
    assert page.text(2).strip() == "{'00000': 'ant', '00001': 'bee', '00002': 'ant', '00003': 'bee'}"
    context.close()
