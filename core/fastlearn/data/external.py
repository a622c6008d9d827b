"""Data sets and models from the web: downloaded once, checked, unpacked, and found again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fastlearn.data.archive import extract_archive
from fastlearn.data.config import CACHE_TAG, Config, folder_names, make_folder, write_json
from fastlearn.data.download import WrongFileError, download_url, file_sha256
from fastlearn.data.problems import DataError
from fastlearn.data.urls import KNOWN_SIZES, URLs

__all__ = ["URLs", "clear_cache", "download_url", "untar_data"]

RECORD_NAME = "downloads.json"
ENDINGS = (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tbz2", ".txz", ".tar", ".zip")


def untar_data(
    url: str,
    archive: str | os.PathLike[str] | None = None,
    data: str | os.PathLike[str] | None = None,
    c_key: str = "data",
    force_download: bool = False,
    sha256: str | None = None,
    base: str | os.PathLike[str] | None = None,
) -> Path:
    """Download the archive at `url`, check it, unpack it and return the folder; at once if that is already there.

    The archive goes to the folder `archive` and is unpacked into `data`, by default those of the config file
    (see `Config`; `base` is another home folder, `c_key="model"` unpacks into the folder of models). All of the file is
    checked: against `sha256` if given, else against its size where that is known and against the SHA-256 noted at the
    first download, which is trusted. An archive that you put in place yourself is used like a downloaded one.
    Raises: DownloadError, saying which file to put where; ArchiveError if the archive is damaged or hostile.
    """
    config = Config.load(base)
    if c_key not in folder_names():
        raise ValueError(f"`c_key` is one of {folder_names()}, but got {c_key!r}.")
    archives = Path(archive or config.archive).expanduser().absolute()
    name = _local_name(url, _read_record(archives))
    folder = Path(data or getattr(config, c_key)).expanduser().absolute() / _split_name(name)[0]
    if folder.exists() and not force_download:
        return folder
    _download_checked(url, make_folder(archives) / name, sha256, force_download)
    _replace_by_archive(folder, archives / name)
    return folder


def clear_cache(archives: bool = False, base: str | os.PathLike[str] | None = None) -> int:
    """Remove everything from the cache folder, which all can be made again, and return how many bytes that freed.

    With `archives=True` the downloaded archives go too; data sets, samples and whatever you saved beside them stay.
    Raises: DataError if the configured cache folder is not one that fastwidgets made.
    """
    config = Config.load(base)
    freed = 0
    if config.cache.exists():
        if not (config.cache / CACHE_TAG).exists():
            raise DataError(
                f"The folder {str(config.cache)!r} is not emptied: it has no {CACHE_TAG}, so fastwidgets "
                "did not make it. Look at `cache` in the config file."
            )
        freed += sum(_remove(p) for p in config.cache.iterdir() if p.name != CACHE_TAG)
    if archives:
        files = [config.archive / entry["file"] for entry in _read_record(config.archive).values()]
        freed += sum(_remove(f) for f in files if f.exists())
    return freed


def _download_checked(url: str, path: Path, sha256: str | None, force: bool) -> None:
    """Have the file of `url` at `path`, the same one as at the first download unless `sha256` says otherwise."""
    noted = _read_record(path.parent).get(url, {}).get("sha256")
    expected = sha256 or noted
    try:
        download_url(url, path, expected, None if sha256 else KNOWN_SIZES.get(url), overwrite=force)
    except WrongFileError as e:
        if sha256 or not noted:
            raise
        raise WrongFileError(
            f"{e} (Expected is what was noted at the first download, in {str(path.parent / RECORD_NAME)!r}.)"
        ) from e
    if expected is None or expected != noted:
        entry = {"file": path.name, "sha256": expected or file_sha256(path)}
        write_json(path.parent / RECORD_NAME, _read_record(path.parent) | {url: entry})


def _replace_by_archive(folder: Path, archive: Path) -> None:
    """Unpack `archive` as `folder`; what is there already goes only when the new one is complete."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    try:
        extract_archive(archive, folder)
    except BaseException:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _read_record(archives: Path) -> dict[str, dict[str, str]]:
    """For each address, the name of its file in the folder `archives` and its SHA-256 at the first download."""
    path = archives / RECORD_NAME
    if not path.exists():
        return {}
    try:
        record: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        return {url: {"file": Path(entry["file"]).name, "sha256": entry["sha256"]} for url, entry in record.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as e:
        raise DataError(
            f"The record of downloads {str(path)!r} cannot be read: {e}. Try removing it; the next "
            "downloads are then trusted again."
        ) from e


def _local_name(url: str, record: dict[str, dict[str, str]]) -> str:
    """The file name for `url`: the one in the address, told apart from another address's file of the same name."""
    if url in record:
        return record[url]["file"]
    name = Path(unquote(urlsplit(url).path)).name or "archive"
    if name not in {entry["file"] for entry in record.values()}:
        return name
    stem, ending = _split_name(name)
    return f"{stem}-{hashlib.sha256(url.encode()).hexdigest()[:8]}{ending}"


def _split_name(name: str) -> tuple[str, str]:
    """An archive's name without its ending, and the ending."""
    ending = next((e for e in ENDINGS if name.lower().endswith(e)), Path(name).suffix)
    return name[: len(name) - len(ending)], name[len(name) - len(ending) :]


def _remove(path: Path) -> int:
    """Delete a file or folder and return how many bytes it had."""
    if path.is_dir() and not path.is_symlink():
        size = sum(f.lstat().st_size for f in path.rglob("*") if not f.is_dir())
        shutil.rmtree(path)
        return size
    size = path.lstat().st_size
    path.unlink()
    return size
