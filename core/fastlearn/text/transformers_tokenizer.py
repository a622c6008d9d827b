"""The tokenizer that a transformer was trained with, for our own loaders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastlearn.text.pieces import several_texts
from fastlearn.text.special import FAKE, PAD, UNK
from fastlearn.text.transformers_library import library, read_local

if TYPE_CHECKING:
    from fastlearn.text.tokenizer import Tokenizer

__all__ = ["TransformersTokenizer"]

AT_ONCE = 1000  # texts handed to the library together


class TransformersTokenizer:
    """Splits texts as the transformer at `name`, a folder or a name in the hub's cache on this machine, expects them.

    Its marks of padding and of unknown words are called `xxpad` and `xxunk`, as everywhere here; a model without a mark
    of padding is padded with that of a text's end. `vocab` is the list of its tokens in the order of their ids, which
    the loaders take. Loaders take `tok.transform()` and
    `text_vocab=tok.vocab`. `state` is the JSON of a tokenizer,
    then nothing is read.
    Raises: OSError if it is not on this machine; ValueError if it has no fast tokenizer, or no mark to pad with.
    """

    def __init__(
        self, name: str | Path | None = None, state: str | None = None, pad: str | None = None, unk: str | None = None
    ) -> None:
        if state is None:
            if name is None:
                raise ValueError("Which tokenizer? Try TransformersTokenizer('folder of a model').")
            state, pad, unk = _read(name)
        from tokenizers import Tokenizer

        self.name, self.pad, self.unk = None if name is None else str(name), pad, unk
        self._tokenizer: Any = Tokenizer.from_str(state)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._ours = {mark: ours for mark, ours in ((unk, UNK), (pad, PAD)) if mark is not None}
        self._theirs = {ours: mark for mark, ours in self._ours.items()}

    def transform(self, text_cols: str | int | Sequence[str | int] | None = None) -> Tokenizer:
        """The step that loaders take as `tok_tfm`: the model's own preparation of texts, and none of our marks."""
        from fastlearn.text.tokenizer import Tokenizer

        return Tokenizer(self, rules=[], post_rules=[], text_cols=text_cols)

    @cached_property
    def vocab(self) -> list[str]:
        """The tokens in the order of their ids."""
        ids: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=True)
        words = [FAKE] * (max(ids.values()) + 1)
        for token, i in ids.items():
            words[i] = self._ours.get(token, token)
        return words

    def __call__(self, items: Iterable[str]) -> Iterator[list[str]]:
        """The tokens of each text, with those that the model wants around it."""
        texts = iter(several_texts(items))
        while some := list(islice(texts, AT_ONCE)):
            for encoded in self._tokenizer.encode_batch(some):
                yield [self._ours.get(token, token) for token in encoded.tokens]

    def join(self, tokens: Iterable[str]) -> str:
        """The text that `tokens` stand for, without the marks around it."""
        ids = (self._tokenizer.token_to_id(self._theirs.get(token, token)) for token in tokens)
        return str(self._tokenizer.decode([i for i in ids if i is not None], skip_special_tokens=True))

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same tokenizer again, wherever the files are."""
        return {"name": self.name, "state": self._tokenizer.to_str(), "pad": self.pad, "unk": self.unk}

    def __getstate__(self) -> dict[str, Any]:
        return self.constructor_arguments()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def __repr__(self) -> str:
        return f"TransformersTokenizer({self.name!r}): {len(self.vocab)} tokens"


def _read(name: str | Path) -> tuple[str, str, str | None]:
    """The JSON of the tokenizer at `name`, its mark of padding and that of unknown words."""
    found = read_local(library().AutoTokenizer, name)
    fast = getattr(found, "backend_tokenizer", None)
    if fast is None:
        raise ValueError(f"{str(name)!r} has no fast tokenizer (tokenizer.json). Try one that was saved with it.")
    pad = next((mark for mark in (found.pad_token, found.eos_token, found.sep_token) if mark is not None), None)
    if pad is None:
        raise ValueError(
            f"The tokenizer at {str(name)!r} has neither a mark of padding nor one of a text's end. Try to set its "
            "pad_token, and to save it again."
        )
    return fast.to_str(), str(pad), None if found.unk_token is None else str(found.unk_token)
