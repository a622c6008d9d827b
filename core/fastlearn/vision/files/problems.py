"""The kinds of problems that a scan finds: their codes, how grave they are, and the limits that decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple


class Problem(NamedTuple):
    """One kind of problem. `severity`: "error" (no use for training), "warning" (look at it) or "info".

    `limit` is the value beyond which it is reported, where there is one; `unit` says what such values mean.
    """

    title: str
    severity: str
    limit: float | None = None
    unit: str = ""


PROBLEMS: dict[str, Problem] = {
    "missing": Problem("missing file", "error"),
    "empty_file": Problem("empty file", "error"),
    "not_image": Problem("not an image", "error"),
    "truncated": Problem("cut short", "error"),
    "unreadable": Problem("unreadable", "error"),
    "huge": Problem("too large to decode", "error"),
    "duplicate": Problem("exact duplicate", "warning"),
    "near_duplicate": Problem("near duplicate", "warning", 0.05, "difference in the worst part, 0 to 1, at most"),
    "blurry": Problem("blurry", "warning", 0.05, "variance of the Laplacian / variance, less than"),
    "dark": Problem("too dark", "warning", 0.2, "95th percentile of brightness, 0 to 1, less than"),
    "bright": Problem("too bright", "warning", 0.85, "5th percentile of brightness, 0 to 1, more than"),
    "low_contrast": Problem("low contrast", "warning", 0.12, "2nd to 98th percentile of brightness, 0 to 1, less than"),
    "low_information": Problem(
        "hardly anything to see", "warning", 0.5, "entropy of the grey values in bits, less than"
    ),
    "turned_duplicate": Problem("turned or mirrored duplicate", "info", 0.05, "as for near_duplicate"),
    "odd_size": Problem("odd size", "info", 3.0, "times larger or smaller than the set's median side, at least"),
    "odd_shape": Problem("odd proportions", "info", 2.0, "times longer than the set's median proportions, at least"),
    "odd_mode": Problem("odd channels", "info"),
    "wrong_extension": Problem("wrong extension", "info"),
}
FAULTS = frozenset(("missing", "empty_file", "not_image", "truncated", "unreadable", "huge"))
NEED_PIXELS = frozenset(("near_duplicate", "turned_duplicate", "blurry", "dark", "bright", "low_contrast",
                         "low_information"))  # fmt: skip


def wanted_problems(problems: Iterable[str] | str | None) -> frozenset[str]:
    """The codes asked for; all of them for None. Raises: ValueError for a code that there is not."""
    if problems is None:
        return frozenset(PROBLEMS)
    listed = [problems] if isinstance(problems, str) else list(problems)
    for code in listed:
        _check_code(code, "problems", list(PROBLEMS))
    return frozenset(listed)


def chosen_limits(limits: Mapping[str, float] | None) -> dict[str, float]:
    """The default limits with those of the caller. Raises: ValueError for a code without a limit, or a bad number."""
    chosen = {code: problem.limit for code, problem in PROBLEMS.items() if problem.limit is not None}
    for code, value in (limits or {}).items():
        _check_code(code, "limits", list(chosen))
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise ValueError(f"The limit of {code!r} is a number of 0 or more ({PROBLEMS[code].unit} it), but got "
                             f"{value!r}. The default is {chosen[code]}.")  # fmt: skip
        chosen[code] = float(value)
    return chosen


def _check_code(code: object, name: str, known: list[str]) -> None:
    if code not in known:
        close = get_close_matches(str(code), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}."
        raise ValueError(f"`{name}` names {code!r}, which is no such problem: {hint}")
