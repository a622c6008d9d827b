"""Pieces of words, learnt from the corpus by the Rust library `tokenizers`: unigram or byte-pair encoding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from fastlearn.text.pieces import several_texts
from fastlearn.text.rules import Rule, apply_rules
from fastlearn.text.special import SPACE, SPECIAL_TOKENS

EUROPEAN = frozenset(
    ("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl",
     "pt", "ro", "sk", "sl", "sv")
)  # fmt: skip
LEAST_VOCAB = 29
AT_ONCE = 1000  # texts handed to the library together
MODELS = ("unigram", "bpe")


class SubwordTokenizer:
    """Splits words into pieces that the corpus has often; `▁` marks the beginning of a word.

    `setup(texts)` learns the pieces, `vocab_sz` of them (by default a quarter of the distinct words, a multiple of 8,
    at least 29 and at most `max_vocab_sz`). `model_type` is "unigram" (Kudo 2018) or "bpe" (Sennrich 2016); characters
    beyond a share of `char_coverage` of the corpus become `xxunk`. `state` is the JSON of a tokeniser that has learnt
    already, ours or any of the library's files; then nothing is learnt.
    """

    def __init__(
        self,
        lang: str = "en",
        special_toks: Sequence[str] | None = None,
        vocab_sz: int | None = None,
        max_vocab_sz: int = 30000,
        model_type: str = "unigram",
        char_coverage: float | None = None,
        state: str | None = None,
    ) -> None:
        if model_type not in MODELS:
            raise ValueError(f"`model_type` is one of {list(MODELS)}, but got {model_type!r}.")
        if vocab_sz is not None and vocab_sz < LEAST_VOCAB:
            raise ValueError(
                f"`vocab_sz` is at least {LEAST_VOCAB}, for letters and special tokens, but got {vocab_sz!r}. Try 1000."
            )
        self.lang, self.vocab_sz, self.max_vocab_sz, self.model_type = lang, vocab_sz, max_vocab_sz, model_type
        self.special_toks = list(SPECIAL_TOKENS if special_toks is None else special_toks)
        self.char_coverage = (0.99999 if lang in EUROPEAN else 0.9998) if char_coverage is None else char_coverage
        self._tokenizer: Any = None
        if state is not None:
            self._use(_from_state(state))

    @property
    def is_trained(self) -> bool:
        """Whether there are pieces to split into."""
        return self._tokenizer is not None

    def setup(self, items: Iterable[str], rules: Sequence[Rule] | None = None) -> SubwordTokenizer:
        """Learn the pieces from texts, after `rules`; one that has learnt already stays as it is.

        Raises: ValueError if the texts have no words.
        """
        if self.is_trained:
            return self
        texts = [apply_rules(text, rules or ()) for text in items]
        self._use(_trained(self, texts))
        return self

    def _use(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._table = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size(with_added_tokens=True))]

    def __call__(self, items: Iterable[str]) -> Iterator[list[str]]:
        """The pieces of each text. Raises: ValueError if nothing was learnt yet."""
        if not self.is_trained:
            raise ValueError(
                "A SubwordTokenizer learns its pieces from texts first. Try tok.setup(texts), or TextBlock, which does "
                "it with the training texts."
            )
        return self._pieces(iter(several_texts(items)))

    def _pieces(self, texts: Iterator[str]) -> Iterator[list[str]]:
        while some := list(islice(texts, AT_ONCE)):
            encoded = self._tokenizer.encode_batch_fast(some, add_special_tokens=False)
            yield from ([self._table[i] for i in one.ids] for one in encoded)

    @staticmethod
    def join(tokens: Iterable[str]) -> str:
        """The words that pieces stand for, one space between them."""
        return _joined_pieces(tokens)

    def constructor_arguments(self) -> dict[str, Any]:
        """What makes the same tokeniser again, with what it has learnt."""
        names = ("lang", "special_toks", "vocab_sz", "max_vocab_sz", "model_type", "char_coverage")
        state = None if self._tokenizer is None else self._tokenizer.to_str()
        return {**{name: getattr(self, name) for name in names}, "state": state}

    def __getstate__(self) -> dict[str, Any]:
        return self.constructor_arguments()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def __repr__(self) -> str:
        known = f"{self._tokenizer.get_vocab_size()} pieces" if self.is_trained else "nothing learnt yet"
        return f"SubwordTokenizer(model_type={self.model_type!r}): {known}"


def vocab_size_for(texts: Iterable[str], most: int) -> int:
    """A quarter of the distinct words of `texts`, as a multiple of 8, at least 29 and at most `most`."""
    words: set[str] = set()
    for text in texts:
        words.update(text.split())
        if len(words) // 4 > most:
            return most
    return max(LEAST_VOCAB, -(-(len(words) // 4) // 8) * 8)


def _trained(settings: SubwordTokenizer, texts: list[str]) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    if not any(text.strip() for text in texts):
        raise ValueError(f"There are no words in the {len(texts)} texts, so there are no pieces to learn.")
    size = settings.vocab_sz or vocab_size_for(texts, settings.max_vocab_sz)
    rare = _rare_characters(texts, settings.char_coverage)
    unk = settings.special_toks[0]
    if settings.model_type == "unigram":
        tokenizer = Tokenizer(models.Unigram())
        trainer: Any = trainers.UnigramTrainer(
            vocab_size=size, special_tokens=[unk], unk_token=unk, show_progress=False
        )
    else:
        tokenizer = Tokenizer(models.BPE(unk_token=unk))
        trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=[unk], show_progress=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    special = set(settings.special_toks)
    lines = (_without(text, special).translate(rare) for text in texts)
    tokenizer.train_from_iterator(lines, trainer, length=len(texts))
    return _with_special_tokens(tokenizer, settings.special_toks)


def _with_special_tokens(tokenizer: Any, special_toks: Sequence[str]) -> Any:
    """Special tokens stay whole and take the space before them along."""
    from tokenizers import AddedToken

    tokenizer.add_special_tokens([AddedToken(token, lstrip=True, normalized=False) for token in special_toks])
    return tokenizer


def _without(text: str, special: set[str]) -> str:
    """`text` without special tokens: they are pieces anyway and should not teach any."""
    return " ".join(word for word in text.split(" ") if word not in special)


def _rare_characters(texts: Iterable[str], coverage: float) -> dict[int, str]:
    """A table that makes spaces of all characters but the most frequent ones, which make up a share of `coverage`.

    A unigram model keeps every character that it meets, so it is not to meet them.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    left = coverage * counts.total()
    rare: dict[int, str] = {}
    for character, count in counts.most_common():
        if left <= 0:
            rare[ord(character)] = " "
        left -= count
    return rare


def _from_state(state: str) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_str(state)
    except Exception as error:
        raise ValueError(
            f"`state` is the JSON of a tokeniser of the library `tokenizers`, but it cannot be read: {error}. Try "
            "Path('tokenizer.json').read_text()."
        ) from error


def _joined_pieces(tokens: Iterable[str]) -> str:
    special = set(SPECIAL_TOKENS)
    return "".join(f"{SPACE}{token}" if token in special else token for token in tokens).replace(SPACE, " ").strip()
