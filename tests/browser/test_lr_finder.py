"""The learning-rate finder in a real JupyterLab, by mouse and by keyboard, while the cell runs and after it."""

import re
from pathlib import Path

from playwright.sync_api import expect

HERE = str(Path(__file__).parent)
LEARNER = f"import sys\nsys.path.insert(0, {HERE!r})\nfrom fake_search import FakeLearner\nlearn = FakeLearner()"
SEARCH = "found = learn.lr_find(num_it={num_it}, pause={pause})\nprint(found.stopped, len(found.lrs))"
LINE = ".fw-LRFinder .bqplot path.line"
STATUS = ".fw-LRFinder-status"
CODE = ".fw-LRFinder-code"
# Whether the search is past a step; how far the drawn curve reaches to the right, in pixels.
PAST = "n => +document.querySelector('.fw-LRFinder-status')?.innerText.match(/Step (\\d+)/)?.[1] > n"
REACH = f"() => document.querySelector('{LINE}')?.getBBox().width ?? 0"


def step(page) -> int:
    found = re.search(r"Step (\d+) of", page.locator(STATUS).inner_text())
    return int(found[1]) if found else 0


def marker(page, name: str):
    return page.locator(f".fw-LRFinder-marker[data-name='{name}']")


def searched(notebook, num_it: int = 100, pause: float = 0.0, app: str = "lab"):
    page = notebook([LEARNER, SEARCH.format(num_it=num_it, pause=pause)], app=app)
    page.run(0)
    page.run(1)
    expect(page.locator(STATUS)).to_contain_text("All rates were tried")
    return page


def test_the_curve_grows_while_the_cell_runs_and_stop_stops_it(notebook, kernel: str) -> None:
    page = notebook([LEARNER, SEARCH.format(num_it=400, pause=0.02)], kernel=kernel)
    page.run(0)
    page.run(1, wait=False)
    expect(page.locator(STATUS)).to_contain_text("Step", timeout=30_000)
    page.wait_for_function(PAST, arg=40)
    early, reach, box = step(page), page.evaluate(REACH), page.locator(".fw-LRFinder").bounding_box()
    page.shot("early")
    page.wait_for_function(PAST, arg=early + 50)
    assert page.evaluate(REACH) > reach + 20
    page.get_by_role("button", name="Stop", exact=True).click()
    page.done(1)
    stopped, n = page.text(1).split()
    assert stopped == "stopped" and early + 50 < int(n) < 390
    expect(page.locator(STATUS)).to_contain_text("Stopped.")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    assert page.locator(".fw-LRFinder").bounding_box() == box  # nothing has moved
    page.shot("stopped")


def test_a_marker_is_dragged_along_the_curve(notebook) -> None:
    page = searched(notebook)
    expect(page.locator(CODE)).to_have_text("learn.fit_one_cycle(5, lr_max=1.6e-03)")
    valley = marker(page, "valley")
    box = valley.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 50, y, steps=5)
    page.shot("dragging")
    page.mouse.move(x + 100, y, steps=5)
    page.mouse.up()
    moved = float(re.search(r"lr_max=(\S+)\)", page.locator(CODE).inner_text())[1])
    plot = page.locator(".fw-LRFinder-overlay").bounding_box()
    assert moved == float(f"{1.6e-3 * 10 ** (8 * 100 / plot['width']):.1e}")
    expect(valley).to_have_attribute("aria-label", "by hand; the suggestion was valley")
    expect(valley.locator(".fw-LRFinder-label")).to_contain_text("by hand")
    expect(page.locator(".fw-LRFinder-ghost:visible")).to_have_text("valley")
    # The dot stays on the curve: as far below the top as the curve is there.
    dot = valley.locator(".fw-LRFinder-dot").bounding_box()
    line = page.evaluate(
        f"""x => {{
      const path = document.querySelector('{LINE}'), matrix = path.getScreenCTM();
      const at = i => path.getPointAtLength(i).matrixTransform(matrix);
      let i = 0;
      while (i < path.getTotalLength() && at(i).x < x) i += 0.5;
      return at(i).y;
    }}""",
        dot["x"] + dot["width"] / 2,
    )
    assert abs(dot["y"] + dot["height"] / 2 - line) < 3
    page.get_by_role("button", name=re.compile("^steep")).click()
    expect(page.locator(CODE)).to_have_text("learn.fit_one_cycle(5, lr_max=8.3e-04)")
    page.shot("steep")


def test_the_keyboard_moves_the_markers_and_the_kernel_knows(notebook) -> None:
    page = notebook([LEARNER, "from fastwidgets import LRFinder\nfinder = LRFinder(learn)\nfinder", "print(finder.lr)"])
    page.run(0)
    page.run(1)
    page.get_by_role("button", name="Start", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(STATUS)).to_contain_text("All rates were tried", timeout=30_000)
    valley = marker(page, "valley")
    for _ in range(9):
        page.keyboard.press("Tab")
        if valley.evaluate("el => el === document.activeElement"):
            break
    expect(valley).to_be_focused()
    page.shot("focused")
    for key, text in [
        ("ArrowRight", "1.8e-03"),
        ("ArrowLeft", "1.6e-03"),
        ("PageUp", "5.1e-03"),
        ("End", "1.0e+01"),
        ("Home", "1.0e-07"),
        ("ArrowUp", "1.1e-07"),
    ]:
        page.keyboard.press(key)
        expect(valley).to_have_attribute("aria-valuetext", re.compile(f"learning rate {re.escape(text)}, loss "))
        expect(page.locator(".fw-LRFinder-readout")).to_contain_text(text)
    page.keyboard.press("t")
    expect(page.get_by_role("region", name="Table of values")).to_be_visible()
    assert page.locator(".fw-LRFinder-table tbody tr").count() == 100
    page.shot("table")
    page.keyboard.press("?")  # takes the table's place
    expect(page.locator(".fw-Keys:visible")).to_contain_text("Page Up")
    expect(page.get_by_role("region", name="Table of values")).to_be_hidden()
    page.shot("keys")
    page.keyboard.press("Escape")
    expect(page.locator(".fw-Keys:visible")).to_have_count(0)
    page.keyboard.press("t")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Table of values")).to_be_hidden()
    page.run(2)
    assert page.text(2).strip() == "1.1e-07"
    assert page.evaluate("() => window.__panel.content.widgets.length") == 3  # no key reached the notebook


def test_copy_puts_the_line_of_code_on_the_clipboard(notebook) -> None:
    page = searched(notebook)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == "learn.fit_one_cycle(5, lr_max=1.6e-03)"


def test_a_reload_in_the_middle_brings_everything_back(notebook) -> None:
    page = notebook([LEARNER, SEARCH.format(num_it=300, pause=0.05)])
    page.run(0)
    page.run(1, wait=False)
    page.wait_for_function(PAST, arg=20)
    reach = page.evaluate(REACH)
    page.load_again(1)
    page.wait_for_function(PAST, arg=70)  # enough for suggestions
    page.wait_for_function(f"reach => ({REACH})() > reach", arg=reach)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(STATUS)).to_contain_text("Stopped.")
    expect(marker(page, "valley")).to_be_visible()
    page.shot("reloaded")
    twin = page.saved_outputs(1, "Stopped.")  # saved by itself again
    assert "<svg" in twin and "valley" in twin


def test_both_themes(notebook) -> None:
    page = searched(notebook)
    page.shot("light")
    page.command("apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    page.wait_for_timeout(300)
    label, text = page.evaluate("""() => [getComputedStyle(document.querySelector('.bqplot .axislabel')).fill,
        getComputedStyle(document.querySelector('.fw-LRFinder')).color]""")
    assert label == text
    page.shot("dark")
    page.command("apputils:change-theme", theme="JupyterLab Light")


def test_without_a_suggestion_the_user_picks_and_nothing_is_made_up(notebook) -> None:
    page = notebook([LEARNER, "found = learn.lr_find(nan_at=30, pause=0)"])
    page.run(0)
    page.run(1)
    expect(page.locator(STATUS)).to_have_text("The loss became NaN.")  # and no invitation to choose from its curve
    expect(page.locator(CODE)).to_have_text("")
    expect(page.locator(".fw-LRFinder-label:visible")).to_have_count(0)
    page.shot("nothing-chosen")
    plot = page.locator(".fw-LRFinder-overlay").bounding_box()
    page.mouse.click(plot["x"] + 0.9 * plot["width"], plot["y"] + 100)  # beside the curve: its last rate
    expect(page.locator(CODE)).to_have_text("learn.fit_one_cycle(5, lr_max=2.2e-05)")
    expect(page.locator(".fw-LRFinder-label:visible")).to_have_text("by hand 2.2e-05")
    expect(page.locator(".fw-LRFinder-readout")).to_contain_text("2.2e-05: loss 2.29")
    page.mouse.click(plot["x"] + 0.125 * plot["width"], plot["y"] + 100)
    expect(page.locator(CODE)).to_have_text("learn.fit_one_cycle(5, lr_max=1.0e-06)")
    page.shot("by-hand")
    assert "by hand" in page.evaluate("() => document.querySelector('.fw-static').textContent")


def test_in_a_narrow_window_nothing_overlaps_and_the_words_are_all_there(notebook) -> None:
    page = notebook([LEARNER, "found = learn.lr_find(nan_at=30, pause=0)"])
    page.page.set_viewport_size(dict(width=700, height=900))
    page.run(0)
    page.run(1)
    status = page.locator(STATUS)
    expect(status).to_contain_text("The loss became NaN.")
    page.shot("narrow")
    assert status.evaluate("el => el.scrollHeight <= el.clientHeight")
    words, table = status.bounding_box(), page.get_by_role("button", name="Table", exact=True).bounding_box()
    assert table["y"] + table["height"] <= words["y"]  # the words have the whole width
    plot, figure = (
        page.locator(f".fw-LRFinder {part}").bounding_box() for part in (".fw-LRFinder-overlay", "> .bqplot")
    )
    assert figure["y"] < plot["y"] and plot["y"] + plot["height"] < figure["y"] + figure["height"]


def test_a_kernel_that_is_gone_is_told(notebook) -> None:
    page = notebook([LEARNER, SEARCH.format(num_it=400, pause=0.05)])
    page.run(0)
    page.run(1, wait=False)
    page.wait_for_function(PAST, arg=10)
    page.restart()
    expect(page.locator(STATUS)).to_contain_text("The kernel does not answer", timeout=30_000)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    page.shot("gone")
    page.restarted()


def test_notebook_7(notebook) -> None:
    page = searched(notebook, app="notebook")
    marker(page, "slide").press("ArrowRight")
    expect(page.locator(CODE)).to_contain_text("lr_max=2.7e-02")


def test_voila(page) -> None:
    name = page.server.write([LEARNER, SEARCH.format(num_it=60, pause=0)])
    page.go(f"voila/render/{name}")
    expect(page.locator(STATUS)).to_contain_text("All rates were tried", timeout=60_000)
    marker(page, "valley").press("ArrowRight")
    expect(page.locator(CODE)).to_contain_text("lr_max=1.8e-03")
    expect(page.locator(LINE).first).to_be_attached()
    assert [e for e in page.errors if "fastwidgets/" in e] == []
