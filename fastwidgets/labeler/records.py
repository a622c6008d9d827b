"""One picture with its labels, as files carry it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastlearn.vision.upright_size import upright_size

from fastwidgets.labeler.annotation import Annotation
from fastwidgets.labeler.shapes import SHAPE_TASKS, Shape

__all__ = ["Record"]


@dataclass(frozen=True)
class Record:
    """`path`: below the data set, with / between its parts; `file`: the picture itself, empty where that is not known.

    `labels` and `shapes` are None where nobody has said what the picture shows; empty where it is nothing.
    """

    path: str
    file: str = ""
    labels: tuple[str, ...] | None = None
    shapes: tuple[Shape, ...] | None = None
    size: tuple[int, int] | None = None
    split: str | None = None
    skipped: bool = False
    unsure: bool = False
    note: str = ""

    @classmethod
    def of(cls, path: str, file: str, one: Annotation, split: str | None) -> Record:
        """The record of a picture."""
        return cls(path, file, one.labels, one.shapes, one.size, split, one.skipped, one.unsure, one.note)

    @property
    def labelled(self) -> bool:
        """Whether somebody said what it shows."""
        return self.labels is not None or self.shapes is not None

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes on it, each once."""
        return tuple(dict.fromkeys((*(self.labels or ()), *(shape.label for shape in self.shapes or ()))))

    @property
    def says_something(self) -> bool:
        """Whether there is something to take over."""
        return self.labelled or self.skipped or self.unsure or bool(self.note)

    @property
    def state(self) -> str:
        """ "labelled", "skipped" or "to do"."""
        return "labelled" if self.labelled else "skipped" if self.skipped else "to do"

    def dimensions(self) -> tuple[int, int] | None:
        """(width, height) of the picture as it is shown: as it was when it was drawn on, else from its file."""
        if self.size is not None or not self.file:
            return self.size
        try:
            return upright_size(Path(self.file))
        except Exception:  # unreadable: it has none
            return None

    def entry(self, task: str) -> dict[str, Any]:
        """The fields of a decision that says the same."""
        fields: dict[str, Any] = {}
        if task in SHAPE_TASKS and self.shapes is not None:
            width, height = self.size or (None, None)
            fields = {"shapes": [shape.plain() for shape in self.shapes], "width": width, "height": height}
        elif self.labels is not None:
            fields = {"label": list(self.labels) if task == "multi" else self.labels[0] if self.labels else None}
        fields["skip"] = self.skipped and not self.labelled
        if self.unsure:
            fields["unsure"] = True
        if self.note:
            fields["note"] = self.note
        return fields
