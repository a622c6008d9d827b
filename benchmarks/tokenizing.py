"""Tokenising and numbering English with all rules: one process against fastai's, and two processes against one.

    make bench, or: FASTAI_PYTHON=python-with-fastai python benchmarks/tokenizing.py [fastai] [processes]

Figures to reach: at least 8 times fastai's speed (12 wished for) on 2 MB in one process, with the same tokens; on
100 MB two processes at least 1.6 times as fast as one. One process is timed by what it takes of a processor, so that
others on the machine do not count; two are timed by the clock, which needs two processors to themselves. The texts are
the docstrings of the standard library, repeated. ROUNDS and LARGE_MB change the number of rounds and the 100 MB.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pandas as pd
from fastlearn.data.samples import sample_data
from fastlearn.text.encode import TextEncoder
from fastlearn.text.tokenize_corpus import tokenize_corpus
from fastlearn.text.vocab import Numericalize, make_vocab
from fastlearn.text.word_tokenizer import WordTokenizer
from harness import Variant, cpu_seconds, paired, ratio, seconds, table

FASTAI_PYTHON = os.environ.get("FASTAI_PYTHON")
FASTAI_SCRIPT = Path(__file__).parent / "peer" / "tokenizing_fastai.py"
ROUNDS = int(os.environ.get("ROUNDS", 3))
LARGE_MB = int(os.environ.get("LARGE_MB", 100))


def corpus(n_characters: int) -> list[str]:
    """Docstrings of 200 characters and more, each once while there are enough, up to `n_characters` in all."""
    texts = pd.read_csv(sample_data("docstrings") / "docstrings.csv").text
    found: list[str] = []
    left = n_characters
    while left > 0:
        for text in texts[texts.str.len() > 200]:
            if left <= 0:
                break
            # numbered, so that a second pass has words that the first had not
            found.append(text if n_characters < 2_000_000 else f"{text} n{len(found)}")
            left -= len(found[-1])
    return found


def number(texts: Sequence[str]) -> int:
    """Tokens and their ids, from nothing: how many there are."""
    tokens = tokenize_corpus(texts, TextEncoder(WordTokenizer()), n_workers=0, cache=False)
    step = Numericalize(make_vocab(tokens.counter))
    return sum(len(step(text)) for text in tokens)


def fastai(file: Path, counts: list[int]) -> Variant:
    """The same in fastai, in a process of its own; `counts` gets how many tokens it had."""
    assert FASTAI_PYTHON is not None

    def run() -> float:
        done = subprocess.run([FASTAI_PYTHON, FASTAI_SCRIPT, file], capture_output=True, text=True, check=True)
        n, took = done.stdout.split()[-2:]
        counts.append(int(n))
        return float(took)

    return run


def against_fastai() -> None:
    """2 MB in one process."""
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder))


def compare(folder: Path) -> None:
    texts = corpus(1_999_999)
    size = sum(map(len, texts)) / 1e6
    (folder / "texts.json").write_text(json.dumps(texts))
    counts: list[int] = []
    sides = {"fastlearn": cpu_seconds(lambda: number(texts))}
    if FASTAI_PYTHON:
        sides["fastai"] = fastai(folder / "texts.json", counts)
    else:
        print("fastai is left out: FASTAI_PYTHON names no Python that has it.", file=sys.stderr)
    measured = paired(sides, ROUNDS)
    rows: list[list[object]] = [[name, f"{size / median(times):.2f}"] for name, times in measured.items()]
    table(f"Tokens and ids of {size:.1f} MB, one process", ["library", "MB/s"], rows)
    if FASTAI_PYTHON:
        print(f"\n  {ratio(measured, 'fastai', 'fastlearn'):.1f} times fastai's speed (at least 8), "
              f"{number(texts):,} tokens and {counts[0]:,}")  # fmt: skip


def two_processes() -> None:
    """100 MB in one process and in two."""
    texts = corpus(LARGE_MB * 1_000_000)

    def run(n_workers: int) -> Variant:
        return seconds(lambda: tokenize_corpus(texts, TextEncoder(WordTokenizer()), n_workers, cache=False))

    measured = paired({"one process": run(0), "two processes": run(2)}, ROUNDS)
    rows: list[list[object]] = [[name, f"{LARGE_MB / median(times):.2f}"] for name, times in measured.items()]
    table(f"Tokens of {LARGE_MB} MB", ["", "MB/s"], rows)
    print(f"\n  two are {ratio(measured, 'one process', 'two processes'):.2f} times as fast as one (at least 1.6)")


PARTS = {"fastai": against_fastai, "processes": two_processes}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
