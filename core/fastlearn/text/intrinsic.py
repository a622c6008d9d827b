"""Which words a classifier leans on: how strongly its score changes with each word's vector."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fastlearn.text.encoder import in_one_chunk
from fastlearn.text.models import encoder_of
from fastlearn.text.prompt import Prompt

if TYPE_CHECKING:
    from fastlearn.train.learner import Learner

__all__ = ["IntrinsicAttention", "intrinsic_attention"]

COLOUR = "66, 133, 244"  # red, green and blue of a word at full weight; seen on light and dark pages


@dataclass(frozen=True)
class IntrinsicAttention:
    """The weight of each token of a text for the score of one class, from 0 to 1; a notebook shows it as marked text.

    `tokens` and `weights`, `(T,)`, belong together; `label` is the class and `score` its raw score.
    """

    tokens: tuple[str, ...]
    weights: NDArray[np.float64]
    label: str
    score: float

    def top(self, k: int = 10) -> list[tuple[str, float]]:
        """The `k` tokens with the largest weights, largest first."""
        order = np.argsort(-self.weights, kind="stable")[:k]
        return [(self.tokens[i], float(self.weights[i])) for i in order]

    def to_html(self) -> str:
        """The text with each token on a background as strong as its weight; all of it is escaped."""
        spans = (
            f'<span style="background-color: rgba({COLOUR}, {weight * 0.8:.2f})" title="{weight:.2f}">'
            f"{html.escape(token)}</span>"
            for token, weight in zip(self.tokens, self.weights, strict=True)
        )
        return f"<p><b>{html.escape(self.label)}</b></p><p>{' '.join(spans)}</p>"

    def _repr_html_(self) -> str:
        return self.to_html()

    def __repr__(self) -> str:
        told = ", ".join(f"{token!r} {weight:.2f}" for token, weight in self.top())
        return f"{self.label}: {told}"


def intrinsic_attention(learn: Learner, text: str, class_id: int | str | None = None) -> IntrinsicAttention:
    """How much each token of `text` matters to the score of the predicted class, or of `class_id`, its name or number.

    The weight of a token is the sum of the absolute gradient of the score with respect to its vector, divided by the
    largest in the text. The text is read in one piece, so that every word is reached.
    Raises: ValueError if there is no such class, or the model gives no scores of classes.
    Source: Simonyan, Vedaldi & Zisserman 2014, "Deep Inside Convolutional Networks", section 3, for words.
    """
    prompt = Prompt.of(learn.dls, text)
    learn.place_model()
    device = next(learn.model.parameters()).device
    with _reading(learn.model), _vectors(learn.model) as vectors:
        found = learn.model(prompt.ids[None].to(device))
        scores: Tensor = found[0] if isinstance(found, tuple | list) else found
        if scores.ndim != 2:
            raise ValueError(
                f"Intrinsic attention is of the score of a class, but the model gives {tuple(scores.shape)} for one "
                "text. Try a learner from text_classifier_learner."
            )
        classes = _classes(learn.dls, scores.shape[1])
        chosen = int(scores[0].argmax()) if class_id is None else _number(class_id, classes)
        scores[0, chosen].backward(inputs=vectors)  # type: ignore[no-untyped-call]
    weights = torch.cat([part.grad[0].abs().sum(-1) for part in vectors if part.grad is not None]).double().cpu()
    weights = weights / weights.max().clamp(min=1e-30)
    ids, order = prompt.ids.tolist(), range(len(weights))
    written = order[::-1] if prompt.backwards else order
    tokens = tuple(prompt.words[ids[i]] for i in written)
    return IntrinsicAttention(
        tokens, weights[list(written)].numpy(), classes[chosen], float(scores[0, chosen].detach())
    )


@contextmanager
def _reading(model: nn.Module) -> Iterator[None]:
    """Inside, `model` is in evaluation mode, reads texts whole, and has gradients; afterwards all is as before."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        # cuDNN's recurrent layers have no gradients in evaluation mode
        with in_one_chunk(model), torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
            yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def _vectors(model: nn.Module) -> Iterator[list[Tensor]]:
    """Inside, the vectors that the model's words are turned into are noted, as leaves that get gradients."""
    noted: list[Tensor] = []

    def note(module: nn.Module, _: Any, output: Tensor) -> Tensor:
        noted.append(output.detach().requires_grad_())
        return noted[-1]

    hook = _embedding(model).register_forward_hook(note)
    try:
        yield noted
    finally:
        hook.remove()


def _embedding(model: nn.Module) -> nn.Module:
    encoder: Any = encoder_of(model)
    own = encoder.get_input_embeddings() if hasattr(encoder, "get_input_embeddings") else None
    found = own or next((module for module in encoder.modules() if isinstance(module, nn.Embedding)), None)
    if found is None:
        raise ValueError(f"{type(encoder).__name__} has no embedding of words, so there is nothing to weigh.")
    embedding: nn.Module = found
    return embedding


def _classes(dls: Any, n: int) -> list[str]:
    """The names of `n` classes: those of the data where it has as many, else numbers."""
    vocab = getattr(dls, "vocab", None)
    names = vocab[-1] if vocab is not None and len(vocab) == 2 and not isinstance(vocab[0], str) else None
    return [str(name) for name in names] if names is not None and len(names) == n else [str(i) for i in range(n)]


def _number(class_id: int | str, classes: list[str]) -> int:
    if isinstance(class_id, str) and class_id in classes:
        return classes.index(class_id)
    if isinstance(class_id, int) and 0 <= class_id < len(classes):
        return class_id
    raise ValueError(f"There is no class {class_id!r}. The classes are {', '.join(classes[:20])}.")
