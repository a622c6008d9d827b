"""The star import for ratings: complete, each name once, those of tables among them, and nothing heavy with it."""

from __future__ import annotations

import subprocess
import sys

import fastlearn.collab
from fastlearn.collab import all as collab_all
from fastlearn.tabular import all as tabular_all


def test_the_star_import_has_all_names_of_ratings_and_of_tables():
    assert {*fastlearn.collab.__all__, *tabular_all.__all__} == set(collab_all.__all__)
    assert len(set(collab_all.__all__)) == len(collab_all.__all__)
    assert [name for name in collab_all.__all__ if not hasattr(collab_all, name)] == []
    assert [name for name in tabular_all.__all__ if getattr(collab_all, name) is not getattr(tabular_all, name)] == []


def test_the_package_loads_no_pandas_and_the_star_import_nothing_heavy():
    heavy = {"torchvision", "scipy", "sklearn", "matplotlib", "IPython", "ipywidgets"}
    code = f"""
import sys
import fastlearn.collab
early = "pandas" in sys.modules
from fastlearn.collab.all import *
print(early, sorted({heavy!r} & set(sys.modules)))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False []"
