"""A run's folder: `run.json`, `history.jsonl` and `checkpoints/`, readable without this library."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock, Timeout

from fastlearn.runs.files import read_tensors
from fastlearn.runs.lines import read_history
from fastlearn.train.history import History
from fastlearn.warn import warn_user
from fastlearn.whole_files import write_json

__all__ = ["Run", "RunInUse", "find_run"]

VERSION = 1
_CHECKPOINT = re.compile(r"(?:step|asked)_(\d+)\.safetensors")


class RunInUse(RuntimeError):
    """Another process is writing to the run."""


class Run:
    """The folder `path` of one run, `runs/<time>-<id>/`; nobody else ever writes there.

    `info` is the content of `run.json`: settings, seed, versions, code, and in the end how the run ended.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not (self.path / "run.json").is_file():
            raise FileNotFoundError(
                f"{self.path} is not the folder of a run: it has no run.json. Try learn.resume() for the latest run, "
                f"or one of {_names(self.path if self.path.name == 'runs' else self.path.parent)}."
            )

    @classmethod
    def create(cls, folder: Path, info: dict[str, Any]) -> Run:
        """A new run in `folder`, with a name of its own."""
        now = datetime.now(timezone.utc)
        path = folder / f"{now.astimezone():%Y-%m-%d_%H-%M-%S}-{uuid4().hex[:6]}"
        path.mkdir(parents=True, exist_ok=False)
        write_json(
            path / "run.json",
            {"version": VERSION, "started": now.isoformat(timespec="microseconds"), "ended": None, **info},
        )
        return cls(path)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r}, {self.info.get('reason') or 'not ended'})"

    @property
    def info(self) -> dict[str, Any]:
        """What `run.json` says. Raises: ValueError if it is damaged."""
        try:
            found = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
            if isinstance(found, dict):
                return found
            reason = f"it holds a {type(found).__name__}"
        except (ValueError, RecursionError) as error:
            reason = str(error)
        raise ValueError(
            f"{self.path / 'run.json'} is damaged: {reason}. Restore it from a copy; learn.load(path) still takes the "
            "weights out of the run's checkpoints."
        )

    @property
    def started(self) -> datetime:
        """When the run began. Raises: ValueError if `run.json` does not say."""
        try:
            return datetime.fromisoformat(self.info["started"])
        except (KeyError, TypeError) as error:
            raise ValueError(f"{self.path / 'run.json'} is damaged: it does not say when the run started.") from error

    def update(self, **values: Any) -> None:
        """Write values into `run.json`."""
        write_json(self.path / "run.json", {**self.info, **values})

    @property
    def history_file(self) -> Path:
        """Where the history's lines are."""
        return self.path / "history.jsonl"

    def history(self) -> History:
        """The history as far as it was written. Raises: FileNotFoundError if its file is gone."""
        if not self.history_file.is_file():
            raise FileNotFoundError(
                f"{self.path} has no {self.history_file.name}, so the run cannot go on. Restore it from a copy; "
                "learn.load(path) still takes the weights out of the run's checkpoints."
            )
        return read_history(self.history_file)

    @property
    def checkpoints(self) -> list[Path]:
        """The checkpoints, oldest first."""
        found = ((_CHECKPOINT.fullmatch(p.name), p) for p in (self.path / "checkpoints").glob("*.safetensors"))
        return [path for _, path in sorted((int(match[1]), path) for match, path in found if match)]

    def checkpoint_path(self, step: int, by_hand: bool = False) -> Path:
        """Where the checkpoint after `step` training batches belongs; one asked for by hand bears another name."""
        return self.path / "checkpoints" / f"{'asked' if by_hand else 'step'}_{step:08d}.safetensors"

    def latest_checkpoint(self) -> tuple[Path, dict[str, Any], dict[str, Any]]:
        """The newest checkpoint that is whole: its path, its tensors and what it says.

        Raises: FileNotFoundError if there is none.
        """
        for path in reversed(self.checkpoints):
            try:
                tensors, meta = read_tensors(path)
                return path, dict(tensors), dict(json.loads(meta["checkpoint"]))
            except (ValueError, KeyError):  # a disk may damage what was written whole
                continue
        raise FileNotFoundError(
            f"{self.path} has no checkpoint that can be read, so there is nothing to go on from. A run gets "
            "checkpoints through CheckpointCallback, or from learn.control.checkpoint_now()."
        )

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Inside, this process alone writes to the run. Raises: RunInUse."""
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunInUse(
                f"Another process is training in {self.path.name}. Wait for its end, or start another run with fit."
            ) from None
        try:
            yield
        finally:
            lock.release()


def find_run(folder: Path, run: str | Path | Run | None) -> Run:
    """The run that is meant: itself, a path, a name in `folder`, or for None its latest one with a checkpoint."""
    if isinstance(run, Run):
        return run
    if run is not None:
        named = folder / run
        return Run(named if (named / "run.json").is_file() else Path(run))
    dated = [(started, one) for one in _runs_in(folder) if (started := _started_or_warn(one)) is not None]
    for _, one in sorted(dated, key=lambda pair: pair[0], reverse=True):
        if one.checkpoints:
            return one
    raise FileNotFoundError(f"There is no run with a checkpoint in {folder}. Fit with cbs=CheckpointCallback() first.")


def _runs_in(folder: Path) -> list[Run]:
    return [Run(path.parent) for path in sorted(folder.glob("*/run.json"))]


def _started_or_warn(run: Run) -> datetime | None:
    """When `run` began; None, said in a warning, if its `run.json` cannot be read: the other runs are still there."""
    try:
        return run.started
    except (OSError, ValueError) as error:
        warn_user(f"The run {run.path.name} is passed over. {error}")
        return None


def _names(folder: Path) -> str:
    names = sorted((path.parent.name for path in folder.glob("*/run.json")), reverse=True)
    return ", ".join(names[:3]) or "the folders in runs/"
