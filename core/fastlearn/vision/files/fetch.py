"""`download_images`: many pictures from their addresses, in parallel; what fails is reported, the rest is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from PIL import Image

from fastlearn.data.config import make_folder
from fastlearn.data.download import DownloadError, download_url
from fastlearn.data.find import StrPath
from fastlearn.data.problems import DataError
from fastlearn.keywords import check_keywords
from fastlearn.vision.files.parallel import Cancel, Progress, Reporter, run_each
from fastlearn.vision.files.probe import Prober
from fastlearn.vision.files.quiet import quiet_pillow
from fastlearn.vision.files.report import Report

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["download_images"]

LIST_NAME = ".downloads.jsonl"  # in the folder: which file came from which address
MAX_BYTES = 100 << 20  # of one picture
RETRIES, BACKOFF = 2, 0.5  # of a connection that breaks; seconds
LONGEST_STEM = 80  # characters; with its extension a name has to fit in 255 bytes
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names that Windows keeps for itself


@check_keywords
def download_images(
    dest: StrPath,
    url_file: StrPath | None = None,
    urls: Iterable[str] | None = None,
    max_pics: int = 1000,
    n_workers: int = 8,
    timeout: float = 4.0,
    preserve_filename: bool = False,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> pd.DataFrame:
    """Download the pictures at `urls`, or at the lines of the text file `url_file`, into the folder `dest`.

    At most `max_pics` different addresses are asked, `n_workers` at a time, each with `timeout` seconds of patience.
    Files are named by their address, so that a second call fetches only what is missing and goes on with what broke
    off; with `preserve_filename` they keep the name in the address, made safe and different from the others'. The
    extension is that of the content. What comes and is no readable picture is not kept.
    Returns: one row per address with `url`, `path`, `status` ("downloaded", "present" or "failed") and `reason`; a
    warning sums up what failed.
    Raises: ValueError without addresses; DataError if `url_file` cannot be read.
    """
    wanted = list(islice(dict.fromkeys(_addresses(url_file, urls)), max_pics))
    folder = make_folder(Path(dest).expanduser())
    known = _Known(folder)
    report, reporter = Report(("url", "path", "status", "reason")), Reporter(progress, len(wanted))
    work = partial(_one, folder, known, timeout, preserve_filename)
    with quiet_pillow():
        for index, (path, status, reason) in run_each(work, wanted, n_workers, cancel=cancel, piece=1):
            report.add(wanted[index], path, status, reason)
            reporter.add()
    report.warn("addresses gave no picture")
    return report.table()


def _addresses(url_file: StrPath | None, urls: Iterable[str] | None) -> list[str]:
    if (url_file is None) == (urls is None):
        raise ValueError("Give either `urls`, a list of addresses, or `url_file`, a text file with one a line.")
    if isinstance(urls, str):
        raise ValueError(f"`urls` is a list of addresses, but got one text: {urls[:60]!r}. Try urls=[...].")
    if urls is not None:
        return [str(url).strip() for url in urls]
    try:
        lines = Path(str(url_file)).expanduser().read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"The list of addresses {str(url_file)!r} cannot be read: {error}. "
                        "It is a text file with one address a line.") from error  # fmt: skip
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _one(folder: Path, known: _Known, timeout: float, keep_name: bool, url: str) -> tuple[Path | None, str, str]:
    """Fetch one address: the file, what became of it, and why not."""
    there = known.file_of(url)
    if there is not None:
        return there, "present", ""
    part = folder / f".{_hash(url)}.download"
    try:
        download_url(url, part, timeout=timeout, retries=RETRIES, backoff=BACKOFF, show_progress=False,
                     max_bytes=MAX_BYTES)  # fmt: skip
        probe = Prober(pixels=False)(part)
        if probe.fault:
            part.unlink(missing_ok=True)
            return None, "failed", f"what came is no usable picture: {probe.reason}"
        return known.adopt(url, part, _stem(url, keep_name), _extension(url, probe.format)), "downloaded", ""
    except DownloadError as error:
        return None, "failed", _brief(error, url)
    except (OSError, ValueError) as error:
        return None, "failed", str(error)
    finally:
        with suppress(OSError):  # `download_url` leaves it where it fails
            part.with_name(f".{part.name}.lock").unlink()


def _hash(url: str) -> str:
    return sha256(url.encode()).hexdigest()[:16]


def _stem(url: str, keep_name: bool) -> str:
    """The name of the file without its extension: no folders, no odd letters, nothing hidden or reserved."""
    name = unquote(urlsplit(url).path).replace("\\", "/").rpartition("/")[2] if keep_name else ""
    stem = re.sub(r"[^\w.\-]+", "_", name.rpartition(".")[0] or name).strip("._-")
    while len(stem.encode()) > LONGEST_STEM:
        stem = stem[:-1]
    return f"{stem}_" if RESERVED.fullmatch(stem) else stem or _hash(url)


def _extension(url: str, form: str) -> str:
    """The extension in the address if it is one of the format `form`, or else the usual one of that format."""
    known = {ext for ext, name in Image.registered_extensions().items() if name == form}
    own = Path(urlsplit(url).path).suffix.lower()
    usual = {"JPEG": ".jpg", "MPO": ".jpg", "TIFF": ".tif", "JPEG2000": ".jp2"}.get(form, f".{form.lower()}")
    return own if own in known else usual


def _brief(error: DownloadError, url: str) -> str:
    """The reason alone: a table of failures has its own column for the address and needs no advice for each."""
    return str(error).removeprefix(f"{url} could not be downloaded: ").partition(" Without a network")[0].rstrip(".")


class _Known:
    """Which files of the folder came from which address: a list that grows by a line with every picture."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._lock = folder, Lock()
        self._names: dict[str, str] = {}
        self._list = folder / LIST_NAME
        if self._list.exists():
            for line in self._list.read_text(encoding="utf-8", errors="replace").splitlines():
                self._read(line)

    def _read(self, line: str) -> None:
        try:
            entry = json.loads(line)
            url, name = entry["url"], entry["file"]
        except (ValueError, TypeError, KeyError):  # the line that a killed process was writing
            return
        if isinstance(url, str) and isinstance(name, str) and Path(name).name == name:
            self._names[url] = name

    def file_of(self, url: str) -> Path | None:
        """The file that was fetched from `url` before and is still there."""
        name = self._names.get(url)
        path = self.folder / name if name else None
        return path if path is not None and path.exists() else None

    def adopt(self, url: str, part: Path, stem: str, ext: str) -> Path:
        """Give a fetched file its name, another one than any other file has, and remember where it came from."""
        with self._lock:
            path = self.folder / f"{stem}{ext}"
            number = 1
            while path.exists():
                number += 1
                path = self.folder / f"{stem}-{number}{ext}"
            part.rename(path)
            self._names[url] = path.name
            with self._list.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"url": url, "file": path.name}) + "\n")
        return path
