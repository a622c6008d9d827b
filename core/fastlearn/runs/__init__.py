"""Runs on disk: what happened, and checkpoints to go on from."""

from __future__ import annotations

from fastlearn.runs.run import Run, RunInUse, find_run

__all__ = ["Run", "RunInUse", "find_run"]
