"""spaCy's tokeniser for any of its languages; how each distinct word splits is remembered."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from fastlearn.text.pieces import PieceTokenizer
from fastlearn.text.special import SPECIAL_TOKENS


class SpacyTokenizer(PieceTokenizer):
    """Splits like the blank pipeline of spaCy for `lang`; `special_toks` (default: ours) stay whole.

    Raises: ImportError, with what to install, where spaCy is missing or does not know the language.
    """

    def __init__(self, lang: str = "en", special_toks: Sequence[str] | None = None) -> None:
        super().__init__()
        self.lang = lang
        self.special_toks = list(SPECIAL_TOKENS if special_toks is None else special_toks)
        self._split = _tokenizer(lang, self.special_toks)

    def split_word(self, word: str) -> tuple[str, ...]:
        """The tokens of a word with the signs around it."""
        return tuple([token.text for token in self._split(word)])

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same tokeniser again."""
        return {"lang": self.lang, "special_toks": self.special_toks}

    def __getstate__(self) -> dict[str, object]:
        return {k: v for k, v in super().__getstate__().items() if k != "_split"}

    def __setstate__(self, state: dict[str, object]) -> None:
        super().__setstate__(state)
        self._split = _tokenizer(self.lang, self.special_toks)

    def __repr__(self) -> str:
        return f"SpacyTokenizer(lang={self.lang!r})"


def _tokenizer(lang: str, special_toks: Sequence[str]) -> Any:
    try:
        spacy: Any = importlib.import_module("spacy")
        orth = importlib.import_module("spacy.symbols").ORTH
    except ImportError as error:
        raise ImportError(
            "SpacyTokenizer needs spaCy: pip install spacy. WordTokenizer() splits English like it without it."
        ) from error
    try:
        tokenizer = spacy.blank(lang).tokenizer
    except ImportError as error:  # a language it does not have, or one that needs a package of its own
        raise ImportError(f"spaCy has no tokeniser for {lang!r} here: {error}. Try SubwordTokenizer().") from error
    for token in special_toks:
        tokenizer.add_special_case(token, [{orth: token}])
    return tokenizer
