"""What the browser is told of a session, as fastwidgets/contract/grid.json promises it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fastwidgets.grid.columns import Column
from fastwidgets.grid.session import GridSession
from fastwidgets.grid.words import shown

__all__ = ["description", "selection_bits", "tiles"]


def description(session: GridSession) -> dict[str, Any]:
    """All but the order of the items, the selection and the tiles."""
    return {
        "total": session.n,
        "unit": session.unit,
        "columns": [_column(column) for column in session.columns.values()],
        "filters": [one.plain() for one in session.filters],
        "sorts": [one.plain() for one in session.sorts],
        "captions": list(session.captions),
        "badges": list(session.badges),
        "details": detail_columns(session),
        "state": session.state,
        "states": {name: state.plain() for name, state in session.states.items()},
        "classes_of": session.classes_of,
        "actions": [action.plain() for action in session.actions.values()],
    }


def detail_columns(session: GridSession) -> list[str]:
    """The columns that are shown when hovering and at full size."""
    return list(session.columns) if session.details is None else list(session.details)


def tiles(session: GridSession, ids: Sequence[int]) -> list[dict[str, Any]]:
    """What stands on and below the tiles of the items `ids`."""
    captions, badges = _rows(session, session.captions, ids), _rows(session, session.badges, ids)
    details = _rows(session, detail_columns(session), ids)
    states = session.values(session.state, ids) if session.state is not None else [None] * len(ids)
    return [
        {"id": int(i), "captions": caption, "badges": list(filter(None, badge)), "details": detail, "state": state}
        for i, caption, badge, detail, state in zip(ids, captions, badges, details, states, strict=True)
    ]


def selection_bits(session: GridSession) -> np.ndarray:
    """The selection, eight items a byte, the first in the lowest bit; shape `(ceil(n / 8),)`, uint8."""
    return np.packbits(session.selection, bitorder="little")


def _rows(session: GridSession, names: Sequence[str], ids: Sequence[int]) -> list[list[str]]:
    columns = [[shown(value) for value in session.values(name, ids)] for name in names]
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in ids]


def _column(column: Column) -> dict[str, Any]:
    limits = column.limits() if column.kind == "number" else None
    return {
        "name": column.name,
        "title": column.title,
        "kind": column.kind,
        "classes": list(column.classes),
        "limits": None if limits is None else list(limits),
    }
