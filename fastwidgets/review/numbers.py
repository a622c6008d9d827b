"""Targets that are numbers, as people read and type them, and as the data has them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["NumberNames"]

DIGITS = 9  # as many as tell all numbers of 32 bits apart


class NumberNames:
    """Stands where `ClassNames` stands for classes: `3.5`, or `1, 2` where an item has `n` numbers."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.names: list[str] = []  # any number may be typed

    def name_of(self, value: Any) -> str:
        """The text of a number, or of `n` of them. Raises: ValueError, TypeError for anything else."""
        numbers = np.asarray(value, np.float64).ravel().tolist()
        if len(numbers) != self.n or not all(map(math.isfinite, numbers)):
            raise ValueError(f"The target is {self._wanted}, but got {value!r}.")
        return ", ".join(f"{number:.{DIGITS}g}" for number in numbers)

    def value_of(self, name: str) -> float | list[float]:
        """What was typed, as the data has it. Raises: ValueError where that is no number, or not `n` of them."""
        try:
            numbers = [float(part) for part in name.replace(";", ",").split(",")]
        except ValueError:
            numbers = []
        if len(numbers) != self.n or not all(map(math.isfinite, numbers)):
            raise ValueError(f"The target is {self._wanted}, but got {name!r}.")
        return numbers[0] if self.n == 1 else numbers

    def add(self, name: str) -> Any:
        """There are no classes to add one to. Raises: ValueError."""
        raise ValueError(f"The target is {self._wanted}, so there is no class {name!r} to add.")

    @property
    def _wanted(self) -> str:
        return "a number, such as 3.5" if self.n == 1 else f"{self.n} numbers with commas between them"
