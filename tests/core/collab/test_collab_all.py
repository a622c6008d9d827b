"""The star import for ratings: complete, each name once, those of tables among them."""

from __future__ import annotations

import fastlearn.collab
from fastlearn.collab import all as collab_all
from fastlearn.tabular import all as tabular_all


def test_the_star_import_has_all_names_of_ratings_and_of_tables():
    assert {*fastlearn.collab.__all__, *tabular_all.__all__} == set(collab_all.__all__)
    assert len(set(collab_all.__all__)) == len(collab_all.__all__)
    assert [name for name in collab_all.__all__ if not hasattr(collab_all, name)] == []
    assert [name for name in tabular_all.__all__ if getattr(collab_all, name) is not getattr(tabular_all, name)] == []
