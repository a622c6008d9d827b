"""The wire of the labeler: decisions in, what counts out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import traitlets as T

from fastwidgets.grid.actions import Action
from fastwidgets.grid.widget import ASKS, GridWidget
from fastwidgets.labeler.annotation import Annotation
from fastwidgets.labeler.describe import items, state_codes, summary
from fastwidgets.labeler.keeper import NotSaved
from fastwidgets.labeler.progress import Progress
from fastwidgets.labeler.session import LabelerSession
from fastwidgets.labeler.shapes import SHAPE_TASKS
from fastwidgets.labeler.sources import Given

__all__ = ["Labeler"]

Done = TypeVar("Done")
MANY = 5000  # changed pictures from which on all states are sent instead
REMEMBERED = 1000  # answers, for messages that come a second time over a bad link
TASK_WORDS = {"single": "one class a picture", "multi": "any number of classes a picture"}


class Labeler(GridWidget):
    """Labels pictures: `Labeler(folder, classes=["cat", "dog"])`, or a list of paths, or a dataframe with a column of
    paths. `task` is "single", "multi", "boxes", "points" or "polygons". See `LabelerSession` for all settings.

    Every decision is in the journal, beside the pictures or in the folder `journal`, before it counts: running the cell
    again, also after a restart, finds all of them. `labels` gives them back; `export` writes them for other tools;
    `code` shows the cell that trains on them.
    """

    _model_name = T.Unicode("LabelerModel").tag(sync=True)
    _view_name = T.Unicode("LabelerView").tag(sync=True)
    mode = T.Enum(("one", "grid"), "one", help="One picture at a time, or the grid.").tag(sync=True)

    hears: ClassVar[tuple[str, ...]] = (*ASKS, "decide", "turn", "classes", "queue", "items", "reopen", "code")

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
        title: str = "Labels",
        height: int = 480,
        **kwargs: Any,
    ) -> None:
        self.labeler = LabelerSession(source, classes, task, labels=labels, prelabels=prelabels, features=features,
                                      split=split, path=path, root=root, journal=journal)  # fmt: skip
        self._changed_ids, self._all_changed = set[int](), False
        self._answers: dict[tuple[str, int], dict[str, Any]] = {}
        self._offer_actions()
        super().__init__(self.labeler.grid, title=title, height=height, lock=self.labeler.lock, **kwargs)
        self.labeler.on_change(self._labels_changed)

    # For notebooks

    @property
    def classes(self) -> list[str]:
        """The classes in their order."""
        return self.labeler.classes

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self.labeler.progress

    @property
    def labels(self) -> dict[Path, Any]:
        """What was labelled: by path the class, the list of classes, or the list of shapes."""
        with self.lock:
            found = ((Path(path), self.labeler.annotation(i)) for i, path in enumerate(self.labeler.paths))
            return {path: self._value(one) for path, one in found if one.labelled and not one.excluded}

    def annotation(self, item: int | str | os.PathLike[str]) -> Annotation:
        """What is known of a picture, by its path or its place in the list."""
        return self.labeler.annotation(item)

    def label(self, items: Any, names: str | Sequence[str]) -> str:
        """See `LabelerSession.label`."""
        return self._by_code(lambda: self.labeler.label(items, names))

    def set_shapes(self, item: Any, shapes: Sequence[Any]) -> str:
        """See `LabelerSession.set_shapes`."""
        return self._by_code(lambda: self.labeler.set_shapes(item, shapes))

    def undo(self) -> None:
        """Take back the latest act. Raises: NotSaved."""
        self._by_code(self.labeler.undo)

    def redo(self) -> None:
        """Make the act again that was taken back last. Raises: NotSaved."""
        self._by_code(self.labeler.redo)

    def add_class(self, name: str) -> str:
        """See `LabelerSession.add_class`."""
        return self._by_code(lambda: self.labeler.add_class(name))

    def rename_class(self, name: str, to: str) -> str:
        """See `LabelerSession.rename_class`."""
        return self._by_code(lambda: self.labeler.rename_class(name, to))

    def merge_classes(self, name: str, into: str) -> str:
        """See `LabelerSession.merge_classes`."""
        return self._by_code(lambda: self.labeler.merge_classes(name, into))

    def set_queue(self, order: str, seed: int = 0) -> str:
        """See `LabelerSession.set_queue`."""
        return self._by_code(lambda: self.labeler.set_queue(order, seed))

    def export(self, format: str, target: str | os.PathLike[str], only_labelled: bool = False, **options: Any) -> Path:
        """Write the labels as "csv", "jsonl", "coco", "yolo" or "voc"; see `LabelerSession.export`."""
        return self.labeler.export(format, target, only_labelled, **options)

    def import_labels(self, format: str, source: str | os.PathLike[str]) -> str:
        """Take over labels from such files; see `LabelerSession.import_labels`."""
        return self._by_code(lambda: self.labeler.import_labels(format, source))

    def code(self) -> str:
        """The cell that trains on these labels."""
        return self.labeler.code()

    def close(self) -> None:
        """Take the labeler off the page, and let others write."""
        if "labeler" in self.__dict__:
            self.labeler.close()
        super().close()

    def as_html(self) -> str:
        return super().as_html().replace("</strong></p>", f"</strong> {self._headline()}</p>", 1)

    def as_text(self) -> str:
        return f"{super().as_text()}\n{self._headline()}"

    # What the browser is told

    def flush(self) -> None:
        ids, self._changed_ids = sorted(self._changed_ids), set()
        super().flush()
        self._send_summary()
        if len(ids) > MANY or self._all_changed:
            self._all_changed = False
            self._send_states()
        elif ids:
            self.send({"kind": "changed", "ids": ids, "states": state_codes(self.labeler, ids).tolist()})

    def send_whole(self) -> None:
        super().send_whole()
        self._send_states()
        self._send_summary()

    # What the browser asks

    def on_act(self, message: dict[str, Any]) -> None:
        """A button of the grid's was pressed: what cannot be done is told in words."""
        self._in_words(lambda: super(Labeler, self).on_act(message))

    def on_decide(self, message: dict[str, Any]) -> None:
        """A decision about pictures that the browser names, so that a late one never falls on another picture."""
        what, value, ids = message["what"], message["value"], self._known(message["ids"])
        session = self.labeler
        acts: dict[str, Callable[[], str]] = {
            "label": lambda: session.label(ids, value),
            "toggle": lambda: session.toggle(ids, value),
            "shapes": lambda: session.set_shapes(ids[0], value),
            "copy": lambda: session.copy_shapes(ids[0], int(value)),
            "skip": lambda: session.skip(ids),
            "unsure": lambda: session.unsure(ids),
            "note": lambda: session.note(ids, str(value)),
            "clear": lambda: session.clear(ids),
            "confirm": lambda: session.confirm(ids),
        }
        self._once(message, ids, acts[what])

    def on_turn(self, message: dict[str, Any]) -> None:
        """Undo or redo."""
        words = "Undone" if message["how"] == "undo" else "Redone"
        turned: list[int] = []

        def turn() -> str:
            turned.extend(self.labeler.undo() if message["how"] == "undo" else self.labeler.redo())
            return f"{words}: {len(turned):,} pictures." if len(turned) != 1 else f"{words}."

        self._once(message, turned, turn)

    def on_classes(self, message: dict[str, Any]) -> None:
        """A class comes, gets another name, or goes into another one."""
        how, name, to = message["how"], message["name"], message["to"]
        session = self.labeler
        acts: dict[str, Callable[[], str]] = {
            "add": lambda: session.add_class(name),
            "rename": lambda: session.rename_class(name, to),
            "merge": lambda: session.merge_classes(name, to),
        }
        self._once(message, [], acts[how])

    def on_queue(self, message: dict[str, Any]) -> None:
        """Another order."""
        self._in_words(lambda: self.say(self.labeler.set_queue(message["order"], int(message["seed"]))))
        self.settle()

    def on_items(self, message: dict[str, Any]) -> None:
        """What is known of some pictures."""
        ids = self._known(message["ids"])
        self.send({"kind": "items", "rid": int(message["rid"]), "items": items(self.labeler, ids)})

    def on_reopen(self, message: dict[str, Any]) -> None:
        """Try again to get the right to write."""
        self.labeler.open()
        self.settle()

    def on_code(self, message: dict[str, Any]) -> None:
        """The cell that does the same."""
        self.send({"kind": "code", "rid": int(message["rid"]), "text": self.labeler.code()})

    # Inside

    def _once(self, message: dict[str, Any], ids: Sequence[int], act: Callable[[], str]) -> None:
        """Do what a message asks, unless it came before; then say that it is on the disk, or why it is not."""
        key = str(message["client"]), int(message["seq"])
        if key not in self._answers:
            reason = words = ""
            try:
                words = act()
            except (NotSaved, ValueError, IndexError) as error:
                reason = str(error)
            done = {"ok": not reason, "reason": reason, "words": words, "ids": [int(i) for i in ids]}
            self._answers[key] = {"kind": "done", "client": key[0], "seq": key[1], **done}
            while len(self._answers) > REMEMBERED:
                self._answers.pop(next(iter(self._answers)))
        self.settle()
        self.send(self._answers[key])

    def _in_words(self, act: Callable[[], None]) -> None:
        try:
            self.notice = ""
            act()
        except (NotSaved, ValueError) as error:
            self.notice = str(error)
            self.settle()

    def _by_code(self, act: Callable[[], Done]) -> Done:
        with self.lock:
            done = act()
            self.settle()
            return done

    def _labels_changed(self, what: str, ids: Sequence[int]) -> None:
        self._changed_ids.update(ids)
        if what == "suggestions":
            self._all_changed = True
            guess = self.labeler.adviser.guess
            self.say(f"The model was refreshed from {guess.n:,} labels." if guess else "")
        self.touch()

    def _send_summary(self) -> None:
        self.send({"kind": "labeler", **summary(self.labeler)})

    def _send_states(self) -> None:
        self.send_array({"kind": "states"}, state_codes(self.labeler, range(len(self.labeler))))

    def _value(self, one: Annotation) -> Any:
        if one.shapes is not None:
            return list(one.shapes)
        labels = one.labels or ()
        return labels[0] if self.labeler.task == "single" and labels else list(labels)

    def _headline(self) -> str:
        return f"{TASK_WORDS.get(self.labeler.task, self.labeler.task)}; {self.labeler.progress}.".capitalize()

    def _offer_actions(self) -> None:
        """What the grid offers for all that is selected."""
        session, task = self.labeler, self.labeler.task
        Run = Callable[[np.ndarray, Any], str]
        offered: list[tuple[Action, Run]] = []
        if task == "single":
            action = Action("label", "Label", "l", "Give a class", argument="class", then="next", digits=True)
            offered.append((action, lambda ids, name: session.label(ids, name)))
        elif task == "multi":
            action = Action("label", "Put on or off", "l", "Put a class on, or off where all have it",
                            argument="class", digits=True)  # fmt: skip
            offered.append((action, lambda ids, name: session.toggle(ids, name)))
            nothing = Action("nothing", "None", "N", "None of the classes is on it", then="next")
            offered.append((nothing, lambda ids, _: session.label(ids, [])))
        offered += [
            (
                Action("confirm", "Confirm", "c", "Take what is suggested", then="next"),
                lambda ids, _: session.confirm(ids),
            ),
            (Action("skip", "Skip", "s", "Put it aside", then="next"), lambda ids, _: session.skip(ids)),
            (Action("unsure", "Unsure", "u", "Look at it again later"), lambda ids, _: session.unsure(ids)),
            (Action("note", "Note", "n", "Write a line about it", argument="text"), session.note),
            (Action("clear", "Clear", "Delete", "Take label, skip and unsure off"), lambda ids, _: session.clear(ids)),
        ]
        if task in SHAPE_TASKS:
            offered = [one for one in offered if one[0].id != "label"]
        for action, run in offered:
            session.grid.add_action(action, run)
