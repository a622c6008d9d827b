"""Text files to files of tokens, one for each, beside their counts: for other programs, or to look at."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from fastlearn.data.config import write_json
from fastlearn.data.find import get_files
from fastlearn.data.problems import DataError
from fastlearn.text.corpus_sources import read_text
from fastlearn.text.recipe import recipe_of
from fastlearn.text.rules import Rule
from fastlearn.text.tokenize_corpus import Cache, tokenize_corpus
from fastlearn.text.tokenize_tables import read_counter, ready_encoder, write_counter

COUNTER, LENGTHS, DONE = "counter.json", "lengths.json", "tokenized.json"


def tokenize_folder(
    path: str | os.PathLike[str],
    extensions: Iterable[str] | None = None,
    folders: Iterable[str] | None = None,
    output_dir: str | os.PathLike[str] | None = None,
    skip_if_exists: bool = True,
    n_workers: int | None = None,
    rules: Sequence[Rule] | None = None,
    tok: Any = None,
    encoding: str = "utf-8",
    cache: Cache = None,
) -> Path:
    """Tokenise the text files below `path` into files of the same names below `output_dir` (`<path>_tok`).

    Tokens are joined by spaces; `counter.json` says how often each occurs, `lengths.json` how many each file has.
    With `skip_if_exists` nothing is done if the same files were tokenised there in the same way. An interrupted run is
    taken up where it was (see `tokenize_corpus`). Returns the folder.
    """
    root = Path(path)
    files = get_files(root, [".txt"] if extensions is None else extensions, folders=folders)
    target = root.parent / f"{root.name}_tok" if output_dir is None else Path(output_dir)
    return tokenize_files(files, root, target, None, n_workers, rules, tok, encoding, skip_if_exists, cache)


def tokenize_files(
    files: Sequence[Path],
    path: str | os.PathLike[str],
    output_dir: str | os.PathLike[str],
    output_names: Sequence[str] | None = None,
    n_workers: int | None = None,
    rules: Sequence[Rule] | None = None,
    tok: Any = None,
    encoding: str = "utf-8",
    skip_if_exists: bool = False,
    cache: Cache = None,
) -> Path:
    """Tokenise `files`, which lie below `path`, into `output_dir`; see `tokenize_folder`. Returns that folder.

    Raises: DataError, naming file and byte, for one that is not a text in `encoding`.
    """
    root, target = Path(path), Path(output_dir)
    names = [str(Path(file).relative_to(root)) for file in files] if output_names is None else list(output_names)
    if len(names) != len(files):
        raise DataError(f"`output_names` has one name for each of {len(files)} files, but there are {len(names)}.")
    texts = _Texts(files, encoding)
    encoder = ready_encoder(tok, rules, texts)
    digest = _digest(files, names, recipe_of(encoder))
    if skip_if_exists and digest is not None and _done(target) == digest:
        return target
    corpus = tokenize_corpus(texts, encoder, n_workers, cache, sum(os.path.getsize(file) for file in files))
    for name, tokens in zip(names, corpus, strict=True):
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(" ".join(tokens), encoding=encoding, errors="xmlcharrefreplace")
    target.mkdir(parents=True, exist_ok=True)
    write_counter(target / COUNTER, corpus.counter)
    write_json(target / LENGTHS, dict(zip(names, corpus.lengths.tolist(), strict=True)))
    write_json(target / DONE, {"digest": digest})
    return target


class _Texts:
    """The texts in files, each read when it is its turn; can be gone through again."""

    def __init__(self, files: Sequence[Path], encoding: str) -> None:
        self.files, self.encoding = files, encoding

    def __iter__(self) -> Iterator[str]:
        return (read_text(file, self.encoding) for file in self.files)


def _digest(files: Sequence[Path], names: Sequence[str], recipe: Any) -> str | None:
    """What a finished run had: how it tokenised, and each file's size and time."""
    if recipe is None:
        return None
    stats = [(name, os.stat(file).st_size, os.stat(file).st_mtime_ns) for name, file in zip(names, files, strict=True)]
    return blake2b(json.dumps([recipe, stats], sort_keys=True).encode(), digest_size=16).hexdigest()


def _done(target: Path) -> str | None:
    try:
        found = json.loads((target / DONE).read_text(encoding="utf-8"))
        read_counter(target / COUNTER)
        return found.get("digest")  # type: ignore[no-any-return]
    except (OSError, ValueError, AttributeError):
        return None
