"""The widgets on the grid in Voilà: the same keys, the same decisions, and a page without a notebook around them."""

from __future__ import annotations

import re
from pathlib import Path

from pictures import numbered
from playwright.sync_api import expect
from spoilt import planted

PATIENCE = 60_000
HERE = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
JUDGED = HERE + "from judged_learner import *\nfrom fastwidgets import ConfusionMatrix, TopLosses\n"
JUDGED += "learn = judged('animals')"


def opened(page, *cells: str) -> None:
    name = page.server.write(list(cells))
    page.go(f"voila/render/{name}")


def is_ours_clean(page) -> None:
    assert [error for error in page.errors if "fastwidgets/" in error] == []


def said(page, root: str, words: str) -> None:
    expect(page.locator(f"{root} .fw-Grid-said").last).to_have_text(re.compile(words), timeout=PATIENCE)


def test_the_cleaner_excludes_and_takes_back(page) -> None:
    planted(page.server.root / "set")
    opened(page, HERE + "from fastwidgets import ImageCleaner", "ImageCleaner('set')")
    expect(page.locator(".fw-Cleaner-issue").nth(1)).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".fw-Cleaner-progress")).to_be_hidden(timeout=PATIENCE)
    page.shot("cleaner")
    page.locator(".fw-CleanerView [role=grid]").focus()
    page.keyboard.press("Home")
    page.keyboard.press("e")
    said(page, ".fw-CleanerView", "xcluded")
    expect(page.locator(".fw-Cleaner-changes")).to_have_text("1 change")
    page.keyboard.press("Control+z")
    expect(page.locator(".fw-Cleaner-changes")).to_have_text("0 changes", timeout=PATIENCE)
    page.shot("cleaner-undone")
    is_ours_clean(page)


def test_the_confusion_matrix_and_the_top_losses_follow_a_new_label(page) -> None:
    opened(page, JUDGED, "c = ConfusionMatrix(learn)\nc", "t = TopLosses(learn)\nt")
    cell = page.locator(".fw-ConfusionView .fw-Matrix [role=gridcell]")
    expect(page.locator(".fw-TopLossesView:not(.fw-ConfusionView) .fw-Grid-counts")).to_have_text(
        re.compile("images"), timeout=PATIENCE
    )
    expect(cell).to_have_attribute("aria-label", re.compile("^cat predicted rightly"), timeout=PATIENCE)
    page.locator(".fw-ConfusionView .fw-Matrix-port").focus()
    page.keyboard.press("ArrowRight")
    expect(cell).to_have_attribute("aria-label", re.compile("^cat predicted dog"), timeout=PATIENCE)
    page.keyboard.press("Enter")
    expect(page.locator(".fw-ConfusionView .fw-Grid-counts")).to_have_text("4 of 62 images")
    page.shot("confusion")
    for key in ("g", "Control+a", "2"):
        page.keyboard.press(key)
    expect(cell).to_have_attribute("aria-label", "cat predicted dog: 0 images", timeout=PATIENCE)
    expect(page.locator(".fw-ConfusionView .fw-TopLosses-words")).to_contain_text("4 labels edited")
    page.shot("relabelled")
    is_ours_clean(page)


def test_the_labeler_labels_by_one_key(page) -> None:
    numbered(page.server.root / "voila", 12, classes=("set",))
    opened(page, HERE + "from fastwidgets import Labeler", "Labeler('voila', classes=['ant', 'bee'])")
    page.locator(".fw-Labeler-port").focus()
    shown = "i => document.querySelector('.fw-Labeler-focus').dataset.shown === String(i)"
    for i, key in enumerate("121"):
        page.wait_for_function(shown, arg=i, timeout=PATIENCE)
        page.keyboard.press(key)
    expect(page.locator(".fw-Labeler-counts")).to_contain_text("3", timeout=PATIENCE)
    page.shot("labeler")
    is_ours_clean(page)
