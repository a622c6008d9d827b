"""The DICOM viewer with 1,000 slices of 512 x 512: how soon the first is seen, how a window drag runs, what it takes.

    make bench, or: python benchmarks/dicom_viewer.py

Figures to reach, in Chromium without a graphics card: the first slice 2 s after the cell begins (the packages are
loaded), the next slice 100 ms after the key once somebody looks around, at least 30 painted pictures a second while a
window is dragged, and bounded memory of both sides after all slices were looked at: 64 MB of pictures in the kernel,
96 MB in the browser.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np
from harness import table
from playwright.sync_api import sync_playwright

TESTS = Path(__file__).parents[1] / "tests"
sys.path += [str(TESTS / "browser"), str(TESTS / "core/medical")]

import chromium  # noqa: E402
from dicom_files import ROOT, saved  # noqa: E402
from jupyter_pages import Page, Server, serving  # noqa: E402

SLICES, SIDE, PRESSES, DRAGS = 1000, 512, 40, 240

LOAD = """
import os
from pathlib import Path
from fastlearn.medical.all import *
import pydicom
from fastwidgets import DicomViewer
DicomViewer("warm").close()  # what is loaded once a kernel
def megabytes():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) / 1000
before = megabytes()
"""
SHOW = "viewer = DicomViewer('ct')\nviewer"
TELL = "print(megabytes() - before, viewer.session.frames.nbytes / 1e6)"
SHOWN = "document.querySelector('.fw-Dicom-port')?.dataset.shown"
FIRST = f"""() => new Promise(resolve => {{
  const start = performance.now();
  window.__panel.content.activeCellIndex = 1;
  window.__done = window.jupyterapp.commands.execute('notebook:run-cell');
  const look = () => {SHOWN} && document.querySelector('.fw-Dicom-stage').dataset.painted
    ? resolve(performance.now() - start) : requestAnimationFrame(look);
  look();
}})"""
NEXT = f"""key => new Promise(resolve => {{
  const port = document.querySelector('.fw-Dicom-port'), before = {SHOWN}, start = performance.now();
  const look = () => {SHOWN} !== before ? resolve(performance.now() - start) : requestAnimationFrame(look);
  port.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true }}));
  look();
}})"""
DRAG = """async n => {
  const stage = document.querySelector('.fw-Dicom-stage'), box = stage.getBoundingClientRect();
  const at = (kind, x, y) => stage.dispatchEvent(new PointerEvent(kind, {
    pointerId: 1, button: 0, buttons: 1, clientX: box.left + x, clientY: box.top + y, bubbles: true }));
  stage.setPointerCapture = () => undefined;
  at('pointerdown', 200, 200);
  const rates = [], painted = Number(stage.dataset.painted);
  let before = await new Promise(requestAnimationFrame);
  for (let i = 1; i <= n; i++) {
    at('pointermove', 200 + 60 * Math.sin(i / 10), 200 + 60 * Math.cos(i / 10));
    const now = await new Promise(requestAnimationFrame);
    rates.push(1000 / (now - before));
    before = now;
  }
  at('pointerup', 200, 200);
  return { rates, painted: Number(stage.dataset.painted) - painted };
}"""


def make_files(root: Path) -> None:
    """A series of noise, whose names run against its order; and one slice to load the packages with."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 4096, (SIDE, SIDE)).astype(np.uint16)
    for folder, n in (("ct", SLICES), ("warm", 1)):
        (root / folder).mkdir()
        for i in range(n):
            saved(
                root / folder / f"{n - i:04}.dcm", np.roll(noise, i, 0), InstanceNumber=i + 1, RescaleIntercept=-1024,
                ImagePositionPatient=[0, 0, i], ImageOrientationPatient=[1, 0, 0, 0, 1, 0], PixelSpacing=[0.5, 0.5],
                SOPInstanceUID=f"{ROOT}.1.{i + 1}", WindowCenter=40, WindowWidth=400,
            )  # fmt: skip


def looked_through(page: Page, session: Any) -> tuple[float, float]:
    """MB of the browser before and after all slices were looked at, of its heap and its buffers."""
    before = browser_memory(page, session)
    for start in range(0, SLICES, 4):  # faster than anybody, so that some are dropped on the way
        page.evaluate(NEXT, "PageDown" if start % 40 == 0 else "ArrowDown")
    return before, browser_memory(page, session)


def browser_memory(page: Page, session: Any) -> float:
    """MB of JavaScript with its buffers."""
    session.send("HeapProfiler.collectGarbage")
    found = session.send("Runtime.getHeapUsage")
    return (found["usedSize"] + found.get("backingStorageSize", 0.0)) / 1e6


def processor_time(session: Any) -> float:
    """Seconds that the page's main thread has worked, whatever else this machine does."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def measured(browser: Any, server: Server) -> list[list[object]]:
    """The table."""
    page = Page(browser.new_page(viewport=dict(width=1400, height=900)), server, "benchmark")
    page.open([LOAD, SHOW, TELL])
    page.run(0)
    first = page.evaluate(FIRST)
    page.done(1)
    page.wait_for_function("() => document.querySelector('.fw-Dicom-series').innerText.includes('1000 of')")
    page.wait_for_timeout(1000)
    presses = []
    for _ in range(PRESSES):
        presses.append(page.evaluate(NEXT, "ArrowDown"))
        page.wait_for_timeout(150)  # as fast as anybody looks at slices
    session = page.page.context.new_cdp_session(page.page)
    session.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    session.send("Performance.enable")
    begun = processor_time(session)
    dragged = page.evaluate(DRAG, DRAGS)
    each = 1000 * (processor_time(session) - begun) / DRAGS
    before, after = looked_through(page, session)
    page.run(2)
    grown, kept = map(float, page.text(2).split())
    page.shut_down()
    page.close()
    slow = quantiles(dragged["rates"], n=20)[0]
    return [
        ["first slice after the cell begins", f"{first / 1000:.2f} s", "2 s"],
        ["next slice, median (most)", f"{median(presses):.0f} ms ({max(presses):.0f})", "100 ms"],
        ["window drag, median (5th percentile)", f"{median(dragged['rates']):.0f} ({slow:.0f}) frames/s", "30"],
        ["window drag, processor time of the page", f"{each:.1f} ms a frame", "33 ms"],
        ["pictures painted in as many frames", f"{dragged['painted']} in {DRAGS}", ""],
        ["kernel: pictures kept", f"{kept:.0f} MB", "67 MB"],
        ["kernel: grown by", f"{grown:.0f} MB", "bounded"],
        ["browser: before, after all slices", f"{before:.0f}, {after:.0f} MB", "101 MB more"],
    ]


def main() -> None:
    path = chromium.find()
    if path is None:
        raise SystemExit(chromium.HELP.format(names=", ".join(chromium.NAMES), python=sys.executable))
    with tempfile.TemporaryDirectory() as tmp:
        os.environ["FASTWIDGETS_HOME"] = str(Path(tmp) / "home")
        with serving(Path(tmp)) as server, sync_playwright() as playwright:
            start = time.perf_counter()
            make_files(server.root)
            print(f"made {SLICES:,} slices of {SIDE} x {SIDE} in {time.perf_counter() - start:.0f} s")
            browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
            table("1,000 slices", ["what", "measured", "limit"], measured(browser, server))
            browser.close()


if __name__ == "__main__":
    main()
