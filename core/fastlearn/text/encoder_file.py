"""The file of an encoder: its weights, and the words that they belong to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor, nn

from fastlearn.distributed.processes import rank_distrib
from fastlearn.runs.files import read_tensors, write_tensors
from fastlearn.text.pretrained import matched_rows
from fastlearn.vision.weights import read_weights

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["encoder_path", "read_encoder", "write_encoder"]

VERSION = "1"
TABLE = "encoder_dp.emb.weight"  # the rows that stand for words


def encoder_path(learn: Learner, file: str | Path) -> Path:
    """Where the encoder named `file` of `learn` lies."""
    path = learn.path / learn.model_dir / file
    return path if path.suffix in (".safetensors", ".pth") else path.with_name(path.name + ".safetensors")


def write_encoder(path: Path, encoder: nn.Module, words: Sequence[str] | None) -> Path:
    """Write the encoder with its words, whole or not at all; of several processes the first does."""
    if rank_distrib():
        return path
    meta = {"version": VERSION} if words is None else {"version": VERSION, "vocab": json.dumps(list(words))}
    return write_tensors(path, encoder.state_dict(), meta)


def read_encoder(path: Path, words: Sequence[str] | None, match_vocab: bool) -> dict[str, Tensor]:
    """The weights of the encoder at `path`, with one row for each of `words`.

    Raises: FileNotFoundError, naming what is there; ValueError if it was saved with other words, unless `match_vocab`.
    """
    if not path.is_file():
        there = sorted(p.stem for p in path.parent.glob("*.safetensors"))
        raise FileNotFoundError(f"There is no saved encoder at {path}. Saved there: {', '.join(there) or 'nothing'}.")
    if path.suffix == ".pth":
        return dict(read_weights(path))
    weights, meta = read_tensors(path)
    if "vocab" not in meta or words is None:
        return weights
    own = _words_in(meta["vocab"], path)
    if own == list(words):
        return weights
    if not match_vocab:
        known = len(set(own) & set(words))
        raise ValueError(
            f"The encoder in {path.name} was saved with another vocabulary: {len(own):,} words, where the data has "
            f"{len(words):,}; {known:,} are in both, and ids stand for other words. Try loaders with the vocabulary of "
            "the language model (text_vocab=dls_lm.vocab), or load_encoder(..., match_vocab=True)."
        )
    if TABLE not in weights:
        raise ValueError(f"The encoder in {path.name} has no table of words ({TABLE}) that could be matched.")
    return {**weights, TABLE: matched_rows(weights[TABLE], own, words)}


def _words_in(text: str, path: Path) -> list[str]:
    try:
        words = json.loads(text)
    except ValueError as error:
        raise ValueError(f"The vocabulary in {path} is damaged: {error}. Try saving the encoder again.") from error
    if not isinstance(words, list):
        raise ValueError(f"The vocabulary in {path} is no list of words. Try saving the encoder again.")
    return words
