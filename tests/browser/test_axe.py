"""Every widget, the side panel and the launcher's cards, light and dark, before axe: nothing serious is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import expect
from test_builder import mini

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
HERE = Path(__file__).parent
PATIENCE = 60_000
SETUP = f"""import sys; sys.path.insert(0, {str(HERE)!r})
import fastwidgets as fw
from fastlearn.vision.all import *
from judged_learner import judged
from fastwidgets import *
learn = judged('animals')"""
SHOWN = {
    "builder": "b = DataBlockBuilder('mini3', height=480)\nb",
    "cleaner": "c = ImageCleaner('mini3')\nc",
    "labeler": "l = Labeler('mini3', classes=['cat', 'dog'])\nl",
    "top losses": "t = TopLosses(learn)\nt",
    "confusion": "m = ConfusionMatrix(learn)\nm",
    "learning rates": "found = learn.lr_find(num_it=30)",
    "monitor": "learn.fit_one_cycle(2, 1e-3)",
    "scans": "d = DicomViewer(sample_data('scans'))\nd",
}
SCROLL = "i => window.__panel.content.scrollToItem(i)"  # a cell out of sight may be out of the page
NAME = "i => { window.__panel.content.widgets[i].node.id = `cell${i}`; }"
OWN = '[class*="fw-"]'
# Serious and critical findings about nodes of our own; what JupyterLab draws around them is not ours to mend.
RUN = """async ([selector, own]) => {
  const found = await window.axe.run({ include: [selector] }, { resultTypes: ['violations'] });
  return found.violations
    .filter(one => one.impact === 'serious' || one.impact === 'critical')
    .flatMap(one => one.nodes
      .filter(node => node.target.every(at => document.querySelector(at)?.closest(own)))
      .map(node => `${one.id}: ${node.html.slice(0, 160)} ${(node.any[0] ?? node.all[0])?.message ?? ''}`));
}"""


def serious(page: Any, selector: str) -> list[str]:
    """What axe finds in the elements that fit `selector`."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN, [selector, OWN])
    return [f"{selector}: {one}" for one in found]


def themes(page: Any) -> Iterator[str]:
    """Each theme, once it is there. A change loads every style sheet again: what is to be seen is shown before."""
    for theme in ("Light", "Dark"):
        page.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        light = str(theme == "Light").lower()
        page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{light}'", timeout=PATIENCE)
        page.wait_for_function("() => !document.querySelector('#jupyterlab-splash')", timeout=PATIENCE)
        yield theme


def both_themes(page: Any, *selectors: str) -> list[str]:
    return [f"{theme} {one}" for theme in themes(page) for selector in selectors for one in serious(page, selector)]


def test_axe_finds_what_is_wrong(page) -> None:
    page.go("lab")
    page.wait_for_function("() => window.jupyterapp")
    page.evaluate(
        """() => document.body.insertAdjacentHTML('beforeend', '<div class="fw-Bad"><button></button></div>')"""
    )
    assert any(one.startswith(".fw-Bad: button-name") for one in serious(page, ".fw-Bad"))


def test_nothing_serious_in_any_widget(notebook) -> None:
    page = notebook([SETUP, *SHOWN.values()])
    mini(page.server.root / "mini3", 24)
    page.run(0)
    for cell, name in enumerate(SHOWN, 1):
        page.run(cell)
        page.evaluate(NAME, cell)
        expect(page.locator(f"#cell{cell} .fw-Live").first).to_be_visible(timeout=PATIENCE)
        if name == "builder":
            expect(page.locator(".fw-Builder-tab").last).to_contain_text(re.compile("problem"), timeout=PATIENCE)
    found = []
    for theme in themes(page):
        for cell, name in enumerate(SHOWN, 1):
            page.evaluate(SCROLL, cell)
            page.evaluate(NAME, cell)
            shown = page.locator(f"#cell{cell} .fw-Live").first
            shown.scroll_into_view_if_needed()
            expect(shown).to_be_visible(timeout=PATIENCE)
            page.wait_for_timeout(300)
            found += [f"{theme} {name}: {one}" for one in serious(page, f"#cell{cell} .fw-Live")]
    assert not found, "\n".join(found)


def test_nothing_serious_in_any_step_of_the_builder(notebook) -> None:
    page = notebook(["from fastwidgets import *", SHOWN["builder"]])
    mini(page.server.root / "mini3", 24)
    page.run(0)
    page.run(1)
    found = []
    for name in ("Labels", "Split", "Item", "Batch", "Health"):
        page.get_by_role("tab", name=re.compile(f"^{name}")).click()
        page.wait_for_function("() => !document.querySelector('.fw-Builder-result[aria-busy=true]')", timeout=PATIENCE)
        found += [f"{name} {one}" for one in serious(page, ".fw-BuilderView")]
    page.get_by_role("button", name="?", exact=True).click()
    found += serious(page, ".fw-BuilderView")
    page.get_by_role("button", name="Build…").click()
    found += both_themes(page, ".fw-BuilderView")
    assert not found, "\n".join(found)


def test_nothing_serious_in_the_side_panel_and_the_cards(page) -> None:
    mini(page.server.root / "pets", 12)
    page.go("lab")
    page.wait_for_function("() => window.jupyterapp")
    page.settled("window.jupyterapp.restored", 60)
    page.command("launcher:create", cwd="")
    page.command("fastwidgets:show-panel")
    panel = page.locator("#fastwidgets-panel")
    expect(panel.get_by_text("pictures")).to_be_visible(timeout=PATIENCE)
    assert both_themes(page, "#fastwidgets-panel", ".jp-LauncherCard[data-category='fastwidgets']") == []
