"""What a step shows."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MOST_BARS", "Bar", "Part", "Result", "Tile"]

MOST_BARS = 40
Part = tuple[str, bool]  # a piece of a line, and whether it stands out


@dataclass(frozen=True)
class Bar:
    """One class: how many items it has for training and for validation. Before the split all count as training."""

    name: str
    train: int
    valid: int = 0


@dataclass(frozen=True)
class Tile:
    """One item: its `pictures` (PNG or JPEG; several are before and after), a `line` about it, and its `label`."""

    line: tuple[Part, ...]
    label: str
    pictures: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Result:
    """`words`: lines above; `warnings`: lines that stand out; `text`: a table as text, for items without a picture."""

    words: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    tiles: tuple[Tile, ...] = ()
    text: str = ""
