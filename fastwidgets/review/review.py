"""The one list of items that several widgets look through, with what was decided about each."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from fastwidgets.journal import Overlay
from fastwidgets.journal.acts import Entry
from fastwidgets.journal.identity import identify, place_of
from fastwidgets.journal.shared import SharedJournal
from fastwidgets.review.code import code_of
from fastwidgets.review.source import Label, Source, read_source
from fastwidgets.review.words import said_of

__all__ = ["EXCLUDED", "KEPT", "RELABELLED", "Review"]

RELABELLED, EXCLUDED, KEPT = "relabelled", "excluded", "kept"
Ids = Sequence[int]


class Review:
    """Items of a data set and the decisions about them. An item's id is its place, from 0: training items come first.

    A widget is built on it in four steps:

        review = Review.of(learn, journal=None)       # the same one for all widgets of this learner and journal
        session = session_of(review)                  # fastwidgets.review.grid: a GridSession, id for id
        detach = attach(review, session)              # its columns and actions, kept in step; call detach() in close()
        super().__init__(session, lock=review.lock)   # one lock for all widgets on the same journal

    `relabel`, `exclude`, `keep` and `note` are one act each: durable when they return, undone and done again by one
    `undo` and `redo`, also after a restart of the kernel. They return a line of words for the user. `on_change` tells
    which ids changed. `rows_of(answers)` are the ids of the rows of `StoredAnswers`.

    What may be read: `source` (names, paths, items, splits, task: see `Source`), `n`, `classes` (names, also added
    ones), `given` (the labels that the data has), `labels` (as they are now), `decisions` ("relabelled", "excluded",
    "kept" or None), `notes`. A label is the name of a class, a tuple of them with several labels an item, the
    text of a number (`3.5`; of several an item, `1, 2`), or None.

    The journal lies in the data set's folder, or in the folder `journal`. It is opened for writing by the first
    decision. While another process writes, a decision raises JournalInUse and says who; where the folder cannot be
    written, RuntimeError; nothing has changed then.
    """

    _all: ClassVar[weakref.WeakValueDictionary[tuple[int, str], Review]] = weakref.WeakValueDictionary()

    def __init__(self, source: Source, journal: str | os.PathLike[str] | None = None) -> None:
        self.source, self.n, self.learn = source, len(source), source.learn
        self.shared = SharedJournal.at(source.root if journal is None else journal, source.root)
        self.given: list[Label] = list(source.labels)
        self.labels: list[Label] = list(source.labels)
        self.decisions: list[str | None] = [None] * self.n
        self.notes: list[str] = [""] * self.n
        self.dls = None if self.learn is None else self.learn.dls  # as they were, whatever is trained on later
        self.corrected: Any = None  # the loaders that `fix_and_continue` made of them
        self._listeners: list[Callable[[list[int]], None]] = []
        self._rows: dict[str, list[int]] = {}
        self._entries: dict[int, Entry] = {}
        for i in range(self.n):
            self._rows.setdefault(self._place(i), []).append(i)
        self.reload()
        mine = weakref.WeakMethod(self._heard)
        stop = self.shared.listen(lambda entries: mine()(entries) if mine() is not None else None)  # type: ignore[misc]
        weakref.finalize(self, stop)

    @classmethod
    def of(
        cls,
        source: Any,
        journal: str | os.PathLike[str] | None = None,
        labels: Callable[[Any], Any] | None = None,
    ) -> Review:
        """The review of a learner, of loaders, of a folder of pictures, or of a list of paths; one that is there
        already for the same learner and journal is shared. `labels`: see `read_source`.
        """
        if isinstance(source, Review):
            return source
        place = "" if journal is None else os.path.abspath(journal)
        found = cls._all.get((id(source), place))
        if found is not None and found.learn is source and source.dls in (found.dls, found.corrected):
            return found
        made = cls(read_source(source, labels), journal)
        if made.learn is not None:
            cls._all[(id(source), place)] = made
        return made

    def __len__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        return f"Review({self.n} items, {len(self.decided)} decided, {str(self.shared.journal.path)!r})"

    @property
    def lock(self) -> Any:
        """Held while decisions are written and told."""
        return self.shared.lock

    @property
    def root(self) -> Any:
        """The folder that the journal's paths begin at."""
        return self.source.root

    @property
    def classes(self) -> list[str]:
        """The names of the classes, in the data's order, those that were added last."""
        return self.source.classes.names

    @property
    def can_relabel(self) -> bool:
        """Whether labels are classes of whole items, or numbers."""
        return self.source.task != "other"

    @property
    def numbers(self) -> bool:
        """Whether labels are numbers."""
        return self.source.task == "regression"

    @property
    def multilabel(self) -> bool:
        """Whether an item has several labels."""
        return self.source.task == "multicategory"

    @property
    def decided(self) -> list[int]:
        """The ids of all items that something was decided about, ascending."""
        return [i for i in range(self.n) if self.decisions[i] is not None or self.notes[i]]

    @property
    def changed(self) -> list[int]:
        """The ids of items whose label is another one than the data has, or that were excluded."""
        return [i for i, decision in enumerate(self.decisions) if decision in (RELABELLED, EXCLUDED)]

    # Deciding

    def relabel(self, ids: Ids, label: str | Sequence[str] | None) -> str:
        """Say that the items `ids` are of the class `label`, or with several labels an item of these.

        Excluded ones are back by that; the label that the data has itself is confirmed. With several labels one name
        means that label alone; where labels are numbers, `label` is one, or its text. Raises: KeyError for a name that
        is no class; ValueError for what is no number, and where labels are neither.
        """
        if not self.can_relabel:
            raise ValueError("Labels can be changed where they are classes of whole items or numbers, which they are "
                             "not here: a mask, for one, is painted in another program. Items can be excluded, kept, "
                             "and have notes.")  # fmt: skip
        return self._relabel({int(i): self._as_label(label) for i in ids})

    def relabel_each(self, labels: dict[int, str | Sequence[str]]) -> str:
        """Give each of these items its own label, as one act."""
        return self._relabel({int(i): self._as_label(label) for i, label in labels.items()})

    def toggle_label(self, ids: Ids, name: str) -> str:
        """With several labels an item: add `name` to the items `ids`, or take it off where all of them have it."""
        self.source.classes.value_of(name)
        now = {int(i): self.labels[int(i)] or () for i in ids}
        off = all(name in label for label in now.values())
        order = {one: k for k, one in enumerate(self.classes)}
        new: dict[int, Label] = {}
        for i, label in now.items():
            kept = {*label} - {name} if off else {*label, name}
            new[i] = tuple(sorted(kept, key=lambda one: order[one]))
        return self._relabel(new)

    def add_class(self, name: str) -> str:
        """Make a class that items can be given; returns its name. Raises: ValueError for an empty name."""
        with self.lock:
            return self.source.classes.name_of(self.source.classes.add(name))

    def exclude(self, ids: Ids) -> str:
        """Leave the items `ids` out of training and validation. Their files stay where they are."""
        return self._decide({int(i): {"exclude": True, "keep": False} for i in ids})

    def keep(self, ids: Ids) -> str:
        """Say that the items `ids` are right as the data has them: excluded ones are back, new labels go."""
        return self._decide({int(i): {"exclude": False, "keep": True, "label": None} for i in ids})

    def keep_best(self, best: Ids, others: Ids) -> str:
        """Keep the items `best` of groups of copies and exclude the `others`, as one act; labels stay."""
        kept = {int(i): {"exclude": False, "keep": self.labels[i] == self.given[i]} for i in best}
        return self._decide({**kept, **{int(i): {"exclude": True, "keep": False} for i in others}})

    def note(self, ids: Ids, text: str) -> str:
        """Write a line about the items `ids`; an empty one takes it away."""
        return self._decide({int(i): {"note": " ".join(text.split())} for i in ids})

    def undo(self) -> str:
        """Take the latest act back, also one of an earlier kernel or another widget."""
        entries = self.shared.undo()
        return f"Undone: {self._said(entries)}" if entries else "There is nothing to undo."

    def redo(self) -> str:
        """Make the latest act again that was taken back."""
        entries = self.shared.redo()
        return f"Done again: {self._said(entries)}" if entries else "There is nothing to redo."

    # Reading

    def on_change(self, listener: Callable[[list[int]], None]) -> Callable[[], None]:
        """Call `listener(ids)` after each change, under `lock`; returns a function that ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def rows_of(self, answers: Any) -> list[int]:
        """For each row of `StoredAnswers` (or each name in a list) the id of the item; -1 for one that is not here."""
        place = {name: i for i, name in enumerate(self.source.names)}
        return [place.get(name, -1) for name in getattr(answers, "ids", answers)]

    def value(self, label: Label) -> Any:
        """A label as the data has it: the class itself where names are texts of numbers; a list of several."""
        if label is None:
            return None
        classes = self.source.classes
        return [classes.value_of(one) for one in label] if isinstance(label, tuple) else classes.value_of(label)

    def code(self) -> str:
        """The cell that decides the same about a copy of the data, in a kernel of its own."""
        with self.lock:
            return code_of(self)

    def reload(self) -> None:
        """Read the journal again."""
        overlay = Overlay(lambda item: None, self.shared.journal)
        latest = self.shared.journal.latest()
        before = set(self._entries)
        self._entries = {}
        for i, path in enumerate(self.source.paths):
            found = latest.get(self._place(i)) if path is None else overlay.decision(path)
            if found is not None:
                self._entries[i] = found
                self._note_place(found["item"], i)
        for i in before | set(self._entries):
            self._apply(i)

    # Inside

    def _as_label(self, label: Any) -> Label:
        classes = self.source.classes
        if self.numbers:
            number = classes.value_of(label) if isinstance(label, str) else label
            return str(classes.name_of(number))
        names: tuple[str, ...] = (label,) if isinstance(label, str) else tuple(label or ())
        for name in names:
            classes.value_of(name)
        if self.multilabel:
            return names
        if len(names) != 1:
            raise ValueError(f"An item has one label here, but got {len(names)}: {', '.join(names) or 'none'}.")
        return names[0]

    def _relabel(self, labels: dict[int, Label]) -> str:
        given = self.given
        return self._decide({
            i: {"label": None, "keep": True, "exclude": False} if label == given[i]
            else {"label": self.value(label), "keep": False, "exclude": False}
            for i, label in labels.items()
        })  # fmt: skip

    def _decide(self, fields: dict[int, dict[str, Any]]) -> str:
        if not fields:
            return "Nothing is selected."
        outside = next((i for i in fields if not 0 <= i < self.n), None)
        if outside is not None:
            raise IndexError(f"The items are 0 to {self.n - 1}, but got {outside}.")
        with self.lock:
            self.shared.open()  # reads what others have decided meanwhile, before this is laid over it
            entries = self.shared.append([{**self._identity(i), **one} for i, one in fields.items()])
        return self._said(entries)

    def _identity(self, i: int) -> dict[str, Any]:
        path = self.source.paths[i]
        if path is None:
            return {"item": self.source.keys[i]}
        try:
            return identify(path, self.root)._asdict()
        except OSError:  # gone or unreadable: the decision is about its name
            return {"item": self._place(i)}

    def _place(self, i: int) -> str:
        path = self.source.paths[i]
        return self.source.keys[i] if path is None else place_of(path, self.root)

    def _heard(self, entries: list[Entry]) -> None:
        """Something was written, here or by another widget on the journal."""
        if not entries:
            before = list(zip(self.labels, self.decisions, self.notes, strict=True))
            self.reload()
            now = zip(self.labels, self.decisions, self.notes, strict=True)
            self._tell([i for i, (a, b) in enumerate(zip(before, now, strict=True)) if a != b])
            return
        latest = self.shared.journal.latest()
        touched = []
        for place in dict.fromkeys(entry["item"] for entry in entries if "item" in entry):
            for i in self._rows.get(place, ()):
                found = latest.get(place)
                self._entries.pop(i, None)
                if found is not None:
                    self._entries[i] = found
                self._apply(i)
                touched.append(i)
        self._tell(touched)

    def entry(self, i: int) -> Entry:
        """All that was decided about item `i`, as the journal has it; empty if nothing was."""
        return self._entries.get(i, {})

    def _apply(self, i: int) -> None:
        entry = self.entry(i)
        self.labels[i] = self._label_in(entry, i)
        relabelled = self.can_relabel and self.labels[i] != self.given[i]
        self.decisions[i] = (
            EXCLUDED if entry.get("exclude") else RELABELLED if relabelled else KEPT if entry.get("keep") else None
        )
        if self.decisions[i] is None and entry.get("label") is not None and self.can_relabel:
            self.decisions[i] = KEPT  # decided by somebody, and the data has that label by now
        self.notes[i] = str(entry.get("note") or "")

    def _label_in(self, entry: Entry, i: int) -> Label:
        value = entry.get("label")
        if value is None or not self.can_relabel:
            return self.given[i]
        classes = self.source.classes
        if self.numbers:
            try:
                return classes.name_of(value)
            except (TypeError, ValueError):  # a class, decided where the same files had classes
                return self.given[i]
        if isinstance(value, list):
            names = tuple(classes.name_of(one) for one in value)
            return names if self.multilabel else (names[0] if len(names) == 1 else self.given[i])
        return (classes.name_of(value),) if self.multilabel else classes.name_of(value)

    def _note_place(self, place: str, i: int) -> None:
        rows = self._rows.setdefault(place, [])
        if i not in rows:
            rows.append(i)

    def _tell(self, ids: list[int]) -> None:
        if ids:
            for listener in list(self._listeners):
                listener(ids)

    def _said(self, entries: Iterable[Entry]) -> str:
        here = [entry for entry in entries if self._rows.get(entry.get("item", ""))]
        return said_of(here, self.source) if here else "a decision about items that are not shown here."
