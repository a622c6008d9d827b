"""Unpack a tar or zip archive that may be hostile: every member is checked before a byte of it is written."""

from __future__ import annotations

import lzma
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Literal

from fastlearn.data.config import make_folder
from fastlearn.data.problems import DataError

MAX_MEMBERS = 5_000_000
MAX_RATIO = 200  # real data sets stay far below; a zip bomb is at 1,000 and more
ALWAYS_FINE = 1 << 26  # bytes unpacked that no ratio forbids

Kind = Literal["folder", "file", "link"]


class ArchiveError(DataError):
    """The archive is damaged, or has a member that no honest archive has; nothing of it is left on disk."""


@dataclass(frozen=True)
class Member:
    """One entry of an archive: where it goes below the target folder, and for a link, where it points there."""

    path: PurePosixPath
    kind: Kind
    size: int = 0
    executable: bool = False
    target: PurePosixPath | None = None


def extract_archive(
    archive: str | os.PathLike[str], dest: str | os.PathLike[str], max_bytes: int | None = None
) -> Path:
    """Unpack a tar (plain, gz, bz2, xz) or zip archive into the new folder `dest` and return it.

    `dest` appears when everything is unpacked. An archive with a single folder at its top unpacks as that folder.
    Refused are absolute paths, `..`, links that lead out of the folder, files written through links, devices and
    pipes, and archives that unpack to more than `max_bytes` (by default 200 times their own size, at least 64 MiB).
    Raises: ArchiveError, naming the archive and the member; FileExistsError if `dest` is there already.
    """
    source, target = Path(archive), Path(dest).absolute()
    if target.exists():
        raise FileExistsError(f"The folder {str(target)!r} is there already. Remove it, or choose another one.")
    make_folder(target.parent)
    limit = max(ALWAYS_FINE, MAX_RATIO * source.stat().st_size) if max_bytes is None else max_bytes
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        _unpack(source, work / "all", min(limit, shutil.disk_usage(work).free))
        os.replace(_only_folder(work / "all"), target)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError) as e:
        reason = str(e).partition(":\n")[0]  # tarfile goes on with a line for each kind of compression
        raise ArchiveError(
            f"The archive {str(source)!r} cannot be unpacked: {reason}. It may be damaged or "
            "incomplete. Try downloading it again (force_download=True)."
        ) from e
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _unpack(source: Path, folder: Path, limit: int) -> None:
    """Write folders and files first and links last, so that no file can be written through a link."""
    folder.mkdir()
    links: dict[PurePosixPath, PurePosixPath] = {}
    written = count = 0
    for member, stream in _members(source):
        count, written = count + 1, written + member.size
        if written > limit or count > MAX_MEMBERS:
            raise ArchiveError(
                f"The archive {str(source)!r}, {source.stat().st_size:,} bytes, unpacks to more than "
                f"the {limit:,} bytes or {MAX_MEMBERS:,} files that are allowed and free. Nothing was "
                "kept of it. Try max_bytes= if you trust it and the disk has room."
            )
        place = folder / member.path
        if member.kind == "link" and member.target is not None:
            links[member.path] = member.target
        elif member.kind == "folder":
            place.mkdir(parents=True, exist_ok=True)
        elif stream is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as f:
                shutil.copyfileobj(stream, f, 1 << 20)
            place.chmod(0o755 if member.executable else 0o644)
    for path, target in links.items():
        # A relative link made below another link would count its `..` from somewhere else.
        if (folder / path).exists() or any(parent in links for parent in path.parents):
            raise _refused(source, str(path), "is a link and something else at once")
        _make_link(source, folder, path, _end_of(links, target))


def _make_link(source: Path, folder: Path, path: PurePosixPath, target: PurePosixPath) -> None:
    """Link `path` to `target`, which has to be a file or folder of this archive that is no link itself."""
    place, real = folder / path, folder / target
    if not real.exists() or real.is_symlink():
        raise _refused(source, str(path), f"links to {str(target)!r}, which is not in the archive")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(os.path.relpath(real, place.parent), target_is_directory=real.is_dir())


def _end_of(links: dict[PurePosixPath, PurePosixPath], target: PurePosixPath) -> PurePosixPath:
    """Where a link ends that may lead to further links."""
    for _ in range(40):
        if target not in links:
            return target
        target = links[target]
    return target


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile | zipfile.ZipFile]:
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as z:
            yield z
    else:
        with tarfile.open(source, "r:*") as t:
            yield t


def _members(source: Path) -> Iterator[tuple[Member, IO[bytes] | None]]:
    """Every member, checked, with a stream of its bytes if it is a file."""
    with _opened(source) as opened:
        if isinstance(opened, zipfile.ZipFile):
            for info in opened.infolist():
                member = _zip_member(source, info)
                if member.kind == "file":
                    with opened.open(info) as stream:
                        yield member, stream
                else:
                    yield member, None
        else:
            for entry in opened:
                member = _tar_member(source, entry)
                yield member, opened.extractfile(entry) if member.kind == "file" else None


def _tar_member(source: Path, entry: tarfile.TarInfo) -> Member:
    path = _inside(source, entry.name, entry.name)
    if entry.isdir():
        return Member(path, "folder")
    if entry.isreg():
        return Member(path, "file", entry.size, executable=bool(entry.mode & 0o100))
    if entry.issym():
        below = f"{path.parent}/{entry.linkname}"
        return Member(path, "link", target=_inside(source, entry.name, below, entry.linkname))
    if entry.islnk():
        return Member(path, "link", target=_inside(source, entry.name, entry.linkname))
    raise _refused(source, entry.name, "is a device or a pipe")


def _zip_member(source: Path, info: zipfile.ZipInfo) -> Member:
    path = _inside(source, info.filename, info.filename)
    mode = info.external_attr >> 16
    if mode & 0o170000 == 0o120000:
        raise _refused(source, info.filename, "is a link, which zip archives of data have no use for")
    if info.is_dir():
        return Member(path, "folder")
    return Member(path, "file", info.file_size, executable=bool(mode & 0o100))


def _inside(source: Path, name: str, path: str, written: str | None = None) -> PurePosixPath:
    """`path` without detours; refused if it starts outside the target folder or leaves it, on any system."""
    written = path if written is None else written
    as_windows = PureWindowsPath(written)
    if written.startswith("/") or as_windows.drive or as_windows.root or "\0" in path:
        raise _refused(source, name, f"leads to {written!r}, an absolute path")
    parts: list[str] = []
    for part in path.replace("\\", "/").split("/"):
        if part == ".." and (not parts or name == path):
            raise _refused(source, name, f"leads to {written!r}, out of the folder")
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return PurePosixPath(*parts)


def _refused(source: Path, name: str, why: str) -> ArchiveError:
    return ArchiveError(
        f"The archive {str(source)!r} is refused: its member {name!r} {why}. Nothing was kept of it. "
        "Try another source for it."
    )


def _only_folder(folder: Path) -> Path:
    """The single folder inside `folder`, or `folder` itself if it holds anything else."""
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink() else folder
