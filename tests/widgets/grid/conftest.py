"""Thumbnails of these tests stay in a folder of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fastwidgets.thumbnails.cache import default_thumbnails


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FASTWIDGETS_HOME", str(home))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(home / "runtime"))
    default_thumbnails.cache_clear()
    yield home
    default_thumbnails().close()
    default_thumbnails.cache_clear()
