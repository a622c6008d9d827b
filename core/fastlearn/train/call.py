"""One call of a fit method, as the user wrote it: what a run's file says, and what a run that goes on repeats."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    from fastlearn.runs.recording import Recording
    from fastlearn.runs.resume import Resume

__all__ = ["FitCall", "as_one_call"]

P = ParamSpec("P")
R = TypeVar("R")


class FitCall:
    """The outermost fit method under way, with its arguments. `fine_tune` is one call and two fits.

    `n_fits` counts the fits that have begun in it. `recording` is the run being written, if one is; `resume` is where
    to go on, in a call that repeats an earlier one.
    """

    def __init__(self, method: str, arguments: dict[str, Any]) -> None:
        self.method, self.arguments = method, arguments
        self.n_fits = 0
        self.recording: Recording | None = None
        self.resume: Resume | None = None

    @property
    def code(self) -> str:
        """The call as a line of code, with the arguments that were given."""
        return (
            f"learn.{self.method}({', '.join(f'{name}={_written(value)}' for name, value in self.arguments.items())})"
        )


def as_one_call(method: Callable[P, R]) -> Callable[P, R]:
    """Keep the call of a learner's `method` in `learn.call` for its length, unless another one is under way."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        learn: Any = args[0]
        if learn.call is not None:
            return method(*args, **kwargs)
        given = dict(signature.bind(*args, **kwargs).arguments)
        learn.call = FitCall(method.__name__, {name: value for name, value in given.items() if name != "self"})
        learn.call.resume, learn.resume_next = learn.resume_next, None
        try:
            return method(*args, **kwargs)
        finally:
            recording = learn.call.recording
            learn.call = None
            learn.last_run = None if recording is None else recording.run
            if recording is not None:
                recording.close(learn)

    return called


def _written(value: Any) -> str:
    if isinstance(value, slice):
        return f"slice({value.stop!r})" if value.start is None else f"slice({value.start!r}, {value.stop!r})"
    return repr(value.tolist() if isinstance(value, np.ndarray) else value)
