"""Launches jobs of several processes from one that has imported what they need; as a script, see `main`.

An interpreter that imports torch and what training in parallel takes costs seconds of work, and a launcher with two
processes is three. Here torchrun's and accelerate's own entry points run in a fork of this process, and so do the
processes that they start: only the new interpreter is left out, which the soak tests have.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import accelerate
import job
import sklearn.metrics  # noqa: F401
import torch._dynamo
import torch.distributed.run
from accelerate.commands import launch
from fastlearn.distributed import context, loaders, teardown_distrib, trainer  # noqa: F401
from torch.distributed.launcher.api import elastic_launch

import fastwidgets.display  # noqa: F401  # this and what follows: what the jobs would import one by one

SECONDS = 120  # until a job that hangs is ended


class Forking:
    """In place of torch's `elastic_launch`: the same agent, whose processes are forks and call `work`."""

    def __init__(self, config: Any, entrypoint: object) -> None:
        config.start_method = "fork"
        self.config = config

    def __call__(self, *args: str) -> None:
        name, folder = args[-2:]
        elastic_launch(self.config, work)(name, folder)


def work(name: str, folder: str) -> None:
    """What a started interpreter would do; a fork does not call what stands in `atexit`."""
    signal.alarm(SECONDS)
    try:
        getattr(job, name)(Path(folder))
    finally:
        teardown_distrib()


def by_torchrun(name: str, folder: str) -> None:
    torch.distributed.run.main(["--standalone", "--nproc-per-node", "2", job.__file__, name, folder])


def by_accelerate(name: str, folder: str) -> None:
    sys.argv = ["accelerate", "--multi_gpu", "--num_processes", "2", "--main_process_port", "0"]
    sys.argv += [job.__file__, name, folder]
    launch.main()


def by_notebook(name: str, folder: str) -> None:
    accelerate.debug_launcher(getattr(job, name), (Path(folder),))  # which leaves nothing to tear down


def launched(launcher: str, name: str, folder: str) -> int:
    """The exit status of a job, whose outputs are in the files `stdout` and `stderr` of `folder`."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    status = 1
    try:
        signal.alarm(SECONDS)
        os.chdir(folder)
        for number, stream in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(stream, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        globals()[f"by_{launcher}"](name, folder)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    """Answer each line `LAUNCHER NAME FOLDER`, with tabs between, with the exit status of that job."""
    torch.distributed.run.elastic_launch = Forking
    for line in sys.stdin:
        print(launched(*line.rstrip("\n").split("\t")), flush=True)


if __name__ == "__main__":
    main()
