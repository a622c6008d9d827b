"""Classes as people read them, and as the data has them: 3 and "3" are two classes, and look alike."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from fastlearn.data.category import plain_label

__all__ = ["ClassNames"]


class ClassNames:
    """Names of classes in their order, each with the value that it has in the data.

    Classes that read the same get the type behind their names. Names are plain text, whatever is in them.
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        self.names: list[str] = []
        self._values: dict[str, Any] = {}
        self._names: dict[Any, str] = {}
        for value in values or ():
            self.name_of(value)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def name_of(self, value: Any) -> str:
        """The name of a value of the data; one that is not known yet is added."""
        value = plain_label(value)
        key = (type(value).__name__, value)
        if key not in self._names:
            text = str(value)
            name = text if text not in self._values else f"{text} ({type(value).__name__})"
            self._names[key], self._values[name] = name, value
            self.names.append(name)
        return self._names[key]

    def value_of(self, name: str) -> Any:
        """The value that the data has for it. Raises: KeyError for a name that is no class, with those like it."""
        if name not in self._values:
            close = get_close_matches(name, self.names, n=1)
            known = ", ".join(self.names[:8]) + (", …" if len(self.names) > 8 else "")
            hint = f"did you mean {close[0]!r}?" if close else f"there are {known or 'none yet'}."
            raise KeyError(f"There is no class {name!r}; {hint} A new one is added by add_class({name!r}).")
        return self._values[name]

    def add(self, name: str) -> Any:
        """Add a class; returns its value: a number where all classes so far are. Raises: ValueError for no name."""
        name = " ".join(name.split())
        if not name:
            raise ValueError("A class needs a name, but got an empty one.")
        if name in self._values:
            return self._values[name]
        whole = bool(self._values) and all(type(value) is int for value in self._values.values())
        value: Any = int(name) if whole and name.lstrip("-").isdigit() else name
        self.name_of(value)
        return value
