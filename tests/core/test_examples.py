"""Every example notebook runs from top to bottom in a kernel of its own, and ends with what it promises.

`STORE_OUTPUTS=1 make docs ARGS='-k 07_segmentation'` keeps what a notebook that is saved with outputs shows.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

pytestmark = pytest.mark.docs
EXAMPLES = Path(__file__).parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))

# Run in the notebook's kernel after its last cell. Where there is none, the notebook asserts its number itself.
PROMISES = {
    "01_tour": """
assert learn.history.epochs[-1]["accuracy"] > 0.95, learn.history.epochs
assert interp.confusion_matrix().sum() == len(dls.valid_ds) == 359
assert label in dls.vocab and picture in list(dls.valid_ds.items) and probabilities[number] == probabilities.max()
assert learn.history.reason == "completed", learn.history.reason
""",
    "02_inside_vision_learner": "assert same is True  # the learner built by hand and that of the one call",
    "04_classification": "assert right > 0.9 and learn.history.reason == 'completed' and tree in dls.vocab",
    "05_multi_label": "assert f1 > 0.75 > always_yes and probabilities.shape == (4,)",
    "06_regression": "assert off < 4 and guessing > 20 and len(error) == 160",
    "07_segmentation": "assert dice > 0.7 and len(wrong) == 1 and len(dls.valid_ds) == 160",
    "16_clinical_notes": "assert right > 0.8 and not screen(shared)",
    "09_points": "assert mean < 4 < guessing / 3 and off.shape == (100, 3)",
    "10_restoration": "assert after > before + 1 and len(dls.valid_ds) == 120",
    "11_detection": "assert iou > 0.6 and ap50 > 0.8 and 0 < ap <= ap50",
}

# Calls whose cell leaves a picture in the saved notebook.
SHOWN = ["show_batch(", "show_results(", "plot_top_losses("]
PICTURES = {
    "01_tour": [*SHOWN, "plot_confusion_matrix("],
    "04_classification": [*SHOWN, "plot_confusion_matrix(", "what_the_model_sees("],
    "05_multi_label": SHOWN,
    "06_regression": SHOWN,
    "07_segmentation": SHOWN,
    "09_points": SHOWN[:2],
    "10_restoration": SHOWN[:2],
    "11_detection": SHOWN,
}

WITH_OUTPUTS = [path for path in NOTEBOOKS if re.match(r"0[45679]|1[0-7]", path.stem)]  # one for each task
LARGEST = 500_000  # bytes of a notebook that is saved with outputs
ENOUGH = 450_000  # above it, pictures are stored in 256 colours: a third of the size, and hard to tell from all
LIVE = "application/vnd.jupyter.widget-view+json"  # nothing to see without its kernel; its static twin stays
OF_A_MACHINE = re.compile(r"/(home|root|tmp|Users|var)/|[A-Z]:\\\\")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_draws_and_keeps_its_promises(path, home, monkeypatch):
    monkeypatch.setenv("FASTWIDGETS_HOME", str(home))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # threads that wait for each other crawl on a busy machine
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = nbformat.read(path, as_version=4)
    n_cells = len(notebook.cells)
    if path.stem in PROMISES:
        notebook.cells.append(nbformat.v4.new_code_cell(PROMISES[path.stem]))
    resources = {"metadata": {"path": home}}
    NotebookClient(notebook, timeout=900, startup_timeout=300, kernel_name="python3", resources=resources).execute()
    for call in PICTURES.get(path.stem, ()):
        cell = next(c for c in notebook.cells if c.cell_type == "code" and call in c.source)
        assert any("image/png" in output.get("data", {}) for output in cell.outputs), call
    if path in WITH_OUTPUTS and os.environ.get("STORE_OUTPUTS"):
        del notebook.cells[n_cells:]
        store(notebook, path)


@pytest.mark.parametrize("path", sorted({*NOTEBOOKS} - {*WITH_OUTPUTS}), ids=lambda path: path.stem)
def test_notebook_is_kept_without_outputs(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)


@pytest.mark.parametrize("path", WITH_OUTPUTS, ids=lambda path: path.stem)
def test_saved_outputs_are_whole_small_and_of_no_machine(path):
    assert path.stat().st_size < LARGEST
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))  # all run once, in order
    for cell in cells:
        for output in cell.outputs:
            assert (
                output.output_type != "error" and output.get("name") != "stderr" and LIVE not in output.get("data", {})
            )
        said = json.dumps([text_of(output) for output in cell.outputs])
        assert not OF_A_MACHINE.search(said), said
    for call in PICTURES.get(path.stem, ()):
        cell = next(cell for cell in cells if call in cell.source)
        assert any("image/png" in output.get("data", {}) for output in cell.outputs), call


def text_of(output):
    return {key: value for key, value in output.get("data", output).items() if not key.startswith("image/")}


def store(notebook, path):
    """Write what `notebook` shows beside its cells: no live views, small pictures, nothing about this machine."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            shown = [output for output in cell.outputs if LIVE not in output.get("data", {})]
            cell.outputs = [output for output in shown if output.get("name") != "stderr"]  # it names temporary files
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    if len(nbformat.writes(notebook)) > ENOUGH:
        for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = fewer_colours(output.data["image/png"])
    nbformat.write(notebook, path)


def fewer_colours(png):
    """The same picture, as base64 text, in a palette."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    file = io.BytesIO()
    picture.quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode() + "\n"
