"""The cleaner in a real JupyterLab, by mouse and by keyboard: found, decided, undone, moved, and trained on."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect
from spoilt import planted

GRID = ".fw-CleanerView .fw-Grid"
PORT = f"{GRID} [role=grid]"
COUNTS = f"{GRID} .fw-Grid-counts"
SAID = f"{GRID} .fw-Grid-said"
PATIENCE = 30_000
SETUP = f"""import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
from fastlearn.vision.all import *
from fastwidgets import ImageCleaner
from fastwidgets.journal import Journal"""
LEARN = """def small(n):
    body = nn.Conv2d(3, 16, 5, 2, 2), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten()
    return nn.Sequential(*body, nn.Linear(256, n))
files = sorted(get_image_files('set'))
made = dict(valid_pct=0.25, seed=1, item_tfms=Resize(24), bs=16, num_workers=0)
learn = Learner(ImageDataLoaders.from_path_func('set', files, parent_label, **made), small(2), metrics=accuracy,
                path='work', seed=1)
with learn.no_bar(), learn.no_logging(): learn.fit_one_cycle(8, 1e-2)"""
LOADED = """() => {
  const tiles = [...document.querySelectorAll('.fw-Grid [role=gridcell]')].filter(tile => tile.checkVisibility());
  return tiles.length > 0 && tiles.every(tile => !tile.classList.contains('fw-mod-waiting')
    && !tile.dataset.caption.startsWith('…'));
}"""
TRAINED = """() => JSON.stringify(window.__panel.content.widgets[3].model.outputs.toJSON())
  .includes('may come from the further training')"""
SEARCHED = """() => document.querySelector('.fw-Cleaner-progress')?.hidden
  && document.querySelectorAll('.fw-Cleaner-issue').length > 1"""


def issue(page, name: str):
    return page.locator(".fw-Cleaner-issue").filter(has_text=re.compile(f"^{name}"))


def searched(page) -> None:
    page.wait_for_function(SEARCHED, timeout=60_000)


def counts(page, words: str) -> None:
    expect(page.locator(COUNTS)).to_have_text(re.compile(words), timeout=PATIENCE)


def said(page, words: str) -> None:
    expect(page.locator(SAID)).to_have_text(re.compile(words), timeout=PATIENCE)


def changes(page, words: str) -> None:
    expect(page.locator(".fw-Cleaner-changes")).to_have_text(words, timeout=PATIENCE)


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_wrong_labels_and_copies_are_fixed_and_training_goes_on(notebook) -> None:
    show = "cleaner = ImageCleaner(learn, height=460)\ncleaner"
    page = notebook([SETUP, LEARN, show, "print(len(cleaner.changed), len(cleaner.excluded))"])
    wrong = planted(page.server.root / "set")
    page.run(0)
    page.run(1)
    page.run(2)
    searched(page)
    page.wait_for_function(LOADED, timeout=PATIENCE)
    page.shot("found")
    for name, n in (("Exact duplicates", 6), ("Dark", 4), ("Unreadable", 1)):
        expect(issue(page, name).locator("i")).to_have_text(str(n), timeout=PATIENCE)
    # by keyboard: to the doubts, all of them, accept, undo the whole step, and again
    issue(page, "All images").focus()
    press(page, "ArrowDown", "Enter")
    counts(page, rf"^\d+ of {wrong.total} images")
    page.wait_for_function(LOADED, timeout=PATIENCE)
    page.shot("doubts")
    shown = page.locator(f"{PORT} [role=gridcell]:visible").evaluate_all("all => all.map(t => t.dataset.caption)")
    assert len({name for name in wrong.wrong if any(name in caption for caption in shown)}) >= 4
    page.locator(PORT).focus()
    press(page, "Control+a")
    counts(page, "selected")
    n = int(re.search(r"(\d+) selected", page.locator(COUNTS).inner_text())[1])
    assert 3 <= n <= 12
    press(page, "a")
    changes(page, f"{n} changes")
    press(page, "Control+z")
    said(page, "^Undone: ")
    changes(page, "0 changes")
    press(page, "Control+y")
    changes(page, f"{n} changes")
    # marks are there after every change of class, split and issue
    for select, value in (("Show only one class", "bars"), ("Show only one side of the split", "valid")):
        page.get_by_title(select).select_option(value)
    page.get_by_title("Show only one class").select_option("")
    page.get_by_title("Show only one side of the split").select_option("")
    changes(page, f"{n} changes")
    # by mouse: copies, the best of each group is kept
    issue(page, "Exact duplicates").click()
    counts(page, "^6 of")
    page.wait_for_function(LOADED, timeout=PATIENCE)
    press(page, "Control+Shift+a")
    page.locator(PORT).focus()
    press(page, "Control+Shift+A", "Control+a")
    page.get_by_role("button", name=re.compile(r"^Keep best of group \(6\)")).click()
    said(page, "3 items excluded")
    page.shot("copies")
    expect(issue(page, "Exact duplicates").locator("i")).to_have_text("6 ✓", timeout=PATIENCE)
    issue(page, "All images").click()
    # others like this
    page.locator(PORT).focus()
    press(page, "Control+Shift+A", "Home", "s")
    said(page, "most like it")
    # a reload keeps it all
    page.load_again(2)
    page.ready()
    changes(page, f"{n + 3} changes")
    page.command("apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function(LOADED, timeout=PATIENCE)
    page.wait_for_function("() => !document.querySelector('#jupyterlab-splash')", timeout=PATIENCE)
    page.shot("dark")
    page.command("apputils:change-theme", theme="JupyterLab Light")
    # the code, and the training in a cell below
    page.get_by_role("button", name="Code", exact=True).click()
    expect(page.locator(".fw-Cleaner-sheet pre")).to_contain_text("decide_all(", timeout=PATIENCE)
    page.shot("code")
    press(page, "Escape")
    page.get_by_role("button", name="Apply and continue training").click()
    page.wait_for_function("() => window.__panel.content.widgets.length === 5", timeout=PATIENCE)
    page.wait_for_function(TRAINED, timeout=90_000)
    assert "fix_and_continue(learn" in page.evaluate("window.__panel.content.widgets[3].model.sharedModel.getSource()")
    html = page.evaluate("JSON.stringify(window.__panel.content.widgets[3].model.outputs.toJSON())")
    assert "without 3 excluded items" in html and "Part of any difference may come from the further training" in html
    page.shot("trained")
    page.run(4)
    assert page.text(4).strip() == f"{n} 3"


def test_without_a_model_after_a_restart_and_into_the_files(notebook) -> None:
    page = notebook([SETUP, "cleaner = ImageCleaner('files', height=420)\ncleaner", "print(cleaner.issues)"])
    planted(page.server.root / "files")
    root = page.server.root / "files"
    page.run(0)
    page.run(1)
    searched(page)
    issue(page, "Unreadable").click()
    counts(page, "^1 of")
    expect(page.locator(f"{PORT} [role=gridcell]:visible").first).to_have_attribute(
        "data-caption", re.compile("broken"), timeout=PATIENCE
    )
    page.locator(PORT).focus()
    press(page, "Home", "e")
    changes(page, "1 change")
    issue(page, "Dark").click()
    counts(page, "^4 of")
    page.locator(PORT).focus()
    press(page, "Home", "2")  # the second class, and on
    changes(page, "2 changes")
    page.restart()
    page.restarted()
    page.run(0)
    page.run(1)
    searched(page)
    changes(page, "2 changes")
    before = sorted(p.relative_to(root).as_posix() for p in root.rglob("*.png"))
    page.get_by_role("button", name="Move files…").click()
    expect(page.locator(".fw-Cleaner-sheet")).to_contain_text("2 files would be moved", timeout=PATIENCE)
    page.shot("plan")
    page.get_by_role("button", name="Move them").click()
    said(page, "2 files moved")
    assert not (root / "bars/broken.png").exists()
    page.get_by_role("button", name="Take files back").click()
    said(page, "All files are back")
    assert sorted(p.relative_to(root).as_posix() for p in root.rglob("*.png")) == before
    page.set_viewport_size({"width": 700, "height": 900})
    page.shot("narrow")
