"""A block of tokenised texts that stands on its own: its tokens, and the texts as numbers. No torch in here."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fastlearn.text.encode import TextEncoder

MAGIC = b"fwtok1\n\0"
HEAD = struct.Struct("<8sIQQQ")  # magic, checksum, bytes of the tokens, how many ids, how many texts


@dataclass(frozen=True)
class TokenBlock:
    """`ids`, int32 of shape `(n,)`, are positions in `tokens`, which stand in the order in which they first occur.

    `lengths`, int64 of shape `(texts,)`, says how many ids each text has.
    """

    tokens: list[str]
    ids: np.ndarray
    lengths: np.ndarray

    def to_bytes(self) -> bytes:
        """All of it as bytes, with a checksum."""
        tokens = json.dumps(self.tokens, separators=(",", ":")).encode("ascii")
        body = b"".join((tokens, self.lengths.astype("<i8").tobytes(), self.ids.astype("<i4").tobytes()))
        return HEAD.pack(MAGIC, zlib.crc32(body), len(tokens), len(self.ids), len(self.lengths)) + body

    @classmethod
    def from_bytes(cls, content: bytes) -> TokenBlock | None:
        """The block that was written; None if it is not whole."""
        if len(content) < HEAD.size:
            return None
        magic, checksum, n_bytes, n_ids, n_texts = HEAD.unpack_from(content)
        body = memoryview(content)[HEAD.size :]
        if magic != MAGIC or len(body) != n_bytes + 4 * n_ids + 8 * n_texts or zlib.crc32(body) != checksum:
            return None
        lengths = np.frombuffer(body, "<i8", n_texts, n_bytes)
        ids = np.frombuffer(body, "<i4", n_ids, n_bytes + 8 * n_texts)
        return cls(json.loads(bytes(body[:n_bytes])), ids, lengths)


def encode_block(encoder: TextEncoder, texts: Sequence[str]) -> TokenBlock:
    """`texts` as a block. The encoder keeps what it has learnt for the next one, as long as that is not too much."""
    encoder.make_room()
    encoded = list(encoder.encode_all(texts))
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
    order, ids = in_order_of_occurrence(_joined(encoded), len(encoder.tokens))
    return TokenBlock([encoder.tokens[i] for i in order.tolist()], ids, lengths)


def in_order_of_occurrence(ids: np.ndarray, n_tokens: int) -> tuple[np.ndarray, np.ndarray]:
    """The distinct `ids` in the order in which they first occur, and `ids` as positions in that."""
    first = np.full(n_tokens, len(ids), np.int64)
    first[ids[::-1]] = np.arange(len(ids) - 1, -1, -1)  # of several values for one place the last one stays
    used = np.flatnonzero(first < len(ids))
    order = used[np.argsort(first[used], kind="stable")]
    table = np.empty(n_tokens, np.int32)
    table[order] = np.arange(len(order), dtype=np.int32)
    return order, table[ids]


def _joined(encoded: Sequence[object]) -> np.ndarray:
    parts = [np.frombuffer(part, np.int32) for part in encoded if len(part)]  # type: ignore[arg-type, call-overload]
    return np.concatenate(parts) if parts else np.empty(0, np.int32)
