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
HEATED = """() => [...document.querySelectorAll('.fw-Grid-tile')]
  .filter(tile => tile.checkVisibility() && /^url\\("data:image\\/png.*, url/.test(tile.style.backgroundImage))
  .length === 4"""
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
    names = page.locator(f"{CONFUSION} .fw-Grid-tile:visible").evaluate_all(
        "all => all.map(one => one.dataset.caption)"
    )
    assert sorted(name.split("\n")[0] for name in names) == [f"valid/cat/dog{i}x.png" for i in range(4)]
    press(page, "g", "Control+a", "2")  # to the tiles, all of them, and the second class
    expect(page.locator(f"{CONFUSION} .fw-Grid-said")).to_have_text("4 items are dog now.")
    expect(page.locator(CELL)).to_have_attribute("aria-label", "cat predicted dog: 0 images")
    expect(page.locator(f"{CONFUSION} .fw-TopLosses-words")).to_contain_text("4 labels edited")
    tile = page.locator(f"{LOSSES} .fw-Grid-tile[aria-label^='valid/cat/dog0x.png']")
    expect(tile).to_have_attribute("aria-label", re.compile("dog → dog 1.00.*decision: relabelled"))
    page.shot("relabelled")
    press(page, "Control+z")
    expect(page.locator(CELL)).to_have_attribute("aria-label", "cat predicted dog: 4 images, 31 % of cat")
    expect(tile).to_have_attribute("aria-label", re.compile("cat → dog 1.00"))


def told(page, text: str) -> None:
    """The line below the table says so."""
    expect(page.locator(f"{CONFUSION} .fw-Matrix-said")).to_have_text(text)


def at(page, row: float, column: float) -> tuple[float, float]:
    """The middle of a cell of the animals' table on the page, in pixels."""
    box = page.locator(f"{CONFUSION} .fw-Matrix-port").bounding_box()
    return box["x"] + 36 + 48 * (column + 0.5), box["y"] + 84 + 48 * (row + 0.5)


def test_by_mouse_in_the_dark_with_heat_maps_until_training_goes_on(notebook) -> None:
    page = opened(notebook, "animals2", "c = ConfusionMatrix(learn)\nc")
    page.command("apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    counts = page.locator(f"{CONFUSION} .fw-Grid-counts")
    page.locator(f"{CONFUSION} .fw-Matrix-port").scroll_into_view_if_needed()
    page.at_rest(f"{CONFUSION} .fw-Matrix-port")
    page.mouse.click(*at(page, 2, 0))
    expect(counts).to_have_text("2 of 62 images")
    told(page, "owl predicted cat: 2 images, 22 % of owl")
    page.mouse.move(*at(page, 0, 1))
    told(page, "cat predicted dog: 4 images, 31 % of cat")
    page.mouse.move(*at(page, 0, 0))
    page.mouse.down()
    page.mouse.move(*at(page, 1, 1), steps=4)
    page.mouse.up()
    expect(counts).to_have_text("21 of 62 images")
    page.mouse.click(at(page, 0, 0)[0] - 40, at(page, 0, 0)[1])  # the name of a row
    expect(counts).to_have_text("13 of 62 images")
    page.get_by_role("button", name="dog → owl").click()
    expect(counts).to_have_text("1 of 62 images")
    page.get_by_role("button", name="cat → dog").click()
    expect(counts).to_have_text("4 of 62 images")
    page.get_by_role("button", name="Heat map").click()
    page.wait_for_function(HEATED, timeout=30_000)
    page.shot("heat")
    page.locator(f"{CONFUSION} .fw-Grid-tile").first.click(position={"x": 10, "y": 10})
    page.get_by_role("button", name="Take prediction").click()
    told(page, "cat predicted dog: 3 images, 25 % of cat")
    page.get_by_role("button", name="Similar in training").click()
    expect(counts).to_contain_text("9 of 62 images")
    page.get_by_role("button", name="Code").click()
    expect(page.locator(".fw-TopLosses-code pre")).to_contain_text("shown = ConfusionMatrix(learn)")
    page.shot("similar")
    press(page, "Escape")
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Apply and continue").click()
    expect(page.get_by_text("Trained 1 epoch more with 1 corrected label")).to_be_visible(timeout=60_000)
    stale = page.locator(f"{CONFUSION} .fw-TopLosses-stale")
    expect(stale).to_contain_text("These answers are old", timeout=30_000)
    stale.scroll_into_view_if_needed()
    page.shot("stale")
    page.get_by_role("button", name="Update").click()
    expect(stale).to_be_hidden(timeout=60_000)
    page.shot("updated")


def test_each_task_has_its_table_and_a_thousand_classes_few_elements(notebook) -> None:
    kinds = ("labels", "numbers", "masks", "thousand")
    page = notebook([SETUP.format(folder="animals3"), *(f"c = ConfusionMatrix({kind}())\nc" for kind in kinds)])
    page.run(0)
    wanted = ["0, missed: 1 item", None, "ground predicted disc:", "0 predicted 1:"]
    for cell, expected in enumerate(wanted, start=1):
        page.run(cell)
        view = page.locator(CONFUSION).nth(cell - 1)
        view.locator(".fw-Matrix-port").focus()
        if expected is None:  # the farthest off: a field of the first row
            press(page, "n")
            expect(view.locator("[role=gridcell][aria-selected=true]").first).to_have_attribute(
                "aria-label", re.compile(r"target .*, off by [+-].*: [1-9]\d* items?")
            )
        else:
            press(page, "ArrowRight", "Enter")
            expect(view.locator(".fw-Matrix-said")).to_contain_text(expected)
        page.wait_for_timeout(300)
        page.shot(kinds[cell - 1])
    view = page.locator(CONFUSION).nth(3)
    assert view.locator(".fw-Matrix *").count() < 300
    view.locator(".fw-Matrix-port").focus()
    press(page, "/")
    page.keyboard.type("777")
    press(page, "Enter", "Home", "d", "+", "+", "+", "+", "+", "+", "+", "+", "+", "+", "+", "+", "+", "+")
    expect(view.locator(".fw-Matrix-said")).to_have_text("777 predicted 0: 0 items")
    press(page, "n")
    expect(view.locator(".fw-Matrix-said")).to_have_text(
        re.compile(r"\d+ predicted \d+: [12] items?, (50|100) % of \d+")
    )
    page.wait_for_timeout(300)
    page.shot("zoomed")
    assert view.locator(".fw-Matrix *").count() < 300


def test_a_page_loaded_again_and_one_without_its_kernel(notebook) -> None:
    page = opened(
        notebook, "animals4", "c = TopLosses(learn, title='<b>Worst</b>')\nc", "d = ConfusionMatrix(learn)\nd"
    )
    view = page.locator(CONFUSION)
    view.locator(".fw-Matrix-port").focus()
    press(page, "s", "p", "n")
    expect(view.locator(".fw-Grid-counts")).to_have_text("4 of 62 images")
    cells = page.evaluate("() => window.__panel.content.widgets.length")
    press(page, "d", "d", "x", "a", "b", "m", "?")
    expect(view.get_by_text("Keys while the table has the focus")).to_be_visible()
    page.shot("keys")
    assert page.evaluate("() => window.__panel.content.widgets.length") == cells
    press(page, "Escape")
    page.wait_for_timeout(800)
    page.load_again(1, 2)
    page.wait_for_function(LOADED, timeout=60_000)
    expect(view.locator(".fw-Grid-counts")).to_have_text("4 of 62 images", timeout=30_000)
    expect(view.locator("select").nth(1)).to_have_value("name")
    expect(view.locator("select").nth(2)).to_have_value("row")
    page.ready()
    page.set_viewport_size(dict(width=760, height=900))
    view.locator(".fw-Matrix-port").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    page.shot("narrow")
    page.restart()
    gone = "The kernel does not answer any more: run this notebook again from the first cell."
    expect(view.locator(".fw-Grid-alert")).to_have_text(gone)
    expect(view.get_by_role("button", name="CSV")).to_be_disabled()
    expect(view.get_by_role("button", name="All cells")).to_be_disabled()
    page.shot("lost")
    html = page.saved_outputs(2, "Labels against predictions")
    assert "valid/cat/dog0x.png" in html and len(html) < 200_000
    page.restarted()
