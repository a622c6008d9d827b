"""Tokenised blocks on disk, found again by the content of their texts: what an interrupted run has done stays done."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from fastlearn.text.token_blocks import TokenBlock
from fastlearn.text.worker import pack_texts

MOST_BYTES = 4 * 10**9
ENDING = ".tokens"


class BlockCache:
    """A folder with one file for each block, named by a digest of the tokeniser and of the texts.

    A file is put in its place whole, so other processes see all of it or none, and one that is damaged is made again.
    The files longest unused go when there are more than `most_bytes`.
    """

    def __init__(self, folder: Path, tokenizer_digest: str, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self.tokenizer_digest, self.most_bytes = folder, tokenizer_digest, most_bytes

    def path_of(self, texts: Sequence[str]) -> Path:
        """Where the block of these texts is, or would be."""
        lengths, characters = pack_texts(texts)
        digest = blake2b(self.tokenizer_digest.encode(), digest_size=20)
        digest.update(lengths)
        digest.update(characters)
        return self.folder / f"{digest.hexdigest()}{ENDING}"

    def find(self, path: Path) -> TokenBlock | None:
        """The block at `path`; None if there is none, or a damaged one."""
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return TokenBlock.from_bytes(content)

    def keep(self, path: Path, block: TokenBlock) -> None:
        """Write the block. A folder that cannot be written to is of no use, and does no harm."""
        draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(block.to_bytes())
            os.replace(draft, path)
        except OSError:
            with suppress(OSError):
                draft.unlink()

    def tidy(self) -> None:
        """Remove the files longest unused until the rest takes no more than `most_bytes`."""
        files = []
        for path in self.folder.glob(f"*{ENDING}"):
            try:
                stat = path.stat()
            except OSError:  # removed by another process
                continue
            files.append((stat.st_mtime, stat.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size
