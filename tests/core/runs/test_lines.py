import json

import numpy as np
import torch
from fastlearn.runs.lines import HistoryWriter, read_history
from fastlearn.train.history import History


def step(history, loss, items=None):
    history.add_step(torch.tensor(loss), 0, 0.1, 0.9, 1.0, 0.0, 4, items)


def filled():
    history = History()
    history.begin_fit(2, ["accuracy"])
    for loss in (3.0, 2.0, float("nan")):
        step(history, loss, np.array([1, 2]))
    history.add_note("lr", "learning rate times 0.5", 0.5)
    history.add_epoch(0, {"train_loss": 2.5, "valid_loss": None, "accuracy": 0.5}, 1.5)
    return history


def same(a, b):
    return a.to_json() == b.to_json()


def test_a_history_comes_back_from_its_lines(tmp_path):
    history = filled()
    writer = HistoryWriter(tmp_path / "history.jsonl", history)
    writer.begin()
    assert same(read_history(writer.path), history)
    step(history, 1.0)
    history.end_fit("completed", True)
    writer.write()
    writer.write()  # nothing is new
    assert same(read_history(writer.path), history)
    kinds = [json.loads(line)["line"] for line in writer.path.read_text().splitlines()]
    assert kinds == ["history", "fit", "step", "step", "step", "note", "epoch", "step", "end"]


def test_a_torn_last_line_is_passed_over_and_does_not_swallow_the_next(tmp_path):
    history = filled()
    writer = HistoryWriter(tmp_path / "history.jsonl", history)
    writer.begin()
    with writer.path.open("ab") as file:
        file.write(b'{"line": "step", "st')
    assert same(read_history(writer.path), history)
    step(history, 1.0)
    writer.write()
    assert same(read_history(writer.path), history)


def test_after_a_restart_the_lines_that_went_too_far_do_not_count(tmp_path):
    history = filled()
    writer = HistoryWriter(tmp_path / "history.jsonl", history)
    writer.begin()
    n = (history.n_steps, 1, 1, 1)
    for _ in range(2):
        step(history, 9.0)
    history.end_fit("interrupted", False)
    writer.write()
    again = read_history(writer.path)
    again.cut(*n)
    HistoryWriter(writer.path, again).resume()
    assert same(read_history(writer.path), filled())


def test_each_fit_is_smoothed_by_itself_when_it_is_read(tmp_path):
    history = History()
    for losses in ([4.0, 2.0], [1.0, 3.0]):
        history.begin_fit(1, [])
        for loss in losses:
            step(history, loss)
        history.end_fit("completed", True)
    writer = HistoryWriter(tmp_path / "h.jsonl", history)
    writer.begin()
    found = read_history(writer.path)
    assert found.steps()["smooth_loss"].tolist() == history.steps()["smooth_loss"].tolist()
    found.cut(3, 0, 0, 2)
    step(found, 3.0)
    assert found.steps()["smooth_loss"].tolist() == history.steps()["smooth_loss"].tolist()
