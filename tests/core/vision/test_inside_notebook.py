"""The notebook that takes vision_learner apart runs from top to bottom, and its two learners are the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

NOTEBOOK = Path(__file__).parents[3] / "examples" / "02_inside_vision_learner.ipynb"
CELLS = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]


@pytest.fixture
def one_thread():
    """Small images are faster without threads that wait for each other."""
    n = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n)


def test_every_cell_runs_and_both_learners_are_the_same(monkeypatch, tmp_path, one_thread):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {"__name__": "notebook"}
    for cell in (c for c in CELLS if c["cell_type"] == "code"):
        try:
            exec(compile("".join(cell["source"]), cell["id"], "exec"), space)
        except Exception as error:
            pytest.fail(f"cell {cell['id']} raised {type(error).__name__}: {error}")
    assert space["same"] is True


def test_it_is_stored_without_outputs():
    assert all(not c["outputs"] and c["execution_count"] is None for c in CELLS if c["cell_type"] == "code")
