"""A worker process of the tokeniser: reads blocks of texts from its input, writes them tokenised to its output."""

from __future__ import annotations

import json
import signal
import struct
import sys
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np

from fastlearn.text.recipe import encoder_of
from fastlearn.text.token_blocks import encode_block

SIZES = struct.Struct("<QQ")


def write_message(stream: BinaryIO, first: bytes, second: bytes = b"") -> None:
    """Write two parts, with their sizes before them."""
    stream.write(SIZES.pack(len(first), len(second)))
    stream.write(first)
    stream.write(second)
    stream.flush()


def read_message(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """The two parts of the next message; None at the end of the stream."""
    head = stream.read(SIZES.size)
    if len(head) < SIZES.size:
        return None
    n_first, n_second = SIZES.unpack(head)
    first, second = stream.read(n_first), stream.read(n_second)
    return (first, second) if len(first) + len(second) == n_first + n_second else None


def pack_texts(texts: Sequence[str]) -> tuple[bytes, bytes]:
    """Texts as their lengths and all their characters; also those that no file could hold (lone surrogates)."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return lengths.tobytes(), "".join(texts).encode("utf-8", "surrogatepass")


def unpack_texts(lengths: bytes, characters: bytes) -> list[str]:
    """The texts that were packed."""
    ends = np.cumsum(np.frombuffer(lengths, np.int64)).tolist()
    text = characters.decode("utf-8", "surrogatepass")
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def main() -> None:
    """Serve until the input ends, which it does when the parent process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all of a terminal; the parent decides what ends
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a rule prints must not come between the answers
    start = read_message(requests)
    if start is None:
        return
    encoder = encoder_of(json.loads(start[0]))
    while (message := read_message(requests)) is not None:
        try:
            write_message(answers, b"", encode_block(encoder, unpack_texts(*message)).to_bytes())
        except Exception as error:
            write_message(answers, f"{type(error).__name__}: {error}".encode())
