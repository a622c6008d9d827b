"""The confusion matrix and the top losses in a real JupyterLab, by mouse and by keyboard, on one learner."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

SETUP = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
SETUP += "from judged_learner import *\nfrom fastwidgets import ConfusionMatrix, TopLosses\nlearn = judged('{folder}')"
LOADED = """() => {
  const tiles = [...document.querySelectorAll('.fw-Grid [role=gridcell]')].filter(tile => tile.checkVisibility());
  return tiles.length > 0 && tiles.every(tile => !tile.classList.contains('fw-mod-waiting')
    && !tile.dataset.caption.startsWith('…'));
}"""
CELL = ".fw-ConfusionView .fw-Matrix [role=gridcell]"
CONFUSION, LOSSES = ".fw-ConfusionView", ".fw-TopLossesView:not(.fw-ConfusionView)"


def opened(notebook, folder: str, *cells: str, **kwargs: str):
    page = notebook([SETUP.format(folder=folder), *cells], **kwargs)
    for cell in range(len(cells) + 1):
        if cell == 0 or "end of cell" not in cells[cell - 1]:
            page.run(cell)
    page.wait_for_function(LOADED, timeout=30_000)
    return page


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_cell_shows_its_images_and_a_new_label_moves_the_counts_everywhere(notebook) -> None:
    page = opened(notebook, "animals", "c = ConfusionMatrix(learn)\nc", "t = TopLosses(learn)\nt")
    page.shot("first")
    page.locator(f"{CONFUSION} .fw-Matrix-port").focus()
    page.shot("focused")
    expect(page.locator(CELL)).to_have_attribute("aria-label", "cat predicted rightly: 9 images, 69 % of cat")
    press(page, "ArrowRight", "Enter")
    expect(page.locator(f"{CONFUSION} .fw-Grid-counts")).to_have_text("4 of 62 images")
    expect(page.locator(CELL)).to_have_attribute("aria-label", "cat predicted dog: 4 images, 31 % of cat")
    expect(page.locator(CELL)).to_have_attribute("aria-selected", "true")
    filters = page.locator(f"{CONFUSION} .fw-Grid-arranged button").first
    expect(filters).to_have_text("Filter: Split: valid · Label: cat · Prediction: dog")
    names = page.locator(f"{CONFUSION} .fw-Grid-tile:visible").evaluate_all("all => all.map(one => one.dataset.caption)")
    assert sorted(name.split("\n")[0] for name in names) == [f"valid/cat/dog{i}x.png" for i in range(4)]
    press(page, "g", "Control+a", "2")  # to the images, all of them, and the second class
    expect(page.locator(f"{CONFUSION} .fw-Grid-said")).to_have_text("4 items are dog now.")
    expect(page.locator(CELL)).to_have_attribute("aria-label", "cat predicted dog: 0 images")
    expect(page.locator(f"{CONFUSION} .fw-TopLosses-words")).to_contain_text("4 labels edited")
    tile = page.locator(f"{LOSSES} .fw-Grid-tile[aria-label^='valid/cat/dog0x.png']")
    expect(tile).to_have_attribute("aria-label", re.compile("dog → dog 1.00 .*decision: relabelled"))
    page.shot("relabelled")
    press(page, "Control+z")
    expect(page.locator(CELL)).to_have_attribute("aria-label", "cat predicted dog: 4 images, 31 % of cat")
    expect(tile).to_have_attribute("aria-label", re.compile("cat → dog 1.00"))
