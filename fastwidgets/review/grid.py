"""A review in a grid: its columns, kept in step, and the actions with the same keys in every widget."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from fastwidgets.grid.actions import Action, TileState
from fastwidgets.grid.columns import Kind
from fastwidgets.grid.session import GridSession, Ids
from fastwidgets.review.numbers import NumberNames
from fastwidgets.review.review import EXCLUDED, KEPT, RELABELLED, Review
from fastwidgets.review.source import Label, Source
from fastwidgets.review.words import label_text

__all__ = ["DECISIONS", "attach", "session_of"]

DECISIONS = {
    RELABELLED: TileState("✎", "dashed", "brand"),
    EXCLUDED: TileState("✕", "double", "error"),
    KEPT: TileState("✓", "solid", "success"),
}


def session_of(review: Review) -> GridSession:
    """A grid over all items of `review`, with the same ids."""
    session = GridSession(review.source.paths, root=review.root)
    session.add_column("name", review.source.names, kind="text")
    if any(path is None for path in review.source.paths):
        session.add_column("item", [row_text(item) for item in review.source.items], kind="text")
        session.look(captions=["item"])
        session.unit = _unit(review.source)
    return session


def attach(review: Review, session: GridSession) -> Callable[[], None]:
    """Add the columns "label", "given label", "decision", "split" and "note" and the shared actions to `session`.

    The columns follow the review, whoever decides. The keys are l (relabel, also 1 to 9), e (exclude), y (keep),
    n (note), Ctrl+z and Ctrl+y. Returns a function that ends it, to be called when the widget is closed.
    """
    _add_columns(review, session)
    _add_actions(review, session)
    seen = weakref.ref(session)

    def follow(ids: list[int]) -> None:
        grid = seen()
        if grid is not None:
            _follow(review, grid, ids)

    return review.on_change(follow)


def row_text(item: Any, limit: int = 300) -> str:
    """A row of a table, or any other item, on one line."""
    if _is_row(item):
        text = ", ".join(f"{name}: {value}" for name, value in item.items())
    else:
        text = str(item)
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _unit(source: Source) -> str:
    """What an item without a picture is called."""
    first = next(iter(source.items), None)
    if _is_row(first):
        return "row"
    named = first == next(iter(source.names), None)  # tensors have nothing to read but their name
    return "text" if isinstance(first, str) and not named else "item"


def _is_row(item: Any) -> bool:
    return hasattr(item, "items") and hasattr(item, "index")


def _add_columns(review: Review, session: GridSession) -> None:
    source = review.source
    if review.can_relabel:
        texts, given = _shown(review, review.labels), _shown(review, review.given)
        if review.numbers:
            kind: Kind = "number" if _one_number(review) else "text"
            session.add_column("label", texts, kind=kind, title="Target")
            session.add_column("given label", given, kind=kind, title="Target in the data")
        elif review.multilabel:
            session.add_column("label", texts, kind="text", title="Labels")
            session.add_column("first label", [_first(one) for one in review.labels], classes=review.classes)
            session.add_column("given label", given, kind="text", title="Labels in the data")
        else:
            session.add_column("label", texts, classes=review.classes, title="Label")
            session.add_column("given label", given, classes=review.classes, title="Label in the data")
    session.add_column("decision", review.decisions, classes=list(DECISIONS), title="Decision")
    if any(source.splits):
        order = [split for split in ("train", "valid", "test") if split in source.splits]
        session.add_column("split", [split or None for split in source.splits], classes=order, title="Split")
    session.add_column("note", review.notes, kind="text", title="Note")
    session.look(state="decision", states=DECISIONS)
    if review.can_relabel:
        session.look(badges=["label"])
    if review.can_relabel and not review.numbers:
        session.look(classes_of="first label" if review.multilabel else "label")


def _follow(review: Review, session: GridSession, ids: list[int]) -> None:
    if review.can_relabel:
        for name in ("label", "first label"):
            if name in session.columns and session.columns[name].kind == "category":
                known = set(session.columns[name].classes)
                if not known.issuperset(review.classes):
                    session.set_classes(name, review.classes)
        session.set_values("label", ids, _shown(review, [review.labels[i] for i in ids]))
        if review.multilabel:
            session.set_values("first label", ids, [_first(review.labels[i]) for i in ids])
    session.set_values("decision", ids, [review.decisions[i] for i in ids])
    session.set_values("note", ids, [review.notes[i] for i in ids])


def _shown(review: Review, labels: Sequence[Label]) -> list[Any]:
    """Labels as values of a column: numbers where an item has one, else texts."""
    return [review.value(one) for one in labels] if _one_number(review) else [label_text(one) for one in labels]


def _one_number(review: Review) -> bool:
    return isinstance(review.source.classes, NumberNames) and review.source.classes.n == 1


def _first(label: Any) -> str | None:
    return label[0] if isinstance(label, tuple) and label else None


def _add_actions(review: Review, session: GridSession) -> None:
    def on(act: Callable[[list[int], Any], str]) -> Callable[[Ids, Any], str]:
        return lambda ids, argument: act([int(i) for i in ids], argument)

    if review.numbers:
        number = Action("relabel", "Set number…", "l", "Give another target", argument="text")  # refused: stays there
        session.add_action(number, on(review.relabel))
    elif review.can_relabel:
        if review.multilabel:
            label = Action("relabel", "Label on/off", "l", "Add a label, or take it off", argument="class", digits=True)
            session.add_action(label, on(review.toggle_label))
        else:
            label = Action("relabel", "Relabel", "l", "Give another label", argument="class", then="next", digits=True)
            session.add_action(label, on(review.relabel))
        new = Action("new_class", "New class…", hint="Give a label that there is not yet", argument="text")
        session.add_action(new, on(lambda ids, name: review.relabel(ids, review.add_class(name))))
    exclude = Action("exclude", "Exclude", "e", "Leave it out; its file stays", then="next")
    session.add_action(exclude, on(lambda ids, argument: review.exclude(ids)))
    keep = Action("keep", "Keep", "y", "It is right as the data has it", then="next")
    session.add_action(keep, on(lambda ids, argument: review.keep(ids)))
    session.add_action(Action("note", "Note…", "n", "Write a line about it", argument="text"), on(review.note))
    undo = Action("undo", "Undo", "Ctrl+z", "Take the latest decision back", acts_on="none")
    session.add_action(undo, lambda ids, argument: review.undo())
    redo = Action("redo", "Redo", "Ctrl+y", "Decide again what was taken back", acts_on="none")
    session.add_action(redo, lambda ids, argument: review.redo())
