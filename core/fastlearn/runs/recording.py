"""Writing a run while it trains: its history and its checkpoints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.runs.callback_state import lost_attributes, warn_of_lost
from fastlearn.runs.describe import describe
from fastlearn.runs.files import write_tensors
from fastlearn.runs.lines import HistoryWriter
from fastlearn.runs.packing import pack
from fastlearn.runs.run import Run
from fastlearn.runs.state import take
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from torch import Tensor

    from fastlearn.train.learner import Learner

__all__ = ["Recording", "begin_recording"]


class Recording:
    """The run that a learner is writing. `keep`: how many checkpoints stay, besides those asked for by hand."""

    def __init__(self, run: Run, writer: HistoryWriter, lock: ExitStack) -> None:
        self.run, self.keep = run, 2
        self._writer, self._lock = writer, lock
        self._looked = False  # whether the callbacks remember what a checkpoint cannot hold

    def checkpoint(self, learn: Learner, epoch: int, batch: int, by_hand: bool = False) -> Path:
        """Write the state after `batch` batches of `epoch`; an older checkpoint goes only when this one is there.

        Raises: OSError if the disk does not take it; what was there before is then still there.
        """
        self._writer.write()
        if not self._looked:
            self._looked = True
            warn_of_lost(lost_attributes(learn.cbs, _there_anyway(learn)))
        tensors: dict[str, Tensor] = {}
        history, call = learn.history, learn.call
        content: dict[str, Any] = {
            "version": 1,
            "fit": call.n_fits - 1 if call is not None else 0,
            "history": [history.n_steps, len(history.epochs), len(history.notes), len(history.fits)],
            "state": pack(take(learn, epoch, batch), tensors, "state"),
        }
        path = self.run.checkpoint_path(history.n_steps, by_hand)
        write_tensors(path, tensors, {"checkpoint": json.dumps(content, allow_nan=False)})
        for old in [p for p in self.run.checkpoints if p.name.startswith("step_")][: -self.keep]:
            old.unlink(missing_ok=True)
        return path

    def close(self, learn: Learner) -> None:
        """The call is over: write the rest of the history, and into `run.json` why it ended."""
        fit = learn.history.fits[-1]
        try:
            self._writer.write()
            now = datetime.now(timezone.utc).isoformat(timespec="microseconds")
            self.run.update(ended=now, reason=fit.reason, completed=fit.completed)
        except (OSError, ValueError) as error:
            warn_user(f"The end of the run could not be written to {self.run.path}: {error}")
        finally:
            self._lock.close()


def begin_recording(learn: Learner) -> Recording:
    """Make a folder for the run that `learn` has begun, or go on in that of the run that it resumes."""
    call = learn.call
    entry = None if call is None else call.resume
    run = Run.create(learn.path / "runs", describe(learn)) if entry is None else entry.run
    lock = ExitStack()
    lock.enter_context(run.writing())
    writer = HistoryWriter(run.history_file, learn.history)
    if entry is None:
        writer.begin()
    else:
        writer.resume()
        run.update(ended=None, reason=None, completed=False)
    return Recording(run, writer, lock)


def _there_anyway(learn: Learner) -> Iterator[Any]:
    """What a learner that is built anew has again, or a checkpoint holds apart."""
    yield from (learn, learn.dls, learn.opt, learn.history, learn.loss_func, *learn.cbs, *learn.model.modules())
