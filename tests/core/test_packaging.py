"""Facts about the project's own files that a user or the next release would trip over."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text()


def listed(name: str) -> list[str]:
    """The requirements of the array called `name` in pyproject.toml."""
    block = re.search(rf"^{name} = \[(.*?)\]$", PYPROJECT, re.S | re.M)
    assert block, name
    return re.findall(r'"([^"]+)"', block[1])


@pytest.mark.parametrize("name", ["requires", "dependencies", "timm", "test", "dev"])
def test_requirements_have_lower_bounds_only(name: str) -> None:
    for requirement in listed(name):
        assert re.fullmatch(r"[A-Za-z0-9_.-]+>=[0-9.]+", requirement), requirement


def test_both_bundles_have_the_same_version() -> None:
    root, shell = (json.loads((ROOT / p / "package.json").read_text()) for p in (".", "labextension/shell"))
    assert root["version"] == shell["version"]


def test_the_lock_names_no_address() -> None:
    assert "://" not in (ROOT / "yarn.lock").read_text()


def test_contributing_stays_short() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) < 60


@pytest.mark.parametrize(
    ("modules", "forbidden"),
    [
        ("fastwidgets", ["IPython", "ipywidgets", "bqplot", "fastlearn", "torch", "numpy"]),
        ("fastwidgets.journal", ["torch", "numpy", "pandas"]),  # a script reads decisions at once
    ],
)
def test_a_fresh_process_stays_free_of(modules: str, forbidden: list[str]) -> None:
    code = f"import sys, {modules}; print(*sorted({{n.partition('.')[0] for n in sys.modules}} & set({forbidden!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
