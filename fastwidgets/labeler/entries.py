"""What stands in the journal for a decision: the fields of its entries, without the item they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastwidgets.labeler.annotation import Annotation
from fastwidgets.labeler.book import CLASSES
from fastwidgets.labeler.shapes import Shape, shapes_of
from fastwidgets.labeler.suggestions import Suggestion

__all__ = ["class_entry", "confirmed", "drawn", "labelled", "mapped", "new_classes"]

Size = tuple[int, int] | None
Fields = dict[str, Any]


def labelled(names: Sequence[str], task: str) -> Fields:
    """One class, or of a multi-label task any number."""
    return {"label": _label(names, task), "skip": False}


def drawn(shapes: Iterable[Shape], size: Size) -> Fields:
    """All that is on a picture of this size, (width, height)."""
    return {**_shapes(shapes, size), "skip": False}


def confirmed(found: Suggestion, task: str, size: Size) -> Fields:
    """A suggestion as the label. Raises: ValueError for shapes that are not on the picture."""
    return labelled(found.labels, task) if found.shapes is None else drawn(shapes_of(found.shapes, task, size), size)


def mapped(one: Annotation, mapping: Mapping[str, str], task: str) -> Fields | None:
    """The label after classes got other names; None where it stays. All who read a journal understand it."""
    if not mapping.keys() & set(one.classes):
        return None
    if one.shapes is not None:
        return _shapes((shape.called(mapping.get(shape.label, shape.label)) for shape in one.shapes), one.size)
    names = list(dict.fromkeys(mapping.get(name, name) for name in one.labels or ()))
    return {"label": _label(names, task)}


def class_entry(classes: Sequence[str], how: str, names: Sequence[str]) -> Fields:
    """The classes from now on; `how` they came to be ("add", "rename", "merge") and of which `names`."""
    return {"kind": CLASSES, "classes": list(classes), "how": how, "names": list(names)}


def new_classes(classes: Sequence[str], names: Iterable[str]) -> list[Fields]:
    """The entry that adds those of `names` that are none of the `classes` yet; none where all are."""
    fresh = sorted(set(names) - set(classes))
    return [class_entry([*classes, *fresh], "add", fresh)] if fresh else []


def _label(names: Sequence[str], task: str) -> str | list[str]:
    return list(names) if task == "multi" else names[0]


def _shapes(shapes: Iterable[Shape], size: Size) -> Fields:
    width, height = size or (None, None)
    return {"shapes": [shape.plain() for shape in shapes], "width": width, "height": height}
