"""Writing on, word by word: the model keeps its state, so every word costs the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor, nn

from fastlearn.warn import warn_user

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Reader", "generate", "next_word", "word_probabilities"]


class Reader(Protocol):
    """Reads word ids on and on, and tells after each reading what it expects next."""

    def __call__(self, words: Tensor) -> Tensor:
        """Scores `(V,)` of the word after `words`, `(T,)`, and all that was read before."""
        ...


class StateReader:
    """Reads with a model that keeps its own state from call to call."""

    def __init__(self, model: Any) -> None:
        self.model = model
        model.reset()

    def __call__(self, words: Tensor) -> Tensor:
        scores: Tensor = self.model.read(words[None])
        return scores[0]


class WholeReader:
    """Reads everything anew each time, with a model of which nothing is known but its scores `(1, T, V)`."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self.read: list[Tensor] = []

    def __call__(self, words: Tensor) -> Tensor:
        self.read.append(words)
        reset = getattr(self.model, "reset", None)
        if reset is not None:
            reset()
        found = self.model(torch.cat(self.read)[None])
        scores: Tensor = found[0] if isinstance(found, tuple | list) else found
        return scores.reshape(-1, scores.shape[-1])[-1]


def reader_for(model: nn.Module) -> Reader:
    """How to read with `model`: as it says itself (`new_reader`), with its state, or everything anew each time."""
    own = getattr(model, "new_reader", None)
    if own is not None:
        reader: Reader = own()
        return reader
    return StateReader(model) if hasattr(model, "read") and hasattr(model, "reset") else WholeReader(model)


def generate(
    model: nn.Module,
    words: Tensor,
    n_words: int,
    choose: Callable[[Tensor], int],
    only_last_word: bool = False,
) -> list[int]:
    """`n_words` word ids that follow `words`, `(T,)`: each is what `choose` makes of the model's scores `(V,)`.

    With `only_last_word` each is told from the one before alone. Mode and state of the model are as before afterwards.
    Raises: ValueError if `words` is empty or `n_words` negative.
    """
    if not len(words):
        raise ValueError("There is nothing to begin with: the text has no words. Try one that has.")
    if not isinstance(n_words, int) or n_words < 0:
        raise ValueError(f"`n_words` is how many words to write, but got {n_words!r}. Try n_words=20.")
    written: list[int] = []
    with _quietly(model), torch.no_grad():
        reader, unread = reader_for(model), words[-1:] if only_last_word else words
        for _ in range(n_words):
            written.append(choose(reader(unread)))
            unread = words.new_tensor(written[-1:])
            if only_last_word:
                reader = reader_for(model)
    return written


@contextmanager
def _quietly(model: nn.Module) -> Iterator[None]:
    """Inside, `model` is in evaluation mode; afterwards its modules have the mode and the state they had."""
    modes = [(module, module.training) for module in model.modules()]
    states = [(module, module.hidden) for module in model.modules() if hasattr(module, "hidden")]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        for module, state in states:
            module.hidden = state


def word_probabilities(
    scores: Tensor,
    temperature: float = 1.0,
    min_p: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    never: Sequence[int] = (),
) -> Tensor:
    """Probabilities `(V,)` to draw the next word by, from its scores `(V,)`.

    In this order: words in `never` are out; so are those that the model gives less than `min_p`; a `temperature` below
    1 sharpens, above 1 flattens, and 0 takes the likeliest; of the words that are left, the `top_k` likeliest stay, and
    of these the fewest that make up `top_p` together.
    Raises: ValueError for settings out of range, for scores that are not numbers, and if `never` leaves no word.
    Source: Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", for `top_p`.
    """
    check_sampling(temperature, min_p, top_k, top_p)
    p = scores.detach().double().cpu().softmax(0)
    if not torch.isfinite(p).all():
        raise ValueError("The model gives no numbers for the next word, but NaN. Was it trained at too high a rate?")
    if len(never):
        p[list(never)] = 0
        if not p.any():
            raise ValueError(f"No word is left to write: all of the {len(p)} that the model knows are in `never`.")
    if min_p is not None:
        p = _at_least(p, min_p)
    p = (p == p.max()).double() if temperature == 0 else (p / p.max()) ** (1 / temperature)
    if top_k is not None and top_k < len(p):
        p[p.sort(descending=True, stable=True).indices[top_k:]] = 0
    p = p / p.sum()
    return p if top_p is None else _nucleus(p, top_p)


def check_sampling(temperature: float, min_p: float | None, top_k: int | None, top_p: float | None) -> None:
    """Raise ValueError for a setting of `word_probabilities` that is out of range."""
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"`temperature` is a number of at least 0, but got {temperature!r}. Try 0.75.")
    if min_p is not None and not 0 <= min_p <= 1:
        raise ValueError(f"`min_p` is the least probability of a word, from 0 to 1, but got {min_p!r}. Try 0.001.")
    if top_k is not None and (not isinstance(top_k, int) or top_k < 1):
        raise ValueError(
            f"`top_k` is how many words to choose from, a whole number of at least 1, but got {top_k!r}. Try 50."
        )
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"`top_p` is a share of the probability, above 0 and at most 1, but got {top_p!r}. Try 0.9.")


def next_word(p: Tensor, generator: torch.Generator) -> int:
    """A word drawn by the probabilities `p`, `(V,)`, on the CPU."""
    return int(torch.multinomial(p, 1, generator=generator))


def _at_least(p: Tensor, least: float) -> Tensor:
    kept = torch.where(p >= least, p, 0)
    if kept.any():
        return kept
    warn_user(f"No word has a probability of at least {least} (min_p): all of them stay. Try a lower value.")
    return p


def _nucleus(p: Tensor, share: float) -> Tensor:
    """The likeliest words whose probabilities first reach `share`, made to add up to 1."""
    ranked, order = p.sort(descending=True, stable=True)
    before = ranked.cumsum(0) - ranked
    kept = torch.zeros_like(p)
    kept[order] = torch.where(before < share, ranked, 0)
    return kept / kept.sum()
