"""The thumbnails on disk: one SQLite file, shared by all kernels and the Jupyter server of a user."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from fastwidgets.thumbnails.packed import Thumb

__all__ = ["LIMIT", "ThumbnailStore", "key_of"]

LIMIT = 2 * 1024**3  # bytes; some 400,000 thumbnails of 128 pixels
SHARE = 10  # one part in so many goes when the limit is reached
AT_ONCE = 500  # keys in one question; older builds of SQLite take 999 at most
SCHEMA = "CREATE TABLE IF NOT EXISTS thumbs (id INTEGER PRIMARY KEY, key BLOB UNIQUE, status INTEGER, data BLOB)"


def key_of(path: str, stat: os.stat_result, side: int) -> bytes:
    """The name of a thumbnail of `side` pixels: another one as soon as the file has changed."""
    words = f"{side}|{stat.st_mtime_ns}|{stat.st_size}|".encode()
    return hashlib.blake2b(words + os.fsencode(path), digest_size=16).digest()


class ThumbnailStore:
    """Keeps thumbnails by key in the file `path`, up to `limit` bytes; those made longest ago go first.

    It is a cache: a file that is locked, full, read-only or damaged costs time, never an error. Several processes may
    use the same file, and it may be deleted at any time.
    """

    def __init__(self, path: str | os.PathLike[str], limit: int = LIMIT, *, read_only: bool = False) -> None:
        self.path, self.limit, self._read_only = Path(path), limit, read_only
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._inode = -1

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Thumb]:
        """Those of `keys` that are there."""
        found: dict[bytes, Thumb] = {}
        with self._lock, suppress(OSError, sqlite3.OperationalError):
            for start in range(0, len(keys), AT_ONCE):
                part = keys[start : start + AT_ONCE]
                marks = ",".join("?" * len(part))
                rows = self._execute(f"SELECT key, status, data FROM thumbs WHERE key IN ({marks})", part)
                found.update((key, Thumb(status, data)) for key, status, data in rows)
        return found

    def write(self, thumbs: Iterable[tuple[bytes, Thumb]]) -> None:
        """Keep `thumbs`, given with their keys."""
        rows = [(key, thumb.status, thumb.data) for key, thumb in thumbs]
        with self._lock, suppress(OSError, sqlite3.OperationalError):
            self._execute_many("INSERT OR REPLACE INTO thumbs (key, status, data) VALUES (?, ?, ?)", rows)
            if self._used() > self.limit:
                self._drop_oldest()

    def used(self) -> int:
        """How many bytes of the file are in use."""
        with self._lock:
            try:
                return self._used()
            except (OSError, sqlite3.OperationalError):
                return 0

    def close(self) -> None:
        """Let go of the file; the next question opens it again."""
        with self._lock:
            self._drop_connection()

    def _execute(self, sql: str, values: Sequence[object] = ()) -> list[tuple[bytes, int, bytes]]:
        try:
            return self._open().execute(sql, values).fetchall()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # damaged: a cache may be thrown away
            self._start_anew()
            return self._open().execute(sql, values).fetchall()

    def _execute_many(self, sql: str, rows: list[tuple[bytes, int, bytes]]) -> None:
        try:
            with self._open() as db:
                db.executemany(sql, rows)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._start_anew()
            with self._open() as db:
                db.executemany(sql, rows)

    def _open(self) -> sqlite3.Connection:
        inode = self.path.stat().st_ino if self.path.exists() else -1
        if self._db is not None and inode == self._inode:
            return self._db
        self._drop_connection()
        if not self._read_only:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        where = f"{self.path.absolute().as_uri()}?mode={'ro' if self._read_only else 'rwc'}"
        db = sqlite3.connect(where, uri=True, timeout=2.0, check_same_thread=False)
        if not self._read_only:
            with suppress(sqlite3.OperationalError):  # file systems without shared memory keep the plain journal
                db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=OFF")  # what a power failure damages is made again
            db.execute(SCHEMA)
        self._db, self._inode = db, self.path.stat().st_ino
        return db

    def _used(self) -> int:
        db = self._open()
        pages, free, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count",
                                                                                     "page_size"))  # fmt: skip
        return int((pages - free) * size)

    def _drop_oldest(self) -> None:
        with self._open() as db:
            (count,) = db.execute("SELECT COUNT(*) FROM thumbs").fetchone()
            oldest = "SELECT id FROM thumbs ORDER BY id LIMIT ?"
            db.execute(f"DELETE FROM thumbs WHERE id IN ({oldest})", (max(1, count // SHARE),))

    def _start_anew(self) -> None:
        self._drop_connection()
        if self._read_only:
            raise sqlite3.OperationalError(f"{self.path} is damaged")
        for end in ("", "-wal", "-shm"):
            Path(f"{self.path}{end}").unlink(missing_ok=True)

    def _drop_connection(self) -> None:
        if self._db is not None:
            with suppress(sqlite3.Error):
                self._db.close()
            self._db = None
