"""The guided tour, run whole in a real JupyterLab."""

import json
import re
import shutil
from pathlib import Path

from playwright.sync_api import expect

TOUR = Path(__file__).parents[2] / "examples" / "01_tour.ipynb"


def test_the_tour_trains_a_model_that_reads_digits(page) -> None:
    shutil.copy(TOUR, page.server.root / TOUR.name)
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(TOUR.read_text())["cells"]]
    page.go(f"lab/workspaces/tour/tree/{TOUR.name}")
    page.ready()

    def cell(of: str) -> int:
        return next(i for i, (kind, source) in enumerate(cells) if kind == "code" and of in source)

    for i, (kind, source) in enumerate(cells):
        if kind != "code":
            continue
        page.run(i, wait=False)
        if "lr_find" in source:
            expect(page.locator(".fw-LRFinder")).to_be_visible(timeout=60_000)
        page.done(i)
        page.shot(f"cell-{i}")

    assert page.locator(".fw-LRFinder").get_by_role("slider", name=re.compile("^valley")).count() == 1
    expect(page.locator(".fw-LRFinder-code")).to_contain_text("learn.fit_one_cycle(5, lr_max=")
    assert page.locator(".fw-Monitor").count() == 1
    rows = page.evaluate("""() => [...document.querySelectorAll('.fw-Monitor-epochs tbody tr')]
        .map(row => [...row.cells].map(cell => cell.textContent))""")
    assert len(rows) == 5
    accuracy = float(rows[-1][3])  # epoch, train_loss, valid_loss, accuracy, time
    assert accuracy > 0.9
    assert "with probability" in page.text(cell("learn.predict"))
    images = "i => (window.__panel.content.widgets[i].model.outputs.toJSON()).filter(o => o.data?.['image/png']).length"
    for drawn in ("show_batch", "show_results", "plot_confusion_matrix", "plot_top_losses"):
        assert page.evaluate(images, cell(drawn)) == 1, drawn
    assert [e for e in page.errors if "fastwidgets" in e] == []
