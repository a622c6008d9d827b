"""Many texts to a corpus of tokens: in blocks, in as many processes as pay, with what was done before left out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from fastlearn.data.config import Config
from fastlearn.data.workers import usable_cpus
from fastlearn.text.block_cache import BlockCache
from fastlearn.text.corpus import CorpusBuilder, TokenCorpus
from fastlearn.text.encode import TextEncoder
from fastlearn.text.pool import TokenizerPool
from fastlearn.text.recipe import digest_of, recipe_of
from fastlearn.text.token_blocks import TokenBlock, encode_block

BLOCK = 1 << 21  # characters
MOST_TEXTS = 1 << 14  # in a block
FOR_A_WORKER = 1 << 23  # characters that keep a process busy for longer than it takes to start
FOR_A_CACHE = 1 << 22  # characters that take longer to tokenise than to look up

Cache = bool | str | os.PathLike[str] | None


def tokenize_corpus(
    texts: Iterable[str],
    encoder: TextEncoder,
    n_workers: int | None = None,
    cache: Cache = None,
    n_characters: int | None = None,
) -> TokenCorpus:
    """The tokens of `texts`, which are read once, in order, a block at a time.

    `n_workers`: processes; by default none for a few megabytes, else up to one a core. `cache`: a folder for tokenised
    blocks, False for none; by default the one of `Config`, for corpora of some megabytes. Run again after an interrupt,
    or with more texts at the end, it tokenises only what is new. `n_characters` says about how many are to come where
    `texts` does not tell. The result is the same for any number of processes.
    Raises: ValueError if `n_workers` is negative; RuntimeError if a worker process dies.
    """
    size = n_characters if n_characters is not None else _size_of(texts)
    recipe = recipe_of(encoder)
    store = _store(cache, size, recipe)
    builder = CorpusBuilder()
    with ExitStack() as stack:
        for block in _encoded(texts, encoder, _workers(n_workers, size, recipe), recipe, store, stack):
            builder.add(block)
    if store is not None:
        store.tidy()
    return builder.finish()


def in_blocks(texts: Iterable[str], most: int = BLOCK, most_texts: int = MOST_TEXTS) -> Iterator[list[str]]:
    """`texts` in lists of about `most` characters each; a longer text is a list of its own."""
    block: list[str] = []
    size = 0
    for text in texts:
        if block and (size + len(text) > most or len(block) >= most_texts):
            yield block
            block, size = [], 0
        block.append(text)
        size += len(text)
    if block:
        yield block


def _encoded(
    texts: Iterable[str], encoder: TextEncoder, n_workers: int, recipe: Any, store: BlockCache | None, stack: ExitStack
) -> Iterator[TokenBlock]:
    """The blocks in order: from the store, or tokenised and put there as soon as they are done."""
    if n_workers < 2 or recipe is None:
        for block in in_blocks(texts):
            path = None if store is None else store.path_of(block)
            done = None if store is None or path is None else store.find(path)
            yield _kept(store, path, encode_block(encoder, block)) if done is None else done
        return
    yield from _Parallel(recipe, n_workers, store, stack).encode(texts)


class _Parallel:
    """Blocks through a pool that starts with the first block that is not in the store."""

    def __init__(self, recipe: dict[str, Any], n_workers: int, store: BlockCache | None, stack: ExitStack) -> None:
        self.pool = TokenizerPool(recipe, n_workers)
        self.store, self.stack = store, stack
        self.started = False

    def encode(self, texts: Iterable[str]) -> Iterator[TokenBlock]:
        """Runs of blocks that are not stored go to the pool together, what is stored comes between them."""
        paths: list[Path | None] = []
        found: list[TokenBlock] = []
        blocks = in_blocks(texts)

        def missing() -> Iterator[list[str]]:
            for block in blocks:
                path = None if self.store is None else self.store.path_of(block)
                done = None if self.store is None or path is None else self.store.find(path)
                if done is not None:
                    found.append(done)
                    return
                paths.append(path)
                yield block

        while True:
            found.clear()
            run = missing()
            first = next(run, None)
            if first is not None:
                for block in self._pool().encode(_chain(first, run)):
                    yield _kept(self.store, paths.pop(0), block)
            if not found:
                return
            yield found[0]

    def _pool(self) -> TokenizerPool:
        if not self.started:
            self.stack.enter_context(self.pool)
            self.started = True
        return self.pool


def _chain(first: list[str], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from rest


def _kept(store: BlockCache | None, path: Path | None, block: TokenBlock) -> TokenBlock:
    if store is not None and path is not None:
        store.keep(path, block)
    return block


def _size_of(texts: Iterable[str]) -> int | None:
    """How many characters `texts` have, where they lie in memory."""
    if isinstance(texts, Sequence):
        return sum(map(len, texts))
    return None


def _workers(n_workers: int | None, size: int | None, recipe: Any) -> int:
    if n_workers is None:
        return 0 if recipe is None or size is None else min(usable_cpus(), size // FOR_A_WORKER)
    if isinstance(n_workers, bool) or not isinstance(n_workers, int) or n_workers < 0:
        raise ValueError(
            f"`n_workers` is a number of processes, 0 or more, or None to choose by size, but got {n_workers!r}."
        )
    return n_workers


def _store(cache: Cache, size: int | None, recipe: dict[str, Any] | None) -> BlockCache | None:
    if cache is False or recipe is None or (cache is None and (size is None or size < FOR_A_CACHE)):
        return None
    folder = Config.load().make_cache() / "tokens" if cache is None or cache is True else Path(cache)
    return BlockCache(folder, digest_of(recipe))
