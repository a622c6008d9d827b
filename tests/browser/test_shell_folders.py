"""From a fresh profile: launcher, menu on a folder, side panel, settings; by mouse and by keyboard, light and dark."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest
from accessible import faults
from jupyter_pages import PREFIX
from PIL import Image
from playwright.sync_api import expect

from fastwidgets.journal import Journal

NASTY = """it's "a" <b>&\\new {folder} %s ..größe"""
OPENED = """name => {
  const app = window.jupyterapp;
  window.__panel = [...app.shell.widgets('main')].find(w => w.context?.path.endsWith(name) && w.content?.widgets);
  return window.__panel?.sessionContext.session?.kernel?.status === 'idle';
}"""
CELL = "() => window.__panel.content.activeCell.model.sharedModel.getSource()"
COUNT = "() => window.__panel.content.activeCell.model.executionCount"


def fresh(page) -> None:
    page.go(f"lab/workspaces/{uuid.uuid4().hex}")  # the folder that it ends in is not where another test begins
    page.wait_for_function("() => window.jupyterapp")
    page.settled("window.jupyterapp.restored", 60)


def opened(page, name: str) -> str:
    """The cell of the notebook that opens; it was not run."""
    page.wait_for_function(OPENED, arg=name, timeout=60_000)
    assert page.evaluate(COUNT) is None
    return page.evaluate(CELL)


def write_pictures(folder: Path, n: int = 4) -> None:
    folder.mkdir(parents=True)
    for i in range(n):
        Image.new("RGB", (40, 30), (40 * i, 90, 200 - 40 * i)).save(folder / f"{i}.png")


def write_run(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"code": "learn.fit_one_cycle(8)", "started": "2026-11-21T10:00:00"}))
    fit = {"line": "fit", "start_row": 0, "n_epoch": 8, "metric_names": []}
    rows = [{"line": "epoch", "values": {"epoch": i, "train_loss": 1 / (i + 1)}} for i in range(3)]
    (folder / "history.jsonl").write_text("".join(json.dumps(line) + "\n" for line in (fit, *rows)))


def menu(page, folder: str, entry: str) -> None:
    """Choose an entry of the file browser's menu on a folder."""
    page.locator(".jp-DirListing-item[data-isdir='true']", has_text=folder).click(button="right")
    page.locator(".lm-Menu-itemLabel", has_text=entry).click()


def test_cards_and_menus_write_a_cell_for_any_folder(page) -> None:
    write_pictures(page.server.root / "work" / NASTY)
    fresh(page)
    page.command("filebrowser:open-path", path="work")
    expect(page.locator(".jp-DirListing-item", has_text="größe")).to_be_visible(timeout=30_000)

    page.command("launcher:create", cwd="work")
    cards = page.locator(".jp-LauncherCard:visible")
    for name in ("Guided tour", "New data set", "Label images"):
        expect(cards.filter(has_text=name)).to_have_count(1)
    page.shot("cards")
    cards.filter(has_text="New data set").press("Enter")  # by keyboard; the dialog offers what lies there
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox")).to_have_value(".")
    assert dialog.locator("datalist option").evaluate_all("all => all.map(one => one.value)") == [".", NASTY]
    page.shot("which-folder")
    dialog.get_by_role("combobox").press("Enter")
    assert opened(page, "data-set.ipynb") == 'from fastwidgets import DataBlockBuilder\n\nDataBlockBuilder(".")'

    page.locator(".jp-DirListing-item", has_text="größe").click(button="right")
    for entry in ("Build a data set", "Label images", "Clean images", "View DICOM"):
        expect(page.locator(".lm-Menu-itemLabel", has_text=entry)).to_be_visible()
    page.shot("menu")
    page.keyboard.press("Escape")
    written = json.dumps(NASTY, ensure_ascii=False)  # of these characters, as Python has it
    menu(page, "größe", "View DICOM")
    assert opened(page, "dicom.ipynb") == f"from fastwidgets import DicomViewer\n\nDicomViewer({written})"
    menu(page, "größe", "Label images")
    assert opened(page, "label-images.ipynb") == f"from fastwidgets import Labeler\n\nLabeler({written})"
    page.keyboard.press("Shift+Enter")
    labeler = page.locator(".jp-NotebookPanel:visible .fw-Live")
    expect(labeler).to_be_visible(timeout=60_000)
    expect(labeler).to_contain_text("0 of 4", timeout=30_000)
    page.shot("labeler")
    assert [e for e in page.errors if "fastwidgets" in e] == []


def test_the_side_panel_lists_what_there_is_and_brings_it_back(page) -> None:
    work = page.server.root / "work"
    write_run(work / "runs" / "2026-11-21_10-00-00-abc123")
    write_pictures(work / "pets" / "cat")
    with Journal(work / "pets") as journal:
        journal.decide(work / "pets" / "cat" / "0.png", label="dog")
    code = 'from fastwidgets import ImageGrid\ngrid = ImageGrid("work/pets")\ngrid'
    page.open([code, "None"])
    page.run(0)
    expect(page.locator(".fw-Grid-tile").first).to_be_visible(timeout=30_000)

    page.command("filebrowser:open-path", path="work")
    page.keyboard.press("Control+Alt+f")
    panel = page.get_by_role("region", name="Data sets, decisions and training runs")
    expect(panel.get_by_role("button", name="Refresh")).to_be_focused(timeout=30_000)
    expect(panel.get_by_role("progressbar", name="3 of 8 epochs")).to_be_visible(timeout=30_000)
    expect(panel.get_by_role("progressbar", name="pets: 1 of 4 pictures decided")).to_be_visible()
    expect(panel.get_by_text("learn.fit_one_cycle(8)")).to_be_visible()
    assert faults(page, "#fastwidgets-panel") == []
    page.shot("panel")

    # A widget whose output is gone is shown again by a cell at the end, which is not run before it was seen.
    page.command("notebook:clear-all-cell-outputs")
    expect(page.locator(".fw-Grid-tile")).to_have_count(0)
    panel.get_by_role("button", name="Show again: Images: pets").press("Enter")
    page.wait_for_function("() => window.__panel.content.widgets.length === 3", timeout=30_000)
    assert "reattach(" in page.evaluate(CELL) and page.evaluate(COUNT) is None
    page.run(2)
    expect(page.locator(".fw-Grid-tile").first).to_be_visible(timeout=30_000)

    # Settings hold at once: the size of the tiles, and a light widget in a dark theme.
    page.command("apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'", timeout=30_000)
    page.shot("dark")
    assert faults(page, "#fastwidgets-panel") == []
    ground = "() => getComputedStyle(document.querySelector('.fw-GridView')).backgroundColor"
    width = "() => document.querySelector('.fw-Grid-tile').getBoundingClientRect().width"
    assert page.evaluate(ground) != "rgb(255, 255, 255)" and page.evaluate(width) == 128
    set_all(page, size=64, follow=False)
    page.wait_for_function(f"() => ({width})() === 64 && ({ground})() === 'rgb(255, 255, 255)'", timeout=30_000)
    page.shot("light-in-dark")
    set_all(page, size=128, follow=True)
    page.command("apputils:change-theme", theme="JupyterLab Light")

    # What is open can be opened: the run in a notebook of its own, and a folder that is gone says so.
    panel.get_by_role("button", name="Read: 2026-11-21_10-00-00-abc123").click()
    expect(page.locator(".jp-Cell:visible", has_text="runs/2026-11-21_10-00-00-abc123")).to_be_visible(timeout=30_000)
    expect(page.locator(".jp-Cell:visible", has_text="from fastlearn.runs import Run")).to_be_visible()
    assert [e for e in page.errors if "fastwidgets" in e] == []


def set_all(page, size: int, follow: bool) -> None:
    """By way of the settings editor; then back to the notebook."""
    page.command("settingeditor:open", query="fastwidgets")
    page.locator("input[id$='_thumbnailSize']").fill(str(size))
    page.locator("input[id$='_followTheme']").set_checked(follow)
    page.wait_for_function(
        "wanted => JSON.parse(document.body.dataset.fastwidgets).thumbnailSize === wanted", arg=size, timeout=30_000
    )
    page.evaluate("() => window.jupyterapp.shell.activateById(window.__panel.id)")


def test_the_server_tells_only_who_is_logged_in(server) -> None:
    (server.root / "a").mkdir(exist_ok=True)
    address = f"{server.base}/fastwidgets/overview?folder="
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{address}a")
    with urllib.request.urlopen(f"{address}a&token={server.token}") as answer:
        assert json.load(answer)["folder"] == "a"
    for folder in ("..", "gone", "a%2F..%2F..", "%00"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{address}{folder}&token={server.token}")


def test_in_notebook_7(page) -> None:
    write_pictures(page.server.root / "pets")
    page.open(["1"], app="notebook")
    page.get_by_role("button", name="Show the fastwidgets panel").click()  # in the notebook's toolbar
    panel = page.locator("#fastwidgets-panel")
    expect(panel.get_by_text("4 pictures")).to_be_visible(timeout=30_000)
    page.shot("panel")
    with page.context.expect_page() as popup:  # Notebook 7 opens each notebook on a page of its own
        panel.get_by_role("button", name="Label images: pets").click()
    popup.value.wait_for_url(f"**{PREFIX}/notebooks/label-images.ipynb**", timeout=60_000)
    expect(popup.value.locator(".jp-Cell", has_text='Labeler("pets")')).to_be_visible(timeout=60_000)
    assert [e for e in page.errors if "fastwidgets" in e] == []
