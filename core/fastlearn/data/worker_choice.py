"""Threads or processes, where nobody said: processes if Python's own code is what reading waits for."""

from __future__ import annotations

import ast
import multiprocessing
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.data.python_bound import Load, measure
from fastlearn.data.workers import ProcessPool
from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from fastlearn.data.loader_reading import ReadingLoader

BOUND = 0.5  # of what a second thread could add is lost
WORTH = {True: 1.0, False: 10.0}  # seconds of work in an epoch: processes start at once as forks, slowly otherwise
TRIAL = 60.0  # seconds for the workers to start and send a first item
BOUND_TEXT = (
    "Reading these items is Python code for the most part, which runs on one thread at a time: {share:.0%} of what a "
    "second thread could add is lost."
)


class WorkerChoice:
    """The kind of workers of the loaders of a run: as said, or chosen once, by the one that reads first."""

    def __init__(self, kind: str | None = None) -> None:
        self.kind = kind

    def choose(self, loader: ReadingLoader) -> tuple[str, ProcessPool | None]:
        """The kind for `loader`, and its processes where they have been started to see whether they can be."""
        pool = None
        if self.kind is None:
            self.kind, pool = _choose(loader)
        return self.kind, pool

    def __repr__(self) -> str:
        return f"WorkerChoice({self.kind or 'not chosen yet'})"


def _choose(loader: ReadingLoader) -> tuple[str, ProcessPool | None]:
    if loader.num_workers < 2 or loader.streams or not hasattr(loader.dataset, "reader"):
        return "thread", None
    forks = _forks(loader)
    maker = loader.maker(cached=False)  # what a cache has is read in no time, and in Python alone
    load = measure(maker, loader.n, lambda seconds: seconds * loader.n >= WORTH[forks], BOUND)
    if load is None or load.bound < BOUND or load.seconds * load.bound * loader.n < WORTH[forks]:
        return "thread", None
    against = None if forks else why_not_spawn(maker)
    pool = None
    if against is None:
        pool = loader.new_pool()
        against = pool.trial(loader.n, TRIAL)
    _say(load, loader.num_workers, against)
    return ("thread", None) if against is not None else ("process", pool)


def _say(load: Load, n: int, against: str | None) -> None:
    said = BOUND_TEXT.format(share=load.bound)
    if against is None:
        warn_user(f"{said} So {n} processes read in their place. Say workers='process' to have them without a look "
                  "first, workers='thread' to keep threads.", UserWarning)  # fmt: skip
    else:
        warn_user(f"{said} Processes would be faster, but {against} So threads read. workers='thread' keeps them "
                  "without this message.", UserWarning)  # fmt: skip


def _forks(loader: ReadingLoader) -> bool:
    context: Any = loader.multiprocessing_context
    if context is not None:
        return bool(context.get_start_method() == "fork")
    method = multiprocessing.get_start_method(allow_none=True)  # asking otherwise would settle it
    return (method or multiprocessing.get_all_start_methods()[0]) == "fork"


def check_start(loader: ReadingLoader) -> None:
    """Raises: RuntimeError where the worker processes that were asked for would fail at their start."""
    against = None if _forks(loader) else why_not_spawn(loader.maker(processes=True))
    if against is not None:
        raise RuntimeError(f"Worker processes cannot start: {against} Or try workers='thread', which needs none of it.")


def why_not_spawn(maker: Any) -> str | None:
    """What speaks against worker processes that start from nothing, as on macOS and Windows; None if nothing does."""
    script = _script()
    if script is not None and not has_main_guard(script):
        return (f"each of them runs {script.name} from its top, which has no `if __name__ == '__main__':`. Put what it "
                "does below such a line.")  # fmt: skip
    try:
        content = pickle.dumps(maker, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return f"the data set or its steps cannot be sent to them ({error}). Name functions in place of lambdas."
    if script is None and b"__main__" in content:
        return "they do not know functions of a notebook. Put those of the data set into a module and import them."
    return None


def _script() -> Path | None:
    """The script that a new process would run again; None in a notebook, and for what is started by `python -m`."""
    main = sys.modules["__main__"]
    file, spec = getattr(main, "__file__", None), getattr(main, "__spec__", None)
    if file is None or (spec is not None and spec.name.rpartition(".")[2] == "__main__"):
        return None
    return Path(file)


def has_main_guard(path: Path) -> bool:
    """Whether the script at `path` has a top-level `if` about its `__name__` or process; True where it is no script."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return path.suffix != ".py"
    tests = [ast.dump(node.test) for node in tree.body if isinstance(node, ast.If)]
    return any(word in test for test in tests for word in ("__name__", "parent_process", "current_process"))


__all__ = ["WorkerChoice", "check_start"]
