"""Several widgets on one data set: what is decided in one is seen in the others, and all of it outlives the kernel."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from playwright.sync_api import expect

PATIENCE = 30_000
SETUP = f"""import os, sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
from judged_learner import judged
from fastwidgets import ConfusionMatrix, ImageCleaner, Labeler
learn = judged(os.path.abspath('animals'))
print(os.getpid())"""
CELLS = [
    SETUP,
    "labeler = Labeler('animals', classes=['cat', 'dog', 'owl'], height=300)\nlabeler",
    "cleaner = ImageCleaner(learn, scan=False, height=300)\ncleaner",
    "confusion = ConfusionMatrix(learn, height=300)\nconfusion",
]
LABELER, CLEANER, CONFUSION = ".fw-Labeler", ".fw-CleanerView", ".fw-ConfusionView"
LOST = "The kernel does not answer any more"


def says(page, root: str, words: str) -> None:
    expect(page.locator(f"{root} .fw-Grid-said").last).to_have_text(re.compile(words), timeout=PATIENCE)


def test_a_labeler_a_cleaner_and_a_matrix_decide_together_and_outlive_a_kill(notebook) -> None:
    page = notebook(CELLS)
    for cell in range(4):
        page.run(cell)
    changes = page.locator(".fw-Cleaner-changes")
    expect(changes).to_have_text("0 changes", timeout=PATIENCE)
    # by key in the labeler; the first picture is train/cat/cat0.png
    page.locator(".fw-Labeler-port").focus()
    page.wait_for_function("() => document.querySelector('.fw-Labeler-focus').dataset.shown === '0'", timeout=PATIENCE)
    page.keyboard.press("2")
    expect(page.locator(".fw-Labeler-counts")).to_have_text(re.compile("^1 of 62 labelled"), timeout=PATIENCE)
    expect(changes).to_have_text("1 change", timeout=PATIENCE)
    page.shot("labelled")
    # in the cleaner; the labeler goes on all the same
    page.locator(f"{CLEANER} [role=grid]").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("e")
    says(page, CLEANER, "1 item excluded")
    expect(changes).to_have_text("2 changes", timeout=PATIENCE)
    page.locator(f"{CONFUSION} [role=grid].fw-Grid-port").focus()
    page.keyboard.press("Home")
    page.keyboard.press("p")
    says(page, CONFUSION, "1 item is")
    expect(changes).to_have_text("3 changes", timeout=PATIENCE)
    page.locator(".fw-Labeler-port").focus()
    page.keyboard.press("Control+z")  # the latest of all
    expect(changes).to_have_text("2 changes", timeout=PATIENCE)
    page.shot("together")
    os.kill(int(page.text(0).strip().splitlines()[-1]), signal.SIGKILL)
    for root in (LABELER, CLEANER, CONFUSION):
        expect(page.locator(root)).to_contain_text(LOST, timeout=60_000)
        expect(page.locator(root).get_by_role("button", name=re.compile("^(Skip|Exclude)")).first).to_be_disabled()
    page.get_by_role("button", name="Ok", exact=True).click()
    page.shot("killed")
    page.ready()
    for cell in range(4):
        page.run(cell)
    expect(changes).to_have_text("2 changes", timeout=PATIENCE)
    expect(page.locator(".fw-Labeler-counts")).to_have_text(re.compile("^1 of 62 labelled"), timeout=PATIENCE)
    page.shot("again")
