"""Download one file, whole or not at all: it goes on where it stopped, and what arrives is checked."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from fastlearn.data.config import make_folder, write_json

CHUNK = 1 << 18  # bytes read at a time
AGENT = "fastwidgets (urllib)"


class DownloadError(OSError):
    """A file could not be downloaded; the message says why, and where to put the file if you get it another way."""


class WrongFileError(DownloadError):
    """The server's file is not the one that was expected, by its size or its SHA-256."""


@dataclass(frozen=True)
class Validator:
    """What tells one version of a server's file from another: its address, entity tag, date and length in bytes."""

    url: str
    etag: str | None
    modified: str | None
    length: int | None

    @property
    def condition(self) -> str | None:
        """The value for `If-Range`: a strong entity tag or else the date (RFC 9110, section 13.1.5)."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified

    def fits(self, answer: Validator) -> bool:
        """Whether a partial `answer`, which may leave out what was asked by, is of this same file."""
        same_tag = answer.etag in (None, self.etag)
        return same_tag and answer.modified in (None, self.modified) and answer.length == self.length


@dataclass(frozen=True)
class Wanted:
    """One download: from where, to where, and what is known of the file."""

    url: str
    dest: Path
    sha256: str | None
    size: int | None
    timeout: float
    max_bytes: int | None = None

    @property
    def part(self) -> Path:
        """The file that grows while the download goes on."""
        return self.dest.with_name(f"{self.dest.name}.part")

    @property
    def notes(self) -> Path:
        """What the part is a part of."""
        return self.dest.with_name(f"{self.dest.name}.part.json")

    def drop_part(self) -> None:
        """Forget what has arrived so far."""
        self.part.unlink(missing_ok=True)
        self.notes.unlink(missing_ok=True)


def download_url(
    url: str,
    dest: str | os.PathLike[str] | None = None,
    sha256: str | None = None,
    size: int | None = None,
    overwrite: bool = False,
    timeout: float = 20.0,
    retries: int = 4,
    backoff: float = 0.5,
    show_progress: bool = True,
    max_bytes: int | None = None,
) -> Path:
    """Download `url` to the file `dest` (or into that folder; by default the working folder) and return its path.

    `dest` appears when all of it has arrived and its `size` in bytes and `sha256`, where given, are right. Until then a
    file `dest.part` grows: after a break, also one of the process, the download goes on from there if the server's
    file is still the same, and else begins again. A break that brought nothing new is tried again `retries` times,
    after `backoff` seconds, then twice as long, and so on. A `dest` that is there already is kept if it is right.
    A file of more than `max_bytes`, where given, is refused, also one whose server does not say how large it is.
    Proxies come from the environment (`https_proxy` and its like). Progress is shown in terminals and notebooks.
    Raises: DownloadError, saying which file to put where; ValueError if `url` is not an http or https address.
    """
    wanted = Wanted(url, _destination(url, dest), sha256.lower() if sha256 else None, size, timeout, max_bytes)
    with _locked(wanted.dest):
        if wanted.dest.exists() and not overwrite and _fault(wanted, wanted.dest) is None:
            return wanted.dest
        if overwrite:
            wanted.drop_part()
        progress = _Progress(show_progress)
        joined = _fetch(wanted, progress, retries, backoff)
        fault = _fault(wanted, wanted.part)
        if fault is not None and joined:  # perhaps pieces of two versions: one try in one piece
            wanted.drop_part()
            _fetch(wanted, progress, retries, backoff)
            fault = _fault(wanted, wanted.part)
        if fault is not None:
            wanted.drop_part()
            raise _wrong(wanted, fault)
        os.replace(wanted.part, wanted.dest)
        wanted.notes.unlink(missing_ok=True)
    return wanted.dest


def file_sha256(path: Path) -> str:
    """SHA-256 of the whole file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while chunk := f.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _destination(url: str, dest: str | os.PathLike[str] | None) -> Path:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(
            f"An http or https address is expected, but got {url!r}. A file that is already on this "
            "machine needs no download: use its path."
        )
    path = Path.cwd() if dest is None else Path(dest).expanduser().absolute()
    if path.is_dir():
        path = path / (Path(unquote(parts.path)).name or parts.netloc)
    make_folder(path.parent)
    return path


def _fetch(wanted: Wanted, progress: _Progress, retries: int, backoff: float) -> bool:
    """Try until the part is whole, and return whether it was joined from pieces.

    A try that got further than any before it does not count as a failure.
    """
    failures, furthest = 0, _size(wanted.part)
    while True:
        try:
            return _attempt(wanted, progress)
        except (OSError, http.client.HTTPException) as e:
            if isinstance(e, DownloadError):
                raise
            if isinstance(e, urllib.error.HTTPError) and not _may_pass(e.code):
                raise _failed(wanted, e) from e
            reached = _size(wanted.part)
            failures = 0 if reached > furthest else failures + 1
            furthest = max(furthest, reached)
            if failures > retries:
                raise _failed(wanted, e) from e
            time.sleep(backoff * 2 ** max(failures - 1, 0))


def _attempt(wanted: Wanted, progress: _Progress) -> bool:
    """One request: for the rest of the part if it can be trusted to be of the same file, else for everything.

    Returns: whether it went on with a part.
    """
    notes = _read_notes(wanted)
    have = _size(wanted.part) if notes else 0
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    if notes and have:
        if have == notes.length:
            return True
        headers |= {"Range": f"bytes={have}-", "If-Range": notes.condition or ""}
    try:
        opener = urllib.request.build_opener()  # a new one, since proxies are read from the environment just here
        response = opener.open(urllib.request.Request(wanted.url, headers=headers), timeout=wanted.timeout)
    except urllib.error.HTTPError as e:
        if e.code == 416:  # the server's file is shorter than our part: it is another file
            wanted.drop_part()
        raise
    with response:
        server = _validator(wanted.url, response.headers, response.status)
        goes_on = (
            response.status == 206
            and notes is not None
            and notes.fits(server)
            and _range_start(response.headers) == have
        )
        if response.status == 206 and not goes_on:
            wanted.drop_part()
            raise ConnectionError("the server sent another piece than the one asked for")
        _check_room(wanted, server.length, have if goes_on else 0)
        if not goes_on:
            wanted.drop_part()
            write_json(wanted.notes, asdict(server))
        _receive(response, wanted, have if goes_on else 0, server.length, progress)
    return goes_on


def _receive(response: IO[bytes], wanted: Wanted, have: int, length: int | None, progress: _Progress) -> None:
    progress.start(length)
    with wanted.part.open("ab" if have else "wb") as f:
        while not _too_large(wanted, have) and (chunk := response.read(CHUNK)):
            f.write(chunk)
            have += len(chunk)
            progress.update(have)
        f.flush()
        os.fsync(f.fileno())
    _check_limit(wanted, have)
    if length is not None and have != length:
        raise ConnectionError(f"the connection broke after {have:,} of {length:,} bytes")


def _validator(url: str, headers: Message, status: int) -> Validator:
    """What the answer says of the whole file; an encoded answer has no length of its own."""
    total: str | None = headers.get("Content-Length")
    if status == 206:
        total = headers.get("Content-Range", "").rpartition("/")[2]
    length = int(total) if total and total.isdigit() else None
    return Validator(url, headers.get("ETag"), headers.get("Last-Modified"), length)


def _range_start(headers: Message) -> int | None:
    start = headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(start) if start.isdigit() else None


def _read_notes(wanted: Wanted) -> Validator | None:
    """What the part belongs to, or None where it cannot be gone on with: unknown, another file, or nothing to tell."""
    try:
        notes = Validator(**json.loads(wanted.notes.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return notes if notes.url == wanted.url and notes.condition and notes.length else None


def _too_large(wanted: Wanted, length: int) -> bool:
    return wanted.max_bytes is not None and length > wanted.max_bytes


def _check_limit(wanted: Wanted, length: int) -> None:
    """Raise DownloadError, and forget what has arrived, if the file is larger than allowed."""
    if _too_large(wanted, length):
        wanted.drop_part()
        raise WrongFileError(
            f"{wanted.url} is larger than the {wanted.max_bytes:,} bytes that are allowed (max_bytes)."
        )


def _check_room(wanted: Wanted, length: int | None, have: int) -> None:
    """Raise DownloadError before anything is fetched if the length is not the expected one or the disk is too full."""
    if length is None:
        return
    _check_limit(wanted, length)
    if wanted.size is not None and length != wanted.size:
        raise _wrong(wanted, f"it has {length:,} bytes, expected were {wanted.size:,}")
    free = shutil.disk_usage(wanted.dest.parent).free
    if length - have > free:
        raise DownloadError(
            f"{length - have:,} bytes of {wanted.url} are still to come, but the disk of "
            f"{str(wanted.dest.parent)!r} has {free:,} free. Make room, or choose another folder."
        )


def _fault(wanted: Wanted, path: Path) -> str | None:
    """What is wrong with the file at `path`, or None."""
    if wanted.size is not None and _size(path) != wanted.size:
        return f"it has {_size(path):,} bytes, expected were {wanted.size:,}"
    found = file_sha256(path) if wanted.sha256 else None
    return None if found == wanted.sha256 else f"its SHA-256 is {found}, expected was {wanted.sha256}"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _may_pass(status: int) -> bool:
    """Whether an HTTP error may be gone at the next try: too slow, too many requests, the server's own trouble."""
    return status in (408, 416, 425, 429) or status >= 500


def _failed(wanted: Wanted, error: Exception) -> DownloadError:
    reason = getattr(error, "reason", None) or error
    if isinstance(error, urllib.error.HTTPError):
        reason = f"the server answered {error.code} {error.reason}"
    kept = _size(wanted.part)
    going_on = f" The {kept:,} bytes that have arrived are kept: call again to go on." if kept else ""
    return DownloadError(f"{wanted.url} could not be downloaded: {reason}.{going_on}{_by_hand(wanted)}")


def _wrong(wanted: Wanted, fault: str) -> WrongFileError:
    return WrongFileError(
        f"The file at {wanted.url} is not the expected one: {fault}. Try again later; if it is meant "
        f"to be new, give its own sha256.{_by_hand(wanted)}"
    )


def _by_hand(wanted: Wanted) -> str:
    return (
        " Without a network, or behind a proxy that is not set (https_proxy), get the file another way and put it "
        f"here: {wanted.dest}"
    )


@contextmanager
def _locked(dest: Path) -> Iterator[None]:
    """Keep other processes from writing the same part."""
    from filelock import FileLock

    lock = dest.with_name(f".{dest.name}.lock")
    with FileLock(lock):
        yield
        with suppress(OSError):  # who waits for it finds `dest` and writes nothing
            lock.unlink()


class _Progress:
    """A bar of fastprogress where somebody can see it."""

    def __init__(self, show: bool) -> None:
        self._update: Callable[[int], None] | None = None
        self._show = show and (sys.stdout.isatty() or "ipykernel" in sys.modules)

    def start(self, total: int | None) -> None:
        if not self._show or not total:
            self._update = None
            return
        from fastprogress.fastprogress import progress_bar

        bar = progress_bar(range(total), leave=False)
        bar.update(0)
        self._update = bar.update

    def update(self, done: int) -> None:
        if self._update is not None:
            self._update(done)
