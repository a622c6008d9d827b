"""Every reason is planted once and told once, in words, the most telling first."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import torch
from fastlearn.interpret import StoredAnswers, Tag, find_label_doubts, why_here
from fastlearn.interpret.why import CODES
from fastlearn.losses import BCEWithLogitsLossFlat, CrossEntropyLossFlat, MSELossFlat
from fastlearn.vision.files import find_problems
from PIL import Image
from torch import nn

from .answering import Fixed, squares_learner, tensor_learner
from .test_stored_answers import Segmenting


def answers_for(x, y, model, loss, folder):
    return StoredAnswers.of(tensor_learner(x, y, model, loss), ds_idx=1, folder=folder)


def log(*probabilities):
    return torch.tensor(probabilities).log().tolist()


def test_classes(tmp_path):
    sure = [log(0.98, 0.01, 0.01)] * 30 + [log(0.01, 0.98, 0.01)] * 30
    x = torch.tensor([*sure, log(0.95, 0.03, 0.02), log(0.45, 0.41, 0.14), log(0.3, 0.1, 0.6)])
    y = torch.tensor([*[0] * 30, *[1] * 30, 1, 0, 2])
    answers = answers_for(x, y, Fixed(3), CrossEntropyLossFlat(), tmp_path)
    assert why_here(answers) == {
        60: [Tag("confident_wrong", "confident and wrong: 0 (0.95)")],
        61: [Tag("between_classes", "between 0 (0.45) and 1 (0.41)")],
        62: [Tag("rare_class", "rare class: 2 has 1 of 63 items")],
    }
    assert why_here(answers, rows=[0, 61]).keys() == {61}


def test_label_doubts_come_before_what_the_model_says(tmp_path):
    rng = np.random.default_rng(0)
    y = torch.arange(60) % 2
    x = 6 * torch.eye(2)[y] + torch.from_numpy(0.5 * rng.normal(size=(60, 2))).float()
    y[7] = 0
    answers = answers_for(x, y, Fixed(2), CrossEntropyLossFlat(), tmp_path)
    doubts = find_label_doubts(x, y, classes=["cat", "dog"])
    first, second = why_here(answers, doubts)[7]
    assert first == Tag("label_doubt", doubts.reason(7)) and "looks like dog" in first.text
    assert second.code == "confident_wrong" and why_here(answers, doubts).keys() == {7}


@pytest.fixture
def planted(tmp_path, squares):
    root = tmp_path / "squares"
    shutil.copytree(squares, root)
    names = {label: sorted((root / label).iterdir()) for label in ("dark", "$bright$")}
    shutil.copyfile(names["dark"][0], root / "$bright$" / "twin.png")
    shutil.copyfile(names["dark"][1], root / "dark" / "copy.png")
    Image.new("L", (8, 8), 3).save(root / "dark" / "black.png")
    answers = StoredAnswers.of(squares_learner(root), folder=tmp_path / "kept")
    problems = find_problems(root, problems=["duplicate", "dark", "truncated"])
    return answers, problems


def test_twins_with_another_label_and_looks(planted):
    answers, problems = planted
    tags = {answers.ids[row]: found for row, found in why_here(answers, problems=problems).items()}
    dark = sorted(name for name in answers.ids if name.startswith("dark/0"))
    assert tags["$bright$/twin.png"][0] == Tag("twin_other_label", f"same picture as {dark[0]}, labelled dark")
    assert tags[dark[0]][0] == Tag("twin_other_label", "same picture as $bright$/twin.png, labelled $bright$")
    assert Tag("duplicate", f"same picture as {dark[1]}") in tags["dark/copy.png"]
    assert Tag("dark", "too dark") in tags["dark/black.png"]
    assert why_here(answers, problems=problems) == why_here(answers, problems=problems)


def test_a_file_that_broke_since_is_told_first(planted):
    answers, _ = planted
    path = answers.paths[2]
    path.write_bytes(path.read_bytes()[:50])
    tags = why_here(answers, problems=find_problems(path.parent))
    assert tags[2][0] == Tag("unreadable", "the file is cut short")


def test_several_labels(tmp_path):
    x = torch.tensor([[4.0, -4.0], [-4.0, 4.0], [4.0, 1.0]])
    y = torch.tensor([[1.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    assert why_here(answers_for(x, y, Fixed(2), BCEWithLogitsLossFlat(), tmp_path)) == {
        0: [Tag("missed_label", "1 is missed (0.02)")],
        2: [Tag("false_alarm", "0 is seen (0.98)")],
    }


def test_numbers(tmp_path):
    x, y = torch.tensor([[1.0], [2.0], [3.0], [9.0], [float("nan")]]), torch.tensor([1.5, 2.5, 2.5, 4.0, 1.0])
    assert why_here(answers_for(x, y, Fixed(1), MSELossFlat(), tmp_path)) == {
        3: [Tag("far_off", "10.0 times as far off as the median item, too high")],
        4: [Tag("far_off", "the prediction or the target is not a finite number")],
    }


def test_masks(tmp_path):
    x = torch.zeros(2, 2, 2, 2)
    x[:, 1] = 4
    y = torch.tensor([[[1, 1], [1, 0]], [[1, 1], [1, 1]]])
    answers = answers_for(x, y, Segmenting(), nn.CrossEntropyLoss(), tmp_path)
    assert why_here(answers) == {0: [Tag("missed_class", "0 is missed: 25% of the picture, IoU 0.00")]}


def test_codes_are_listed_once():
    assert len(CODES) == len(set(CODES)) and {"label_doubt", "blurry", "rare_class"} <= set(CODES)
