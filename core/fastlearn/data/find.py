"""Find the files that a data set is made of."""

from __future__ import annotations

import mimetypes
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastlearn.data.problems import DataError
from fastlearn.data.transform import ItemTransform

StrPath = str | os.PathLike[str]


@lru_cache(maxsize=1)
def image_extensions() -> frozenset[str]:
    """Every file extension, with its dot and in lower case, whose mime type is an image, and those of DICOM."""
    known = mimetypes.MimeTypes()
    pairs = [pair for table in known.types_map for pair in table.items()]
    # Older Pythons know neither of the first two as images; the mime type of the others is no image's.
    others = {".webp", ".avif", ".dcm", ".dicom"}
    return frozenset(ext.lower() for ext, kind in pairs if kind.startswith("image/")) | others


def get_files(
    path: StrPath,
    extensions: Iterable[str] | str | None = None,
    recurse: bool = True,
    folders: Iterable[str] | str | None = None,
    followlinks: bool = True,
) -> list[Path]:
    """All files below the folder `path`, in an order that is the same on every machine.

    `extensions` keeps files that end in one of them (upper and lower case are the same); `folders` looks only into the
    named folders directly below `path` (`"."` stands for `path` itself). Names that start with a dot are skipped,
    folders too. Linked folders are followed, circles are not.
    Raises: DataError if `path` is missing, is not a folder, cannot be read, or holds no such file.
    """
    root = Path(path)
    wanted = _as_extensions(extensions)
    chosen = None if folders is None else ({folders} if isinstance(folders, str) else set(folders))
    check_folder(root, chosen)
    starts = _starts(root, recurse, chosen)
    everything = [f for folder, deep in starts for f in _walk(folder, deep, followlinks, frozenset())]
    found = everything if wanted is None else [f for f in everything if f.suffix.lower() in wanted]
    if not found:
        raise DataError(_nothing_found(root, everything, wanted, recurse, chosen))
    return found


def get_image_files(
    path: StrPath, recurse: bool = True, folders: Iterable[str] | str | None = None, followlinks: bool = True
) -> list[Path]:
    """All image files below the folder `path`: those whose extension has an image mime type (see `get_files`)."""
    return get_files(path, image_extensions(), recurse, folders, followlinks)


def get_text_files(
    path: StrPath, recurse: bool = True, folders: Iterable[str] | str | None = None, followlinks: bool = True
) -> list[Path]:
    """All `.txt` files below the folder `path` (see `get_files`)."""
    return get_files(path, ".txt", recurse, folders, followlinks)


@dataclass(frozen=True)
class FileGetter:
    """`get_files` with its settings fixed: a callable that lists the files of `path / suf`."""

    suf: str = ""
    extensions: Iterable[str] | str | None = None
    recurse: bool = True
    folders: Iterable[str] | str | None = None

    def __call__(self, path: StrPath) -> list[Path]:
        return get_files(Path(path) / self.suf, self.extensions, self.recurse, self.folders)


@dataclass(frozen=True)
class ImageGetter:
    """`get_image_files` with its settings fixed: a callable that lists the images of `path / suf`."""

    suf: str = ""
    recurse: bool = True
    folders: Iterable[str] | str | None = None

    def __call__(self, path: StrPath) -> list[Path]:
        return get_image_files(Path(path) / self.suf, self.recurse, self.folders)


class ItemGetter(ItemTransform):
    """Takes part `i` of an item: `ItemGetter(0)((image, label))` is `image`."""

    def __init__(self, i: int | str) -> None:
        super().__init__()
        self.i = i

    def encodes(self, x: Any) -> Any:
        return x[self.i]


class AttrGetter(ItemTransform):
    """Takes attribute `nm` of an item, or `default` where the item has none."""

    def __init__(self, nm: str, default: Any = None) -> None:
        super().__init__()
        self.nm, self.default = nm, default

    def encodes(self, x: Any) -> Any:
        return getattr(x, self.nm, self.default)


def _as_extensions(extensions: Iterable[str] | str | None) -> frozenset[str] | None:
    if extensions is None:
        return None
    listed = [extensions] if isinstance(extensions, str) else list(extensions)
    return frozenset(e.lower() if e.startswith(".") else f".{e.lower()}" for e in listed)


def check_folder(root: Path, chosen: set[str] | None = None) -> None:
    """Raises: DataError, with a name that is there, unless `root` is a folder and has the folders `chosen` in it."""
    if not root.exists():
        raise DataError(f"There is no folder {str(root)!r}{_nearby(root)} (working folder: {Path.cwd()}).")
    if not root.is_dir():
        raise DataError(f"A folder is expected, but {str(root)!r} is a file. Try its folder: {str(root.parent)!r}.")
    for name in sorted((chosen or set()) - {"."}):
        if not (root / name).is_dir():
            raise DataError(
                f"`folders` names {name!r}, but there is no such folder in {str(root)!r}{_nearby(root / name)}."
            )


def _nearby(missing: Path) -> str:
    """A hint: the nearest folder that does exist, and a name in it that looks like the one asked for."""
    parent = next((p for p in missing.absolute().parents if p.is_dir()), None)
    if parent is None or not os.access(parent, os.R_OK):
        return ""
    asked = missing.absolute().relative_to(parent).parts[0]
    close = get_close_matches(asked, [p.name for p in parent.iterdir() if p.is_dir()], n=1, cutoff=0.6)
    return (
        f"; did you mean {str(parent / close[0])!r}?"
        if close
        else f"; the nearest folder that exists is {str(parent)!r}"
    )


def _starts(root: Path, recurse: bool, chosen: set[str] | None) -> Iterator[tuple[Path, bool]]:
    """The folders to look into, each with whether to go below it too."""
    if chosen is None:
        yield root, recurse
        return
    for name in sorted(chosen):
        yield (root, False) if name == "." else (root / name, recurse)


def _walk(folder: Path, recurse: bool, followlinks: bool, above: frozenset[tuple[int, int]]) -> Iterator[Path]:
    """Files of `folder`, then those of its folders, both by name; `above` holds the folders we are inside of."""
    try:
        stat = folder.stat()
        entries = sorted((e for e in os.scandir(folder) if not e.name.startswith(".")), key=lambda e: e.name)
    except OSError as e:
        raise DataError(
            f"The folder {str(folder)!r} cannot be read: {e.strerror or e}. "
            "Try changing its permissions, or name only the readable ones with `folders=`."
        ) from e
    here = (stat.st_dev, stat.st_ino)
    if here in above:  # a link that leads back to a folder we came through
        return
    yield from (folder / e.name for e in entries if not e.is_dir())
    if recurse:
        for entry in entries:
            if entry.is_dir() and (followlinks or not entry.is_symlink()):
                yield from _walk(folder / entry.name, recurse, followlinks, above | {here})


def _nothing_found(
    root: Path, everything: list[Path], wanted: frozenset[str] | None, recurse: bool, chosen: set[str] | None
) -> str:
    where = f"the folder {str(root)!r}" + (f" (only in {', '.join(sorted(chosen))})" if chosen else "")
    if not everything:
        folders = sorted(e.name for e in os.scandir(root) if e.is_dir() and not e.name.startswith("."))
        if recurse and folders and not chosen:
            named = ", ".join(folders[:5]) + (", …" if len(folders) > 5 else "")
            return f"No files in {where}: its folders ({named}) are empty, or all their names start with a dot."
        hint = " Try recurse=True." if not recurse else ""
        return f"No files in {where}: it is empty, or all its names start with a dot.{hint}"
    what = "image files" if wanted == image_extensions() else f"files ending in {', '.join(sorted(wanted or ()))}"
    kinds = Counter(f.suffix.lower() or "no extension" for f in everything).most_common(5)
    there = ", ".join(f"{n} {'with ' if kind == 'no extension' else ''}{kind}" for kind, n in kinds)
    return (
        f"No {what} in {where}: it holds {len(everything)} other files ({there}). "
        "Try get_files(path, extensions=[...]) with the extensions you have."
    )
