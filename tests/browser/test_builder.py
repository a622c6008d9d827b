"""The builder in a real JupyterLab: from a folder to loaders by mouse, by keyboard, and after a restart."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import expect

PATIENCE = 30_000
SETUP = "from fastwidgets import DataBlockBuilder"
HERE = str(Path(__file__).parents[1] / "widgets/builder")
PRINT = f"import sys; sys.path.insert(0, {HERE!r})\nfrom prints import print_of"
TWINS = 10
COLOURS = """() => [...document.querySelectorAll('.fw-Builder-tiles img')].filter(img => img.naturalWidth)
  .map(img => { const c = document.createElement('canvas'); c.width = c.height = 8; const x = c.getContext('2d');
    x.drawImage(img, 0, 0, 8, 8); return x.getImageData(0, 0, 8, 8).data.join(); }).join('|')"""
DRAWN = """n => [...document.querySelectorAll('.fw-Builder-tiles img')].filter(i => i.naturalWidth).length >= n
  && !document.querySelector('.fw-Builder-result[aria-busy=true]')"""


def mini(root: Path, n: int = 90) -> Path:
    """Pictures of three classes, each of its own look, with ten copies, one unreadable file and a name like markup."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:96, :128] / 128
    for i in range(n):
        label = ("cat", "dog", "<i>owl's")[i % 3]
        waves, start = rng.uniform(1, 6, (2, 3, 1, 1)), rng.uniform(0, 6, (3, 1, 1))
        pixels = np.sin(waves[0] * 6 * x + start) + np.cos(waves[1] * 5 * y + start)
        file = root / label / f"{i:03}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(((pixels + 2) * 63).astype(np.uint8).transpose(1, 2, 0)).save(file)
        if i < TWINS:
            file.with_name(f"copy{i:03}.jpg").write_bytes(file.read_bytes())
    (root / "dog/bad.jpg").write_text("no picture")
    return root


def tab(page, name: str):
    return page.get_by_role("tab", name=re.compile(f"^{name}"))


def line(page, name: str, words: str) -> None:
    expect(tab(page, name).locator("span")).to_have_text(re.compile(words), timeout=PATIENCE)


def result(page, words: str) -> None:
    expect(page.locator(".fw-Builder-result")).to_contain_text(re.compile(words), timeout=PATIENCE)


def drawn(page, n: int) -> str:
    """The pictures of the step, as soon as there are `n`."""
    page.wait_for_function(DRAWN, arg=n, timeout=PATIENCE)
    return page.evaluate(COLOURS)


def checked(page) -> None:
    line(page, "Health", "problem")


def test_a_folder_becomes_loaders_by_mouse(notebook) -> None:
    page = notebook([SETUP, "DataBlockBuilder()", PRINT, "print(print_of(data))"])
    root = mini(page.server.root / "mini3")
    page.run(0)
    page.run(1)
    expect(page.locator(".fw-Builder-empty")).to_contain_text("No folder is open yet", timeout=PATIENCE)
    page.shot("empty")
    box = page.get_by_label("Folder of the data set")
    box.fill("mini4")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator(".fw-Builder-empty")).to_contain_text("did you mean", timeout=PATIENCE)
    expect(page.get_by_role("button", name="Build…")).to_be_disabled()
    box.fill("mini")
    page.wait_for_function("() => document.querySelector('.fw-Builder-folder option')?.value === 'mini3'")
    box.fill("mini3")
    page.get_by_role("button", name="Open", exact=True).click()
    line(page, "Source", "^101 items, 3 classes")
    expect(page.locator(".fw-Builder-why")).to_contain_text("lie in folders of 3 classes")
    checked(page)
    page.shot("source")
    tab(page, "Labels").click()
    drawn(page, 9)
    expect(page.locator(".fw-Builder-line mark").first).to_have_text("<i>owl's")  # as text
    page.shot("labels")
    tab(page, "Split").click()
    result(page, r"\d pictures? on both sides, as twins")
    page.shot("leaks")
    page.get_by_role("button", name="Keep twins together").click()
    result(page, "No twins are on both sides")
    expect(page.locator(".fw-Builder-keep")).to_contain_text("10 groups of files stay together")
    tab(page, "Health").click()
    finding = page.locator(".fw-Builder-findings li", has_text="cannot be used")
    finding.get_by_role("button", name=re.compile("^Show")).click()
    result(page, "dog/bad.jpg")
    page.shot("health")
    finding.get_by_role("button", name=re.compile("^Exclude")).click()
    expect(finding).to_have_count(0, timeout=PATIENCE)
    line(page, "Source", "^100 items")
    tab(page, "Item").click()
    page.get_by_label("Size in pixels").fill("64")
    page.get_by_label("Size in pixels").press("Enter")
    result(page, "64 by 64")
    drawn(page, 12)
    page.shot("item")
    tab(page, "Batch").click()
    result(page, "As the model gets them in training")
    first = drawn(page, 9)
    labels = page.locator(".fw-Builder-tiles b").all_inner_texts()
    page.get_by_role("button", name="Another batch").click()
    page.wait_for_function(f"old => ({DRAWN})(9) && ({COLOURS})() !== old", arg=first, timeout=PATIENCE)
    assert page.locator(".fw-Builder-tiles b").all_inner_texts() == labels
    page.shot("batch")
    page.get_by_label("Name of the loaders").fill("data")
    page.get_by_label("Name of the loaders").press("Enter")
    # a reload, in the last step
    page.evaluate("() => window.__panel.context.save()")
    page.reload()
    page.ready()
    expect(tab(page, "Batch")).to_have_attribute("aria-selected", "true", timeout=PATIENCE)
    drawn(page, 9)
    expect(page.get_by_label("Name of the loaders")).to_have_value("data")
    page.command("apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function("() => !document.querySelector('#jupyterlab-splash')", timeout=PATIENCE)
    page.shot("dark")
    page.command("apputils:change-theme", theme="JupyterLab Light")
    # the cell, run below, and the same in a fresh kernel
    page.get_by_role("button", name="Build…").click()
    code = page.locator(".fw-Sheet pre").inner_text()
    assert "left_out = ['dog/bad.jpg']" in code and "together = " in code and "data = block.dataloaders(" in code
    page.shot("code")
    page.get_by_role("button", name="Run it in a cell below: data").click()
    page.wait_for_function("() => window.__panel.content.widgets.length === 5", timeout=PATIENCE)
    page.run(3)
    page.run(4)
    before = page.text(4)
    assert before.strip()
    page.restart()
    page.restarted()
    expect(page.locator(".fw-Builder-foot")).to_contain_text("The kernel has stopped", timeout=PATIENCE)
    for cell in (2, 3, 4):
        page.run(cell)
    assert page.text(4) == before
    # and the builder itself, from the journal
    page.run(0)
    page.run(1)
    page.locator(".fw-BuilderView").scroll_into_view_if_needed()
    box.fill("mini3")
    page.get_by_role("button", name="Open", exact=True).click()
    line(page, "Source", "^100 items")
    expect(page.get_by_label("Name of the loaders")).to_have_value("data", timeout=PATIENCE)
    assert (root / "dog/bad.jpg").exists()


def test_the_same_by_keyboard_alone_with_undo_and_a_cell_read_back(notebook) -> None:
    page = notebook([SETUP, "builder = DataBlockBuilder('mini3', height=520)\nbuilder", "print(builder.code())"])
    mini(page.server.root / "mini3")
    page.run(0)
    page.run(1)
    line(page, "Source", "^101 items")
    checked(page)
    press = page.keyboard.press
    tab(page, "Source").focus()
    press("ArrowRight")
    expect(tab(page, "Labels")).to_have_attribute("aria-selected", "true")
    expect(tab(page, "Labels")).to_be_focused()
    press("3")
    expect(tab(page, "Split")).to_be_focused()
    page.get_by_label("For validation").focus()
    press("Control+a")
    page.keyboard.type("0.4")
    press("Enter")
    line(page, "Split", "40 %")
    page.get_by_role("button", name="Keep twins together").focus()
    press("Enter")
    result(page, "No twins are on both sides")
    press("4")
    page.get_by_label("Size in pixels").focus()
    press("Control+a")
    page.keyboard.type("48")
    press("Enter")
    line(page, "Item", "48")
    press("Escape")
    tab(page, "Item").focus()
    press("?")
    expect(page.locator(".fw-BuilderView .fw-Keys")).to_be_visible()
    page.shot("keys")
    press("Escape")
    for _ in range(3):
        press("Control+z")
    line(page, "Split", "20 %")
    line(page, "Item", "224")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    for _ in range(3):
        press("Control+y")
    line(page, "Split", "4[0-9] %")
    line(page, "Item", "48")
    page.run(2)
    code = page.text(2)
    assert "together = " in code and "Resize(48)" in code
    assert page.evaluate("window.__panel.content.widgets.length") == 3  # no key got through to the notebook
    # an existing cell fills the form, and what it cannot show is said
    page.get_by_role("button", name="From a cell…").click()
    page.get_by_label(re.compile("^The code of a cell")).fill(code.replace("Resize(48)", "Resize(96)") + "learn = 1\n")
    page.get_by_role("button", name="Fill the form").click()
    line(page, "Item", "96")
    expect(page.locator(".fw-Builder-foot")).to_contain_text("The form cannot show: learn = 1")
    tab(page, "Item").focus()
    press("b")
    expect(page.locator(".fw-Sheet pre")).to_contain_text("Resize(96)")
    press("Escape")
    expect(page.locator(".fw-Sheet pre")).to_be_hidden()
    page.set_viewport_size({"width": 620, "height": 900})
    page.shot("narrow")
    page.set_viewport_size({"width": 1400, "height": 900})
    page.evaluate("() => window.__panel.context.save()")
    html = page.saved_outputs(1, "block.dataloaders(path")
    assert "&lt;i&gt;owl" in html or "<i>owl" not in html


def test_in_notebook_7_a_build_makes_loaders(notebook) -> None:
    page = notebook([SETUP, "b = DataBlockBuilder('mini3')\nb"], app="notebook")
    mini(page.server.root / "mini3", 24)
    page.run(0)
    page.run(1)
    line(page, "Source", "^35 items, 3 classes")
    page.get_by_role("button", name="Build…").click()
    assert "path = Path('mini3')" in page.locator(".fw-Sheet pre").inner_text()  # as seen from the notebook
    page.shot("notebook-7")
    page.get_by_role("button", name="Run it in a cell below: dls").click()
    page.wait_for_function("() => window.__panel.content.widgets.length === 3", timeout=PATIENCE)
    assert [e for e in page.errors if "fastwidgets" in e] == []


def test_in_voila_a_build_makes_loaders_in_the_kernel(page) -> None:
    mini(page.server.root / "mini3", 24)
    name = page.server.write([SETUP, "b = DataBlockBuilder('mini3')\nb"])
    page.go(f"voila/render/{name}")
    expect(tab(page, "Source").locator("span")).to_have_text(re.compile("^35 items, 3 classes"), timeout=60_000)
    tab(page, "Item").click()
    page.get_by_label("Size in pixels").fill("48")
    page.get_by_label("Size in pixels").press("Enter")
    result(page, "48 by 48")
    page.shot("voila")
    page.get_by_role("button", name="Build…").click()
    page.get_by_role("button", name="Run it in a cell below: dls").click()
    expect(page.locator(".fw-Builder-foot")).to_contain_text("dls is there: ", timeout=PATIENCE)
    assert [e for e in page.errors if "fastwidgets/" in e] == []


def test_a_data_frame_of_the_kernel_is_a_source_and_comes_through_a_restart(notebook) -> None:
    frame = """import pandas as pd
from fastlearn.vision.all import get_image_files
files = get_image_files('mini3')
df = pd.DataFrame({'file': files, 'age': [('old', 'new')[int(f.stem[-3:]) % 2] for f in files]})"""
    page = notebook([SETUP, frame, "DataBlockBuilder('mini3', table=df)", PRINT, "print(print_of(dls))"])
    root = mini(page.server.root / "mini3", 24)
    (root / "dog/bad.jpg").unlink()
    for cell in range(3):
        page.run(cell)
    line(page, "Source", "^34 items, 2 classes")
    expect(page.locator(".fw-Builder-why")).to_contain_text("The column file of the data frame names the pictures")
    expect(page.get_by_label("Table", exact=True).locator("option:checked")).to_have_text("The data frame")
    page.shot("frame")
    page.command("apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function("() => !document.querySelector('#jupyterlab-splash')", timeout=PATIENCE)
    page.shot("frame-dark")
    tab(page, "Item").click()
    page.get_by_label("Size in pixels").fill("64")
    page.get_by_label("Size in pixels").press("Enter")
    line(page, "Item", "64")
    page.get_by_role("button", name="Build…").click()
    assert "pd.read_csv(path / '.builder/frame-" in page.locator(".fw-Sheet pre").inner_text()
    page.get_by_role("button", name="Run it in a cell below: dls").click()
    page.wait_for_function("() => window.__panel.content.widgets.length === 6", timeout=PATIENCE)
    page.run(4)
    page.run(5)
    before = page.text(5)
    page.restart()
    page.restarted()
    for cell in (3, 4, 5):  # neither the frame nor its cell
        page.run(cell)
    assert page.text(5) == before and before.strip()
