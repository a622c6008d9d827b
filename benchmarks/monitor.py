"""The training monitor open in a browser: what it costs the kernel, and how soon a click on Pause reaches Python.

    make bench, or: python benchmarks/monitor.py

Figures to reach: at most 1 % of a core for the kernel process and at most 5 % more wall time of a fit than without the
monitor (torch on one thread); a click in 250 ms (median) while a torch- or numpy-bound cell runs on ipykernel 7, in
500 ms on 6.31, which is polled.

What the monitor adds is a few milliseconds a second, which the noise of a busy fit would hide: its CPU time is measured
with a model that sleeps instead of computing, so that little else uses any.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from harness import table
from playwright.sync_api import sync_playwright

BROWSER_TESTS = Path(__file__).parents[1] / "tests" / "browser"
sys.path.insert(0, str(BROWSER_TESTS))

import chromium  # noqa: E402
from jupyter_pages import KERNELS, KernelMissing, Page, Server, serving  # noqa: E402

ROUNDS, CLICKS = 5, 20
SETUP = f"""
import json, sys, time
sys.path.insert(0, {str(BROWSER_TESTS)!r})
from busy_learner import busy_learner
learn = busy_learner(load={{load}})
def timed(display):
    cpu, wall = time.process_time(), time.perf_counter()
    learn.fit_one_cycle({{epochs}}, 1e-4, display=display)
    return time.process_time() - cpu, time.perf_counter() - wall
"""
SLEEPING = """
inner = learn.model.net.forward
learn.model.net.forward = lambda x: (time.sleep(0.015), inner(x))[1]
"""
COST = f"""
measured = [(timed(False), timed(True)) for _ in range({ROUNDS} + 1)][1:]
print("COST", json.dumps(measured))
"""
# Pause and resume note when they were called; the numpy-bound cell is the same fit with numpy's product in the model.
NOTE = """
import numpy as np
called, control = [], learn.control
pause, resume = control.pause, control.resume
control.pause = lambda: (called.append(time.time()), pause())
control.resume = lambda: (called.append(time.time()), resume())
if {numpy}:
    weight = np.random.rand(300, 300)
    learn.model.load, inner = 0, learn.model.net.forward
    learn.model.net.forward = lambda x: (weight @ weight, weight @ weight, inner(x))[-1]
"""
FIT = "learn.fit_one_cycle(1000, 1e-4)"
CLICKED = """() => {
  window.__clicked = [];
  document.addEventListener('click', event => {
    if (event.target.closest('.fw-Monitor button')) window.__clicked.push(Date.now() / 1000);
  }, true);
}"""


def opened(browser: Any, server: Server, cells: list[str], kernel: str = "python3") -> Page:
    page = Page(browser.new_page(viewport=dict(width=1400, height=900)), server, "benchmark")
    page.open(cells, kernel=kernel)
    return page


def close(page: Page) -> None:
    page.shut_down()
    page.close()


def pairs(browser: Any, server: Server, load: int, model: str = "") -> list[list[tuple[float, float]]]:
    """(CPU, wall) seconds of fits of 800 batches, in pairs: without and with the monitor."""
    page = opened(browser, server, [SETUP.format(load=load, epochs=8) + model, COST])
    page.run(0)
    page.run(1, wait=False)
    page.done(1, seconds=1200)
    line = next(line for line in page.text(1).splitlines() if line.startswith("COST"))
    close(page)
    return json.loads(line.removeprefix("COST"))


def cost(browser: Any, server: Server) -> list[list[object]]:
    """What the monitor adds: share of a core, and wall time."""
    sleeping = pairs(browser, server, load=0, model=SLEEPING)
    cpu = median((shown[0] - bare[0]) / shown[1] for bare, shown in sleeping)
    busy = pairs(browser, server, load=8)
    wall = median(shown[1] / bare[1] for bare, shown in busy)
    return [
        ["CPU time of the kernel process, share of a core", f"{100 * cpu:.2f} %", "1 %"],
        ["wall time of a fit, torch on one thread", f"{100 * (wall - 1):+.1f} %", "5 %"],
    ]


def latency(browser: Any, server: Server, kernel: str, numpy: bool) -> list[float]:
    """Milliseconds from the click event in the page to the control's method in Python, one for each click."""
    cells = [SETUP.format(load=4, epochs=1), NOTE.format(numpy=numpy), FIT, "print(json.dumps(called))"]
    page = opened(browser, server, cells, kernel)
    page.run(0)
    page.run(1)
    page.run(2, wait=False)
    shown = page.locator(".fw-Monitor-where")
    shown.filter(has_text="Training").wait_for()
    page.wait_for_timeout(2000)
    page.evaluate(CLICKED)
    for _ in range(CLICKS // 2):
        for name, state in (("Pause", "Paused"), ("Resume", "Training")):
            page.get_by_role("button", name=name, exact=True).click()
            shown.filter(has_text=state).wait_for()
            page.wait_for_timeout(300)
    clicked = page.evaluate("() => window.__clicked")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.done(2)
    page.run(3)
    called = json.loads(page.text(3))
    close(page)
    # Resume is clicked while the loop holds: only Pause meets a busy kernel.
    return [1000 * (got - sent) for sent, got in zip(clicked, called, strict=False)][::2]


def main() -> None:
    path = chromium.find()
    if path is None:
        raise SystemExit(chromium.HELP.format(names=", ".join(chromium.NAMES), python=sys.executable))
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as tmp, serving(Path(tmp)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        table("What the open monitor adds", ["what", "measured", "limit"], cost(browser, server))
        for kernel in KERNELS:
            for numpy in (False, True):
                try:
                    times = latency(browser, server, kernel, numpy)
                except KernelMissing as missing:
                    rows.append([kernel, str(missing), "", "", ""])
                    break
                limit = "500 ms" if kernel.startswith("ipykernel-6") else "250 ms"
                bound = "numpy" if numpy else "torch"
                rows.append([kernel, bound, f"{median(times):.0f} ms", f"{max(times):.0f} ms", limit])
        browser.close()
    table("Click on Pause until Python knows", ["kernel", "bound by", "median", "most", "limit of median"], rows)


if __name__ == "__main__":
    main()
