"""Where things that come from outside are kept: one folder, one small file, one environment variable."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from fastlearn.data.problems import DataError

HOME_VARIABLE = "FASTWIDGETS_HOME"
CONFIG_NAME = "config.json"
CACHE_TAG = "CACHEDIR.TAG"
# The first line is what backup programs look for (bford.info/cachedir); `clear_cache` empties no folder without it.
CACHE_TAG_TEXT = """Signature: 8a477f597d28d172789f06886806bc55
# Files here can be made again: fastlearn's clear_cache() removes them.
"""


@dataclass(frozen=True)
class Config:
    """The folders for data sets, downloaded archives, models and things that can be made again.

    They lie in the home folder: `base`, or `$FASTWIDGETS_HOME`, or `~/.fastwidgets`. Its `config.json` may name others,
    as in `{"data": "/mnt/big/data"}`; relative ones start at the home folder.
    """

    home: Path
    data: Path
    archive: Path
    model: Path
    cache: Path

    @classmethod
    def load(cls, base: str | os.PathLike[str] | None = None) -> Config:
        """The folders as the config file has them, or the default ones. Makes no folder.

        Raises: DataError, naming the file, if it cannot be read or names a folder that there is no use for.
        """
        home = Path(base or os.environ.get(HOME_VARIABLE) or "~/.fastwidgets").expanduser().absolute()
        chosen = _read(home / CONFIG_NAME)
        default = {"data": "data", "archive": "archive", "model": "models", "cache": "cache"}
        return cls(home, **{key: home / Path(chosen.get(key, name)).expanduser() for key, name in default.items()})

    def save(self) -> Path:
        """Write the folders to the config file of the home folder and return its path."""
        chosen = {key: str(getattr(self, key)) for key in folder_names()}
        return write_json(make_folder(self.home) / CONFIG_NAME, chosen)

    def make_cache(self) -> Path:
        """The cache folder, made and marked as one if it is not there yet."""
        if not (self.cache / CACHE_TAG).exists():
            (make_folder(self.cache) / CACHE_TAG).write_text(CACHE_TAG_TEXT, encoding="utf-8")
        return self.cache


def folder_names() -> list[str]:
    """The keys that the config file may have."""
    return [f.name for f in fields(Config) if f.name != "home"]


def make_folder(folder: Path) -> Path:
    """Make `folder` and those above it if they are missing; a folder that cannot be made is named, with a way out."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise DataError(
            f"The folder {str(folder)!r} cannot be made: {e.strerror or e}. Try another place: set the "
            f"environment variable {HOME_VARIABLE} to a folder you can write to."
        ) from e
    return folder


def write_json(path: Path, value: Any) -> Path:
    """Write `value` to `path` so that a reader sees the old file or the new one, never half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as f:
        json.dump(value, f, indent=2, sort_keys=True)
    os.replace(name, path)
    return path


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        chosen = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise DataError(f"The config file {str(path)!r} cannot be read: {e}. Try correcting or removing it.") from e
    known = folder_names()
    if not isinstance(chosen, dict) or not all(isinstance(v, str) for v in chosen.values()):
        raise DataError(
            f"The config file {str(path)!r} is a JSON object that gives folders for {known}, but it holds "
            f"{json.dumps(chosen)[:100]}."
        )
    for key in sorted(set(chosen) - set(known)):
        close = get_close_matches(key, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {known}."
        raise DataError(f"The config file {str(path)!r} has the unknown key {key!r}: {hint}")
    return chosen
