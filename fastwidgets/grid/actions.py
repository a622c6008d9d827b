"""What a grid's owner offers to do with the items: a button each, and a key."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["LINES", "TONES", "Action", "TileState"]

LINES = ("solid", "dashed", "dotted", "double")
TONES = ("plain", "brand", "success", "warn", "error")
ACTS_ON = ("selection", "either", "view", "none")
ARGUMENTS = (None, "class", "text")
THEN = ("stay", "next")
# What labextension/src/grid/pane.ts and full.ts do themselves.
OWN_KEYS = frozenset([" ", "Enter", "Escape", "Tab", "Home", "End", "PageUp", "PageDown", "ArrowUp", "ArrowDown",
                      "ArrowLeft", "ArrowRight", "Ctrl+a", "Ctrl+A", *"0123456789/?+-=fhijkoxz"])  # fmt: skip


@dataclass(frozen=True)
class Action:
    """A button above the tiles and, if `key` is given, a key.

    `acts_on`: "selection", what is selected and in the view; "either", that or, where nothing is selected, the tile
    that has the focus; "view", all that pass the filters; "none".
    `argument`: what is asked for first: "class", one of the classes; "text", a line of words; None, nothing.
    `digits`: the keys 1 to 9 do it with the first nine classes. `then`: "next" moves on to the next tile when it was
    done to the one with the focus. `key`: as `KeyboardEvent.key` has it, "Ctrl+" before it for one with Ctrl (or Cmd).
    Raises: ValueError for a word that is none of these, or a key that the grid has itself.
    """

    id: str
    label: str
    key: str = ""
    hint: str = ""
    acts_on: Literal["selection", "either", "view", "none"] = "either"
    argument: Literal["class", "text"] | None = None
    then: Literal["stay", "next"] = "stay"
    digits: bool = False
    shown: bool = True
    enabled: bool = True

    def __post_init__(self) -> None:
        for name, words in (("acts_on", ACTS_ON), ("argument", ARGUMENTS), ("then", THEN)):
            if getattr(self, name) not in words:
                known = ", ".join(map(repr, words))
                raise ValueError(f"`{name}` of the action {self.id!r} is one of {known}, but got "
                                 f"{getattr(self, name)!r}.")  # fmt: skip
        if self.key in OWN_KEYS:
            raise ValueError(f"The key {self.key!r} of {self.id!r} is one of the grid's own. Try another letter.")
        if self.digits and self.argument != "class":
            raise ValueError(f'The action {self.id!r} takes digits, so it needs argument="class".')

    def plain(self) -> dict[str, Any]:
        """As JSON carries it."""
        return asdict(self)


@dataclass(frozen=True)
class TileState:
    """How a tile shows that an item is in a state: by a sign, by the pattern of its border, and by a tone.

    Raises: ValueError for a pattern or tone that there is not.
    """

    icon: str = ""
    line: Literal["solid", "dashed", "dotted", "double"] = "solid"
    tone: Literal["plain", "brand", "success", "warn", "error"] = "plain"

    def __post_init__(self) -> None:
        for name, words in (("line", LINES), ("tone", TONES)):
            if getattr(self, name) not in words:
                raise ValueError(f"`{name}` of a tile's state is one of {', '.join(words)}, but got "
                                 f"{getattr(self, name)!r}.")  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """As JSON carries it."""
        return asdict(self)
