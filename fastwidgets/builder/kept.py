"""What was clicked about a folder, in a journal beside the data: a reload, a restart or a kill loses nothing of it."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastlearn.data.config import Config

from fastwidgets.builder.recipe import Recipe
from fastwidgets.journal import Journal, JournalInUse

__all__ = ["FOLDER", "Kept", "places"]

FOLDER = ".builder"  # below the data set's; names that start with a dot are no part of it
MOST = 100  # recipes that a builder which goes on from another one takes over
History = tuple[list[Recipe], list[Recipe]]


class Kept:
    """The clicks of builders on `folder`: `latest()` are those of the last one, `note(act, history)` adds one.

    The journal is opened for each click alone, so that several builders on a folder do not lock each other out; each
    is known by a number of its own. Where the folder cannot be written, it lies in the cache folder. A data set may
    come from anybody: a function for labels is only taken over where it was written on this machine by this user.
    `refused` says so in words.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._builder, self._begun = folder, uuid4().hex[:12], False
        self.refused = ""

    def latest(self) -> History | None:
        """The history of the builder that was used last; None where there is none, or it is of another version."""
        for place in places(self._folder):
            try:
                entries = [entry for entry in Journal(place).entries() if entry.get("builder")]
                if entries:
                    return _replayed(entry for entry in entries if entry["builder"] == entries[-1]["builder"])
            except _Foreign:
                self.refused = (f"The clicks kept in {place} hold a function that was not written here: nothing of "
                                "them was taken over, and nothing was run.")  # fmt: skip
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue
        return None

    def note(self, act: str, history: History) -> str:
        """Write that `act` ("set", "undo" or "redo") led to `history`; returns why that cannot be, or ""."""
        entry: dict[str, Any] = {"builder": self._builder, "do": act}
        if not self._begun:
            done, undone = history
            entry |= {"do": "begin", "done": _plain(done), "undone": _plain(undone)}
            recipes = [*done, *undone]
        elif act == "set":
            entry["recipe"] = history[0][-1].plain()
            recipes = [history[0][-1]]
        else:
            recipes = []
        trouble = ""
        for place in places(self._folder):
            try:
                entry["signed"] = sorted({_signature(one.labels.function) for one in recipes if one.labels.function})
                with Journal(place) as journal:
                    journal.append(entry)
            except (OSError, JournalInUse) as error:
                trouble = f"This step is not kept for after a restart: {error}"
            else:
                self._begun = True
                return ""
        return trouble


def places(folder: Path) -> Iterator[Path]:
    """Where what builders keep of a data set lies: below it, or in the cache folder where it cannot be written."""
    yield folder / FOLDER
    name = hashlib.blake2b(str(folder).encode(), digest_size=12).hexdigest()
    yield Config.load().make_cache() / "builders" / name


def _plain(recipes: list[Recipe]) -> list[dict[str, Any]]:
    return [recipe.plain() for recipe in recipes[-MOST:]]


class _Foreign(Exception):
    """An entry holds a function that this user did not write here."""


def _signature(function: str) -> str:
    return hmac.new(_key(), function.encode(), "sha256").hexdigest()


def _key() -> bytes:
    """A secret of this user on this machine, made when first needed."""
    file = Config.load().home / "builder.key"
    try:
        return file.read_bytes()
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            made.write(os.urandom(32))
        return file.read_bytes()


def _recipe(plain: dict[str, Any], signed: list[str]) -> Recipe:
    recipe = Recipe.of(plain)
    if recipe.labels.function and _signature(recipe.labels.function) not in signed:
        raise _Foreign
    return recipe


def _replayed(entries: Iterator[dict[str, Any]]) -> History | None:
    done: list[Recipe] = []
    undone: list[Recipe] = []
    for entry in entries:
        signed = entry.get("signed", [])
        match entry["do"]:
            case "begin":
                done, undone = ([_recipe(plain, signed) for plain in entry[key]] for key in ("done", "undone"))
            case "set":
                done.append(_recipe(entry["recipe"], signed))
                undone.clear()
            case "undo" if len(done) > 1:
                undone.append(done.pop())
            case "redo" if undone:
                done.append(undone.pop())
    return (done, undone) if done else None
