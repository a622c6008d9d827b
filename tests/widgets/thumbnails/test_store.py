"""The thumbnails on disk: found again, never in the way."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from fastwidgets.thumbnails.packed import PICTURE, Thumb
from fastwidgets.thumbnails.store import ThumbnailStore, key_of

SMALL = Thumb(PICTURE, b"jpeg")


def key(n: int) -> bytes:
    return n.to_bytes(16, "little")


def test_what_was_written_is_read_by_another_process_s_store(tmp_path: Path) -> None:
    file = tmp_path / "made" / "t.sqlite"
    ThumbnailStore(file).write([(key(1), SMALL), (key(2), Thumb.without("gone"))])
    found = ThumbnailStore(file, read_only=True).read([key(2), key(1), key(3)])
    assert found == {key(1): SMALL, key(2): Thumb.without("gone")}
    assert found[key(2)].reason == "gone" and found[key(1)].reason == ""


def test_a_changed_file_has_another_key(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(b"1234")
    os.utime(file, ns=(0, 1_000_000_000))
    before = key_of(str(file), os.stat(file), 128)
    assert before == key_of(str(file), os.stat(file), 128) != key_of(str(file), os.stat(file), 256)
    os.utime(file, ns=(0, 1_000_000_001))
    later = key_of(str(file), os.stat(file), 128)
    file.write_bytes(b"12345")
    os.utime(file, ns=(0, 1_000_000_001))
    assert len({before, later, key_of(str(file), os.stat(file), 128)}) == 3


def test_beyond_the_limit_those_made_longest_ago_go(tmp_path: Path) -> None:
    store = ThumbnailStore(tmp_path / "t.sqlite", limit=300_000)
    for n in range(200):
        store.write([(key(n), Thumb(PICTURE, bytes([n]) * 4000))])
        assert store.used() < 310_000
    kept = sorted(int.from_bytes(k, "little") for k in store.read([key(n) for n in range(200)]))
    assert 20 < len(kept) < 80 and kept == list(range(200 - len(kept), 200))


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "t.sqlite"
    file.write_bytes(b"this is no database" * 100)
    store = ThumbnailStore(file)
    assert store.read([key(1)]) == {}
    store.write([(key(1), SMALL)])
    assert store.read([key(1)]) == {key(1): SMALL}


def test_a_damaged_file_stays_as_it_is_where_only_reading_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "t.sqlite"
    file.write_bytes(b"this is no database" * 100)
    assert ThumbnailStore(file, read_only=True).read([key(1)]) == {}
    assert file.read_bytes().startswith(b"this is no database")


def test_a_file_that_was_deleted_meanwhile_is_made_again(tmp_path: Path) -> None:
    file = tmp_path / "t.sqlite"
    store, reader = ThumbnailStore(file), ThumbnailStore(file, read_only=True)
    store.write([(key(1), SMALL)])
    assert reader.read([key(1)])
    for left in tmp_path.iterdir():
        left.unlink()
    assert store.read([key(1)]) == {} == reader.read([key(1)])
    store.write([(key(2), SMALL)])
    assert reader.read([key(1), key(2)]) == {key(2): SMALL}


def test_a_locked_file_costs_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "t.sqlite"
    store = ThumbnailStore(file)
    store.write([(key(1), SMALL)])
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store._open().execute("PRAGMA busy_timeout=1")
    store.write([(key(2), SMALL)])
    other.execute("COMMIT")
    assert store.read([key(1), key(2)]) == {key(1): SMALL}
    other.close()


def test_a_place_that_cannot_be_written_to_costs_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = ThumbnailStore(tmp_path / "file" / "t.sqlite")
    store.write([(key(1), SMALL)])
    assert store.read([key(1)]) == {} and store.used() == 0
