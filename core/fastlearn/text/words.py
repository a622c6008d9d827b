"""What text models ask of loaders: the words, the padding, the number of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastlearn.text.lm_loader import LMDataLoader
from fastlearn.text.sorted_loader import SortedDL
from fastlearn.text.special import PAD

__all__ = ["check_loaders", "known_words", "n_classes", "pad_id_of", "words_of"]

DEFAULT_PAD = 1


def words_of(dls: Any) -> list[str] | None:
    """The tokens of the texts of `dls` in the order of their ids; None where it does not tell.

    `dls.vocab` is the list of tokens, or a pair of that and the classes.
    """
    vocab = getattr(dls, "vocab", None)
    if vocab is None or not isinstance(vocab, Sequence) or isinstance(vocab, str) or not len(vocab):
        return None
    words = vocab if isinstance(vocab[0], str) else vocab[0]
    return list(words) if isinstance(words, Sequence) else None


def known_words(dls: Any) -> list[str]:
    """`words_of(dls)`. Raises: ValueError where it does not tell."""
    words = words_of(dls)
    if words is None:
        raise ValueError(
            "A text model needs the words of the data, which these loaders do not tell. Try TextDataLoaders.from_df, "
            "with is_lm=True for a language model; or set dls.vocab to the list of tokens, and for a classifier to a "
            "pair of that and the classes."
        )
    return words


def pad_id_of(dls: Any) -> int:
    """The id of padding: that of the loader, or of its mark in the vocabulary, or 1."""
    known = getattr(getattr(dls, "train", None), "pad_id", None)
    if known is not None:
        return int(known)
    words = words_of(dls) or []
    return words.index(PAD) if PAD in words else DEFAULT_PAD


def check_loaders(dls: Any, language_model: bool) -> None:
    """Raise TypeError if the loaders are made for the other task; of those that are not ours nobody knows."""
    train = getattr(dls, "train", None)
    if language_model and isinstance(train, SortedDL):
        raise TypeError(
            "A language model learns the next word, but the texts of these loaders have a target of its own. Try "
            "is_lm=True for TextDataLoaders or TextBlock, or text_classifier_learner."
        )
    if not language_model and isinstance(train, LMDataLoader):
        raise TypeError(
            "These loaders are those of a language model: the target is the next word. Try "
            "TextDataLoaders.from_df(df, text_col=..., label_col=..., text_vocab=dls_lm.vocab), or "
            "language_model_learner."
        )


def n_classes(dls: Any) -> int:
    """How many outputs `dls` asks for. Raises: ValueError if it does not say so."""
    n = getattr(dls, "c", None)
    if not n:
        raise ValueError(
            "How many outputs the model needs is not known from the data (dls.c). Try n_out=<number of classes, or of "
            "predicted values>."
        )
    return int(n)
