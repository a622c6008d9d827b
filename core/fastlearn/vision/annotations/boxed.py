"""What a reader gives, as the `get_y` of a DataBlock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fastlearn.data.problems import DataError

Box = list[float]  # left, top, right, bottom in pixels
Boxed = tuple[list[Box], list[str]]  # the boxes of one picture, and a label for each


class BoxesOf:
    """The boxes of a picture, by its file."""

    part = 0

    def __init__(self, annotations: Mapping[str, Boxed]) -> None:
        self.annotations = annotations

    def __call__(self, file: Any) -> Any:
        key = _key(file)
        found = self.annotations.get(key)
        found = self.annotations.get(Path(key).name) if found is None else found
        if found is None:
            example = next(iter(self.annotations), "")
            raise DataError(f"There are no annotations of {key!r}; those there are like {example!r}. Read them with "
                            "the same folder that the items have.")  # fmt: skip
        return found[self.part]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.annotations)} files)"


class LabelsOf(BoxesOf):
    """The labels of a picture's boxes, by its file."""

    part = 1


def box_getters(files: Iterable[Any], annotations: Iterable[Boxed]) -> list[BoxesOf]:
    """What a reader returned as `get_y=` of a DataBlock: a function to the boxes, and one to their labels.

    Items may be the files as the reader has them, or paths that end in the same name where the reader has bare names.
    """
    table = {_key(file): boxed for file, boxed in zip(files, annotations, strict=True)}
    return [BoxesOf(table), LabelsOf(table)]


def _key(file: Any) -> str:
    return str(file)
