"""The annotations of all pictures, as the journal's entries make them, and which file each decision is about."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fastwidgets.journal.acts import Entry
from fastwidgets.journal.identity import fingerprint, place_of
from fastwidgets.labeler.annotation import NOTHING, Annotation

__all__ = ["CLASSES", "Book", "identity_of", "places_below"]

CLASSES = "classes"  # the kind of the entries that hold the list of classes
Key = tuple[Any, Any]  # place and hash in an entry


class Book:
    """`annotation(i)`: what is known of picture `i`; `classes`: those of the last entry that lists them, or None.

    `paths` and their `places` below the root say which pictures there are; `given` is what the data set itself says of
    some. A decision belongs to a file: one that was moved or renamed keeps it, another file at its old place does not
    get it (`replaced` lists those). What is about other files stays in the journal, untouched.
    """

    def __init__(self, paths: Sequence[str], places: Sequence[str], task: str) -> None:
        self.paths, self.places, self.task = paths, places, task
        self.given: dict[int, Annotation] = {}
        self.classes: list[str] | None = None
        self.replaced: list[int] = []
        self._id_of = {place: i for i, place in enumerate(places)}
        self._owner: dict[Key, int | None] = {}
        self._found: dict[int, Annotation] = {}
        self._identity: dict[int, dict[str, Any]] = {}

    def annotation(self, i: int) -> Annotation:
        """What is known of picture `i`."""
        return self._found.get(i, self.given.get(i, NOTHING))

    def known(self) -> list[int]:
        """The pictures of which something is known, ascending."""
        return sorted(self.given.keys() | self._found.keys())

    def decided(self, i: int) -> bool:
        """Whether the journal gives picture `i` a label, and not the data set alone."""
        return i in self._found and self._found[i].labelled

    def identity(self, i: int) -> dict[str, Any] | None:
        """By what the last decision about picture `i` knew its file; None if there is none."""
        return self._identity.get(i)

    def own(self, i: int, identity: Mapping[str, Any]) -> None:
        """From now on entries with this identity are about picture `i`."""
        self._owner[_key(identity)] = i

    def id_of(self, entry: Mapping[str, Any]) -> int | None:
        """The picture that an entry is about, if it is here."""
        if "item" not in entry:
            return None
        key = _key(entry)
        return self._owner[key] if key in self._owner else self._id_of.get(entry["item"])

    def load(self, entries: Sequence[Entry]) -> None:
        """Take all that the journal holds, and find the files that it means."""
        self._match(entries)
        self.fold(entries, None)

    def fold(self, entries: Iterable[Entry], among: Collection[int] | None) -> None:
        """Work out the pictures `among` (None: all) and the classes anew, from `entries`, all that count."""
        wanted = None if among is None else set(among)
        for i in tuple(self._found) if wanted is None else wanted:
            self._found.pop(i, None)
        self.classes = None
        for entry in entries:
            self.take(entry, wanted)

    def take(self, entry: Entry, among: set[int] | None = None) -> None:
        """Go one entry on; of pictures that are not `among` nothing changes."""
        if entry.get("kind") == CLASSES and isinstance(entry.get("classes"), list):
            self.classes = [str(name) for name in entry["classes"]]
        i = self.id_of(entry)
        if i is None or (among is not None and i not in among):
            return
        if "hash" in entry:
            self._identity[i] = {name: entry[name] for name in ("item", "size", "hash") if name in entry}
        self._found[i] = self._or_given(i, self.annotation(i).after(entry, self.task))

    def _or_given(self, i: int, made: Annotation) -> Annotation:
        """A label that was taken off falls back to what the data set itself says."""
        given = self.given.get(i)
        if given is None or made.labelled:
            return made
        return Annotation(given.labels, given.shapes, given.size, made.skipped, made.unsure, made.note, made.excluded)

    def _match(self, entries: Sequence[Entry]) -> None:
        """Which file does each identity in the journal mean now?"""
        last = {_key(entry): entry for entry in entries if "hash" in entry}
        self._owner = {key: self._at_its_place(entry) for key, entry in last.items()}
        lost = {(entry["size"], entry["hash"]): key for key, entry in last.items() if self._owner[key] is None}
        if lost:
            self._find(lost)
        newest = {entry["item"]: key for key, entry in last.items()}  # in their order: the last one counts
        self.replaced = [
            self._id_of[place]
            for place, key in newest.items()
            if place in self._id_of and self._owner[key] != self._id_of[place]
        ]

    def _at_its_place(self, entry: Mapping[str, Any]) -> int | None:
        """The picture at the entry's place, if its file is the one that was meant; one that is gone counts as it."""
        i = self._id_of.get(entry["item"])
        if i is None:
            return None
        try:
            stat = os.stat(self.paths[i])
            if stat.st_size != entry.get("size"):
                return None
            untouched = stat.st_ctime < _seconds(entry)  # nobody can set this time back
            return i if untouched or fingerprint(self.paths[i]) == entry["hash"] else None
        except OSError:
            return i

    def _find(self, lost: Mapping[tuple[Any, Any], Key]) -> None:
        """Look for files that were moved: of the same size and content as one that is not at its place."""
        settled = {i for i in self._owner.values() if i is not None}
        sizes = {size for size, _ in lost}
        for i, path in enumerate(self.paths):
            try:
                size = os.stat(path).st_size
                if i in settled or size not in sizes:
                    continue
                key = lost.get((size, fingerprint(path)))
            except OSError:
                continue
            if key is not None and self._owner[key] is None:
                self._owner[key] = i


def places_below(paths: Sequence[str], root: str) -> list[str]:
    """`place_of` for many whole paths at once: a hundred thousand would take it seconds."""
    start = root.rstrip(os.sep) + os.sep
    return [
        path[len(start) :].replace(os.sep, "/") if root and path.startswith(start) else place_of(path, root or os.sep)
        for path in paths
    ]


def identity_of(path: str, place: str) -> dict[str, Any]:
    """By what the file is found again; of one that is gone or cannot be read, its place alone."""
    try:
        return {"item": place, "size": os.stat(path).st_size, "hash": fingerprint(path)}
    except OSError:
        return {"item": place}


def _key(entry: Mapping[str, Any]) -> Key:
    return entry.get("item"), entry.get("hash")


def _seconds(entry: Mapping[str, Any]) -> float:
    """When the entry was written; a moment long ago where it does not say."""
    try:
        return datetime.fromisoformat(str(entry.get("at"))).timestamp()
    except ValueError:
        return 0.0
