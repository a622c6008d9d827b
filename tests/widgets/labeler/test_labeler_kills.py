"""kill -9 while labelling: nothing that was acknowledged is lost, and what is there always loads."""

from __future__ import annotations

import os
import random
import signal
import threading
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from fastwidgets.journal.acts import Acts
from fastwidgets.journal.journal import Journal
from fastwidgets.labeler.progress import Progress
from fastwidgets.labeler.session import LabelerSession


def label_for_ever(folder: Path, pipe: Any) -> None:
    """Label, skip, note, rename and take back; tell the number of each act, and what counts then, once it is saved."""
    session = LabelerSession(folder, ["cat", "dog"])
    n = len(session)
    number = len(session.keeper.journal.entries())  # type: ignore[union-attr]
    while True:
        number += 1
        act, i = number % 9, number % n
        if act < 4:
            session.label(i, session.classes[number // n % 2])
        elif act == 4:
            session.skip(i)
        elif act == 5:
            session.note(i, f"note {number}\n☃" * (number % 20))
        elif act == 6:
            session.unsure(range(n))
        elif act == 7:
            session.rename_class(session.classes[0], f"cat {number}")
        else:
            session.undo()
        newest = session.keeper.journal._next - 1  # type: ignore[union-attr]
        pipe.send((newest, session.classes, [session.annotation(i) for i in range(n)]))


def last_told(pipe: Any) -> tuple[int, Any]:
    """How many acts were told before the pipe broke, and the last one."""
    told, last = 0, None
    try:
        while True:
            last = pipe.recv()
            told += 1
    except (EOFError, OSError):
        return told, last


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, so that hundreds of processes begin at once")
@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_a_kill_at_any_moment_loses_no_label_that_was_acknowledged(tmp_path: Path, kills: int) -> None:
    for i in range(5):
        (tmp_path / f"{i}.png").write_bytes(bytes([i]) * (i + 1))
    rng, fork, acts = random.Random(2), get_context("fork"), 0
    for _ in range(kills):
        mine, theirs = fork.Pipe(duplex=False)
        process = fork.Process(target=label_for_ever, args=(tmp_path, theirs))
        process.start()
        theirs.close()
        killer = threading.Timer(0.02 + 0.08 * rng.random(), os.kill, (process.pid, signal.SIGKILL))
        killer.start()
        told, last = last_told(mine)
        process.join()
        assert process.exitcode == -signal.SIGKILL
        session = LabelerSession(tmp_path, ["cat", "dog"])
        assert session.why_not == ""  # it loads, and may be written
        session.close()
        if last is not None:
            newest, classes, annotations = last
            entries = Journal(tmp_path).entries()
            assert [entry["id"] for entry in entries] == list(range(1, len(entries) + 1))
            assert len({entry["act"] for entry in entries[newest:]}) <= 1  # what was under way, and not told
            session.book.fold(Acts(entries[:newest]).decisions, None)
            session.progress = Progress.over(5, map(session.book.annotation, session.book.known()))
            assert (session.classes, [session.annotation(i) for i in range(5)]) == (classes, annotations)
        acts += told
    assert acts > kills
