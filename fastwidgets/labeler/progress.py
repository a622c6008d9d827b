"""How far the labelling is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from fastwidgets.labeler.annotation import Annotation

__all__ = ["Progress"]


@dataclass
class Progress:
    """How many of `total` pictures are `labelled`, `skipped` (and not labelled) or marked as `unsure`; in `classes`,
    how many pictures each class is on.
    """

    total: int = 0
    labelled: int = 0
    skipped: int = 0
    unsure: int = 0
    classes: Counter[str] = field(default_factory=Counter)

    @classmethod
    def over(cls, total: int, known: Iterable[Annotation]) -> Progress:
        """That of `total` pictures, of which all is `known` that is."""
        found = cls(total)
        for one in known:
            found.count(one, 1)
        return found

    @property
    def to_do(self) -> int:
        """How many nobody has labelled or skipped yet."""
        return self.total - self.labelled - self.skipped

    def count(self, one: Annotation, by: int) -> None:
        """Put a picture in, or with `by=-1` take it out."""
        self.labelled += by * one.labelled
        self.skipped += by * (one.skipped and not one.labelled)
        self.unsure += by * one.unsure
        for name in one.classes:
            self.classes[name] += by

    def __str__(self) -> str:
        skipped = f", {self.skipped:,} skipped" if self.skipped else ""
        unsure = f", {self.unsure:,} unsure" if self.unsure else ""
        return f"{self.labelled:,} of {self.total:,} labelled{skipped}{unsure}"
