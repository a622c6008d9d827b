"""Texts that a model sees as alike: the nearest by the features it pools of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fastlearn.text.encoder import LanguageModel, SentenceEncoder
from fastlearn.text.heads import masked_concat_pool
from fastlearn.text.prompt import Prompt
from fastlearn.text.words import pad_id_of

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["NearestTexts", "TextNeighbour", "text_features"]

BPTT = 72  # words that a language model reads at a time here


@dataclass(frozen=True)
class TextNeighbour:
    """A text, its place among those that were searched, and how alike it is: 1 is the same direction, 0 unrelated."""

    text: str
    row: int
    similarity: float


class NearestTexts:
    """Finds those of `texts` that the model of `learn`, a classifier or a language model, sees as most like another.

    Each text is stood for by the features that a classifier pools of it (last, largest and mean); likeness is the
    cosine of two of them, once the mean of all texts is taken off. `bs` texts are read at a time.
    Raises: ValueError if there are none.
    """

    def __init__(self, learn: Learner, texts: Sequence[str], bs: int = 64) -> None:
        if isinstance(texts, str) or not len(texts):
            raise ValueError(f"`texts` is a list of texts to search, but got {texts!r}. Try a list of at least one.")
        self.learn, self.texts = learn, list(texts)
        features = text_features(learn, self.texts, bs)
        self._mean = features.mean(dim=0) if len(features) > 2 else torch.zeros(features.shape[1])
        self._features = F.normalize(features - self._mean, dim=1)

    def __len__(self) -> int:
        return len(self.texts)

    def find(self, text: str, k: int = 5) -> list[TextNeighbour]:
        """The `k` texts most like `text`, most alike first."""
        return self._nearest(text_features(self.learn, [text], 1)[0] - self._mean, k, None)

    def like(self, row: int, k: int = 5) -> list[TextNeighbour]:
        """The `k` texts most like the one at `row`, which is left out."""
        if not 0 <= row < len(self):
            raise ValueError(f"`row` is the place of a text, from 0 to {len(self) - 1}, but got {row!r}.")
        return self._nearest(self._features[row], k, row)

    def _nearest(self, vector: Tensor, k: int, left_out: int | None) -> list[TextNeighbour]:
        if not isinstance(k, int) or k < 1:
            raise ValueError(f"`k` is how many texts to find, at least 1, but got {k!r}. Try k=5.")
        likeness = self._features @ F.normalize(vector, dim=0)
        if left_out is not None:
            likeness[left_out] = -2
        values, rows = likeness.topk(min(k, len(self) - (left_out is not None)))
        pairs = zip(rows.tolist(), values.tolist(), strict=True)
        return [TextNeighbour(self.texts[row], row, value) for row, value in pairs]


def text_features(learn: Learner, texts: Sequence[str], bs: int = 64) -> Tensor:
    """The pooled features of each of `texts`, on the CPU: `(N, F)`, float32. Alike lengths are read together."""
    ids = [Prompt.of(learn.dls, text).ids for text in texts]
    learn.place_model()
    device, pad = next(learn.model.parameters()).device, pad_id_of(learn.dls)
    pooled = _pooling(learn.model, pad)
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    modes = [(module, module.training) for module in learn.model.modules()]
    learn.model.eval()
    try:
        with torch.no_grad():
            rows = [
                pooled(
                    nn.utils.rnn.pad_sequence([ids[i] for i in chunk], batch_first=True, padding_value=pad).to(device)
                )
                for chunk in (order[start : start + bs] for start in range(0, len(order), bs))
            ]
    finally:
        for module, mode in modes:
            module.training = mode
    back = torch.tensor(order).argsort()
    return torch.cat(rows).float().cpu()[back]


def _pooling(model: nn.Module, pad: int) -> Any:
    """The function from padded word ids `(B, T)` to features `(B, F)`."""
    own = getattr(model, "features", None)
    if own is not None:
        return own
    first: Any = model[0] if isinstance(model, nn.Sequential) and len(model) else None
    if isinstance(first, SentenceEncoder):
        return lambda words: masked_concat_pool(*first(words))
    if isinstance(model, LanguageModel):
        encoder = SentenceEncoder(BPTT, first, pad, BPTT * 20).eval()
        return lambda words: masked_concat_pool(*encoder(words))
    raise TypeError(
        f"{type(model).__name__} does not say how it pools a text. Try a learner from text_classifier_learner or "
        "language_model_learner, or a model with a method `features(words)`."
    )
