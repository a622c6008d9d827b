from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from layouts import put
from PIL import Image

from fastwidgets.builder import BuilderSession


def picture(file: Path, seed: int, side: int = 48) -> None:
    """A picture with something to see, of its own look."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (6, 6, 3), np.uint8)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(coarse).resize((side, side), Image.Resampling.NEAREST).save(file)


def pictures(root: Path, **n: int) -> Path:
    for c, (name, count) in enumerate(n.items()):
        for i in range(count):
            picture(root / name / f"{i}.png", 1000 * c + i)
    return root


def sized(root: Path) -> BuilderSession:
    """Pictures stay as large as they are."""
    session = BuilderSession(root)
    session.change("item", size=48)
    return session


def found(session: BuilderSession) -> dict[str, tuple[str, str, list[str]]]:
    """Severity, words and names by code."""
    return {one.code: (one.severity, one.words, sorted(f.name for f in one.files)) for one in session.health()}


def test_a_sound_set_has_nothing_to_tell(tmp_path: Path) -> None:
    assert found(sized(pictures(tmp_path, cat=8, dog=8))) == {}


def test_planted_faults_are_found_with_their_reasons(tmp_path: Path) -> None:
    pictures(tmp_path, cat=60, dog=3, owl=1)
    (tmp_path / "cat" / "cut.png").write_bytes((tmp_path / "cat" / "1.png").read_bytes()[:80])
    (tmp_path / "dog" / "text.jpg").write_text("no picture")
    (tmp_path / "dog" / "copy.png").write_bytes((tmp_path / "cat" / "2.png").read_bytes())
    picture(tmp_path / "cat" / "large.png", 7777, side=480)
    told = found(BuilderSession(tmp_path))
    assert told["unreadable"][0] == "error" and told["unreadable"][2] == ["cut.png", "text.jpg"]
    assert (
        told["twins_differ"][2] == ["2.png", "copy.png"]
        and "1 picture with different labels" in told["twins_differ"][1]
    )
    assert told["twins"][1] == "1 picture is there more than once, with 1 copy."
    assert "The class owl has one item only" in told["lonely_class"][1] and told["lonely_class"][2] == ["0.png"]
    assert told["imbalance"][1].startswith("cat has 62 items, owl 1.")
    assert told["odd_size"][2] == ["large.png"]
    severities = [one.severity for one in BuilderSession(tmp_path).health()]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)


def test_excluding_what_is_wrong_makes_it_sound(tmp_path: Path) -> None:
    pictures(tmp_path, cat=8, dog=8)
    (tmp_path / "dog" / "bad.jpg").write_bytes(b"")
    session = sized(tmp_path)
    (bad,) = session.health()
    session.exclude(bad.files)
    assert session.health() == []


def test_one_class_is_an_error(tmp_path: Path) -> None:
    assert found(BuilderSession(pictures(tmp_path, cat=9)))["one_class"][0] == "error"


def test_files_of_a_table_that_are_not_there_are_named(tmp_path: Path) -> None:
    for i in range(20):
        picture(tmp_path / f"{i}.png", i)
    put(tmp_path, "l.csv", text="name,label\n" + "".join(f"{i}.png,{'ab'[i % 2]}\n" for i in range(22)))
    told = found(BuilderSession(tmp_path))
    assert told["missing"][1:] == ("2 files of the table are not there: 20.png, 21.png.", ["20.png", "21.png"])


def test_masks_with_values_outside_the_codes_are_named(tmp_path: Path) -> None:
    for i in range(6):
        picture(tmp_path / "images" / f"{i}.png", i)
        (tmp_path / "masks").mkdir(exist_ok=True)
        Image.fromarray(np.full((48, 48), 9 if i == 3 else 1, np.uint8)).save(tmp_path / "masks" / f"{i}.png")
    put(tmp_path, "codes.txt", text="ground\ncar\n")
    severity, words, files = found(BuilderSession(tmp_path))["masks"]
    assert severity == "error" and files == ["3.png"] and "class ids" in words


def test_names_that_the_pattern_does_not_fit_have_no_label(tmp_path: Path) -> None:
    for i in range(9):
        picture(tmp_path / f"{'cat' if i % 2 else 'dog'}_{i}.png", i)
    picture(tmp_path / "what.png", 99)
    session = BuilderSession(tmp_path)
    session.change("labels", by="pattern", pattern=r"([a-z]+)_\d+")
    severity, words, files = found(session)["no_label"]
    assert severity == "error" and files == ["what.png"] and words.startswith("1 item of 10 have no label")


@pytest.mark.parametrize("stop_at", [0, 3])
def test_a_cancelled_look_ends_early_and_says_what_it_knows(tmp_path: Path, stop_at: int) -> None:
    session = BuilderSession(pictures(tmp_path, cat=9))
    asked = iter(range(1000))
    assert {one.code for one in session.health(cancelled=lambda: next(asked) >= stop_at)} >= {"one_class"}


def test_rows_without_a_label_are_found_and_left_out(tmp_path: Path) -> None:
    for i in range(20):
        picture(tmp_path / f"{i}.png", i)
    put(
        tmp_path, "l.csv", text="name,label\n" + "".join(f"{i}.png,{'ab'[i % 2] if i > 2 else ''}\n" for i in range(20))
    )
    session = sized(tmp_path)
    severity, words, files = found(session)["no_label"]
    assert severity == "error" and files == ["0.png", "1.png", "2.png"] and "The cell of its label is empty" in words
    session.exclude(next(one.files for one in session.health() if one.code == "no_label"))
    assert list(session.build().vocab) == ["a", "b"] and "no_label" not in found(session)


def test_names_that_say_another_class_are_found(tmp_path: Path) -> None:
    pictures(tmp_path, cat=6, dog=6)
    picture(tmp_path / "dog" / "Cat_17.png", 99)
    picture(tmp_path / "dog" / "dog and cat.png", 98)
    severity, words, files = found(sized(tmp_path))["name_says_otherwise"]
    assert severity == "warning" and files == ["Cat_17.png"]
    assert words == "1 name says another class than the label: Cat_17.png."


def test_small_pictures_that_are_made_large_are_told(tmp_path: Path) -> None:
    session = BuilderSession(pictures(tmp_path, cat=8, dog=8))
    assert "at most 48 pixels wide or high and are made 224" in found(session)["enlarged"][1]
    session.change("item", size=96)
    assert found(session) == {}


def test_a_mask_that_cannot_be_used_leaves_its_picture_out(tmp_path: Path) -> None:
    for i in range(6):
        picture(tmp_path / "images" / f"{i}.png", i)
        (tmp_path / "masks").mkdir(exist_ok=True)
        Image.fromarray(np.full((48, 48), 9 if i == 3 else 1, np.uint8)).save(tmp_path / "masks" / f"{i}.png")
    put(tmp_path, "codes.txt", text="ground\ncar\n")
    session = sized(tmp_path)
    (bad,) = [one for one in session.health() if one.code == "masks"]
    session.exclude(bad.files)
    assert session.recipe.source.excluded == ("images/3.png",)
    assert "masks" not in found(session) and len(session.look().items) == 5
