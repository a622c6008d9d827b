"""The grid with 100,000 files: how soon tiles are there, how smoothly they scroll, what a page of them costs.

    make bench, or: python benchmarks/grid.py

Figures to reach: first tiles 2 s after the scan, the end of the grid 1 s after End, while scrolling a median of at
least 50 and a 5th percentile of at least 30 frames a second with fewer than 300 elements, memory flat over three
passes; a page of 60 thumbnails at most 1.3 times a bare round trip of the same bytes over the comm (medians of pairs)
and under 15 ms over the server's endpoint; the next picture at full size 100 ms after the key (medians).
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
from harness import ratio, table
from PIL import Image
from playwright.sync_api import sync_playwright

BROWSER_TESTS = Path(__file__).parents[1] / "tests" / "browser"
sys.path.insert(0, str(BROWSER_TESTS))

import chromium  # noqa: E402
from jupyter_pages import Page, Server, serving  # noqa: E402

FILES, PHOTOS, CLASSES = 100_000, 60, 20
PASSES, ROUNDS, PRESSES = 3, 30, 30
SPEEDS = (20, 200, 2000)  # pixels a frame

SCAN = """
import time
from fastlearn.data.find import get_image_files
from fastwidgets import ImageGrid
start = time.perf_counter()
files = sorted(map(str, get_image_files("many")))
print(time.perf_counter() - start)
"""
SHOW = "grid = ImageGrid(files, root='many')\ngrid"
PHOTO_GRID = "grid = ImageGrid('photos', tile=128)\ngrid"
# A question that is answered with bytes and nothing else: what the comm itself costs.
ECHO = """
from fastwidgets.grid.widget import GridWidget
def on_echo(self, message):
    self.send({"kind": "said", "text": str(message["rid"])}, [bytes(message["size"])])
GridWidget.hears, GridWidget.on_echo = (*GridWidget.hears, "echo"), on_echo
"""
TILES = "document.querySelectorAll('.fw-Grid [role=gridcell]')"
LOADED = f"""[...{TILES}].some(tile => tile.checkVisibility()) && [...{TILES}].every(tile => !tile.checkVisibility()
  || (!tile.classList.contains('fw-mod-waiting') && !tile.dataset.caption.startsWith('…')))"""
WATCH = f"""() => new Promise(resolve => {{
  const look = () => ({LOADED}) ? resolve(performance.now()) : requestAnimationFrame(look);
  look();
}})"""
FIRST = f"""async () => {{
  const start = performance.now();
  window.__panel.content.activeCellIndex = 1;
  window.__done = window.jupyterapp.commands.execute('notebook:run-cell');
  return await ({WATCH})() - start;
}}"""
END = f"""async key => {{
  const port = document.querySelector('.fw-Grid [role=grid]');
  port.focus();
  const start = performance.now();
  port.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true }}));
  await new Promise(requestAnimationFrame);
  return await ({WATCH})() - start;
}}"""
SCROLL = """async speed => {
  const port = document.querySelector('.fw-Grid [role=grid]');
  port.scrollTop = port.scrollTop > port.scrollHeight / 2 ? 0 : port.scrollTop;
  await new Promise(resolve => setTimeout(resolve, 500));
  const rates = [];
  let most = 0, before = await new Promise(requestAnimationFrame);
  for (let i = 0; i < 240; i++) {
    port.scrollTop += speed;
    const now = await new Promise(requestAnimationFrame);
    rates.push(1000 / (now - before));
    before = now;
    most = Math.max(most, port.querySelectorAll('*').length);
  }
  return { rates, most };
}"""
PASS = """async steps => {
  const port = document.querySelector('.fw-Grid [role=grid]');
  for (let i = 0; i <= steps; i++) {
    port.scrollTop = (port.scrollHeight - port.clientHeight) * i / steps;
    await new Promise(resolve => setTimeout(resolve, 60));
  }
  port.scrollTop = 0;
  await new Promise(resolve => setTimeout(resolve, 500));
}"""
# The widget's own comm, as the page's widget manager uses it: questions in, answers seen as they arrive.
ASK = """({ question, n }) => new Promise(resolve => {
  const outputs = window.__panel.content.widgets[1].model.outputs.toJSON();
  const id = outputs.map(one => one.data?.['application/vnd.jupyter.widget-view+json']).find(Boolean).model_id;
  const kernel = window.__panel.sessionContext.session.kernel;
  const start = performance.now();
  const hear = (_, message) => {
    const said = message.header.msg_type === 'comm_msg' && message.content.comm_id === id
      ? message.content.data.content : undefined;
    if ((said?.kind === 'tiles' && said.rid === n && said.last) || (said?.kind === 'said' && said.text === String(n))) {
      kernel.iopubMessage.disconnect(hear);
      resolve(performance.now() - start);
    }
  };
  kernel.iopubMessage.connect(hear);
  kernel._comms.get(id).send({ method: 'custom', content: { ...question, rid: n } });
})"""
SERVER_PAGE = """async ({ token, ids }) => {
  const start = performance.now();
  const base = JSON.parse(document.getElementById('jupyter-config-data').textContent).baseUrl;
  const answer = await fetch(`${base}fastwidgets/pages/${token}?side=128&ids=${ids.join(',')}`);
  const bytes = (await answer.arrayBuffer()).byteLength;
  return { time: performance.now() - start, bytes, status: answer.status };
}"""
NEXT = """() => new Promise(resolve => {
  const dialog = document.querySelector('.fw-Full');
  const image = dialog.querySelector('.fw-Stage img');
  const start = performance.now();
  image.addEventListener('load', async () => {
    await new Promise(requestAnimationFrame);
    resolve(performance.now() - start);
  }, { once: true });
  dialog.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
})"""


def make_files(root: Path) -> None:
    """Tiny files, all different, in a folder for each class; and some photos of 12 megapixels."""
    rng = np.random.default_rng(0)
    for c in range(CLASSES):
        (root / "many" / f"class_{c:02}").mkdir(parents=True)
    for i in range(FILES):
        picture = Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8))
        picture.save(root / "many" / f"class_{i % CLASSES:02}" / f"{i:06}.png", compress_level=0)
    (root / "photos").mkdir()
    for i in range(PHOTOS):
        coarse = Image.fromarray(rng.integers(0, 256, (60, 80, 3), np.uint8))
        coarse.resize((4000, 3000), Image.Resampling.BILINEAR).save(root / "photos" / f"{i:03}.jpg", quality=90)


def opened(browser: Any, server: Server, cells: list[str]) -> Page:
    page = Page(browser.new_page(viewport=dict(width=1400, height=900)), server, "benchmark")
    page.open(cells)
    page.run(0)
    return page


def memory(page: Page, session: Any) -> float:
    """Bytes of JavaScript's heap after it was cleared up."""
    session.send("HeapProfiler.collectGarbage")
    return float(page.evaluate("() => performance.memory.usedJSHeapSize"))


def many(browser: Any, server: Server) -> list[list[object]]:
    """First tiles, jump to the end, frames and elements while scrolling, memory over passes."""
    page = opened(browser, server, [SCAN, SHOW])
    scan = float(page.text(0).strip())
    first = page.evaluate(FIRST)
    page.done(1)
    jumps = [page.evaluate(END, key) for key in ("End", "Home") * 5]
    scrolled = {speed: page.evaluate(SCROLL, speed) for speed in SPEEDS}
    session = page.page.context.new_cdp_session(page.page)
    heaps = []
    for _ in range(PASSES):
        page.evaluate(PASS, 150)
        heaps.append(memory(page, session))
    rows: list[list[object]] = [
        [f"scan of {FILES:,} files", f"{scan:.2f} s", ""],
        ["first tiles after the scan", f"{first / 1000:.2f} s", "2 s"],
        ["to the end and back, median (most)", f"{median(jumps):.0f} ms ({max(jumps):.0f})", "1 s"],
    ]
    for speed, found in scrolled.items():
        low = quantiles(found["rates"], n=20)[0]
        frames = f"{median(found['rates']):.0f} ({low:.0f}) frames/s, {found['most']} elements"
        rows.append([f"scrolling {speed} px a frame, median (5th percentile)", frames, "50 (30), 300"])
    megabytes = ", ".join(f"{heap / 1e6:.1f}" for heap in heaps)
    rows.append([f"heap after {PASSES} passes", f"{megabytes} MB", "flat"])
    page.shut_down()
    page.close()
    return rows


def pages(browser: Any, server: Server) -> list[list[object]]:
    """A page of 60 thumbnails by either way, against a bare round trip of as many bytes; the next picture."""
    page = opened(browser, server, ["from fastwidgets import ImageGrid" + ECHO, PHOTO_GRID, "print(grid._token)"])
    page.run(1)
    page.wait_for_function(f"() => {LOADED}", timeout=120_000)
    page.run(2)
    served = dict(token=page.text(2).strip(), ids=list(range(PHOTOS)))
    asked = dict(kind="ask", ids=served["ids"], pictures=served["ids"], side=128)
    page.evaluate(ASK, dict(question=asked, n=-1))  # now all are made
    size = page.evaluate(SERVER_PAGE, served)["bytes"]
    measured: dict[str, list[float]] = {"bare": [], "comm": [], "server": []}
    for n in range(1, ROUNDS + 1):
        measured["bare"].append(page.evaluate(ASK, dict(question=dict(kind="echo", size=size), n=n)))
        measured["comm"].append(page.evaluate(ASK, dict(question=asked, n=n)))
        answer = page.evaluate(SERVER_PAGE, served)
        assert answer["status"] == 200 and answer["bytes"] == size, answer
        measured["server"].append(answer["time"])
    page.evaluate("() => document.querySelector('.fw-Grid [role=grid]').focus()")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_timeout(2000)
    presses = []
    for _ in range(PRESSES):
        presses.append(page.evaluate(NEXT))
        page.wait_for_timeout(700)  # time to look at it
    page.shut_down()
    page.close()
    return [
        [f"bare round trip of {size / 1000:.0f} kB over the comm", f"{median(measured['bare']):.0f} ms", ""],
        ["the page over the comm", f"{median(measured['comm']):.0f} ms", "about 50 ms"],
        ["the page over the comm, times the bare trip", f"{ratio(measured, 'comm', 'bare'):.2f}", "1.3"],
        ["the page from the server", f"{median(measured['server']):.1f} ms", "15 ms"],
        [
            "next picture of 12 megapixels at full size (most)",
            f"{median(presses):.0f} ms ({max(presses):.0f})",
            "100 ms",
        ],
    ]


def main() -> None:
    path = chromium.find()
    if path is None:
        raise SystemExit(chromium.HELP.format(names=", ".join(chromium.NAMES), python=sys.executable))
    with tempfile.TemporaryDirectory() as tmp:
        os.environ["FASTWIDGETS_HOME"] = str(Path(tmp) / "home")  # thumbnails of its own
        with serving(Path(tmp)) as server, sync_playwright() as playwright:
            start = time.perf_counter()
            make_files(server.root)
            print(f"made {FILES:,} files and {PHOTOS} photos in {time.perf_counter() - start:.0f} s")
            flags = [*chromium.FLAGS, "--enable-precise-memory-info"]
            browser = playwright.chromium.launch(executable_path=path, args=flags)
            table("A grid of tiny files", ["what", "measured", "limit"], many(browser, server))
            table("A page of 60 thumbnails", ["what", "measured", "limit"], pages(browser, server))
            browser.close()


if __name__ == "__main__":
    main()
