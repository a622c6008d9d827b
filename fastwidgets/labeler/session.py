"""What a labeler knows and decides: annotations, classes, the queue. Every decision is on the disk before it counts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from fastwidgets.grid.session import GridSession
from fastwidgets.grid.words import count
from fastwidgets.labeler.adviser import Adviser
from fastwidgets.labeler.annotation import Annotation
from fastwidgets.labeler.book import CLASSES, Book, identity_of, places_below
from fastwidgets.labeler.classes import class_list, known, with_class, without
from fastwidgets.labeler.code import cell
from fastwidgets.labeler.columns import LabelColumns
from fastwidgets.labeler.entries import class_entry, confirmed, drawn, labelled, mapped, new_classes
from fastwidgets.labeler.exchange import read_records, write_records
from fastwidgets.labeler.given import given_annotations, of_learner
from fastwidgets.labeler.keeper import Keeper, NotSaved
from fastwidgets.labeler.progress import Progress
from fastwidgets.labeler.queue import NEEDS_HEAD, check_order, ranks
from fastwidgets.labeler.records import Record
from fastwidgets.labeler.shapes import ONE, SHAPE_TASKS, TASKS, shapes_of
from fastwidgets.labeler.sources import Given, given_values, id_in, list_id, read_pictures, size_of, split_names
from fastwidgets.labeler.suggestions import Suggestion, as_labels, suggestion_of

__all__ = ["LabelerSession"]


class LabelerSession:
    """Labels for pictures; `grid` shows them and knows the order they come in. Pictures are known by their id, their
    place in the list, or by their path.

    `source`: a folder, a list of paths, or a dataframe with a column of paths. `classes`: their names, in the order of
    the keys 1 to 9; more may be added. `task`: "single" (one class a picture), "multi" (any number), "boxes", "points"
    or "polygons". `labels`: what the data set itself says: a column, a mapping by path or name, a function of the path,
    or a list. `prelabels`: suggestions, in the same ways, or a learner. `features`, `(N, D)`, or a learner as
    `prelabels`, tell which pictures are alike; without either, their colours and edges do. `split`: as `labels`.
    `journal`: the folder where decisions are kept; by default that of the pictures.
    Raises: ValueError for a task, a class or a label that cannot be; FileNotFoundError, DataError, TypeError as
    `read_pictures`. A journal that cannot be written is no error: `why_not` says why.
    """

    def __init__(
        self,
        source: Any,
        classes: Sequence[str] | None = None,
        task: str = "single",
        *,
        labels: Given = None,
        prelabels: Any = None,
        features: Any = None,
        split: Given = None,
        path: str | None = None,
        root: str | os.PathLike[str] | None = None,
        journal: str | os.PathLike[str] | None = None,
    ) -> None:
        if task not in TASKS:
            raise ValueError(f"`task` is one of {', '.join(map(repr, TASKS))}, but got {task!r}.")
        self.task = task
        self._pictures = read_pictures(source, path, root)
        self.grid = GridSession(self._pictures.paths, root=self._pictures.root)
        self.paths: list[str] = [one or "" for one in self.grid.paths]
        self.root = self.grid.root
        self._made = class_list(classes)
        names = [str(name) for name in self.grid.values("name")]
        self.splits = split_names(split, self._pictures, names)
        self.book = Book(self.paths, places_below(self.paths, self.root), task)
        self._own_labels = labels
        self.book.given = given_annotations(given_values(labels, self._pictures, names, "labels"), task)
        found, prelabels = of_learner(prelabels, features, self.paths, task)
        given = [suggestion_of(value, task) for value in given_values(prelabels, self._pictures, names, "prelabels")]
        folder = Path(journal) if journal is not None else Path(self.root) if self.paths and self.root else None
        self._listeners: list[Callable[[str, Sequence[int]], None]] = []
        self.queue, self.seed = "order", 0
        self.keeper = Keeper(folder, self.root)
        self.list = list_id(task, folder, self.paths)
        self.lock = self.keeper.lock
        with self.lock:
            self.book.load(self.keeper.decisions())
            self.progress = Progress.over(len(self), map(self.book.annotation, self.book.known()))
            self.adviser = Adviser(self.book, given, found, lambda: self.classes, self.lock, self._advised, self._tell)
            self._columns = LabelColumns(self.grid, task, self.classes, self.splits, self.book.annotation)
            self._refresh_all()
            self.keeper.listen(self._heard)

    # What is known

    def __len__(self) -> int:
        return self.grid.n

    @property
    def classes(self) -> list[str]:
        """The classes in their order: those of the journal, those given, and any others that pictures have."""
        listed = self.book.classes if self.book.classes is not None else self._made
        extra = [name for name, count in self.progress.classes.items() if count > 0 and name not in listed]
        return [*listed, *sorted(extra)]

    @property
    def why_not(self) -> str:
        """Why nothing can be labelled; empty where it can."""
        return self.keeper.why_not

    def annotation(self, item: int | str | os.PathLike[str]) -> Annotation:
        """What is known of a picture, by its id or path."""
        return self.book.annotation(self.id_of(item))

    def id_of(self, item: int | str | os.PathLike[str]) -> int:
        """The id of a picture. Raises: ValueError, IndexError if there is none."""
        return id_in(self.grid, item)

    def suggestion(self, item: int | str | os.PathLike[str]) -> Suggestion | None:
        """What the picture would probably be labelled: as given beforehand, else by the model of the labels so far."""
        return self.adviser.suggestion(self.id_of(item))

    def size(self, i: int) -> tuple[int, int] | None:
        """(width, height) of a picture as it is shown; None where it cannot be read."""
        return size_of(self.paths[i])

    def records(self) -> list[Record]:
        """All pictures with what is known of them, but those that were excluded; for exports."""
        with self.lock:
            found = map(self.book.annotation, range(len(self)))
            rows = zip(self.book.places, self.paths, found, self.splits, strict=True)
            return [Record.of(*row) for row in rows if not row[2].excluded]

    def on_change(self, listener: Callable[[str, Sequence[int]], None]) -> None:
        """Call `listener(what, ids)` after each change: "items" (of the pictures `ids`), "classes", "queue", "keeper"
        or "suggestions".
        """
        self._listeners.append(listener)

    # Decisions: on the disk when they return, else NotSaved

    def label(self, items: Any, names: str | Sequence[str]) -> str:
        """Say what pictures show: one class, or of a multi-label task a list, which may be empty. One undo step.

        Raises: ValueError for a class that there is not, or a task of shapes; NotSaved.
        """
        if self.task in SHAPE_TASKS:
            raise ValueError(f'With task="{self.task}" a class is given to each of the shapes: set_shapes(item, …).')
        with self.lock:
            labels = tuple(known(self.classes, name) for name in as_labels(names, self.task))
            fresh = [
                i for i in self._ids(items) if self.book.annotation(i).labels != labels or not self.book.decided(i)
            ]
            self._decide(fresh, labelled(labels, self.task))
            return self._said(", ".join(labels) or "None of the classes", fresh)

    def toggle(self, items: Any, name: str) -> str:
        """Of a multi-label task: put a class on pictures or, where all have it, take it off. Raises: as `label`."""
        if self.task != "multi":
            raise ValueError(f'With task="{self.task}" a class is not put on and off. Try label(items, name).')
        with self.lock:
            known(self.classes, name)
            ids = self._ids(items)
            off = bool(ids) and all(name in (self.book.annotation(i).labels or ()) for i in ids)
            entries = []
            for i in ids:
                labels = [one for one in self.book.annotation(i).labels or () if one != name]
                ordered = sorted([*labels, *([] if off else [name])], key=self.classes.index)
                entries.append((i, labelled(ordered, self.task)))
            self._decide_each(entries)
            return self._said(f"{'No longer ' if off else ''}{name}", ids)

    def set_shapes(self, item: Any, shapes: Iterable[Any]) -> str:
        """Say all that is drawn on one picture; an empty list says that there is nothing on it.

        Raises: ValueError for shapes that cannot be, or of a class that there is not; NotSaved.
        """
        if self.task not in SHAPE_TASKS:
            raise ValueError(f'With task="{self.task}" pictures have classes and no shapes. Try label(items, name).')
        with self.lock:
            i = self.id_of(item)
            size = self.book.annotation(i).size or self.size(i)
            made = shapes_of(shapes, self.task, size)
            for shape in made:
                known(self.classes, shape.label)
            if made == self.book.annotation(i).shapes and self.book.decided(i):
                return ""
            self._decide([i], drawn(made, size))
            return f"{len(made)} {self.task if len(made) != 1 else ONE[self.task]}."

    def skip(self, items: Any) -> str:
        """Put pictures aside, without a label. Raises: NotSaved."""
        with self.lock:
            ids = [i for i in self._ids(items) if not self.book.annotation(i).skipped]
            self._decide(ids, {"skip": True})
            return self._said("Skipped", ids)

    def unsure(self, items: Any, on: bool | None = None) -> str:
        """Mark pictures as ones to look at again; with `on=None`, those that are marked no longer. Raises: NotSaved."""
        with self.lock:
            ids = self._ids(items)
            wanted = (not all(self.book.annotation(i).unsure for i in ids)) if on is None else on
            self._decide([i for i in ids if self.book.annotation(i).unsure != wanted], {"unsure": wanted})
            return self._said("Unsure" if wanted else "No longer unsure", ids)

    def note(self, items: Any, text: str) -> str:
        """Write a line about pictures; an empty one takes it away. Raises: NotSaved."""
        with self.lock:
            ids = [i for i in self._ids(items) if self.book.annotation(i).note != text.strip()]
            self._decide(ids, {"note": text.strip()})
            return self._said("Noted" if text.strip() else "Note taken away", ids)

    def clear(self, items: Any) -> str:
        """Take label, shapes, skip and unsure off pictures: they are to do again. Raises: NotSaved."""
        with self.lock:
            ids = [i for i in self._ids(items) if self.book.annotation(i).state != "to do" or self.book.decided(i)]
            self._decide(ids, {"label": None, "shapes": None, "skip": False, "unsure": False})
            return self._said("Cleared", ids)

    def confirm(self, items: Any) -> str:
        """Take the suggestion of each picture as its label. Raises: ValueError where none has any; NotSaved."""
        with self.lock:
            found = {i: one for i in self._ids(items) if (one := self.suggestion(i)) is not None}
            if not found:
                raise ValueError("There is no suggestion to confirm.")
            head = new_classes(self.classes, (name for one in found.values() for name in one.classes))
            sizes = {i: None if one.shapes is None else self.size(i) for i, one in found.items()}
            self._decide_each([(i, confirmed(one, self.task, sizes[i])) for i, one in found.items()], head)
            return self._said("Confirmed", list(found))

    def copy_shapes(self, item: Any, source: Any) -> str:
        """Give a picture the shapes of another one too. Raises: ValueError where that has none; NotSaved."""
        with self.lock:
            i, j = self.id_of(item), self.id_of(source)
            theirs = self.book.annotation(j).shapes or ()
            if not theirs:
                raise ValueError("The picture before has nothing drawn on it.")
            own = self.book.annotation(i).shapes or ()
            return self.set_shapes(i, [*own, *(shape for shape in theirs if shape not in own)])

    def undo(self) -> list[int]:
        """Take back the latest act, also of an earlier session; the pictures that it was about. Raises: NotSaved."""
        with self.lock:
            return self._turned(self.keeper.undo())

    def redo(self) -> list[int]:
        """Make the act again that was taken back last; the pictures that it is about. Raises: NotSaved."""
        with self.lock:
            return self._turned(self.keeper.redo())

    # Classes

    def add_class(self, name: str) -> str:
        """One more class, at the end. Raises: ValueError if it collides with another; NotSaved."""
        with self.lock:
            classes = with_class(self.classes, name)
            self._change_classes(classes, "add", [classes[-1]], {})
            return f"New class: {classes[-1]}."

    def rename_class(self, name: str, to: str) -> str:
        """Give a class another name, on all pictures. Raises: ValueError if there is one of that name; NotSaved."""
        with self.lock:
            known(self.classes, name)
            classes = with_class(self.classes, to, without=name)
            fresh = classes[self.classes.index(name)]
            if fresh == name:
                return f"{name} stays."
            n = self._change_classes(classes, "rename", [name, fresh], {name: fresh})
            return f"{name} is now {fresh}, on {count(n, 'picture')}."

    def merge_classes(self, name: str, into: str) -> str:
        """Put all pictures of one class into another, and drop the first. Raises: ValueError; NotSaved."""
        with self.lock:
            known(self.classes, into)
            if name == into:
                raise ValueError(f"{name!r} cannot be merged into itself.")
            n = self._change_classes(without(self.classes, name), "merge", [name, into], {name: into})
            return f"{name} went into {into}, on {count(n, 'picture')}."

    # The queue

    def set_queue(self, order: str, seed: int = 0) -> str:
        """In which order pictures come up: "order", "random" by `seed`, "uncertain" or "suspected" first.

        Raises: ValueError for another word, or an order that the task has not.
        """
        with self.lock:
            self.queue, self.seed = check_order(order, self.task), int(seed)
            self._sort()
            self._tell("queue")
            if order not in NEEDS_HEAD:
                return ""
            return "" if self.adviser.ask() else "The order changes once two classes have some labels."

    def open(self) -> bool:
        """Try again to get the right to write; whether it is there."""
        with self.lock:
            if self.keeper.open():
                self.book.load(self.keeper.decisions())
                self._refresh_all()
            self._tell("keeper")
            return not self.why_not

    def close(self) -> None:
        """Give the right to write back, and end what goes on in the background."""
        self.adviser.close()
        self.keeper.close()

    # Out and in

    def code(self) -> str:
        """The cell that trains on these labels; it runs in a fresh kernel."""
        folder = "" if self.keeper.journal is None else str(self.keeper.journal.folder)
        return cell(self.task, self.classes, self.root, folder, self._own_labels)

    def export(self, format: str, target: str | os.PathLike[str], only_labelled: bool = False, **options: Any) -> Path:
        """Write all pictures and their labels as "csv", "jsonl", "coco", "yolo" or "voc"; returns where.

        `target`: the file or, of "yolo" and "voc", the folder, which is new or empty. `only_labelled` leaves the others
        out. `copy_pictures=False`, of "yolo" and "voc": only the labels.
        Raises: ValueError for another format, and for names that the format cannot hold; FileExistsError; OSError.
        """
        found = [one for one in self.records() if one.labelled or not only_labelled]
        return write_records(format, Path(target), found, self.classes, self.task, **options)

    def import_labels(self, format: str, source: str | os.PathLike[str]) -> str:
        """Take over labels that were written by `export` or by another tool; one undo step. Returns what came in.

        Pictures are found by their path below the root. Classes that are new are added.
        Raises: ValueError, naming the file and the place, for what cannot be read; NotSaved.
        """
        records = read_records(format, Path(source), self.task, self.book.places)
        with self.lock:
            place = {name: i for i, name in enumerate(self.book.places)}
            found = [(place[one.path], one) for one in records if one.path in place]
            head = new_classes(self.classes, (name for _, one in found for name in one.classes))
            entries = [(i, one.entry(self.task)) for i, one in found if one.says_something]
            self._decide_each(entries, head)
            strangers = len(records) - len(found)
            more = f"; {strangers:,} are no pictures of this set and were left out" if strangers else ""
            return f"{count(len(entries), 'picture')} got labels from {Path(source).name}{more}."

    # Inside

    def _ids(self, items: Any) -> list[int]:
        many = items if isinstance(items, list | tuple | set | range | np.ndarray) else [items]
        return list(dict.fromkeys(self.id_of(item) for item in many))

    def _decide(self, ids: Sequence[int], fields: Mapping[str, Any]) -> None:
        self._decide_each([(i, fields) for i in ids])

    def _decide_each(
        self, decided: Sequence[tuple[int, Mapping[str, Any]]], head: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Write one act, then let it count."""
        if not decided and not head:
            if self.why_not:
                raise NotSaved(self.why_not)
            return
        identities = {i: identity_of(self.paths[i], self.book.places[i]) for i, _ in decided}
        entries = self.keeper.write([*head, *({**identities[i], **fields} for i, fields in decided)])
        for i, identity in identities.items():
            self.book.own(i, identity)
        with self._changing(list(identities), classes=bool(head)):
            for entry in entries:
                self.book.take(entry)

    def _turned(self, entries: Sequence[Mapping[str, Any]]) -> list[int]:
        ids = list(dict.fromkeys(i for i in map(self.book.id_of, entries) if i is not None))
        with self._changing(ids, classes=any(entry.get("kind") == CLASSES for entry in entries)):
            self.book.fold(self.keeper.decisions(), ids)
        return ids

    def _change_classes(self, classes: list[str], how: str, names: list[str], mapping: Mapping[str, str]) -> int:
        """Write the classes and, in the same act, the labels that follow: all who read a journal understand those."""
        entries = ((i, mapped(self.book.annotation(i), mapping, self.task)) for i in self.book.known())
        changed = [(i, entry) for i, entry in entries if entry is not None]
        self._decide_each(changed, [class_entry(classes, how, names)])
        return len(changed)

    @contextmanager
    def _changing(self, ids: Sequence[int], classes: bool) -> Iterator[None]:
        """Around a change of the pictures `ids`: counts them anew and tells who listens."""
        for i in ids:
            self.progress.count(self.book.annotation(i), -1)
        yield
        for i in ids:
            self.progress.count(self.book.annotation(i), 1)
        if classes:
            self._columns.show_classes(self.classes)
        self._columns.show(ids)
        self._tell("items", ids)
        if classes:
            self._tell("classes")
        self._follow()

    def _tell(self, what: str, ids: Sequence[int] = ()) -> None:
        for listener in self._listeners:
            listener(what, ids)

    def _said(self, words: str, ids: Sequence[int]) -> str:
        return f"{words}: {count(len(ids), 'picture')}." if len(ids) != 1 else f"{words}."

    # What others decide, and the model of the labels

    def _heard(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Another widget has decided something about these pictures; without entries, anything may have changed."""
        if entries:
            self._turned(entries)
        else:
            self.book.load(self.keeper.decisions())
            self._refresh_all()
        self._tell("keeper")

    def suggest(self) -> None:
        """Have a model of the labels so far suggest labels for the others, from now on."""
        with self.lock:
            if not self.adviser.ask():
                raise ValueError("Label some pictures of two classes first: then a model can learn from them.")

    def _follow(self) -> None:
        """Where the model is in use, it follows the labels."""
        if self.task not in SHAPE_TASKS and (self.queue in NEEDS_HEAD or self.adviser.guess is not None):
            self.adviser.follow(self.progress.labelled)

    def _advised(self) -> None:
        self._show_suggestions()
        self._sort()
        self._tell("suggestions")

    # The grid

    def _refresh_all(self) -> None:
        self.progress = Progress.over(len(self), map(self.book.annotation, self.book.known()))
        self._columns.show_classes(self.classes)
        self._columns.show(range(len(self)))
        self._show_suggestions()
        self._sort()
        self._tell("items", range(len(self)))
        self._tell("classes")

    def _show_suggestions(self) -> None:
        self._columns.show_suggestions([self.suggestion(i) for i in range(len(self))])

    def _sort(self) -> None:
        """Let the pictures come in the order of the queue."""
        if not len(self):
            return
        done = np.zeros(len(self), bool)
        done[[i for i in self.book.known() if self.book.annotation(i).labelled]] = True
        places = ranks(self.queue, len(self), self.seed, self.adviser.guess, done)
        self._columns.show_order(places, self.queue != "order")
