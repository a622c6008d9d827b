"""The DICOM viewer in a real JupyterLab: scenario D7 by mouse and keyboard, and the files that come with pydicom."""

# ruff: noqa: RUF001 - the viewer writes typographic signs

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

MEDICAL = Path(__file__).parents[1] / "core/medical"
sys.path.insert(0, str(MEDICAL))
from by_pydicom import seen_by_pydicom  # noqa: E402
from dicom_files import NAME, bundled, saved  # noqa: E402
from dicom_files import ROOT as UID  # noqa: E402
from fastlearn.medical.dicom import dcmread, pixels  # noqa: E402

VIEW, PORT, STAGE, SLIDER = ".fw-Dicom", ".fw-Dicom-port", ".fw-Dicom-stage", ".fw-Dicom-slider"
VALUE, SEEN, COUNT = ".fw-Dicom-value", ".fw-Dicom-seen", ".fw-Dicom-line .fw-Dicom-count"
SETUP = "from fastwidgets import DicomViewer\nfrom fastlearn.medical.all import *"
CANVAS = """n => {
  const canvas = document.querySelectorAll('.fw-Dicom-canvas')[n];
  const { width, height } = canvas;
  return [...canvas.getContext('2d').getImageData(0, 0, width, height).data].filter((_, i) => i % 4 === 0);
}"""
PAINTED = "() => Number(document.querySelector('.fw-Dicom-stage').dataset.painted ?? 0)"


def write_series(folder: Path, uid: str, n: int, names: str, side: int = 64, **elements) -> list[Path]:
    """A head-like CT of `n` slices whose file names run against their order."""
    folder.mkdir(parents=True, exist_ok=True)
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    files = []
    for i in range(n):
        away = np.hypot(x / (side * 0.35), y / (side * 0.44))
        values = np.where(away < 1, np.where(away < 0.85, 30 + 2 * i, 900), -1000)
        values[side // 2 - 3 : side // 2 + 3, side // 2 - 3 : side // 2 + 3] = 70 + i
        place = {"ImagePositionPatient": [-10, -20, 2.5 * i], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
                 "PixelSpacing": [0.5, 0.5], "InstanceNumber": i + 1, "SeriesInstanceUID": f"{UID}.{uid}",
                 "SOPInstanceUID": f"{UID}.{uid}.{i + 1}", "RescaleIntercept": -1024, "RescaleType": "HU",
                 "WindowCenter": 40, "WindowWidth": 400}  # fmt: skip
        stored = (values + 1024).astype(np.uint16)
        files.append(saved(folder / f"{names}{n - i:03d}.dcm", stored, **(place | elements)))
    return files


def shown(page, where: str) -> None:
    """The slice `series/slice` is on the page, not only asked for."""
    page.wait_for_function(f"w => document.querySelector('{PORT}')?.dataset.shown === w", arg=where, timeout=30_000)


def painted_again(page, before: int) -> None:
    page.wait_for_function(f"n => ({PAINTED})() > n", arg=before, timeout=30_000)


def centre(page) -> tuple[float, float]:
    box = page.locator(STAGE).first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def point_at(page, dx: float = 0.0) -> None:
    x, y = centre(page)
    page.mouse.move(x + dx + 3, y)
    page.mouse.move(x + dx, y)


CELL = """dls = DicomDataLoaders.from_label_func(
    'ct', get_dicom_files('ct/a'), lambda file: file.stem[-1], windows=dicom_windows.brain, check_patients=False,
    splitter=lambda files: (list(range(20)), list(range(20, len(files)))), vocab=list('0123456789'), bs=4, seed=1)
viewer = DicomViewer('ct', dls=dls, classes=['clear', 'bleeding'], masks=lambda one: mask if one.number == 8 else None)
viewer"""
MASK = "import numpy as np\nmask = np.zeros((64, 64), np.uint8); mask[20:30, 20:44] = 1"
TENSOR = """import torch
seen = dls.what_the_model_sees(viewer.session.entry(0).slice(7).path, ds_idx=1).tensor
print(json.dumps((255 * seen[0]).round().int().flatten().tolist()))"""


def test_a_series_is_looked_at_windowed_labelled_and_found_again(notebook) -> None:
    page = notebook([f"{SETUP}\nimport json\n{MASK}", CELL, TENSOR, "print(open(viewer.export('labels.csv')).read())"])
    root = page.server.root / "ct"
    files = write_series(root / "a", "1.1", 24, "a")
    write_series(root / "b", "1.2", 5, "b", side=32)
    files[20].write_bytes(files[20].read_bytes()[:3000])  # its header is whole, its pixels are not
    (root / "notes.txt").write_text("no picture")
    page.run(0)
    page.run(1)
    shown(page, "0/0")
    expect(page.locator(".fw-Dicom-series")).to_have_count(2)
    expect(page.locator(".fw-Dicom-series").first).to_contain_text("24 of 64 x 64")
    expect(page.locator(".fw-Dicom-left summary")).to_have_text("1 file in no series")
    assert NAME not in page.locator(VIEW).inner_text()
    page.shot("first")

    page.locator(PORT).focus()
    page.keyboard.press("End")
    shown(page, "0/23")
    page.keyboard.press("Home")
    shown(page, "0/0")
    for i in range(1, 4):
        page.keyboard.press("ArrowDown")
        shown(page, f"0/{i}")
    page.mouse.move(*centre(page))
    for i in range(4, 8):
        page.mouse.wheel(0, 100)
        shown(page, f"0/{i}")
    expect(page.locator(COUNT)).to_have_text("slice 8 of 24")
    point_at(page)
    expect(page.locator(VALUE)).to_contain_text("77 HU")  # by position: names run the other way
    expect(page.locator(VALUE)).to_contain_text("17.5 mm")
    page.shot("overlay")
    page.keyboard.press("o")

    before = page.evaluate(PAINTED)
    page.keyboard.press("1")  # brain
    expect(page.locator(SEEN)).to_contain_text("LINEAR, width 80, level 40 (yours)")
    painted_again(page, before)
    x, y = centre(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 30, steps=6)
    page.mouse.up()
    expect(page.locator(SEEN)).not_to_contain_text("width 80")
    page.mouse.dblclick(x, y)
    expect(page.locator(SEEN)).to_contain_text("LINEAR, width 400, level 40 (the file’s)")
    ds = dcmread(files[7])
    wanted = 255 * seen_by_pydicom(ds, pixels(ds)).flatten()
    page.wait_for_function(f"w => Math.abs(({CANVAS})(0)[w[0]] - w[1]) < 1.01", arg=[64 * 10 + 32, float(wanted[672])])
    assert np.abs(np.array(page.evaluate(CANVAS, 0)) - wanted).max() <= 1

    page.locator(PORT).focus()
    page.keyboard.press("t")
    shown(page, "0/7/training")
    expect(page.locator(SEEN)).to_contain_text("item, 64 × 64:")
    page.shot("training")
    page.keyboard.press("x")
    page.run(2)
    tensor = json.loads(page.text(2))
    page.wait_for_function(f"w => JSON.stringify(({CANVAS})(0)) === JSON.stringify(w)", arg=tensor, timeout=30_000)
    page.locator(PORT).focus()
    page.keyboard.press("t")
    shown(page, "0/7")

    page.locator(SLIDER).fill("20")
    expect(page.locator(".fw-Dicom-words")).to_contain_text("cut short")
    expect(page.locator(".fw-Dicom-series").first).to_contain_text("1 slice cannot be shown")
    page.shot("cut")
    page.locator(PORT).focus()
    page.keyboard.press("ArrowDown")
    shown(page, "0/21")

    page.locator(".fw-Dicom-classes").get_by_text("bleeding").click()
    expect(page.locator(".fw-Dicom-given")).to_have_text("slice: bleeding")
    page.get_by_title("What is labelled").select_option("series")
    page.locator(PORT).focus()
    page.keyboard.press("l")
    page.keyboard.type("odd")
    page.keyboard.press("Enter")
    expect(page.locator(".fw-Dicom-given")).to_have_text("slice: bleeding · series: odd")
    page.keyboard.press("u")
    expect(page.locator(".fw-Dicom-given")).to_have_text("slice: bleeding")

    page.keyboard.press("h")
    rows = page.locator(".fw-Dicom-header tbody tr")
    expect(rows.filter(has_text="Patient's Name")).to_contain_text("(hidden)")
    page.get_by_label("Search the header").fill("pixel spacing")
    expect(rows).to_have_count(1)
    page.get_by_label("Search the header").fill("patient's name")
    page.get_by_text("Show patient data").click()
    page.shot("asks")
    assert NAME not in page.locator(VIEW).inner_text()
    page.get_by_text("Show them").click()
    expect(rows).to_contain_text(NAME)
    page.locator(".fw-Dicom-header").get_by_text("Close").click()
    page.keyboard.press("?")
    page.shot("keys")
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(page.locator(SEEN)).to_contain_text("width 8, level 32 (yours)")

    page.locator(PORT).focus()
    page.page.keyboard.press("Control+Shift+C")  # JupyterLab's own: keys held with Ctrl are not the viewer's
    expect(page.locator("#modal-command-palette")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".fw-Dicom-bar").get_by_text("Code").click()
    expect(page.locator(".fw-Dicom .fw-Sheet pre")).to_contain_text("labels, windows=(8, 32), seed=42")
    page.shot("code")
    page.keyboard.press("Escape")
    expect(page.locator(".fw-Dicom .fw-Sheet")).to_be_hidden()

    page.run(3)
    text = page.text(3)
    assert f"slice,{UID}.1,{UID}.1.1,{UID}.1.1.22,0,bleeding" in text and "odd" not in text
    page.wait_for_timeout(400)  # the look is told a quarter of a second after the last key
    page.command("docmanager:save")
    page.page.reload()
    page.ready()
    page.locator(VIEW).scroll_into_view_if_needed()
    shown(page, "0/21")
    expect(page.locator(SEEN)).to_contain_text("width 8, level 32 (yours)")
    book = next(page.server.root.glob("*.ipynb")).read_text()
    for written in (book, (root / "journal.jsonl").read_text(), (page.server.root / "labels.csv").read_text()):
        assert "Secret" not in written and "SECRET" not in written
    page.command("apputils:change-theme", theme="JupyterLab Dark")
    expect(page.locator(VIEW)).to_be_visible()
    page.shot("dark")


MODEL = """import time
from torch import nn
class Bright(nn.Module):  # finds what is over a half of the window, and takes its time
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(20.))
    def forward(self, x):
        time.sleep(1)
        return torch.cat([0.5 - x[:, :1], x[:, :1] - 0.5], 1) * self.scale
dls = DicomSegmentationDataLoaders.from_label_func(
    'ct', get_dicom_files('ct'), lambda file: 'mask.png', codes=['dark', 'bright'], windows=(80, 40), bs=4, seed=1,
    item_tfms=ResizeHU(32), splitter=lambda files: (list(range(6)), [6, 7]), check_patients=False)
learn = Learner(dls, Bright(), loss_func=CrossEntropyLossFlat(axis=1))
viewer, other = DicomViewer('ct', learn=learn), DicomViewer('ct', learn=learn)
viewer.beside(other)"""
COLOURED = """() => { const canvas = document.querySelector('.fw-Dicom-canvas');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let n = 0;
  for (let i = 0; i < data.length; i += 4) n += data[i] !== data[i + 1];
  return n; }"""


def test_the_model_is_asked_about_the_slice_that_is_looked_at_and_slices_do_not_wait_for_it(notebook) -> None:
    page = notebook([SETUP, MODEL])
    write_series(page.server.root / "ct", "1.1", 8, "a")
    Image.fromarray(np.eye(64, dtype=np.uint8)).save(page.server.root / "mask.png")
    page.run(0)
    page.run(1)
    shown(page, "0/0")
    page.page.set_viewport_size({"width": 1700, "height": 1000})
    first = page.locator(SEEN).first
    assert page.evaluate(COLOURED) == 0
    page.locator(PORT).first.focus()
    page.keyboard.press("m")
    expect(first).to_contain_text("prediction of the model: …")
    expect(first).to_contain_text("prediction of the model: bright", timeout=30_000)
    page.wait_for_function(f"() => ({COLOURED})() > 100", timeout=30_000)
    for _ in range(4):  # a second each, were they waited for
        page.keyboard.press("ArrowDown")
    began = time.monotonic()
    shown(page, "0/4")
    assert time.monotonic() - began < 3
    expect(first).to_contain_text("of the slice", timeout=30_000)
    page.command("apputils:change-theme", theme="JupyterLab Dark")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    page.shot("pair-dark")
    page.locator(PORT).first.focus()
    page.keyboard.press("h")
    page.get_by_label("Search the header").first.fill("pixel")
    page.shot("header-dark")
    page.locator(".fw-Dicom-header").first.get_by_text("Close").click()
    page.keyboard.press("t")
    shown(page, "0/4/training")
    page.shot("training-dark")
    page.keyboard.press("t")
    page.keyboard.press("m")
    expect(first).not_to_contain_text("prediction")
    page.wait_for_function(f"() => ({COLOURED})() === 0", timeout=30_000)
    page.keyboard.press("m")
    page.wait_for_timeout(400)  # the look is told a quarter of a second after the last key
    page.command("docmanager:save")
    page.page.reload()
    page.ready()
    page.locator(VIEW).first.scroll_into_view_if_needed()
    expect(page.locator(SEEN).first).to_contain_text("prediction of the model: bright", timeout=30_000)
    page.wait_for_function(f"() => ({COLOURED})() > 100", timeout=30_000)
    expect(page.locator(SEEN).last).not_to_contain_text("prediction")  # the other one was not asked


def eight_patients(root: Path) -> None:
    for i in range(8):
        write_series(root / f"p{i}", f"1.{i + 1}", 3, "s", PatientID=f"SECRET-{i}", StudyInstanceUID=f"{UID}.{i + 1}")


def test_from_the_viewer_to_a_builder_that_keeps_patients_on_one_side(notebook) -> None:
    recipe = "recipe = builder.wait().session.recipe\nprint(recipe.source.items, recipe.labels.by, recipe.split.column)"
    page = notebook([SETUP, "viewer = DicomViewer('ct')\nviewer", recipe])
    eight_patients(page.server.root / "ct")
    page.run(0)
    page.run(1)
    shown(page, "0/0")
    page.locator(".fw-Dicom-bar").get_by_text("To builder").click()
    page.page.wait_for_function("() => window.__panel.content.widgets.length === 4")
    page.locator(".jp-Cell").nth(2).scroll_into_view_if_needed()
    expect(page.locator(".fw-BuilderView").first).to_be_visible(timeout=60_000)
    page.shot("builder")
    page.run(3)
    assert page.text(3).strip() == "dicom none PatientID"  # folders of one patient each are no classes
    assert "DataBlockBuilder('ct')" in page.evaluate("() => window.__panel.content.widgets[2].model.sharedModel.source")


def other_page(page, press) -> None:
    """What anybody does with a viewer, where it is shown otherwise than in the environment's own JupyterLab."""
    shown(page, "0/0")
    page.locator(PORT).focus()
    press("ArrowDown")
    shown(page, "0/1")
    press("1")
    expect(page.locator(SEEN)).to_contain_text("LINEAR, width 80, level 40 (yours)")
    point_at(page)
    expect(page.locator(VALUE)).to_contain_text("71 HU")
    page.locator(".fw-Dicom-classes").get_by_text("bleeding").click()
    expect(page.locator(".fw-Dicom-given")).to_have_text("slice: bleeding")
    page.locator(PORT).focus()
    press("h")
    expect(page.locator(".fw-Dicom-header tbody tr").first).to_be_visible()
    assert NAME not in page.locator(VIEW).inner_text()
    press("Escape")
    expect(page.locator(".fw-Dicom-header")).to_be_hidden()


SHOWN = "viewer = DicomViewer('ct', classes=['clear', 'bleeding'])\nviewer"


@pytest.mark.parametrize(("app", "kernel"), [("notebook", "ipykernel-7.3.0"), ("lab", "ipykernel-6.31.0")])
def test_in_notebook_7_and_on_older_kernels_also_while_a_cell_runs(notebook, app: str, kernel: str) -> None:
    page = notebook([SETUP, SHOWN, "import time\ntime.sleep(20)"], app, kernel)
    write_series(page.server.root / "ct", "1.1", 12, "a")
    page.run(0)
    page.run(1)
    other_page(page, page.keyboard.press)
    page.shot("other")
    if kernel == "ipykernel-7.3.0":  # its subshells answer beside the cell
        page.run(2, wait=False)
        page.locator(PORT).focus()
        page.keyboard.press("End")
        page.wait_for_function(f"() => document.querySelector('{PORT}').dataset.shown === '0/11'", timeout=10_000)
        page.locator(".fw-Dicom-classes").get_by_text("clear").click()
        expect(page.locator(".fw-Dicom-given")).to_have_text("slice: clear", timeout=10_000)
        page.done(2)


def test_voila(page) -> None:
    write_series(page.server.root / "ct", "1.1", 12, "a")
    name = page.server.write([SETUP, SHOWN])
    page.go(f"voila/render/{name}")
    page.locator(PORT).wait_for(timeout=60_000)
    other_page(page, page.page.keyboard.press)
    page.locator(".fw-Dicom-bar").get_by_text("To builder").click()
    expect(page.locator(".fw-Dicom .fw-Sheet pre")).to_contain_text("DataBlockBuilder('ct')")
    page.shot("voila")
    assert [e for e in page.errors if "fastwidgets/" in e] == []


def test_a_folder_without_pictures_says_what_to_do(notebook) -> None:
    page = notebook([SETUP, "viewer = DicomViewer('ct')\nviewer"])
    (page.server.root / "ct").mkdir()
    for name in ("a.txt", "b.dcm"):
        (page.server.root / "ct" / name).write_text("no picture")
    page.run(0)
    page.run(1)
    expect(page.locator(".fw-Dicom-words")).to_contain_text("None of the 2 files here is a DICOM picture")
    expect(page.locator(".fw-Dicom-bar")).to_be_hidden()
    page.locator(".fw-Dicom-left summary").click()
    expect(page.locator(".fw-Dicom-left")).to_contain_text("a.txt: ")
    page.shot("empty")


PAIR = """left, right = DicomViewer('ct/a'), DicomViewer('ct/b', journal='other')
left.beside(right)"""
PEER = ["CT_small.dcm", "MR_small.dcm", "examples_rgb_color.dcm", "examples_palette.dcm", "693_J2KI.dcm"]


def test_two_viewers_follow_each_other_and_the_files_of_pydicom_look_as_pydicom_shows_them(notebook) -> None:
    page = notebook(
        [SETUP, PAIR, "left.close(); right.close()", f"viewer = DicomViewer({PEER!r}, journal='j')\nviewer"]
    )
    root = page.server.root
    write_series(root / "ct/a", "1.1", 12, "a")
    write_series(root / "ct/b", "1.2", 6, "b", PatientID="OTHER")
    for name in PEER:
        (root / name).write_bytes(bundled(name).read_bytes())
    page.run(0)
    page.run(1)
    shown(page, "0/0")
    expect(page.locator(PORT)).to_have_count(2)
    first, second = page.locator(PORT).all()
    expect(second).to_have_attribute("data-shown", "0/0")
    first.focus()
    page.keyboard.press("End")
    expect(first).to_have_attribute("data-shown", "0/11")
    expect(second).to_have_attribute("data-shown", "0/5")
    page.keyboard.press("2")
    expect(page.locator(SEEN).nth(1)).to_contain_text("width 254, level 100 (yours)")
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.shot("pair")
    sheets = page.locator(".fw-Dicom-sheet").all()
    assert sheets[0].evaluate("e => e.style.transform") == sheets[1].evaluate("e => e.style.transform")
    page.run(2)
    expect(page.locator(VIEW)).to_have_count(0)
    page.run(3)
    page.locator(PORT).wait_for()
    expect(page.locator(".fw-Dicom-series")).to_have_count(len(PEER))
    compared = before = 0
    page.locator(PORT).focus()
    for i in range(len(PEER)):
        shown(page, f"{i}/0")
        painted_again(page, before)
        seen = np.array(page.evaluate(CANVAS, 0))
        for name in PEER[:2]:
            ds = dcmread(root / name)
            values = pixels(ds)
            if values.size == seen.size:
                if "WindowWidth" in ds:
                    wanted = 255 * seen_by_pydicom(ds, values).flatten()
                else:
                    wanted = 255 * (values.flatten().astype(float) - values.min()) / (values.max() - values.min())
                assert np.abs(seen - wanted).max() <= 1
                compared += 1
        page.shot(f"file-{i}")
        before = page.evaluate(PAINTED)
        page.keyboard.press("n")
    assert compared == 2
