"""The beginning of a text, and the way back from ids to writing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from fastlearn.text.reverse import ReverseText
from fastlearn.text.special import BOS, PAD, UNK
from fastlearn.text.words import known_words

__all__ = ["Prompt"]


@dataclass(frozen=True)
class Prompt:
    """A text as word ids, `(T,)`, in the order in which the model reads; `steps` is the pipeline that made them."""

    ids: Tensor
    words: Sequence[str]
    steps: Any
    backwards: bool

    @classmethod
    def of(cls, dls: Any, text: str) -> Prompt:
        """`text` as the loaders `dls` give texts. Raises: TypeError for what is no text; ValueError without words."""
        if not isinstance(text, str):
            raise TypeError(f"A text is a str, but got {type(text).__name__}. Try one such as 'The film'.")
        words = known_words(dls)
        from fastlearn.text.loaders import text_part

        steps = text_part(dls)
        ids = torch.as_tensor(steps(text))
        backwards = any(isinstance(step, ReverseText) for step in steps)
        if backwards and len(ids) > 1 and words[int(ids[-1])] == BOS:
            ids = ids[:-1]  # nothing comes before the beginning of a text
        if not len(ids):
            raise ValueError("The text has no words once it is tokenised. Try one that has.")
        return cls(ids, words, steps, backwards)

    @property
    def unknown(self) -> tuple[int, ...]:
        """The ids of the mark of unknown words, and of padding, which stands for nothing."""
        return tuple(i for i, word in enumerate(self.words) if word in (UNK, PAD, "xxfake"))

    def written(self, more: Sequence[int], decoder: Callable[[list[str]], Any] | None) -> str:
        """This text and the words `more` as people write them, or as `decoder` makes it of the tokens."""
        ids = [*self.ids.tolist(), *more]
        kept = [i for i in ids if self.words[i] not in (BOS, PAD)]
        if decoder is None:
            return str(self.steps.decode(torch.tensor(kept, dtype=torch.int64)))
        made = decoder([self.words[i] for i in (reversed(kept) if self.backwards else kept)])
        return made if isinstance(made, str) else " ".join(made)
