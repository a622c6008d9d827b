from __future__ import annotations

from pathlib import Path

import pytest
from layouts import files, put

from fastwidgets.builder import BuilderSession
from fastwidgets.builder.group_hints import group_hints

ANIMALS = ["cat", "dog"]


@pytest.mark.parametrize(
    ("names", "n", "group"),
    [
        ([f"{c}/patient{p:02}_{i}.png" for c in ANIMALS for p in range(8) for i in range(5)], 8, "patient00"),
        ([f"sub-{p}/scan_{i}.png" for p in range(6) for i in range(5)], 6, "sub-0"),
        ([f"{c}/video3{p}_frame{i:04}.jpg" for c in ANIMALS for p in range(4) for i in range(9)], 4, "video30"),
        ([f"{c}/20210{p}01-{i}.jpg" for c in ANIMALS for p in range(1, 5) for i in range(9)], 4, "20210101"),
    ],
    ids=["patients", "folders of subjects", "frames of videos", "days"],
)
def test_names_of_groups_are_found(names: list[str], n: int, group: str) -> None:
    hint = group_hints(names)[0]
    assert hint.n == n and f"such as {group} with" in hint.words


@pytest.mark.parametrize(
    "names",
    [files("{c}/{i}.jpg", 20, c=ANIMALS), files("{c}_{i}.jpg", 20, c=ANIMALS), [f"IMG_{i}.jpg" for i in range(40)], []],
    ids=["numbers", "classes", "camera", "nothing"],
)
def test_names_without_groups_give_no_hint(names: list[str]) -> None:
    assert group_hints(names) == []


def test_one_click_keeps_groups_on_one_side(tmp_path: Path) -> None:
    put(tmp_path, *(f"{c}/patient{p:02}_{i}.png" for c in ANIMALS for p in range(8) for i in range(3)))
    session = BuilderSession(tmp_path)
    (hint,) = (one for one in session.group_hints() if "people" in one.words)
    session.change("split", by="group", pattern=hint.pattern)
    look = session.look()
    dls = session.build()
    sides = [{Path(item).name.partition("_")[0] for item in side.items} for side in (dls.train_ds, dls.valid_ds)]
    assert len(look.items) == 48 and sides[0] and sides[1] and not sides[0] & sides[1]
