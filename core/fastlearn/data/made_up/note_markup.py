"""A small markup for made-up notes: what stands between braces is text, and what should be found there.

`{size|3 x 2 cm|30,20}` becomes the text `3 x 2 cm` and a `Gold("size", …)` with its span and the detail `30,20`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

_TAG = re.compile(r"\{(\w+)\|([^{}|]*)(?:\|([^{}]*))?\}")
_SLOT = re.compile(r"<<(\w+)>>")


@dataclass(frozen=True)
class Gold:
    """What a rule of the kind `kind` should find: characters `start` to `end`, and the detail that belongs to it."""

    kind: str
    start: int
    end: int
    text: str
    detail: str = ""


def filled(template: str, slots: dict[str, Callable[[Random], str]], rng: Random) -> str:
    """`template` with each `<<slot>>` replaced by what its function says; slots may hold slots."""
    while _SLOT.search(template):
        template = _SLOT.sub(lambda found: slots[found[1]](rng), template)
    return template


def parsed(marked: str) -> tuple[str, list[Gold]]:
    """The text without its marks, and what was marked."""
    parts: list[str] = []
    gold: list[Gold] = []
    at = length = 0
    for tag in _TAG.finditer(marked):
        before = marked[at : tag.start()]
        start = length + len(before)
        length = start + len(tag[2])
        parts += [before, tag[2]]
        gold.append(Gold(tag[1], start, length, tag[2], tag[3] or ""))
        at = tag.end()
    return "".join([*parts, marked[at:]]), gold
