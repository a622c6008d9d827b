"""What the cleaner finds and decides, without Jupyter."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from fastlearn.interpret.label_doubts import LabelDoubts, find_label_doubts
from fastlearn.vision.files.find import find_problems
from PIL import Image

from fastwidgets.cleaner.session import CleanerSession
from fastwidgets.journal import Journal
from fastwidgets.review import Review


class Answers:
    """Answers as a model would give them: 20 items of two classes, of which those at `wrong` have the other label."""

    task, vocab, no_embeddings = "category", ["cats", "dogs"], ""

    def __init__(self, names: list[str], wrong: list[int]) -> None:
        rng = np.random.default_rng(0)
        self.ids = names
        self.targets = np.asarray([int("dogs" in name) for name in names])
        truth = self.targets.copy()
        truth[wrong] = 1 - truth[wrong]
        self.embeddings = rng.normal(truth[:, None] * 4.0 - 2.0, 0.5, (len(names), 8)).astype(np.float16)
        self.predicted, self.losses = truth, np.where(truth == self.targets, 0.1, 2.0).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten cats and ten dogs; cats/0 is dogs/0 again, cats/1 to 3 are one picture, dogs/9 is broken, cats/9 dark."""
    rng = np.random.default_rng(1)
    for label in ("cats", "dogs"):
        (tmp_path / label).mkdir()
        for i in range(10):
            pixels = rng.integers(0, 256, (24, 24, 3), np.uint8)
            Image.fromarray(pixels // 20 if (label, i) == ("cats", 9) else pixels).save(tmp_path / label / f"{i}.png")
    for i in (2, 3):
        (tmp_path / f"cats/{i}.png").write_bytes((tmp_path / "cats/1.png").read_bytes())
    (tmp_path / "cats/0.png").write_bytes((tmp_path / "dogs/0.png").read_bytes())
    (tmp_path / "dogs/9.png").write_bytes(b"\x89PNG\r\n\x1a\n no picture")
    return tmp_path


@pytest.fixture
def cleaner(folder: Path) -> CleanerSession:
    review = Review.of(folder)
    answers = Answers(review.source.names, wrong=[4, 15])
    session = CleanerSession(review, answers)
    session.put_problems(find_problems(folder, n_workers=1))
    session.put_doubts(LabelDoubts.of(answers))  # type: ignore[arg-type]
    return session


def shown(cleaner: CleanerSession) -> list[str]:
    return [str(name) for name in cleaner.grid.values("name", cleaner.grid.view)]


def total(cleaner: CleanerSession) -> dict[str, tuple[int, int]]:
    return {one["id"]: (one["total"], one["open"]) for one in cleaner.issues()}


def test_each_kind_of_issue_is_counted_and_shown(cleaner: CleanerSession) -> None:
    found = total(cleaner)
    assert found["doubts"] == (2, 2) and found["duplicate"] == (5, 5) and found["unreadable"] == (1, 1)
    assert found["dark"] == (1, 1) and found["bright"] == (0, 0)
    cleaner.show("doubts")
    assert set(shown(cleaner)) == {"cats/4.png", "dogs/5.png"}
    cleaner.show("unreadable")
    assert shown(cleaner) == ["dogs/9.png"]
    assert "unreadable" in str(cleaner.grid.values("why", [19])[0]) or cleaner.grid.values("why", [19])[0]
    with pytest.raises(KeyError, match="no issue 'blury'"):
        cleaner.show("blury")


def test_issue_class_and_split_narrow_together_and_marks_stay(cleaner: CleanerSession) -> None:
    cleaner.review.exclude([4])
    cleaner.narrow("label", "cats")
    cleaner.show("doubts")
    assert shown(cleaner) == ["cats/4.png"] and cleaner.active == "doubts"
    cleaner.narrow("label", "dogs")
    assert shown(cleaner) == ["dogs/5.png"]
    cleaner.narrow("label", "")
    cleaner.show("")
    assert len(shown(cleaner)) == 20 and cleaner.review.decisions[4] == "excluded"
    assert total(cleaner)["doubts"] == (2, 1) and cleaner.changes == 1


def test_suggestions_are_accepted_as_one_act_and_undone_as_one(cleaner: CleanerSession) -> None:
    cleaner.show("doubts")
    assert set(cleaner.grid.values("proposal", cleaner.grid.view)) == {"→ dogs", "→ cats"}
    said = cleaner.accept([4, 15, 7])
    assert said == "2 images are dogs, cats now. For 1 image nothing is suggested."
    assert cleaner.review.labels[4] == "dogs" and cleaner.review.labels[15] == "cats"
    assert cleaner.grid.values("proposal", [4, 15]) == [None, None] and total(cleaner)["doubts"] == (2, 0)
    cleaner.review.undo()
    assert cleaner.changes == 0 and cleaner.grid.values("proposal", [4]) == ["→ dogs"]
    assert cleaner.accept([7]) == "Nothing is suggested for what is selected."


def test_the_best_of_each_group_is_kept_and_its_copies_go(cleaner: CleanerSession) -> None:
    assert "None of what is selected" in cleaner.keep_best([7])
    assert cleaner.keep_best([2]) == "1 image kept as labelled; 2 images excluded, whose files stay."
    copies = [cleaner.review.decisions[i] for i in (1, 2, 3)]
    assert sorted(map(str, copies)) == ["excluded", "excluded", "kept"]
    entries = Journal(cleaner.review.root).entries()
    assert len({entry["act"] for entry in entries}) == 1 and len(entries) == 3
    cleaner.review.undo()
    assert cleaner.review.decided == []


def test_others_like_this_come_first_and_without_a_model_that_is_said(cleaner: CleanerSession, folder: Path) -> None:
    assert "most like it" in cleaner.like([10])
    first = shown(cleaner)[:9]
    assert first[0] == "dogs/0.png" and sum("dogs" in name or name == "cats/4.png" for name in first) == 9
    assert CleanerSession(Review.of(folder)).like([0]) == "Items cannot be compared: there is no model."
    cleaner.show("")
    assert len(shown(cleaner)) == 20


def test_copies_do_not_vouch_for_each_other(cleaner: CleanerSession) -> None:
    groups = cleaner.groups()
    assert groups is not None and len(set(groups[1:4])) == 1 and len(set(groups)) == 20 - 2 - 1


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_doubts_find_planted_errors_better_than_raw_loss(share: float) -> None:
    """On scikit-learn's digits, among the first n: n labels are wrong; the loss is that of a network fitted to them.

    With 600 digits the doubts are right in about 19 of 20 cases, the losses in about 14.
    """
    from sklearn.datasets import load_digits
    from sklearn.neural_network import MLPClassifier

    digits, rng = load_digits(), np.random.default_rng(3)
    x, truth = digits.data[:600] / 16, digits.target[:600]
    wrong = rng.choice(len(x), int(share * len(x)), replace=False)
    labels = truth.copy()
    labels[wrong] = (truth[wrong] + rng.integers(1, 10, len(wrong))) % 10
    doubts = find_label_doubts(x, labels, decay=0.01)
    network = MLPClassifier((128,), max_iter=150, tol=0, alpha=0, learning_rate_init=3e-3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it did not converge
        probs = network.fit(x, labels).predict_proba(x)
    by_loss = np.argsort(probs[np.arange(len(x)), labels])
    precision = [np.isin(order[: len(wrong)], wrong).mean() for order in (doubts.order, by_loss)]
    assert precision[0] > precision[1] and precision[0] > 0.85
