"""Language models and classifiers put together from an architecture and its configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import nn

from fastlearn.text.configs import known_arch, settings_for
from fastlearn.text.encoder import LanguageModel, SentenceEncoder, SequentialRNN
from fastlearn.text.heads import LinearDecoder, PoolingLinearClassifier

__all__ = ["encoder_of", "get_language_model", "get_text_classifier"]


def get_language_model(
    arch: Callable[..., nn.Module], vocab_sz: int, config: Mapping[str, Any] | None = None, drop_mult: float = 1.0
) -> LanguageModel:
    """A model of the next word: the encoder `arch` and a linear decoder.

    `config` is the architecture's own where it is None; all dropouts in it are multiplied by `drop_mult`. Three
    settings are the model's: `output_p`, `tie_weights` and `out_bias`; `init`, if given, is applied to every module.
    """
    known = known_arch(arch)
    settings = settings_for(known.config_lm, config, drop_mult)
    tie, output_p, bias = (settings.pop(name) for name in ("tie_weights", "output_p", "out_bias"))
    init = settings.pop("init", None)
    decoder = LinearDecoder(vocab_sz, settings[known.hid_name], output_p, bias=bias)
    model = LanguageModel(arch(vocab_sz, **settings), decoder, tie)
    return model if init is None else model.apply(init)


def get_text_classifier(
    arch: Callable[..., nn.Module],
    vocab_sz: int,
    n_class: int,
    seq_len: int = 72,
    config: Mapping[str, Any] | None = None,
    drop_mult: float = 1.0,
    lin_ftrs: Sequence[int] | None = None,
    ps: Sequence[float] | None = None,
    pad_idx: int = 1,
    max_len: int | None = 72 * 20,
    y_range: tuple[float, float] | None = None,
) -> SequentialRNN:
    """A model of whole texts: the encoder `arch`, read `seq_len` words at a time, and a pooling head.

    `lin_ftrs` are the sizes of the head's hidden layers (one of 50), `ps` the dropouts before them (0.1 each); before
    the first the configuration's `output_p` applies. `max_len` is how many of the last words are pooled. What `config`
    leaves out is the architecture's own; all dropouts in it are multiplied by `drop_mult`.
    """
    known = known_arch(arch)
    settings = settings_for(known.config_clas, config, drop_mult)
    for name in ("tie_weights", "out_bias"):  # of a language model's configuration
        settings.pop(name, None)
    settings["pad_token"] = pad_idx
    init, output_p = settings.pop("init", None), settings.pop("output_p")
    hidden = [50] if lin_ftrs is None else list(lin_ftrs)
    dims = [settings[known.hid_name] * 3, *hidden, n_class]
    drops = [output_p, *([0.1] * len(hidden) if ps is None else ps)]
    encoder = SentenceEncoder(seq_len, arch(vocab_sz, **settings), pad_idx, max_len)
    model = SequentialRNN(encoder, PoolingLinearClassifier(dims, drops, seq_len, y_range))
    return model if init is None else model.apply(init)


def encoder_of(model: nn.Module) -> nn.Module:
    """The part of a text model that language models and classifiers share.

    Raises: TypeError if `model` is neither.
    """
    if isinstance(model, SentenceEncoder):
        return model.module
    first: Any = model[0] if isinstance(model, nn.Sequential) and len(model) else getattr(model, "encoder", None)
    if isinstance(first, SentenceEncoder):
        return first.module
    if not isinstance(first, nn.Module):
        raise TypeError(
            f"A text model begins with its encoder, but {type(model).__name__} does not say which that is. Try "
            "nn.Sequential(encoder, head), or SequentialRNN where there is a state to reset."
        )
    return first
