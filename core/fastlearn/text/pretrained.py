"""Weights of a trained text model, for data with a vocabulary of its own: rows are matched by word."""

from __future__ import annotations

import io
import json
import pickle
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fastlearn.vision.weights import read_weights

__all__ = [
    "chosen_files", "load_part", "match_embeds", "matched_rows", "published_files", "read_language_model", "read_vocab",
]  # fmt: skip

EMBEDDING, DECODER, BIAS = "0.encoder_dp.emb.weight", "1.decoder.weight", "1.decoder.bias"
OLD_EMBEDDING = "0.encoder.weight"
_RAW = re.compile(r"^(.*)\.(weight_hh_l\d+(?:_reverse)?)_raw$")


def match_embeds(
    old_wgts: Mapping[str, Tensor], old_vocab: Sequence[str], new_vocab: Sequence[str]
) -> dict[str, Tensor]:
    """`old_wgts` of a language model with one row for each word of `new_vocab`: its own, or the mean row if it is new.

    Raises: ValueError if the weights have no embedding, or not one row for each word of `old_vocab`.
    """
    name = next((key for key in (EMBEDDING, OLD_EMBEDDING) if key in old_wgts), None)
    if name is None:
        raise ValueError(
            f"These are not the weights of a language model with an AWD-LSTM: there is no {OLD_EMBEDDING!r} among "
            f"{', '.join(list(old_wgts)[:4])}, ..."
        )
    if len(old_wgts[name]) != len(old_vocab):
        raise ValueError(
            f"The vocabulary does not match the weights: it has {len(old_vocab):,} words, and the embedding "
            f"{len(old_wgts[name]):,} rows. Try the vocabulary that was saved with these weights."
        )
    tables = [key for key in (EMBEDDING, OLD_EMBEDDING, DECODER, BIAS) if key in old_wgts]
    return {**old_wgts, **{key: matched_rows(old_wgts[key], old_vocab, new_vocab) for key in tables}}


def matched_rows(table: Tensor, old_vocab: Sequence[str], new_vocab: Sequence[str]) -> Tensor:
    """`table`, rows (or numbers) for `old_vocab`, with one for each word of `new_vocab`; the mean for a new word."""
    places = {word: i for i, word in reversed(list(enumerate(old_vocab)))}  # of equal ones the first
    rows = torch.tensor([places.get(word, -1) for word in new_vocab])
    found = table[rows.clamp(min=0)]
    found[rows < 0] = table.mean(0)
    return found


def read_language_model(path: str | Path) -> dict[str, Tensor]:
    """The weights of a language model in a .pth or .safetensors file, by the names that our own have.

    fastai keeps dropped weights twice, under `..._raw` and without; the first are the trained ones.
    Raises: OSError if the file cannot be read as plain tensors.
    """
    state = read_weights(path)
    if any(name.startswith("model.") for name in state):  # of learn.save, perhaps with an optimizer
        state = {name.removeprefix("model."): value for name, value in state.items() if name.startswith("model.")}
    renamed = {}
    for name, value in state.items():
        raw = _RAW.match(name)
        if raw:
            renamed[f"{raw[1]}.module.{raw[2]}"] = value
        elif _is_dropped_copy(name, state) or (name == OLD_EMBEDDING and EMBEDDING in state):
            continue
        else:
            renamed[EMBEDDING if name == OLD_EMBEDDING else name] = value
    return renamed


def _is_dropped_copy(name: str, state: Mapping[str, Tensor]) -> bool:
    layer, _, weight = name.rpartition(".module.")
    return f"{layer}.{weight}_raw" in state


def load_part(model: nn.Module, state: Mapping[str, Tensor], source: str) -> None:
    """Put `state` into `model`, all of it.

    Raises: ValueError, with the first differences, if names or shapes are those of another architecture.
    """
    own = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    given = {name: tuple(value.shape) for name, value in state.items()}
    if own != given:
        wrong = [f"{n} is {given[n]} and not {own[n]}" for n in own if n in given and own[n] != given[n]]
        missing = [f"{n} is missing" for n in own if n not in given]
        strange = [f"{n} is not in the model" for n in given if n not in own]
        raise ValueError(
            f"{source} is of another architecture than this {type(model).__name__}: "
            f"{'; '.join((wrong + missing + strange)[:3])} ({len(wrong) + len(missing) + len(strange)} differences). "
            "Try the arch and the config that it was made with."
        )
    model.load_state_dict(dict(state))


def read_vocab(path: str | Path) -> list[str]:
    """The words in a vocabulary file: JSON, one word a line, or the pickled list of texts that fastai writes.

    Of a pickle nothing but lists and texts is read; one that names any code is refused.
    Raises: ValueError if it is not a list of texts; FileNotFoundError.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no vocabulary file at {path}. Try a .json file with a list of words.")
    try:
        words = _parsed(path)
    except (ValueError, pickle.UnpicklingError, EOFError, IndexError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"The vocabulary file {path} cannot be read as a list of words: {error}.") from error
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(
            f"The vocabulary file {path} holds a {type(words).__name__}, but a vocabulary is a list of words, in the "
            "order of their ids."
        )
    return words


def _parsed(path: Path) -> Any:
    data = path.read_bytes()
    if path.suffix == ".json":
        return json.loads(data)
    if path.suffix in (".pkl", ".pickle"):
        return _PlainUnpickler(io.BytesIO(data)).load()
    return data.decode("utf-8").splitlines()


class _PlainUnpickler(pickle.Unpickler):
    """Reads lists, texts and numbers; importing anything, which is how a pickle runs code, is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"it names code, {module}.{name}, and is not loaded")

    def persistent_load(self, pid: Any) -> Any:
        raise pickle.UnpicklingError("it refers to things outside of the file, and is not loaded")


def chosen_files(folder: Path, names: Sequence[str | Path]) -> tuple[Path, Path]:
    """Weights and vocabulary in `folder`, each with whichever of its suffixes is there, unless `names` have one.

    Raises: ValueError if there are not two names.
    """
    if len(names) != 2:
        raise ValueError(f"`pretrained_fnames` are two files, weights and vocabulary, but got {list(names)}.")
    weights, words = (folder / name for name in names)
    return _with_suffix(weights, (".safetensors", ".pth")), _with_suffix(words, (".json", ".txt", ".pkl"))


def _with_suffix(path: Path, suffixes: Sequence[str]) -> Path:
    if path.suffix in suffixes:
        return path
    named = [path.with_name(path.name + suffix) for suffix in suffixes]
    return next((one for one in named if one.is_file()), named[0])


def published_files(url: str) -> tuple[Path, Path]:
    """Weights and vocabulary of a published language model, downloaded when they are first needed.

    Raises: OSError, saying what to do without a network.
    """
    from fastlearn.data.external import untar_data

    try:
        folder = untar_data(url, c_key="model")
    except OSError as error:
        raise OSError(
            f"The pretrained language model could not be had: {error} Without a network, pretrained=False trains from "
            "random weights, and pretrained_fnames=(weights, vocabulary) takes files of your own."
        ) from error
    files = [sorted(folder.rglob(pattern)) for pattern in ("*.pth", "*.pkl")]
    if not all(files):
        raise OSError(
            f"The language model in {folder} is incomplete: it has no .pth or no .pkl file. Delete it and try again."
        )
    return files[0][0], files[1][0]
