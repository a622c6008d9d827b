"""How long the DataBlock builder takes on many small files: to open, to answer *Cancel*, to check, to open again.

    make bench, or: python benchmarks/builder.py [N_FILES]

Figures to reach with 100,000 files: *Cancel* answers within 1 s; exact and near duplicates in under 10 minutes on 2
cores, with bounded memory; the second opening in under 5 s. The files are those of find_problems.py.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from find_problems import PeakMemory, make_files
from harness import table

from fastwidgets.builder.desk import BuilderDesk


def until(true: Callable[[], bool], most: float = 3600.0) -> float:
    """Seconds until something is so. Raises: TimeoutError."""
    start = time.perf_counter()
    while not true():
        if time.perf_counter() - start > most:
            raise TimeoutError(f"It was not so after {most:g} seconds.")
        time.sleep(0.01)
    return time.perf_counter() - start


def opened(folder: Path) -> tuple[BuilderDesk, float]:
    """A builder on `folder`, and the seconds until its form was there."""
    desk = BuilderDesk(lambda what: None)
    desk.open(folder)
    return desk, until(lambda: desk.session is not None)


def main(count: int = 10_000) -> None:
    rows: list[list[object]] = []

    def row(what: str, seconds: float, wanted: float, more: str = "") -> None:
        rows.append([what, f"{seconds:.2f}", f"{wanted:g}", "yes" if seconds < wanted else "no", more])

    with tempfile.TemporaryDirectory() as name:
        os.environ["FASTWIDGETS_HOME"] = f"{name}/home"
        folder = Path(name) / "set"
        make_files(folder, count)
        opened(Path(folder) / "000")[0].close()  # what is imported when first needed
        desk = BuilderDesk(lambda what: None)
        desk.open(folder)
        row("cancel a search for files", _cancelled(desk), 1)
        desk.close()
        desk, seconds = opened(folder)
        row("first opening, to the form", seconds, 5)
        row("… to all counts, labels and the split", seconds + until(lambda: not desk.working), 30)
        desk.check()
        until(lambda: desk.checking.done > 100)
        row("cancel a check", _cancelled(desk), 1)
        desk.check()
        with PeakMemory() as memory:
            seconds = until(lambda: not desk.checking.what)
        row("check of all files, twins too", seconds, 600, f"{memory.grown:.0f} MB more")
        until(lambda: not desk.working)  # what follows the check would share the interpreter with the next opening
        desk.close()
        desk, seconds = opened(folder)
        row("second opening, to the form", seconds, 5)
        desk.check()
        row("second check", until(lambda: not desk.checking.what), 600)
        desk.close()
    table(f"The builder on {count:,} small files", ["what", "s", "wanted below", "reached", ""], rows)


def _cancelled(desk: BuilderDesk) -> float:
    """Seconds until *Cancel* is answered."""
    start = time.perf_counter()
    with desk.lock:  # as the widget does
        desk.cancel()
    assert not desk.scanning.what and not desk.checking.what
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
