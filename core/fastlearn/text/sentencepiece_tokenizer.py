"""Google's SentencePiece, with a model that is there or one that is learnt from the corpus."""

from __future__ import annotations

import base64
import importlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from fastlearn.text.pieces import several_texts
from fastlearn.text.rules import Rule, apply_rules
from fastlearn.text.special import SPACE, SPECIAL_TOKENS
from fastlearn.text.subword_tokenizer import EUROPEAN, SubwordTokenizer, vocab_size_for


class SentencePieceTokenizer:
    """Splits by a SentencePiece model: the file `sp_model`, or one that `setup(texts)` learns.

    The special tokens are pieces of the model, with `▁` before them. The other arguments are those of
    `SubwordTokenizer`, which learns the same kind of pieces without this library.
    Raises: ImportError, with what to install, where SentencePiece is missing; ValueError if `sp_model` cannot be read.
    """

    def __init__(
        self,
        lang: str = "en",
        special_toks: Sequence[str] | None = None,
        sp_model: str | os.PathLike[str] | None = None,
        vocab_sz: int | None = None,
        max_vocab_sz: int = 30000,
        model_type: str = "unigram",
        char_coverage: float | None = None,
        model_base64: str | None = None,
    ) -> None:
        _library()
        self.lang, self.vocab_sz, self.max_vocab_sz, self.model_type = lang, vocab_sz, max_vocab_sz, model_type
        self.special_toks = list(SPECIAL_TOKENS if special_toks is None else special_toks)
        self.char_coverage = (0.99999 if lang in EUROPEAN else 0.9998) if char_coverage is None else char_coverage
        self._model: bytes | None = None if model_base64 is None else base64.b64decode(model_base64)
        if sp_model is not None:
            self._model = Path(sp_model).read_bytes()
        self._processor: Any = None if self._model is None else _loaded(self._model, sp_model)

    @property
    def is_trained(self) -> bool:
        """Whether there is a model to split by."""
        return self._processor is not None

    def setup(self, items: Iterable[str], rules: Sequence[Rule] | None = None) -> SentencePieceTokenizer:
        """Learn a model from texts, after `rules`; one that is there stays."""
        if self.is_trained:
            return self
        texts = [apply_rules(text, rules or ()) for text in items]
        model = io.BytesIO()
        _library().SentencePieceTrainer.train(
            sentence_iterator=iter(line for text in texts for line in text.split("\n") if line.strip()),
            model_writer=model,
            vocab_size=self.vocab_sz or vocab_size_for(texts, self.max_vocab_sz),
            model_type=self.model_type,
            character_coverage=self.char_coverage,
            unk_id=len(self.special_toks),
            pad_id=-1,
            bos_id=-1,
            eos_id=-1,
            user_defined_symbols=[SPACE + token for token in self.special_toks],
            hard_vocab_limit=False,
            minloglevel=2,
        )
        self._model = model.getvalue()
        self._processor = _loaded(self._model, None)
        return self

    def __call__(self, items: Iterable[str]) -> Iterator[list[str]]:
        """The pieces of each text. Raises: ValueError if there is no model yet."""
        if not self.is_trained:
            raise ValueError("There is no SentencePiece model yet. Try tok.setup(texts), or sp_model='file.model'.")
        return (self._processor.encode(text, out_type=str) for text in several_texts(items))

    join = staticmethod(SubwordTokenizer.join)

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same tokeniser again, with its model."""
        names = ("lang", "special_toks", "vocab_sz", "max_vocab_sz", "model_type", "char_coverage")
        model = None if self._model is None else base64.b64encode(self._model).decode("ascii")
        return {**{name: getattr(self, name) for name in names}, "model_base64": model}

    def __getstate__(self) -> dict[str, Any]:
        return self.constructor_arguments()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def __repr__(self) -> str:
        known = f"{self._processor.get_piece_size()} pieces" if self.is_trained else "no model yet"
        return f"SentencePieceTokenizer(model_type={self.model_type!r}): {known}"


def _library() -> Any:
    try:
        return importlib.import_module("sentencepiece")
    except ImportError as error:
        raise ImportError(
            "SentencePieceTokenizer needs SentencePiece: pip install sentencepiece. SubwordTokenizer() learns the same "
            "kind of pieces without it."
        ) from error


def _loaded(model: bytes, source: object) -> Any:
    try:
        return _library().SentencePieceProcessor(model_proto=model)
    except Exception as error:
        raise ValueError(f"{source!r} is no SentencePiece model: {error}.") from error
