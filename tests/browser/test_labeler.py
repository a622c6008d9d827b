"""The labeler in a real JupyterLab: by keyboard, by mouse, drawn on, loaded again, in two tabs."""

from __future__ import annotations

from pathlib import Path

from pictures import numbered
from playwright.sync_api import expect

ROOT = ".fw-Labeler"
PORT = ".fw-Labeler-port"
TITLE, LABEL, COUNTS = ".fw-Labeler-title", ".fw-Labeler-label", ".fw-Labeler-counts"
SAID, TROUBLE = f"{ROOT} .fw-Labeler-line .fw-Grid-said", ".fw-Labeler-trouble"
MAKE = "import sys; sys.path.insert(0, {here!r})\nfrom pathlib import Path\nfrom fastwidgets import Labeler\n"
SETUP = MAKE.format(here=str(Path(__file__).parent))
CELLS = "() => window.__panel.content.widgets.length"
SHOWN = "() => document.querySelector('.fw-Labeler-focus').dataset.shown"
WORDS = ["ant", "bee", "cow", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay", "koi", "lynx"]


def shown(notebook, name: str, *cells: str, n: int = 60):
    """A page with a labeler of `n` numbered pictures in the folder `name`; its cell is the second one."""
    page = notebook([SETUP, *cells])
    numbered(page.server.root / name, n)
    page.run(0)
    page.run(1)
    page.locator(ROOT).wait_for()
    return page


def in_sight(page, i: int) -> None:
    """The picture with that number in the queue is on the page, not only asked for."""
    page.wait_for_function(f"i => ({SHOWN})() === String(i)", arg=i, timeout=30_000)


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def by_keys(page, key: str, first: int, n: int) -> None:
    """Press `key` on `n` pictures, each as soon as it is in sight."""
    for i in range(first, first + n):
        in_sight(page, i)
        press(page, key)


def test_try(notebook):
    page = shown(notebook, "try", f"labeler = Labeler('try', classes={WORDS})\nlabeler", "print(labeler.progress)")
    page.locator(PORT).focus()
    in_sight(page, 0)
    page.shot("first")
    by_keys(page, "2", 0, 5)
    expect(page.locator(COUNTS)).to_have_text("5 of 60 labelled")
    page.shot("labelled")
    press(page, "g")
    page.wait_for_timeout(1000)
    page.shot("grid")
    press(page, "g", "?")
    page.wait_for_timeout(300)
    page.shot("keys")
    page.run(2)
    print(page.text(2), page.errors)
