"""Scans kept on disk: a file that has not changed since is not opened again."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import PIL

from fastlearn.data.config import make_folder
from fastlearn.vision.files.measures import Measures
from fastlearn.vision.files.probe import Probe
from fastlearn.warn import warn_user

VERSION = 1  # of what a probe holds and how it is measured
AT_ONCE = 500  # rows written in one go
NAME = "fastlearn-scan.sqlite"
TABLES = """
CREATE TABLE IF NOT EXISTS probes (path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, pixels INTEGER, head TEXT,
    digest BLOB, measures BLOB, signature BLOB, fine BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS made_by (settings TEXT);
"""
Stamp = tuple[int, int]  # size in bytes, time of the last change in ns


class ScanCache:
    """The probes of earlier scans in a database in `folder`, by path, size and time of change.

    They are forgotten when Pillow or the way of measuring changes. A database that is damaged is begun anew.
    """

    def __init__(self, folder: str | os.PathLike[str], max_pixels: int) -> None:
        self.path = make_folder(Path(folder).expanduser()) / NAME
        self.settings = json.dumps({"version": VERSION, "pillow": PIL.__version__, "max_pixels": max_pixels})
        self._waiting: list[tuple[object, ...]] = []
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError as error:
            warn_user(f"The scan cache {str(self.path)!r} is damaged ({error}) and was begun anew.")
            self.path.unlink(missing_ok=True)
            self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30)
        try:
            connection.executescript(TABLES)
            if connection.execute("SELECT settings FROM made_by").fetchall() != [(self.settings,)]:
                connection.executescript("DELETE FROM probes; DELETE FROM made_by;")
                connection.execute("INSERT INTO made_by VALUES (?)", (self.settings,))
            connection.commit()
        except BaseException:
            connection.close()
            raise
        return connection

    def get(self, path: Path, stamp: Stamp, pixels: bool) -> Probe | None:
        """What is known of the file, or None if it is unknown, has changed, or is not known well enough."""
        row = self._connection.execute(
            "SELECT head, digest, measures, signature FROM probes WHERE path=? AND size=? AND mtime_ns=? AND pixels>=?",
            (_key(path), *stamp, int(pixels)),
        ).fetchone()
        if row is None:
            return None
        head, digest, measures, signature = row
        return Probe(*stamp, **json.loads(head), digest=digest, measures=Measures(*np.frombuffer(measures, np.float64)),
                     signature=signature)  # fmt: skip

    def put(self, path: Path, probe: Probe, pixels: bool) -> None:
        """Remember a probe, unless the file could not be read to its end: that may change without a trace in it."""
        if not probe.digest:
            return
        head = {name: getattr(probe, name) for name in ("fault", "reason", "format", "mode", "width", "height")}
        measures = np.asarray(probe.measures, np.float64).tobytes()
        self._waiting.append((_key(path), probe.size, probe.mtime_ns, int(pixels), json.dumps(head), probe.digest,
                              measures, probe.signature))  # fmt: skip
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting."""
        statement = "INSERT OR REPLACE INTO probes VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)"
        self._connection.executemany(statement, self._waiting)
        self._connection.commit()
        self._waiting.clear()

    def fines(self, paths: Sequence[Path]) -> list[bytes | None]:
        """The fine signatures of files that `get` has just vouched for, None where they are not known."""
        query = "SELECT fine FROM probes WHERE path=?"
        rows = (self._connection.execute(query, (_key(path),)).fetchone() for path in paths)
        return [row[0] if row else None for row in rows]

    def put_fines(self, fines: Iterable[tuple[Path, bytes]]) -> None:
        """Remember fine signatures."""
        pairs = [(fine, _key(path)) for path, fine in fines]
        self._connection.executemany("UPDATE probes SET fine=? WHERE path=?", pairs)
        self._connection.commit()

    def close(self) -> None:
        """Write what is waiting and close the database."""
        try:
            self.flush()
        finally:
            self._connection.close()


@contextmanager
def opened_cache(folder: str | os.PathLike[str] | None, max_pixels: int) -> Iterator[ScanCache | None]:
    """The cache in `folder`, closed afterwards; None without a folder."""
    if folder is None:
        yield None
        return
    cache = ScanCache(folder, max_pixels)
    try:
        yield cache
    finally:
        cache.close()


def _key(path: Path) -> str:
    # A name that is no valid text, as Linux allows, is kept as the bytes that it is.
    text = os.path.abspath(path) if not path.is_absolute() else str(path)
    return os.fsencode(text).hex() if _odd(text) else text


def _odd(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
