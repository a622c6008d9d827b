"""Going on with a run that was stopped or killed, as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.callbacks.checkpoint import CheckpointCallback
from fastlearn.runs.packing import unpack
from fastlearn.runs.run import Run, find_run
from fastlearn.runs.state import put_back
from fastlearn.train.callback import Callback
from fastlearn.train.host import Callbacks, as_callbacks

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["Resume", "resume"]


class Resume:
    """Where a call goes on: in its fit number `fit`, after `batch` training batches of `epoch`.

    The loop calls `start` there: before the epoch, or in the middle of it once its events have been fired.
    """

    def __init__(self, run: Run, source: str, content: dict[str, Any], state: dict[str, Any]) -> None:
        self.run, self.source, self._state = run, source, state
        self.fit, self.epoch, self.batch = int(content["fit"]), int(state["epoch"]), int(state["batch"])

    def start(self, learn: Learner) -> Iterator[Any] | None:
        """Put everything back; returns the rest of the epoch's batches if `batch` of them are done already."""
        return put_back(learn, self._state, self.source)


def resume(learn: Learner, run: str | Path | Run | None, cbs: Callbacks, display: bool) -> Run:
    """See `Learner.resume`."""
    found = find_run(learn.path / "runs", run)
    path, tensors, content = found.latest_checkpoint()
    call = found.info["call"]
    arguments = unpack(call["arguments"], {})
    cbs = _same_callbacks(call["cbs"], as_callbacks(cbs), found)
    history = found.history()
    history.cut(*content["history"])
    learn.history.take_over(history)
    if learn.processes is not None:
        learn.processes.wait()  # all have read it before the first writes there again
    learn.resume_next = Resume(found, f"{found.path.name}/{path.name}", content, unpack(content["state"], tensors))
    try:
        getattr(learn, call["method"])(**arguments, cbs=cbs, display=display)
    finally:
        learn.resume_next = None
    return found


def _same_callbacks(recorded: list[dict[str, Any]], given: list[Callback], run: Run) -> list[Callback]:
    """`given`, with the run's CheckpointCallback if it is missing.

    Raises: ValueError if they are not those that the run's fit was called with: it would not go on as it began.
    """
    saved = next((one for one in recorded if one["class"] == "CheckpointCallback"), None)
    if saved is not None and not any(isinstance(cb, CheckpointCallback) for cb in given):
        given = [*given, CheckpointCallback(**saved["settings"])]
    wanted, got = sorted(one["class"] for one in recorded), sorted(type(cb).__name__ for cb in given)
    if wanted != got:
        raise ValueError(
            f"The fit of {run.path.name} was called with cbs={wanted}, but learn.resume with {got}. Callbacks are "
            "code, which a run's folder does not hold: give new ones of the same classes, as in the original call."
        )
    return given
