"""The labeler in a real JupyterLab: by keyboard, by mouse, drawn on, loaded again, in two tabs."""

# ruff: noqa: RUF001 - sizes are written with a multiplication sign

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest
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
    numbered(page.server.root / name, n, classes=("set",))
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


TIMES = """async n => {
  const focus = document.querySelector('.fw-Labeler-focus'), port = document.querySelector('.fw-Labeler-port');
  const times = [];
  for (let i = 0; i < n; i++) {
    const before = focus.dataset.shown, begun = performance.now();
    port.dispatchEvent(new KeyboardEvent('keydown', { key: '3', bubbles: true }));
    while (focus.dataset.shown === before && performance.now() - begun < 10000) {
      await new Promise(requestAnimationFrame);
    }
    times.push(performance.now() - begun);
    await new Promise(done => setTimeout(done, 60)); // as fast as anybody looks at pictures
  }
  return times;
}"""


def test_classes_by_keyboard_alone_and_all_of_it_after_a_restart(notebook) -> None:
    cell = f"labeler = Labeler('keys', classes={WORDS})\nlabeler"
    page = shown(
        notebook, "keys", cell, "print(labeler.progress, dict(+labeler.progress.classes), labeler.classes[:3])"
    )
    before = page.evaluate(CELLS)
    page.locator(PORT).focus()
    by_keys(page, "2", 0, 3)
    in_sight(page, 3)
    press(page, "/")
    page.keyboard.type("lyn")
    page.shot("finder")
    press(page, "Enter")
    in_sight(page, 4)
    expect(page.locator(COUNTS)).to_have_text("4 of 60 labelled")
    for i in (3, 2, 1):
        press(page, "Control+z")
        in_sight(page, i)  # back to those three, and no others
    expect(page.locator(COUNTS)).to_have_text("1 of 60 labelled")
    press(page, "Control+Shift+Z")
    expect(page.locator(COUNTS)).to_have_text("2 of 60 labelled")
    in_sight(page, 1)
    press(page, "ArrowRight")
    in_sight(page, 2)
    press(page, "Space")
    in_sight(page, 3)
    press(page, "u", "n")
    page.keyboard.type("<i>look</i> again")
    press(page, "Enter")
    expect(page.locator(".fw-Labeler-note")).to_have_text("Note: <i>look</i> again")
    expect(page.locator(LABEL)).to_have_text("unsure")
    expect(page.locator(COUNTS)).to_have_text("2 of 60 labelled · 1 skipped · 1 unsure")
    page.shot("marks")
    press(page, "d", "d", "x", "m", "y", "r", "?")
    expect(page.get_by_text("Keys while the picture has the focus")).to_be_visible()
    page.shot("keys")
    press(page, "Escape")
    assert page.evaluate(CELLS) == before
    page.get_by_label("Which are shown").select_option("to do")
    page.locator(PORT).focus()
    in_sight(page, 4)
    times = page.evaluate(TIMES, 20)
    print("ms from a key press to the next picture: median", median(times), "worst", max(times))
    assert median(times) < 500  # the figure is under 100; machines that test are busy
    expect(page.locator(COUNTS)).to_have_text("22 of 60 labelled · 1 skipped · 1 unsure")
    page.get_by_label("Which are shown").select_option("all")
    page.locator(PORT).focus()
    press(page, "g")
    expect(page.locator(f"{ROOT} .fw-Grid-counts")).to_have_text("60 images")  # keys are for what is in sight
    press(page, "Home", "Control+Shift+A")
    page.keyboard.down("Shift")
    press(page, "End")
    page.keyboard.up("Shift")
    press(page, "1")  # all at once, in one step
    expect(page.locator(COUNTS)).to_have_text("60 of 60 labelled · 1 unsure")
    page.shot("grid")
    press(page, "Control+z")
    expect(page.locator(COUNTS)).to_have_text("22 of 60 labelled · 1 skipped · 1 unsure")
    press(page, "g")
    page.restart()
    expect(page.locator(TROUBLE)).to_contain_text("The kernel does not answer any more", timeout=30_000)
    page.shot("lost")
    page.restarted()
    page.run(0)
    page.run(1)
    expect(page.locator(COUNTS)).to_have_text("22 of 60 labelled · 1 skipped · 1 unsure", timeout=30_000)
    page.run(2)
    assert page.text(2).strip() == "22 of 60 labelled, 1 skipped, 1 unsure {'bee': 2, 'cow': 20} ['ant', 'bee', 'cow']"


def test_a_double_press_on_a_slow_link_labels_once_and_classes_change(notebook) -> None:
    slow = "import threading\ngate = threading.Event()\nclass Slow(Labeler):\n"
    slow += "    def _send_picture(self, rid, i, *args):\n        i == 0 or gate.wait(60)\n"
    slow += "        super()._send_picture(rid, i, *args)\nlabeler = Slow('slow', classes=['cat', 'dog'])\nlabeler"
    cells = ("print(labeler.progress)\ngate.set()", "print(dict(+labeler.progress.classes), labeler.classes)")
    page = shown(notebook, "slow", slow, *cells, n=6)
    page.locator(PORT).focus()
    in_sight(page, 0)
    press(page, "1", "1", "2", "Space")  # the next picture is on its way: only the first press means anything
    expect(page.locator(COUNTS)).to_have_text("1 of 6 labelled")
    page.run(2)
    assert page.text(2).strip() == "1 of 6 labelled"
    in_sight(page, 1)
    page.locator(PORT).focus()
    press(page, "e")
    page.keyboard.type("owl")
    press(page, "Enter")
    expect(page.get_by_role("button", name=re.compile("^3 ?owl"))).to_be_visible()
    page.get_by_label("Class to change").select_option("cat")
    page.get_by_label("Its new name").fill("dog")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.locator(TROUBLE)).to_contain_text("The class 'dog' is there already")
    page.shot("collision")
    page.get_by_label("Its new name").fill("<b>kitten")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("<b>kitten"))).to_be_visible()
    page.get_by_label("Class to change").select_option("owl")
    page.get_by_label("Class that it goes into").select_option("dog")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator(".fw-Labeler-class")).to_have_count(2)
    page.shot("classes")
    page.run(3)
    assert page.text(3).strip() == "{'<b>kitten': 1} ['<b>kitten', 'dog']"


BOXES = """from PIL import Image, ImageDraw
folder = Path('boxes'); folder.mkdir(exist_ok=True)
for i in range(4):
    picture = Image.new('RGB', (400, 300), (30, 60 + 30 * i, 90))
    ImageDraw.Draw(picture).rectangle((100, 60, 200, 160), fill='orange')
    exif = Image.Exif()
    if i == 1:
        picture, exif[0x0112] = picture.transpose(Image.Transpose.ROTATE_90), 6  # lies on its side in its file
    picture.save(folder / f'{i}.jpg', exif=exif)
labeler = Labeler(folder, classes=['orange', 'other'], task='boxes')
labeler"""
PLACE = """([x, y]) => {
  const box = document.querySelector('.fw-Labeler-shapes').getBoundingClientRect();
  const view = document.querySelector('.fw-Labeler-shapes').viewBox.baseVal;
  return [box.left + x * box.width / view.width, box.top + y * box.height / view.height];
}"""
SHAPES = "print([[(s.label, s.box) for s in one] for one in labeler.labels.values()])"


def drag(page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one place to another, both in pixels of the picture."""
    page.mouse.move(*page.evaluate(PLACE, start))
    page.mouse.down()
    page.mouse.move(*page.evaluate(PLACE, [(a + b) / 2 for a, b in zip(start, end, strict=True)]))
    page.mouse.move(*page.evaluate(PLACE, end))
    page.mouse.up()


def words(page, *texts: str) -> None:
    expect(page.locator(".fw-Labeler-list li")).to_have_text(list(texts))


def test_boxes_by_mouse_and_by_keys_upright_zoomed_and_in_two_tabs(notebook) -> None:
    page = notebook([SETUP, BOXES, SHAPES, SHAPES])
    page.run(0)
    page.run(1)
    in_sight(page, 0)
    page.locator(PORT).scroll_into_view_if_needed()
    page.at_rest(".fw-Labeler-shapes")
    drag(page, (100, 60), (200, 160))
    words(page, "orange 100 × 100 at 100, 60")
    expect(page.locator(COUNTS)).to_have_text("1 of 4 labelled")
    drag(page, (250, 200), (300, 260))
    press(page, "2")
    words(page, "orange 100 × 100 at 100, 60", "other 50 × 60 at 250, 200")
    drag(page, (275, 230), (285, 220))  # by its inside: it moves
    words(page, "orange 100 × 100 at 100, 60", "other 50 × 60 at 260, 190")
    drag(page, (310, 250), (330, 270))  # by its corner: it grows
    words(page, "orange 100 × 100 at 100, 60", "other 70 × 80 at 260, 190")
    page.shot("drawn")
    press(page, "Control+z")
    words(page, "orange 100 × 100 at 100, 60", "other 50 × 60 at 260, 190")
    press(page, "Enter")  # done, on to the one that lies on its side
    in_sight(page, 1)
    press(page, "+", "+", "1")
    drag(page, (100, 60), (200, 160))
    words(page, "orange 100 × 100 at 100, 60")
    page.shot("zoomed")
    press(page, "j")
    in_sight(page, 2)
    # By keys alone
    press(page, "a")
    words(page, "orange 100 × 75 at 150, 113")
    for _ in range(5):
        press(page, "ArrowLeft")
    press(page, "ArrowUp", "Control+ArrowUp", "Shift+ArrowRight", "Control+Shift+ArrowDown", "a", "Escape")
    first = page.locator(".fw-Labeler-list li").first
    expect(first).not_to_have_text("orange 100 × 75 at 150, 113")
    moved = first.inner_text()
    press(page, "Tab", "Tab", "Delete")
    words(page, moved)
    press(page, "c")
    words(page, moved, "orange 100 × 100 at 100, 60")
    press(page, "j")
    in_sight(page, 3)
    press(page, "Enter")  # nothing on the last one: that is an answer too
    expect(page.locator(COUNTS)).to_have_text("4 of 4 labelled")
    page.run(2)
    kept = page.text(2).strip()
    assert kept.startswith(
        "[[('orange', (100.0, 60.0, 200.0, 160.0)), ('other', (260.0, 190.0, 310.0, 250.0))], "
        "[('orange', (100.0, 60.0, 200.0, 160.0))], [('orange', ("
    ), kept
    assert kept.endswith("), ('orange', (100.0, 60.0, 200.0, 160.0))], []]")
    page.wait_for_timeout(800)
    page.load_again(1)
    page.locator(ROOT).wait_for(timeout=30_000)
    expect(page.locator(COUNTS)).to_have_text("4 of 4 labelled", timeout=30_000)
    page.ready()
    other = page.page.context.new_page()
    other.goto(page.url)
    expect(other.locator(COUNTS)).to_have_text("4 of 4 labelled", timeout=30_000)
    page.locator(PORT).focus()
    press(page, "u")
    expect(other.locator(COUNTS)).to_have_text("4 of 4 labelled · 1 unsure", timeout=30_000)
    other.close()


@pytest.mark.parametrize(("app", "kernel"), [("notebook", "ipykernel-7.3.0"), ("lab", "ipykernel-6.31.0")])
def test_several_classes_and_points_by_mouse_on_other_kernels_and_over_a_cut_link(
    notebook, app: str, kernel: str
) -> None:
    several = f"several = Labeler('mouse', classes={WORDS[:3]}, task='multi')\nseveral"
    dots = "dots = Labeler('mouse', classes=['eye', 'nose'], task='points', journal='dots')\ndots"
    answer = (
        "print(list(several.labels.values()), [[(s.label, s.points) for s in one] for one in dots.labels.values()])"
    )
    page = notebook([SETUP, several, dots, answer], app, kernel)
    numbered(page.server.root / "mouse", 4, classes=("set",))
    page.run(0)
    page.run(1)
    view = page.locator(ROOT).first
    view.locator(PORT).scroll_into_view_if_needed()
    in_sight(page, 0)
    for name in ("ant", "cow", "ant", "bee"):  # the second press takes it off
        view.get_by_role("button", name=re.compile(rf"^\d ?{name}")).click()
    expect(view.locator(LABEL)).to_have_text("bee, cow")
    page.shot("several")
    view.get_by_role("button", name="Confirm", exact=True).click()
    in_sight(page, 1)
    cut = app == "notebook"  # JupyterLab covers the page with a dialog of its own then
    page.context.set_offline(cut)
    press(page, "1", "2", "Enter")
    if cut:
        expect(view.locator(TROUBLE)).to_contain_text("2 decisions are not saved yet")
        page.shot("cut")
        page.context.set_offline(False)
    expect(view.locator(COUNTS)).to_have_text("2 of 4 labelled", timeout=60_000)
    expect(view.locator(TROUBLE)).to_have_text("")
    in_sight(page, 2)
    page.run(2)
    points = page.locator(ROOT).last
    points.locator(PORT).scroll_into_view_if_needed()
    points.locator(".fw-Labeler-list").wait_for(state="attached")
    page.wait_for_function("() => [...document.querySelectorAll('.fw-Labeler-focus')].at(-1).dataset.shown === '0'")
    page.at_rest(".fw-Labeler-shapes")
    for n, place in enumerate(((20, 30), (100, 90)), 1):
        page.mouse.click(*page.evaluate(PLACE, place))
        expect(points.locator(".fw-Labeler-list li")).to_have_count(n)
    points.locator(PORT).focus()
    press(page, "2")
    words(page, "eye at 20, 30", "nose at 100, 90")
    page.shot("points")
    page.run(3)
    assert (
        page.text(3).strip()
        == "[['bee', 'cow'], ['ant', 'bee']] [[('eye', ((20.0, 30.0),)), ('nose', ((100.0, 90.0),))]]"
    )


DARK = """import time
from PIL import Image
folder = Path('dark'); folder.mkdir(exist_ok=True)
for i in range(3):
    Image.new('RGB', (300, 200), (40, 90, 120)).save(folder / f'{i}.jpg')
(folder / 'broken.jpg').write_text('no picture')
given = {'0.jpg': [{'label': 'roof', 'points': [[40, 40], [120, 30], [90, 120]]}]}
labeler = Labeler(folder, classes=['roof', 'tree'], task='polygons', prelabels=given)
labeler"""


def test_polygons_suggestions_and_broken_files_in_the_dark_and_narrow(notebook) -> None:
    empty = "Labeler([], classes=['cat'], task='points')"
    page = notebook([SETUP, DARK, SHAPES, empty])
    page.run(0)
    page.command("apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    page.run(1)
    in_sight(page, 0)
    page.locator(PORT).focus()
    expect(page.locator(".fw-Labeler-guess")).to_have_text("Suggested: 1 drawn (given). p takes it.")
    press(page, "p")
    words(page, "roof 80 × 90 at 40, 30, 3 corners")
    page.locator(PORT).scroll_into_view_if_needed()
    press(page, "2")
    for place in ((200, 100), (280, 100), (280, 180)):
        page.mouse.click(*page.evaluate(PLACE, place))
    page.shot("begun")
    press(page, "Enter")
    words(page, "roof 80 × 90 at 40, 30, 3 corners", "tree 80 × 80 at 200, 100, 3 corners")
    press(page, "v", "v", "b", "ArrowLeft")  # one more corner after the second, moved
    words(page, "roof 80 × 90 at 40, 30, 3 corners", "tree 80 × 80 at 200, 100, 4 corners")
    page.shot("dark")
    press(page, "j", "j", "j")
    expect(page.locator(".fw-Full-reason").first).to_contain_text("It holds text")
    page.shot("broken")
    press(page, "Space")
    expect(page.locator(COUNTS)).to_have_text("1 of 4 labelled · 1 skipped")
    page.get_by_role("button", name="Code", exact=True).click()
    expect(page.locator(".fw-Labeler-code")).to_contain_text("MaskBlock")
    page.set_viewport_size(dict(width=760, height=900))
    page.command("application:toggle-left-area")
    page.wait_for_timeout(300)
    page.shot("narrow")
    page.set_viewport_size(dict(width=1400, height=900))
    page.run(2)
    assert page.text(2).startswith("[[('roof', (40.0, 30.0, 120.0, 120.0)), ('tree', ")
    page.run(3)
    expect(page.locator(".fw-Labeler .fw-Grid-empty:visible").last).to_have_text("There are no images to label.")
    page.shot("empty")
    page.command("apputils:change-theme", theme="JupyterLab Light")
