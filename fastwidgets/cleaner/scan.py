"""The search for issues: in a thread of its own, with progress, to be cancelled; what was seen is remembered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastlearn.data.config import Config
from fastlearn.interpret.label_doubts import LabelDoubts
from fastlearn.vision.files.find import find_problems

__all__ = ["Scan", "Step"]

CACHE = "scans"  # in the cache folder, which `clear_cache()` empties
WORKERS = 1  # the kernel's own thread, and the browser on a small machine, want a core too


@dataclass(frozen=True)
class Step:
    """Where the search is: `what` it does, `done` of `total`; all empty when it is over."""

    what: str = ""
    done: int = 0
    total: int = 0


class Scan:
    """Looks at `paths`, then at the labels of `answers`; tells what it found as soon as it has it.

    All functions are called in the scan's thread: `problems(table)`, `groups()` for the duplicates among the answers'
    rows, `doubts(found)`, `progress(step)` and in the end `over(words)`, with why it ended early or "".
    """

    def __init__(
        self,
        paths: Sequence[Path],
        answers: Any,
        problems: Callable[[Any], None],
        groups: Callable[[], Any],
        doubts: Callable[[Any], None],
        progress: Callable[[Step], None],
        over: Callable[[str], None],
    ) -> None:
        self._paths, self._answers = paths, answers
        self._problems, self._groups, self._doubts = problems, groups, doubts
        self._progress, self._over = progress, over
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cleaner-scan", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """End early; what was found of duplicates and looks by then is kept."""
        self._cancelled.set()

    def join(self, seconds: float | None = None) -> None:
        """Wait for the end, at most so long."""
        self._thread.join(seconds)

    @property
    def running(self) -> bool:
        """Whether it has begun and not ended."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            words = self._look_at_files() or self._look_at_labels()
        except InterruptedError:
            words = "The search was cancelled."
        except Exception as error:  # a traceback of this thread is shown nowhere
            words = f"The search ended early. {type(error).__name__}: {error}"
        self._over(words)

    def _look_at_files(self) -> str:
        if not self._paths:
            return ""
        tell = self._teller("Looking at the files")
        cache = Config.load().make_cache() / CACHE
        table = find_problems(self._paths, n_workers=WORKERS, progress=tell, cancel=self._cancelled, cache=cache)
        self._problems(table)
        n = table.attrs["n_files"]
        return "" if table.attrs["complete"] else f"The search was cancelled after {n:,} of {len(self._paths):,} files."

    def _look_at_labels(self) -> str:
        answers = self._answers
        if answers is None or answers.task not in ("category", "multicategory"):
            return ""
        if answers.embeddings is None:
            return f"Labels cannot be doubted: {answers.no_embeddings}."
        tell = self._teller("Comparing labels")
        cancelled = self._cancelled.is_set
        self._doubts(LabelDoubts.of(answers, groups=self._groups(), progress=tell, cancel=cancelled))
        return ""

    def _teller(self, what: str) -> Callable[[int, int], None]:
        def tell(done: int, total: int) -> None:
            self._progress(Step(what, done, total))

        tell(0, 0)
        return tell
