"""Small made-up sets, drawn from a seed: something to learn from where nothing can be downloaded."""

from __future__ import annotations

from fastlearn.data.made_up.fish import write_fish
from fastlearn.data.made_up.gauges import write_gauges
from fastlearn.data.made_up.leaves import write_leaves
from fastlearn.data.made_up.notes import write_notes
from fastlearn.data.made_up.ratings import write_ratings
from fastlearn.data.made_up.scans import write_scans
from fastlearn.data.made_up.shapes import write_shapes

__all__ = ["write_fish", "write_gauges", "write_leaves", "write_notes", "write_ratings", "write_scans", "write_shapes"]
