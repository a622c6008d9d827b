"""A look for what identifies people before texts are shared: a report that shows nothing, and texts without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fastlearn.medical.text.identifiers import KINDS, Identifier, identifiers
from fastlearn.medical.text.texts import Texts, changed, rows_of

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 20  # lines of a printed report
STYLES = ("kind", "blocks")


@dataclass(frozen=True)
class ScreenReport:
    """What `screen` found in `n_texts` texts. Printed, it shows kinds, places and masked samples, never the writing."""

    found: tuple[Identifier, ...]
    n_texts: int

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind, the most frequent first."""
        return dict(Counter(one.kind for one in self.found).most_common())

    def frame(self) -> pd.DataFrame:
        """A table with row, kind, start, end and masked sample."""
        import pandas as pd

        columns = ["row", "kind", "start", "end", "sample"]
        rows = [[getattr(one, name) for name in columns] for one in self.found]
        made: pd.DataFrame = pd.DataFrame(rows, columns=columns)
        return made

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.found)

    def __str__(self) -> str:
        if not self.found:
            return f"Nothing found in {self.n_texts} texts. Patterns are no proof: read a sample before you share them."
        counts = ", ".join(f"{n} {kind}" for kind, n in self.counts.items())
        rows = len({str(one.row) for one in self.found})
        lines = [f"  row {one.row}, {one.start}-{one.end}: {one.kind:8}{one.sample}" for one in self.found[:SHOWN]]
        more = [f"  … and {len(self.found) - SHOWN} more"] if len(self.found) > SHOWN else []
        return "\n".join([f"{counts} in {rows} of {self.n_texts} texts", *lines, *more])


def screen(texts: Any, kinds: Iterable[str] | None = None) -> ScreenReport:
    """Look through `texts`, a str, a list or a column, for what may identify people.

    `kinds` limits it to some of date, name, id, phone, email, address, age. It finds what is written in usual ways, and
    is a help for people who check, not a proof: names without a title, a degree or a label are not found.
    Raises: DataError, naming the row, where there is no text; ValueError for an unknown kind.
    """
    wanted = _checked(kinds)
    found: list[Identifier] = []
    n = 0
    for row, text in rows_of(texts):
        n += 1
        found += [replace(one, row=row) for one in identifiers(text) if one.kind in wanted]
    return ScreenReport(tuple(found), n)


def mask(texts: Texts, kinds: Iterable[str] | None = None, style: str = "kind") -> Texts:
    """`texts`, a str, a list or a column, with all that `screen` finds replaced: a new one, the given stays as it is.

    `style="kind"` writes `[NAME]`, `[DATE]`, …; `"blocks"` as many signs as there were characters, so that places stay.
    Raises: as `screen`; ValueError for another `style`.
    """
    wanted = _checked(kinds)
    if style not in STYLES:
        raise ValueError(f"`style` is one of {STYLES}, but got {style!r}.")
    return changed(texts, lambda text: _masked(text, wanted, style))


def _masked(text: str, wanted: frozenset[str], style: str) -> str:
    parts: list[str] = []
    at = 0
    for one in identifiers(text):
        if one.kind in wanted:
            instead = f"[{one.kind.upper()}]" if style == "kind" else "█" * (one.end - one.start)
            parts += [text[at : one.start], instead]
            at = one.end
    return "".join([*parts, text[at:]])


def _checked(kinds: Iterable[str] | None) -> frozenset[str]:
    wanted = frozenset(KINDS if kinds is None else [kinds] if isinstance(kinds, str) else kinds)
    if not wanted <= frozenset(KINDS):
        raise ValueError(f"`kinds` are some of {sorted(KINDS)}, but got {sorted(wanted - frozenset(KINDS))}.")
    return wanted
