"""Every example notebook runs from top to bottom in a kernel of its own, and ends with what it promises."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.docs
EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))

# Run in the notebook's kernel after its last cell.
PROMISES = {
    "01_tour": """
assert learn.history.epochs[-1]["accuracy"] > 0.95, learn.history.epochs
assert interp.confusion_matrix().sum() == len(dls.valid_ds) == 359
assert label in dls.vocab and picture in list(dls.valid_ds.items) and probabilities[number] == probabilities.max()
assert learn.history.reason == "completed", learn.history.reason
""",
    "02_inside_vision_learner": "assert same is True  # the learner built by hand and that of the one call",
}

# Calls whose cell leaves a picture in the saved notebook.
PICTURES = {"01_tour": ["show_batch(", "show_results(", "plot_confusion_matrix(", "plot_top_losses("]}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_draws_and_keeps_its_promises(path, home, monkeypatch):
    monkeypatch.setenv("FASTWIDGETS_HOME", str(home))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads that wait for each other crawl on a busy machine
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = nbformat.read(path, as_version=4)
    if path.stem in PROMISES:
        notebook.cells.append(nbformat.v4.new_code_cell(PROMISES[path.stem]))
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": home}}).execute()
    for call in PICTURES.get(path.stem, ()):
        cell = next(c for c in notebook.cells if c.cell_type == "code" and call in c.source)
        assert any("image/png" in output.get("data", {}) for output in cell.outputs), call


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_kept_without_outputs(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)
