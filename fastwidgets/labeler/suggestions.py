"""What a picture would probably be labelled: given beforehand, or by the model of the labels so far."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastwidgets.labeler.shapes import SHAPE_TASKS, Shape, shapes_of

__all__ = ["Suggestion", "as_labels", "suggestion_of"]


@dataclass(frozen=True)
class Suggestion:
    """`labels`, or `shapes` where such are drawn; `sure`: 0 to 1, NaN where that is not known; `by`: whose it is."""

    labels: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] | None = None
    sure: float = math.nan
    by: str = "given"

    @property
    def words(self) -> str:
        """In few words."""
        if self.shapes is not None:
            return f"{len(self.shapes)} drawn"
        return ", ".join(self.labels) or "none of the classes"

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in it."""
        return self.labels if self.shapes is None else tuple(dict.fromkeys(shape.label for shape in self.shapes))


def as_labels(value: Any, task: str) -> tuple[str, ...]:
    """The classes in `value`: a name, or with several a picture a list of names.

    Raises: ValueError for something else, and for several of a task with one class a picture.
    """
    many = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    names = tuple(dict.fromkeys(str(name) for name in many))
    if task == "single" and len(names) != 1:
        raise ValueError(f'With task="single" a picture has one class, but got {value!r}. Try task="multi".')
    return names


def suggestion_of(value: Any, task: str) -> Suggestion | None:
    """A suggestion from what the user gave: a label, a list of labels or of shapes, or such a thing and how sure it is,
    `(value, 0.9)`. None stays None. Raises: ValueError for what the task cannot have.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    sure = math.nan
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], float):
        value, sure = value
    if task in SHAPE_TASKS:
        if isinstance(value, str | Mapping):
            raise ValueError(f'Suggestions of {task} are lists of {{"label": …, "points": …}}, but got {value!r}.')
        return Suggestion(shapes=shapes_of(value, task), sure=sure)
    return Suggestion(as_labels(value, task), sure=sure)
