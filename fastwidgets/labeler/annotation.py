"""What is known of one picture, folded from the decisions about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastwidgets.labeler.shapes import Shape, shapes_of

__all__ = ["NOTHING", "STATES", "Annotation"]

# What stands on the tile of a picture; labextension/src/labeler/state.ts knows the same order.
STATES = ("to do", "labelled", "skipped", "unsure")


@dataclass(frozen=True)
class Annotation:
    """`labels`: the classes (one, or of a multi-label task any number); None: none was given. `shapes`: what was drawn,
    also None where that was not done yet. `size` is that of the picture they were drawn on, (width, height).
    """

    labels: tuple[str, ...] | None = None
    shapes: tuple[Shape, ...] | None = None
    size: tuple[int, int] | None = None
    skipped: bool = False
    unsure: bool = False
    note: str = ""
    excluded: bool = False

    @property
    def labelled(self) -> bool:
        """Whether somebody said what it shows, be it nothing."""
        return self.labels is not None or self.shapes is not None

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes on it, each once, in their order."""
        drawn = (shape.label for shape in self.shapes or ())
        return tuple(dict.fromkeys((*(self.labels or ()), *drawn)))

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.unsure:
            return "unsure"
        return "labelled" if self.labelled else "skipped" if self.skipped else "to do"

    def after(self, entry: Mapping[str, Any], task: str) -> Annotation:
        """This after one more entry of the journal. Fields of others, and what makes no sense, change nothing."""
        changes: dict[str, Any] = {}
        if "label" in entry:
            changes["labels"] = _labels(entry["label"])
        if "shapes" in entry:
            changes |= _shapes(entry, task)
        for field, name in (("skip", "skipped"), ("unsure", "unsure"), ("exclude", "excluded")):
            if field in entry:
                changes[name] = bool(entry[field])
        if "note" in entry:
            changes["note"] = str(entry["note"] or "")
        return replace(self, **changes) if changes else self


NOTHING = Annotation()


def _labels(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def _shapes(entry: Mapping[str, Any], task: str) -> dict[str, Any]:
    if entry["shapes"] is None:
        return {"shapes": None, "size": None}
    try:
        shapes = shapes_of(entry["shapes"], task)
    except (KeyError, TypeError, ValueError):  # of another task, or edited by hand
        return {}
    width, height = entry.get("width"), entry.get("height")
    return {"shapes": shapes, "size": (int(width), int(height)) if width and height else None}
