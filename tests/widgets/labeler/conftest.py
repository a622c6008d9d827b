"""Made-up pictures for the tests of the labeler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fastwidgets.labeler.session import LabelerSession

Make = Callable[..., LabelerSession]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve pictures of 40 × 30: red ones in `a`, green ones in `b`, all different."""
    rng = np.random.default_rng(0)
    for i in range(12):
        pixels = rng.integers(0, 90, (30, 40, 3), np.uint8)
        pixels[..., i % 2] += 160
        path = tmp_path / "set" / "ab"[i % 2] / f"{i:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    return tmp_path / "set"


@pytest.fixture
def make(folder: Path) -> Iterator[Make]:
    """make(…) gives a session on `folder`, or on what is given; all are closed at the end."""
    made: list[LabelerSession] = []

    def session(source: Any = None, classes: Any = ("cat", "dog", "owl"), task: str = "single", **kwargs: Any) -> Any:
        made.append(LabelerSession(folder if source is None else source, classes, task, **kwargs))
        return made[-1]

    yield session
    for one in made:
        one.close()
