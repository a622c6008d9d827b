"""What was asked for in one process is done in all of them, after the same batch."""

from __future__ import annotations

from fastlearn.distributed.processes import Processes
from fastlearn.train.control import FitControl
from fastlearn.warn import warn_user

__all__ = ["agree"]

EVERY = 10  # batches between two exchanges: each costs about as much as a small batch


def agree(processes: Processes, control: FitControl, epoch: int | None, batch: int) -> bool:
    """Let `control` hold what all processes have asked for; whether now is the time to obey.

    Between epochs and after every tenth training batch: a process that stopped alone would leave the others waiting.
    Stops count from every process, factors of the learning rate from the first. There is no pausing.
    """
    if epoch is None or batch % EVERY:
        return False
    if control.paused:
        control.resume()
        warn_user("A fit in several processes cannot be paused. It goes on; `stop` ends it in all of them.")
    asked = processes.gather(control.asked)
    stops = [stop for stop, _ in asked if stop is not None]
    control.adopt(stops[0] if stops else None, asked[0][1])
    return True
