"""What a saved notebook, an export and a terminal show of a run: charts, a table and a line of words."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from fastwidgets.monitor.axis import loss_top
from fastwidgets.monitor.chart import Line, chart
from fastwidgets.monitor.session import MonitorSession
from fastwidgets.monitor.thin import thin
from fastwidgets.monitor.words import count, duration, short

POINTS = 240  # of a curve; a picture of that width shows no more
NO_EPOCH_YET = "Its curves appear here from the end of its first epoch on; if it ended before that, there are none."
GOES_ON = "What came after that is not in this picture."
ROWS = 50  # epochs in the table; of more, the newest
# Dark enough on white and light enough on black.
BLUE, ORANGE, GREEN, PURPLE = "#3b82c4", "#c7721c", "#3a9150", "#9a5fbd"


def headline(session: MonitorSession) -> str:
    """The run in one line of words."""
    if session.status == "idle":
        return "No training run had begun when this was saved."
    done, of, took = session.epochs_done(), session.fit.n_epoch, duration(session.elapsed())
    epochs = f"{done} of {count(of, 'epoch')}"
    if session.n_fits > 1:
        epochs = f"{epochs} of fit {session.n_fits}"
    if session.status == "done":
        return f"Training finished: {epochs} in {took}."
    if session.status == "stopped":
        return f"Training ended early after {epochs} and {took}: {session.reason}."
    if not session.epochs():
        began = "" if session.began is None else f" at {session.began:%H:%M on %Y-%m-%d}"
        return f"A training run of {count(of, 'epoch')} began{began}. {NO_EPOCH_YET}"
    return f"Training was {session.status} when this was saved: {epochs}, {took} so far. {GOES_ON}"


def html_of(session: MonitorSession) -> str:
    """Charts of the losses and of the learning rate, the epochs as a table, the changes made by hand."""
    columns = thin(session.curve(), POINTS).astype(np.float64)
    step, loss, smooth, lr, mom, lr_first = columns
    epochs = session.epochs()
    at = np.array([row["step"] for row in epochs], np.float64)
    valid = np.array([_number(row["values"][1]) for row in epochs], np.float64)
    losses = [Line("each batch", step, loss, BLUE, width=0.5), Line("smoothed", step, smooth, BLUE, width=2),
              Line("validation", at, valid, ORANGE, dash="5 3", dots=True)]  # fmt: skip
    rates = [Line("learning rate", step, lr, GREEN, width=2)]
    if np.isfinite(lr_first).any():
        rates.append(Line("first group", step, lr_first, GREEN, width=1))
    fits = [(start, f"fit {number}") for number, start in enumerate(session.starts, 1)][1:]
    charts = chart("Loss by step", losses, top=loss_top(loss, valid, smooth), marks=fits, width=360)
    charts += chart("Learning rate by step", rates, floor=0.0, marks=fits)
    if np.isfinite(mom).any() and np.nanmax(mom) > np.nanmin(mom):
        charts += chart("Momentum by step", [Line("momentum", step, mom, PURPLE, dash="2 2")], marks=fits)
    title = f"<p><strong>{escape(headline(session))}</strong></p>"
    groups = "".join(f"<p>{escape(line)}</p>" for line in _groups(session))
    return f"{title}<div>{charts}</div>{groups}{_table(session, epochs)}{_notes(session)}"


def text_of(session: MonitorSession) -> str:
    """The same in plain text."""
    names = ["epoch", *session.columns(), "time"]
    epochs = session.epochs()[-ROWS:]
    rows = [[_epoch(session, row), *map(short, row["values"]), duration(row["seconds"])] for row in epochs]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    lines = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in (names, *rows)]
    notes = [f"step {note['step']}: {note['text']}" for note in session.notes()[-ROWS:]]
    return "\n".join([headline(session), *(lines if rows else []), *_groups(session), *notes])


def _groups(session: MonitorSession) -> list[str]:
    """Which rate is shown where the layer groups have several."""
    share = session.fit.first_share
    if not np.isfinite(share):
        return []
    part = f"1/{1 / share:.4g}" if share < 1 else f"{share:.4g} times"
    return [f"The learning rate is that of the last layer group; the first has {part} of it."]


def _table(session: MonitorSession, epochs: list[dict[str, Any]]) -> str:
    if not epochs:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("epoch", *session.columns(), "time"))
    body = "".join(
        f"<tr><td>{_epoch(session, row)}</td>{''.join(f'<td>{short(v)}</td>' for v in row['values'])}"
        f"<td>{duration(row['seconds'])}</td></tr>"
        for row in epochs[-ROWS:]
    )
    left_out = f"<p>The first {len(epochs) - ROWS} epochs are left out.</p>" if len(epochs) > ROWS else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{left_out}"


def _epoch(session: MonitorSession, row: dict[str, Any]) -> str:
    """The number of an epoch, from 1; of one after the first fit, with the number of its fit."""
    fit, number = session.fit_of(row), row["epoch"] + 1
    return str(number) if fit <= 1 else f"fit {fit}: {number}"


def _notes(session: MonitorSession) -> str:
    items = "".join(f"<li>step {note['step']}: {escape(note['text'])}</li>" for note in session.notes()[-ROWS:])
    return f"<ul>{items}</ul>" if items else ""


def _number(value: float | str | None) -> float:
    return value if isinstance(value, float) else np.nan
