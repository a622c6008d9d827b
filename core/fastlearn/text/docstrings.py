"""A corpus that every Python brings along: the docstrings of its standard library, with the package they come from."""

from __future__ import annotations

import ast
import csv
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

LEAST = 80  # characters of a docstring; shorter ones say little
LEAST_TEXTS = 20  # of a package
LEFT_OUT = frozenset(
    ("test", "tests", "idlelib", "lib2to3", "site-packages", "dist-packages", "__pycache__", "turtledemo", "ensurepip")
)
COLUMNS = ("package", "name", "text", "is_valid")


def write_docstrings(folder: Path) -> None:
    """Write `docstrings.csv` into `folder`: package, name of what is described, text, and whether it is for validation.

    The files of the standard library are parsed, never imported. Modules are in the order of their names, so that the
    same Python writes the same file. Packages are those with 20 texts and more; one text in five is for validation.
    """
    rows = list(_rows(Path(sysconfig.get_paths()["stdlib"])))
    counts: dict[str, int] = {}
    for package, _, _ in rows:
        counts[package] = counts.get(package, 0) + 1
    seen: dict[str, int] = {}
    with open(folder / "docstrings.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for package, name, text in rows:
            if counts[package] < LEAST_TEXTS:
                continue
            seen[package] = seen.get(package, 0) + 1
            writer.writerow((package, name, text, seen[package] % 5 == 0))


def _rows(library: Path) -> Iterator[tuple[str, str, str]]:
    """Package, full name and docstring of all that has one; equal texts once."""
    known: set[str] = set()
    modules = frozenset(name.removeprefix("_") for name in sys.stdlib_module_names)
    for file in _files(library):
        parts = file.relative_to(library).with_suffix("").parts
        if parts[0].removeprefix("_") not in modules:
            continue
        for name, text in docstrings_of(file):
            if len(text) >= LEAST and text not in known:
                known.add(text)
                yield parts[0].removeprefix("_"), ".".join((*parts, name) if name else parts), text


def _files(folder: Path) -> Iterator[Path]:
    """The modules below `folder` by name; folders of tests and of what was installed later are not looked into."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name in LEFT_OUT:
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix == ".py":
            yield path


def docstrings_of(file: Path) -> Iterator[tuple[str, str]]:
    """The dotted names, "" for the module, and the docstrings in a file; nothing for one that is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in old code
            tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return
    yield from _docstrings_in(tree, "")


def _docstrings_in(node: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        text = ast.get_docstring(node)
        if text:
            yield name, text
    for child in ast.iter_child_nodes(node):
        own = (
            getattr(child, "name", "")
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            else ""
        )
        yield from _docstrings_in(child, ".".join(part for part in (name, own) if part))
