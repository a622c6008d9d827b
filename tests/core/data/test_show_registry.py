import pandas as pd
import pytest
import torch
from fastlearn.data import show
from fastlearn.data.show import View, find_viewer, register_viewer, show_view, text_table


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    monkeypatch.setattr(show, "_viewers", {})
    monkeypatch.setattr(show, "_loaded", set())


def test_an_exact_viewer_goes_before_one_for_any_target_or_any_input():
    viewers = {key: (lambda view, key=key: key) for key in (("sound", "category"), ("sound", "*"), ("*", "category"))}
    for key, viewer in viewers.items():
        register_viewer(*key, viewer)
    found = [find_viewer(*key)(None) for key in (("sound", "category"), ("sound", "scent"), ("scent", "category"))]
    assert found == list(viewers) and find_viewer("scent", "scent") is None
    assert find_viewer("sound", None)(None) == ("sound", "*")


def test_a_viewer_of_the_user_stays_when_ours_come_in():
    mine = lambda view: "mine"  # noqa: E731
    register_viewer("image", "category", mine)
    assert find_viewer("image", "category") is mine and find_viewer("image", "mask") is not None


def test_the_view_reaches_its_viewer():
    register_viewer("sound", "*", lambda view: view.samples)
    assert show_view(View([(1, 2)], ("sound", "category"))) == [(1, 2)]


def test_a_row_of_a_table_is_its_cells_to_four_digits():
    rows = [(pd.Series({"age": 30.000000433, "hours": 43.5000005}), pd.Series({"salary": "<50k"}))]
    assert text_table(View(rows, ("conts", "category"))).splitlines()[1].split("  ") == [
        "age=30, hours=43.5",
        "salary=<50k",
    ]


def test_text_is_aligned_and_holds_predictions():
    view = View([(torch.tensor([1.5]), "cat"), (torch.zeros(3, 4, 4), ["a", "b"])], ("value", "category"),
                predictions=["dog", "cat"])  # fmt: skip
    lines = text_table(view).splitlines()
    assert lines[0].split("  ")[-1] == "prediction" and lines[1].startswith("[1.5]") and lines[1].endswith("dog")
    assert "Tensor of shape (3, 4, 4)" in lines[2] and "a;b" in lines[2]
